"""A contact may be a note, and may be withdrawn by an entry against it. Words alone: no column changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("collections_app", "0011_skips"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contact",
            name="channel",
            field=models.CharField(
                choices=[
                    ("phone", "Phone"),
                    ("portal", "Payer portal"),
                    ("letter", "Letter"),
                    ("email", "E-mail"),
                    ("sms", "Text message"),
                    ("fax", "Fax"),
                    ("in_person", "In person"),
                    ("note", "Note"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("reached", "Reached the right person"),
                    ("third_party", "Reached somebody else"),
                    ("voicemail", "Left a message"),
                    ("no_answer", "No answer"),
                    ("wrong_number", "Wrong number"),
                    ("sent", "Sent"),
                    ("noted", "Noted"),
                    ("withdrawn", "Never made: the entry before was a mistake"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="retells",
            field=models.OneToOneField(
                help_text="the same call, told wrongly or never made",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retold_by",
                to="collections_app.contact",
            ),
        ),
    ]
