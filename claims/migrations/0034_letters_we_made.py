"""Letters that we made stand among the documents of an account."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("claims", "0033_bank_debits"),
    ]

    operations = [
        migrations.AlterField(
            model_name='document',
            name='kind',
            field=models.CharField(choices=[('eob', 'EOB or payer check'), ('letter', 'Letter from the payer'), ('appeal', 'Appeal or what was sent'), ('records', 'Medical records'), ('identity', 'Insurance card or identification'), ('patient', 'From the patient'), ('made', 'Letter of ours'), ('other', 'Something else')], max_length=8),
        ),
    ]
