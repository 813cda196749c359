"""Secrets of webhooks are encrypted like patient data, under `FIELD_KEYS`, and so rotated with them.

Those of before were encrypted under a key made of `SECRET_KEY`. A webhook whose secret no key opens any more is ended.
"""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import migrations
from django.db.models.functions import Now

import arwork.lib.encrypted_fields

PURPOSE = b"arwork webhook 1"


def encrypt_anew(apps, schema_editor):
    for row in apps.get_model("webhooks", "Webhook").objects.exclude(old_secret=""):
        row.secret = opened(row.old_secret)
        if not row.secret:
            row.off_at, row.off_because = Now(), "ended"
        row.save(update_fields=["secret", "off_at", "off_because"])


def opened(kept_text):
    kept = base64.b64decode(kept_text)
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=PURPOSE).derive(key.encode()))
            return cipher.decrypt(kept[:12], kept[12:], PURPOSE).decode()
        except InvalidTag:
            continue
    return ""


class Migration(migrations.Migration):

    dependencies = [
        ("webhooks", "0001_webhooks"),
    ]

    operations = [
        migrations.RenameField("webhook", "secret", "old_secret"),
        migrations.AddField(
            "webhook", "secret",
            arwork.lib.encrypted_fields.EncryptedTextField(
                blank=True, default="", help_text="shown once, when it was opened", max_length=60
            ),
            preserve_default=False,
        ),
        migrations.RunPython(encrypt_anew, migrations.RunPython.noop),
        migrations.RemoveField("webhook", "old_secret"),
    ]
