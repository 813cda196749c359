"""A change of a person may be on the word of the patient's own page. Words alone: no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0036_first_statements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="personchange",
            name="source",
            field=models.CharField(
                choices=[
                    ("call", "Somebody who called"),
                    ("document", "A document"),
                    ("file", "A file"),
                    ("patient", "The patient's own page"),
                    ("payer", "The payer"),
                    ("mail", "Mail that came back"),
                    ("slip", "A slip of our own"),
                ],
                max_length=8,
            ),
        ),
    ]
