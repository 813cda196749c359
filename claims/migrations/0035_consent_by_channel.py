"""Consent is kept by number and channel, with its history (collections_app 0022 took over what stood here)."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0034_letters_we_made"),
        ("collections_app", "0022_people_asked_append_only"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='personemail',
            name='consent_at',
        ),
        migrations.RemoveField(
            model_name='personemail',
            name='revoked_at',
        ),
        migrations.RemoveField(
            model_name='personphone',
            name='consent_at',
        ),
        migrations.RemoveField(
            model_name='personphone',
            name='revoked_at',
        ),
    ]
