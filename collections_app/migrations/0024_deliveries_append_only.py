"""What is on its way to people, each step of it, and print batches; steps refuse UPDATE and DELETE. A contact may be the house's own."""

from pathlib import Path

import arwork.lib.encrypted_fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


HERE = Path(__file__).parent / "sql"


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (HERE / f"deliveryevent_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def keep_the_log_append_only(apps, schema_editor):
    # SQLite makes the table of contacts anew for the changed column, and its triggers go with the old one.
    if schema_editor.connection.vendor == "sqlite":
        for statement in (HERE / "log_append_only.sqlite.sql").read_text().split("END;"):
            if "TRIGGER contact_" in statement:
                schema_editor.execute(statement + "END;")


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0034_letters_we_made"),
        ("collections_app", "0023_letters_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='contact',
            name='by',
            field=models.ForeignKey(help_text='empty: the house, by itself, or the person who wrote', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', 'Mail'), ('email', 'E-mail'), ('text', 'Text message')], max_length=5)),
                ('purpose', models.CharField(help_text='see contacts.gate.Purpose', max_length=12)),
                ('state', models.CharField(choices=[('queued', 'Waiting to leave'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('bounced', 'Not delivered'), ('returned', 'Came back'), ('refused', 'Not allowed to leave'), ('cancelled', 'Canceled')], default='queued', max_length=9)),
                ('subject', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=120)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, help_text='as it left, with how to stop further ones', max_length=4000)),
                ('to', arwork.lib.encrypted_fields.EncryptedTextField(help_text='the number, the e-mail address, or the lines on the envelope', max_length=400)),
                ('language', models.CharField(default='en', max_length=2)),
                ('queued_on', models.DateField()),
                ('queued_at', models.DateTimeField()),
                ('position', models.PositiveIntegerField(help_text='its place in the batch, from 1', null=True)),
                ('left_at', models.DateTimeField(help_text='when it was given to whoever carries it', null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(help_text='not before', null=True)),
                ('provider_id', models.CharField(blank=True, db_index=True, help_text="the carrier's name for it", max_length=100)),
                ('problem', models.CharField(blank=True, help_text='why it did not arrive or leave, in our words', max_length=200)),
                ('settled_at', models.DateTimeField(help_text='when its failure was dealt with', null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='claims.account')),
                ('address', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='claims.personaddress')),
                ('contact', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='delivery', to='collections_app.contact')),
                ('document', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.document')),
                ('email', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='claims.personemail')),
                ('instead_of', models.OneToOneField(help_text='the one that failed before it', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='instead', to='collections_app.delivery')),
                ('letter', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='collections_app.letter')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.person')),
                ('phone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='claims.personphone')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('queued_by', models.ForeignKey(help_text='empty: the house', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DeliveryEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'Waiting to leave'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('bounced', 'Not delivered'), ('returned', 'Came back'), ('refused', 'Not allowed to leave'), ('cancelled', 'Canceled')], max_length=9)),
                ('words', models.CharField(blank=True, help_text='why, in our words', max_length=200)),
                ('source', models.CharField(help_text='person, house or carrier', max_length=12)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='collections_app.delivery')),
            ],
        ),
        migrations.CreateModel(
            name='PrintBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('made', 'Ready to print'), ('dropped', 'Handed to the print vendor'), ('failed', 'Not handed over'), ('posted', 'Posted')], default='made', max_length=7)),
                ('pieces', models.PositiveIntegerField(help_text='letters in it')),
                ('pages', models.PositiveIntegerField()),
                ('sha256', models.CharField(help_text='of the PDF', max_length=64)),
                ('manifest_sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='to hand it to the vendor')),
                ('taken_at', models.DateTimeField(help_text='since when somebody hands it over', null=True)),
                ('settled_at', models.DateTimeField(help_text='when it was handed over or posted', null=True)),
                ('problem', models.CharField(blank=True, help_text='why it was not handed over, in our words', max_length=120)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.AddField(
            model_name='delivery',
            name='batch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='collections_app.printbatch'),
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', arwork.lib.encrypted_fields.EncryptedTextField(exact=True, help_text='whose it is, E.164', max_length=16)),
                ('words', arwork.lib.encrypted_fields.EncryptedTextField(blank=True, max_length=1600)),
                ('asked', models.CharField(blank=True, max_length=5)),
                ('provider_id', models.CharField(help_text="the carrier's name for it: heard once", max_length=100, unique=True)),
                ('heard_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(help_text='when somebody saw to it', null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='claims.account')),
                ('contact', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='collections_app.contact')),
                ('practice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='printbatch',
            constraint=models.CheckConstraint(condition=models.Q(('pages__gt', 0), ('pieces__gt', 0)), name='a_print_batch_holds_mail'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['channel', 'next_try_at'], name='delivery_waiting'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['practice', 'state', 'queued_at'], name='delivery_by_state'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('left_at', None), ('contact__isnull', False), _connector='OR'), name='a_delivery_that_left_is_in_the_contact_log'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('queued', 'refused', 'cancelled')), ('left_at__isnull', False), _connector='OR'), name='what_left_or_came_back_had_left'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch', None), ('position', None)), models.Q(('batch__isnull', False), ('position__isnull', False)), _connector='OR'), name='a_piece_of_a_batch_has_its_place'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('batch', 'position'), name='a_place_in_a_batch_is_taken_once'),
        ),
        migrations.RunPython(keep_the_log_append_only),
        migrations.RunPython(set_triggers),
    ]
