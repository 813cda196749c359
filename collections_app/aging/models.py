"""What the aging page reads and what a day leaves behind: state, summary, snapshot.

`AgingState` is one practice on one day: when its figures were computed, what they add up to and whether the books
moved since. `AgingSummary` holds the figures of the latest day finely enough for every cut of the page;
`AgingSnapshot` the few that the trend needs, for every day. All of it can be computed again from the books.

PII: none; sums only.
"""

from django.db import models

from arwork.lib.money import MoneyField
from claims.payers.models import Payer, Plan
from claims.practices.models import Practice


class AgingState(models.Model):
    """One practice on one day. Stale while `changes` is ahead of `seen_changes`; final once the day is over."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    computed_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(default=0)
    changes = models.PositiveBigIntegerField(default=0, help_text="announcements of the books that day")
    seen_changes = models.PositiveBigIntegerField(default=0, help_text="of which the figures know")
    is_final = models.BooleanField(default=False)
    debits = MoneyField(default=0)
    credits = MoneyField(default=0)
    unapplied = MoneyField(default=0)
    unapplied_of_payers = MoneyField(db_default=0)
    control = MoneyField(default=0)

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="a_practice_has_one_aging_per_day")]
        indexes = [models.Index(fields=["day"], name="aging_state_by_day")]

    def __str__(self) -> str:
        return f"{self.practice_id} on {self.day}"


class Ages(models.Model):
    """A sum (cents) and a count per stored column of the aging; `columns.FIELDS` names them."""

    basis = models.CharField(max_length=16)
    future = MoneyField(default=0)
    d0 = MoneyField(default=0)
    d31 = MoneyField(default=0)
    d61 = MoneyField(default=0)
    d91 = MoneyField(default=0)
    d121 = MoneyField(default=0)
    d181 = MoneyField(default=0)
    d366 = MoneyField(default=0)
    undated = MoneyField(default=0)
    credit = MoneyField(default=0, help_text="negative amounts, of any age")
    future_n = models.PositiveIntegerField(default=0)
    d0_n = models.PositiveIntegerField(default=0)
    d31_n = models.PositiveIntegerField(default=0)
    d61_n = models.PositiveIntegerField(default=0)
    d91_n = models.PositiveIntegerField(default=0)
    d121_n = models.PositiveIntegerField(default=0)
    d181_n = models.PositiveIntegerField(default=0)
    d366_n = models.PositiveIntegerField(default=0)
    undated_n = models.PositiveIntegerField(default=0)
    credit_n = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class AgingSummary(Ages):
    """The latest figures of a practice by payer, plan and who owes, on every basis; the page adds them up."""

    state = models.ForeignKey(AgingState, db_index=False, on_delete=models.CASCADE, related_name="summaries")
    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    payer = models.ForeignKey(Payer, null=True, db_index=False, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, null=True, db_index=False, on_delete=models.CASCADE, related_name="+")
    bucket = models.CharField(max_length=8)

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["state", "basis"], name="aging_summary_by_basis")]

    def __str__(self) -> str:
        return f"summary {self.pk}"


class AgingSnapshot(Ages):
    """What a practice was owed at the end of a day, by who owes, on every basis. Kept."""

    state = models.ForeignKey(AgingState, db_index=False, on_delete=models.CASCADE, related_name="snapshots")
    bucket = models.CharField(max_length=8)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["state", "basis", "bucket"], name="a_day_is_remembered_once_per_basis")
        ]

    def __str__(self) -> str:
        return f"snapshot {self.pk}"
