"""What the practice's own history says about winning and about time, one row per segment.

PII: none.
"""

from django.db import models

from arwork.lib.money import MoneyField
from claims.payers.models import Payer
from claims.practices.models import Practice


class SegmentRate(models.Model):
    """Recovered and decided dollars of one segment, from the practice's own ledger; rewritten once a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    payer_class = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=24, blank=True)
    age_band = models.CharField(max_length=8, blank=True)
    decided = models.PositiveIntegerField(default=0, help_text="items whose outcome is known")
    at_stake = MoneyField(default=0)
    recovered = MoneyField(default=0, help_text="never more than was at stake")
    computed_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "payer_class", "category", "age_band"],
                name="a_segment_has_one_rate",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.payer_class} {self.category} {self.age_band}"


class PayerPace(models.Model):
    """How long a piece of work with one payer takes, from the contact log; rewritten once a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="+")
    timed = models.PositiveIntegerField(help_text="contacts whose minutes were logged")
    minutes = models.PositiveIntegerField(help_text="of all of them together")
    computed_on = models.DateField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["practice", "payer"], name="a_payer_has_one_pace_per_practice")]

    def __str__(self) -> str:
        return f"{self.payer_id}: {self.minutes}/{self.timed}"
