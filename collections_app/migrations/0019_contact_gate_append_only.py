"""The contact gate: rules of one's own, placements, licences, and the verdict of every contact, which is append-only."""

import arwork.lib.encrypted_fields
import django.db.models.deletion
from pathlib import Path

from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": "DROP TRIGGER contactverdict_append_only_update; DROP TRIGGER contactverdict_append_only_delete;",
    "postgresql": "DROP FUNCTION collections_app_contactverdict_append_only CASCADE;",
}


def forwards(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"contactverdict_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def backwards(apps, schema_editor):
    for statement in filter(str.strip, UNDO[schema_editor.connection.vendor].split(";")):
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0032_fee_places_and_closures"),
        ("collections_app", "0018_absences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='contact',
            name='outcome',
            field=models.CharField(choices=[('reached', 'Reached the right person'), ('third_party', 'Reached somebody else'), ('voicemail', 'Left a message'), ('no_answer', 'No answer'), ('wrong_number', 'Wrong number'), ('unconnected', 'Did not connect'), ('sent', 'Sent'), ('noted', 'Noted'), ('withdrawn', 'Never made: the entry before was a mistake')], max_length=12),
        ),
        migrations.CreateModel(
            name='ContactVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('allow', 'allow'), ('warn', 'warn'), ('block', 'block')], max_length=5)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('rule', models.CharField(blank=True, max_length=40)),
                ('source', models.CharField(blank=True, max_length=300)),
                ('until', models.DateTimeField(help_text='the first lawful minute, as things stood', null=True)),
                ('number_kind', models.CharField(blank=True, help_text='home, cell, work; empty: not known', max_length=8)),
                ('debts', models.JSONField(default=list, help_text='ids of the claims spoken of; none: all of the account')),
                ('why_anyway', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=300)),
                ('contact', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='gate', to='collections_app.contact')),
            ],
        ),
        migrations.CreateModel(
            name='Licence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=3)),
                ('number', models.CharField(max_length=40)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('profile', models.CharField(choices=[('first_party', 'the practice itself'), ('early_out', "in the practice's name (early out)"), ('third_party', 'a collection agency')], max_length=12)),
                ('valid_from', models.DateField()),
                ('entered_at', models.DateTimeField()),
                ('account', models.ForeignKey(help_text='empty: the whole practice', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.account')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='VerdictReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', arwork.lib.encrypted_fields.EncryptedTextField(max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verdict', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='collections_app.contactverdict')),
            ],
        ),
        migrations.CreateModel(
            name='ContactRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40)),
                ('jurisdiction', models.CharField(blank=True, help_text='a state, or NYC; empty: everywhere', max_length=3)),
                ('profiles', models.CharField(blank=True, help_text='separated by spaces; empty: every placement', max_length=40)),
                ('channels', models.CharField(blank=True, help_text='separated by spaces; empty: every channel', max_length=40)),
                ('purposes', models.CharField(blank=True, help_text='separated by spaces; empty: every purpose', max_length=80)),
                ('numbers', models.CharField(blank=True, choices=[('', 'any number'), ('personal', 'home and mobile numbers'), ('work', 'numbers at work')], max_length=8)),
                ('unit', models.CharField(choices=[('person', 'person'), ('debt', 'debt')], default='person', max_length=6)),
                ('most', models.PositiveSmallIntegerField(help_text='attempts in the window; empty: no count', null=True)),
                ('window_days', models.PositiveSmallIntegerField(default=7)),
                ('exclusions', models.CharField(blank=True, help_text='what is not counted, separated by spaces', max_length=60)),
                ('wait_days', models.PositiveSmallIntegerField(help_text='from a conversation, which is day 1', null=True)),
                ('opens', models.TimeField(null=True)),
                ('closes', models.TimeField(null=True)),
                ('needs_consent', models.BooleanField(default=False)),
                ('needs_licence', models.BooleanField(default=False)),
                ('binds', models.BooleanField(default=True, help_text='false: the shipped rule of this code is not kept')),
                ('confidence', models.CharField(choices=[('high', 'read in its source'), ('medium', 'told by a reliable summary'), ('low', 'not checked yet')], default='low', max_length=6)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('source', models.CharField(max_length=300)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(help_text='empty: every practice', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='a_contact_rule_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('binds', False), ('most__isnull', False), ('wait_days__isnull', False), ('opens__isnull', False), ('closes__isnull', False), ('needs_consent', True), ('needs_licence', True), _connector='OR'), name='a_contact_rule_says_something'), models.CheckConstraint(condition=models.Q(('window_days__gte', 1)), name='a_contact_rule_counts_over_days')],
            },
        ),
        migrations.AddIndex(
            model_name='contactverdict',
            index=models.Index(condition=models.Q(('answer', 'block')), fields=['id'], name='verdict_against_the_rule'),
        ),
        migrations.AddConstraint(
            model_name='licence',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='a_licence_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='placement',
            constraint=models.CheckConstraint(condition=models.Q(('profile__in', ['first_party', 'early_out', 'third_party'])), name='a_placement_is_of_a_known_profile'),
        ),
        migrations.RunPython(forwards, backwards),
    ]
