"""Letters as they were made, that they no longer count, the texts that admins enter and the letterheads of practices.

A letter and its taking back refuse UPDATE and DELETE below the ORM, on both engines.
"""

from pathlib import Path

import arwork.lib.encrypted_fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SQL = Path(__file__).parent / "sql"
UNDO = {
    "sqlite": [
        f"DROP TRIGGER IF EXISTS {table}_append_only_{verb}"
        for table in ("letter", "lettervoid")
        for verb in ("update", "delete")
    ],
    "postgresql": ["DROP FUNCTION collections_letters_append_only CASCADE"],
}


def set_triggers(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    text = (SQL / f"letters_append_only.{vendor}.sql").read_text()
    if vendor == "sqlite":
        for statement in filter(str.strip, text.split("END;")):
            schema_editor.execute(statement + "END;")
    else:
        schema_editor.execute(text)


def lift_triggers(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0034_letters_we_made"),
        ("collections_app", "0022_people_asked_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Letterhead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text='empty: the name of the practice', max_length=120)),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('hours', models.CharField(blank=True, help_text='Monday to Friday, 8 to 5', max_length=80)),
                ('email', models.CharField(blank=True, max_length=254)),
                ('website', models.CharField(blank=True, max_length=120)),
                ('remit_name', models.CharField(blank=True, max_length=120)),
                ('remit_address', models.CharField(blank=True, max_length=120)),
                ('remit_city', models.CharField(blank=True, max_length=60)),
                ('remit_state', models.CharField(blank=True, max_length=2)),
                ('remit_zip', models.CharField(blank=True, max_length=10)),
                ('logo', models.BinaryField(help_text='PNG', null=True)),
                ('logo_width', models.PositiveSmallIntegerField(default=0, help_text='dots')),
                ('logo_height', models.PositiveSmallIntegerField(default=0, help_text='dots')),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='LetterText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=2)),
                ('state', models.CharField(blank=True, help_text='where the person lives; empty: everywhere', max_length=2)),
                ('subject', models.CharField(max_length=120)),
                ('body', models.TextField(max_length=8000)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('source', models.CharField(help_text='why it says so: law, or who decided it', max_length=300)),
                ('entered_at', models.DateTimeField()),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(help_text='empty: every practice', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('language', models.CharField(choices=[('en', 'English'), ('es', 'Spanish')], max_length=2)),
                ('version', models.CharField(help_text='which text, in words', max_length=40)),
                ('title', models.CharField(help_text='the kind as it was called', max_length=120)),
                ('facts', arwork.lib.encrypted_fields.EncryptedJSONField(help_text='what it was made from, as `facts.frozen` writes it')),
                ('sha256', models.CharField(max_length=64)),
                ('made_on', models.DateField()),
                ('made_at', models.DateTimeField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='claims.account')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='claims.document')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.practice')),
                ('text', models.ForeignKey(db_index=False, help_text='empty: shipped', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='collections_app.lettertext')),
            ],
        ),
        migrations.CreateModel(
            name='LetterVoid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', arwork.lib.encrypted_fields.EncryptedTextField(max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='void', to='collections_app.letter')),
                ('replaced_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='collections_app.letter')),
            ],
        ),
        migrations.AddIndex(
            model_name='lettertext',
            index=models.Index(fields=['kind', 'language'], name='letter_text_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='lettertext',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='a_letter_text_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['account', 'made_on'], name='letter_by_account'),
        ),
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['practice', 'made_on'], name='letter_by_practice'),
        ),
        migrations.AddConstraint(
            model_name='lettervoid',
            constraint=models.CheckConstraint(condition=models.Q(('replaced_by', None), models.Q(('replaced_by', models.F('letter')), _negated=True), _connector='OR'), name='a_letter_does_not_replace_itself'),
        ),
        migrations.RunPython(set_triggers, lift_triggers),
    ]
