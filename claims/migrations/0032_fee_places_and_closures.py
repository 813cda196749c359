"""A fee may be bound to a place of service; those entered before apply anywhere, as they did. Closed days of offices."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0031_denial_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

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
                condition=models.Q(("place__in", ["", "F", "N", *(f"{place:02}" for place in range(100))])),
                name="a_fee_applies_anywhere_or_at_a_place",
            ),
        ),
        migrations.CreateModel(
            name="OfficeClosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("name", models.CharField(max_length=80)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        db_index=False,
                        help_text="empty: every practice",
                        null=True,
                        on_delete=models.deletion.PROTECT,
                        related_name="+",
                        to="claims.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["day", "practice__name"],
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "day"), name="an_office_closes_once_a_day"),
                    models.UniqueConstraint(
                        condition=models.Q(("practice__isnull", True)),
                        fields=("day",),
                        name="all_offices_close_once_a_day",
                    ),
                ],
            },
        ),
    ]
