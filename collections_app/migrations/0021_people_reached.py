"""How people may be reached: consent by channel, facts, representatives, callers, holds of persons, scripts."""

import arwork.lib.encrypted_fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0032_fee_places_and_closures"),
        ("collections_app", "0020_limits_of_calls_become_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('manual', 'Calls by hand'), ('auto', 'Automatic and recorded calls'), ('text', 'Text messages'), ('email', 'E-mail')], help_text='empty: every channel', max_length=6)),
                ('is_given', models.BooleanField(help_text='no: withdrawn')),
                ('source', models.CharField(choices=[('writing', 'In writing, signed'), ('call', 'On a call'), ('reply', 'Replied STOP or START to a text'), ('email', 'By e-mail'), ('portal', "On the patient's page"), ('person', 'At the desk of the practice'), ('mail', 'By letter'), ('before', 'Noted before channels were told apart')], max_length=7)),
                ('is_opt_in', models.BooleanField(default=False, help_text='the person asked for it in writing')),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='what was said, which paper', max_length=300)),
                ('said_on', models.DateField(help_text='when the person gave or withdrew it')),
                ('expires_on', models.DateField(help_text='the last day on which it holds; empty: until withdrawn', null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='IdentityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('speaker', models.CharField(choices=[('guarantor', 'The guarantor'), ('patient', 'The patient'), ('repres', 'A representative with authority'), ('involved', 'Somebody involved in payment, as the patient agreed'), ('else', 'Somebody else')], max_length=9)),
                ('speaker_name', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=120)),
                ('agreement', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='how the patient agreed to it', max_length=300)),
                ('direction', models.CharField(choices=[('out', 'Outgoing'), ('in', 'Incoming')], default='out', max_length=3)),
                ('asked', models.JSONField(help_text='the identifiers that were asked for, by name alone')),
                ('matched', models.JSONField(help_text='those that were right')),
                ('result', models.CharField(choices=[('verified', 'Verified'), ('failed', 'Not verified: nothing was said'), ('else', 'Somebody else: nothing was said')], max_length=8)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(help_text='for this call only, and never longer')),
            ],
        ),
        migrations.CreateModel(
            name='PersonFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('quiet', 'Not at these hours'), ('not_work', 'Not at work'), ('place', 'Not at a place'), ('confid', 'Confidential communications'), ('minor', 'Minor'), ('estate', 'Estate'), ('scra', 'On active duty (SCRA)'), ('disabil', 'Disability'), ('jail', 'Incarcerated'), ('hospice', 'In hospice'), ('safety', 'At risk at home')], max_length=8)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ('starts', models.TimeField(help_text="of hours by the person's clock; past midnight where it is later", null=True)),
                ('ends', models.TimeField(null=True)),
                ('weekdays', models.CharField(blank=True, help_text='1 is Monday; empty: every day', max_length=7)),
                ('is_written', models.BooleanField(default=False, help_text='asked for in writing')),
                ('told_by', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=120)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(help_text='last day; empty: until it is ended', null=True)),
                ('source', models.CharField(blank=True, help_text='the rule that ends it, where one does', max_length=100)),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_because', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name='Representative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('spouse', 'Spouse'), ('parent', 'Parent of a minor'), ('guardian', 'Guardian'), ('executor', 'Executor or administrator'), ('attorney', 'Attorney'), ('agent', 'Agent (power of attorney)')], max_length=8)),
                ('name', arwork.lib.encrypted_fields.EncryptedTextField(max_length=120)),
                ('phone', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=30)),
                ('address', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=200)),
                ('authority', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='such as: letters testamentary, Kings County', max_length=200)),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(help_text='last day; empty: until it is ended', null=True)),
                ('recorded_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ScriptText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12)),
                ('language', models.CharField(max_length=2)),
                ('words', models.CharField(blank=True, max_length=1500)),
                ('from_on', models.DateField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='hold',
            name='facts',
            field=arwork.lib.encrypted_fields.EncryptedJSONField(help_text='what is known of it; see hold_facts', null=True),
        ),
        migrations.AddField(
            model_name='hold',
            name='person',
            field=models.ForeignKey(help_text='binds all their accounts', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='claims.person'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', True), ('claim__isnull', True), _connector='OR'), name='a_hold_of_a_person_is_of_no_single_claim'),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='by',
            field=models.ForeignKey(db_index=False, help_text='empty: the person, by a reply or on their page', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='email',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.personemail'),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.person'),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='phone',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.personphone'),
        ),
        migrations.AddField(
            model_name='consentevent',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='identitycheck',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.account'),
        ),
        migrations.AddField(
            model_name='identitycheck',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='identitycheck',
            name='person',
            field=models.ForeignKey(help_text='whose identifiers', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.person'),
        ),
        migrations.AddField(
            model_name='identitycheck',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='personfact',
            name='address',
            field=models.ForeignKey(help_text='the only one to write to', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.personaddress'),
        ),
        migrations.AddField(
            model_name='personfact',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='personfact',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='claims.person'),
        ),
        migrations.AddField(
            model_name='personfact',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='personfact',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='representative',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='representative',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='representatives', to='claims.person'),
        ),
        migrations.AddField(
            model_name='representative',
            name='practice',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddField(
            model_name='representative',
            name='proof',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document'),
        ),
        migrations.AddField(
            model_name='representative',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='identitycheck',
            name='representative',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collections_app.representative'),
        ),
        migrations.AddField(
            model_name='scripttext',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='scripttext',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice'),
        ),
        migrations.AddConstraint(
            model_name='consentevent',
            constraint=models.CheckConstraint(condition=models.Q(('is_given', False), models.Q(models.Q(('channel', ''), _negated=True), models.Q(models.Q(('email__isnull', True), ('phone__isnull', False)), models.Q(('email__isnull', False), ('phone__isnull', True)), _connector='OR')), _connector='OR'), name='consent_is_given_for_one_address_and_channel'),
        ),
        migrations.AddConstraint(
            model_name='consentevent',
            constraint=models.CheckConstraint(condition=models.Q(('phone__isnull', True), ('email__isnull', True), _connector='OR'), name='consent_names_no_phone_and_email_at_once'),
        ),
        migrations.AddConstraint(
            model_name='consentevent',
            constraint=models.CheckConstraint(condition=models.Q(('is_given', True), ('expires_on__isnull', True), _connector='OR'), name='a_withdrawal_does_not_expire'),
        ),
        migrations.AddConstraint(
            model_name='personfact',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='a_fact_of_a_person_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='personfact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'quiet'), _negated=True), models.Q(('ends__isnull', False), ('starts__isnull', False)), _connector='OR'), name='quiet_hours_say_from_when_to_when'),
        ),
        migrations.AddConstraint(
            model_name='personfact',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_by__isnull', False), _connector='OR'), name='a_fact_is_ended_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='an_authority_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='identitycheck',
            index=models.Index(fields=['account', 'at'], name='identity_by_account'),
        ),
        migrations.AddConstraint(
            model_name='identitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('speaker', 'else'), _negated=True), models.Q(('result', 'verified'), _negated=True), _connector='OR'), name='somebody_else_is_never_verified'),
        ),
        migrations.AddConstraint(
            model_name='identitycheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('result', 'verified'), ('speaker', 'repres'), _negated=True), ('representative__isnull', False), _connector='OR'), name='a_representative_is_verified_by_authority'),
        ),
        migrations.AddConstraint(
            model_name='scripttext',
            constraint=models.CheckConstraint(condition=models.Q(('language__in', ('en', 'es'))), name='a_script_is_in_english_or_spanish'),
        ),
    ]
