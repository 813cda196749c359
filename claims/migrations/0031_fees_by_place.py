"""A fee may be bound to a place of service. Those entered before apply anywhere, as they did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0030_people_changed_append_only")]

    operations = [
        migrations.AlterModelOptions(name="feeitem", options={"ordering": ["code", "modifier", "place"]}),
        migrations.RemoveConstraint(model_name="feeitem", name="a_code_has_one_fee_per_contract"),
        migrations.AddField(
            model_name="feeitem",
            name="place",
            field=models.CharField(
                blank=True,
                help_text="a place of service, F facility, N non-facility; empty applies anywhere",
                max_length=2,
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.UniqueConstraint(
                fields=("contract", "code", "modifier", "place"), name="a_code_has_one_fee_per_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="feeitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__in", ["", "F", "N"]), ("place__regex", "^[0-9][0-9]$"), _connector="OR"),
                name="a_fee_applies_anywhere_or_at_a_place",
            ),
        ),
    ]
