"""Denials and underpayments: adjudicated and denied, or paid below contract (RULES 7).

PII: none beyond row ids and reason codes.
"""

from django.db import models

from arwork.lib.money import MoneyField
from claims.billing.models import Claim, ClaimLine
from claims.payers.models import Contract, Payer
from claims.practices.models import Practice
from claims.remits.models import RemitClaim


class DenialRule(models.Model):
    """What kind of work a denial is: group + CARC (+ RARC, + payer, + practice) -> category, soft or hard, the way to
    go first, how often it is won; effective-dated (RULES 7.2)."""

    class Kind(models.TextChoices):
        SOFT = "soft", "soft: correction or information mends it"
        HARD = "hard", "hard: an appeal or a write-off"
        EITHER = "either", "either"

    group = models.CharField(max_length=2)
    carc = models.CharField(max_length=5)
    rarc = models.CharField(max_length=5, blank=True, help_text="empty: whatever the remarks")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.CASCADE, related_name="+")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=24)
    kind = models.CharField(max_length=8, choices=Kind)
    way = models.CharField(max_length=20)
    win_rate = models.DecimalField(max_digits=4, decimal_places=3, null=True, help_text="empty: as the category")
    root_cause = models.CharField(max_length=16, blank=True, help_text="where it begins; empty: as shipped")
    preventable = models.CharField(max_length=8, blank=True, help_text="yes, no or depends; empty: as shipped")
    cure = models.CharField(max_length=12, blank=True, help_text="who can cure it; empty: as shipped")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(
                name="a_denial_is_won_between_never_and_always",
                condition=models.Q(win_rate=None) | models.Q(win_rate__gte=0, win_rate__lte=1),
            ),
            models.CheckConstraint(
                name="a_denial_rule_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}-{self.carc}: {self.category}"


class Denial(models.Model):
    """One reason for which a payer denied money on a line (or a whole claim)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RECOVERED = "recovered", "Recovered"
        ACCEPTED = "accepted", "Accepted"
        REVERSED = "reversed", "Reversed by the payer"

    class Outcome(models.TextChoices):
        WON = "won", "Won"
        PART = "part", "Won in part"
        LOST = "lost", "Lost"

    class CameBy(models.TextChoices):
        APPEAL = "appeal", "after an appeal"
        CORRECTED = "corrected", "after a corrected claim"
        REOPENING = "reopening", "after a reopening"
        RECORDS = "records", "after records were sent"
        PAYER = "payer", "the payer processed it again by itself"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.CASCADE, related_name="denials")
    line = models.ForeignKey(ClaimLine, null=True, on_delete=models.CASCADE, related_name="denials")
    remit_claim = models.ForeignKey(RemitClaim, db_index=False, on_delete=models.PROTECT, related_name="denials")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=8)
    group = models.CharField(max_length=2)
    carc = models.CharField(max_length=5)
    rarcs = models.CharField(max_length=60, blank=True)
    amount = MoneyField()
    category = models.CharField(max_length=24)
    kind = models.CharField(max_length=8, help_text="soft or hard")
    rule = models.ForeignKey(
        DenialRule, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: by the shipped table"
    )
    root_cause = models.CharField(max_length=16, blank=True, help_text="where it began")
    preventable = models.CharField(max_length=8, blank=True, help_text="yes, no or depends")
    cure = models.CharField(max_length=12, blank=True, help_text="who can cure it")
    initial_on = models.DateField(help_text="immutable: when it was first denied")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True)
    recovered = MoneyField(default=0)
    written_off = MoneyField(default=0, help_text="what of it people gave up; all of it where it is accepted so")
    outcome = models.CharField(max_length=4, choices=Outcome, blank=True, help_text="empty: not decided")
    decided_on = models.DateField(null=True, help_text="the day of the payment that won it, or of the last decision")
    came_by = models.CharField(max_length=10, choices=CameBy, blank=True, help_text="what brought the outcome")

    class Meta:
        app_label = "claims"
        indexes = [
            models.Index(fields=["claim", "state"], name="denial_by_claim"),
            models.Index(fields=["practice", "initial_on"], name="denial_by_day"),
            models.Index(fields=["carc", "claim"], condition=models.Q(state="open"), name="denial_by_reason"),
            models.Index(fields=["practice", "state", "cure"], name="denial_by_cure"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["remit_claim", "line", "group", "carc"], name="a_line_denial_is_opened_once"
            ),
            models.UniqueConstraint(
                fields=["remit_claim", "group", "carc"],
                name="a_claim_denial_is_opened_once",
                condition=models.Q(line__isnull=True),
            ),
            models.CheckConstraint(
                name="a_denial_is_won_by_the_money_that_recovered_it",
                condition=~models.Q(outcome__in=("won", "part")) | models.Q(state="recovered"),
            ),
            models.CheckConstraint(
                name="an_outcome_of_a_denial_says_when",
                condition=models.Q(outcome="") | models.Q(decided_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}-{self.carc} {self.amount}"


class Underpayment(models.Model):
    """A line paid below its contract: expected less allowed (RULES 1.6)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DISPUTED = "disputed", "Disputed"
        RECOVERED = "recovered", "Recovered"
        ACCEPTED = "accepted", "Accepted"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, db_index=False, on_delete=models.CASCADE, related_name="underpayments")
    line = models.ForeignKey(ClaimLine, on_delete=models.CASCADE, related_name="underpayments")
    remit_claim = models.ForeignKey(RemitClaim, db_index=False, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, null=True, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    expected = MoneyField(help_text="contract allowed; zero for a PI reduction without contract")
    allowed = MoneyField(help_text="what the payer allowed")
    amount = MoneyField(help_text="expected less allowed")
    opened_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    closed_on = models.DateField(null=True)

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["claim", "state"], name="underpayment_by_claim")]
        constraints = [models.UniqueConstraint(fields=["remit_claim", "line"], name="an_underpayment_is_opened_once")]

    def __str__(self) -> str:
        return f"underpaid {self.amount}"
