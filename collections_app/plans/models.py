"""Payment plans: the agreement and what became of it, its schedules, visits and consents, and its history.

A plan is one row that changes; everything somebody agreed to is append-only by trigger: schedules with their
installments and visits, consents, events. Each renegotiation is a new schedule. What was received is in the ledger
alone; the money columns of a plan say what settling found there last.

PII: PlanConsent.said_by is a name, PlanConsent.words, PlanSchedule.means and PlanEvent.words tell of people and their
circumstances; all four are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.parties.models import Account
from claims.practices.models import Practice
from collections_app.letters.models import Letter
from collections_app.payments.models import PaymentMethod

PERSON = settings.AUTH_USER_MODEL
WORDS = 2_000
#: States in which a plan is neither over nor given up; an account has one such plan.
OPEN_STATES = ("proposed", "current")
#: What the history calls an event, where its code does not say it.
EVENTS = {
    "allowed": "A second person agreed",
    "refused": "A second person did not agree",
    "caught_up": "Caught up",
    "healed": "Current again",
    "gone": "Nothing left to pay",
    "undone": "Agreement taken back",
    "confirmed": "Confirmed in writing",
    "dropped": "Proposal dropped",
    "paid": "Paid in full",
    "mailed": "Written to",
    "reminded": "Reminded",
    "charged": "Charged",
    "declined": "Could not be charged",
    "autopay": "Paid another way",
}


class PaymentPlan(models.Model):
    """An agreement to pay what is owed for some visits in installments (RULES 13.7)."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        CURRENT = "current", "Current"
        BROKEN = "broken", "Broken"
        PAID = "paid", "Paid in full"
        CANCELLED = "cancelled", "Canceled"

    class Ended(models.TextChoices):
        """Why one was canceled."""

        UNDONE = "undone", "Taken back within ten minutes"
        ASKED = "asked", "The patient asked for it"
        ASSISTANCE = "assistance", "Assistance was granted or applied for"
        COVERED = "covered", "A payer answers for it"
        MISTAKE = "mistake", "It was a mistake"
        GONE = "gone", "Nothing left to pay"
        REFUSED = "refused", "A second person did not agree"
        OTHER = "other", "Another reason"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, db_index=False, on_delete=models.PROTECT, related_name="payment_plans")
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)
    ended = models.CharField(max_length=10, choices=Ended, blank=True, help_text="why it was canceled")
    owner = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", help_text="who agreed it last")
    made_at = models.DateTimeField()
    schedule = models.ForeignKey(
        "PlanSchedule", null=True, on_delete=models.PROTECT, related_name="+", help_text="the one in force"
    )
    proposed = models.ForeignKey(
        "PlanSchedule", null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="offered, not agreed yet",
    )  # fmt: skip
    is_allowed = models.BooleanField(default=True, help_text="what is proposed keeps the policy, or may leave it")
    agreed_on = models.DateField(null=True, help_text="the day the schedule in force was agreed")
    agreed_at = models.DateTimeField(null=True)
    received = MoneyField(default=0, help_text="matched with the schedule in force when last looked at")
    remaining = MoneyField(default=0, help_text="asked for still, never more than is owed on its visits")
    next_due_on = models.DateField(null=True, help_text="the first installment that is not paid")
    next_amount = MoneyField(default=0, help_text="what is missing of it")
    late_since = models.DateField(null=True, help_text="the due day of the oldest installment that is past and unpaid")
    late_amount = MoneyField(default=0)
    settled_on = models.DateField(null=True, help_text="the day it was broken, paid or canceled")
    broken_at = models.DateTimeField(null=True, help_text="when it was last found broken; stays when it heals")
    autopay = models.ForeignKey(
        PaymentMethod, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="charged on each due day",
    )  # fmt: skip
    agreement = models.ForeignKey(
        Letter, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="the schedule in force, as it was written down",
    )  # fmt: skip
    reminded_on = models.DateField(null=True, help_text="the day of the last reminder")
    confirm_by = models.DateField(null=True, help_text="a written confirmation is owed by this day (RULES 10.0.20)")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["account", "-id"], name="plan_by_account"),
            models.Index(fields=["practice", "state", "next_due_on"], name="plan_by_day"),
            models.Index(fields=["state", "settled_on"], name="plan_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="an_account_has_one_open_plan",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.CheckConstraint(
                name="a_plan_in_force_was_agreed",
                condition=models.Q(state__in=("proposed", "cancelled"))
                | models.Q(schedule__isnull=False, agreed_on__isnull=False, agreed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_plan_that_is_over_says_since_when",
                condition=models.Q(state__in=OPEN_STATES, settled_on=None)
                | (~models.Q(state__in=OPEN_STATES) & models.Q(settled_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_canceled_plan_says_why", condition=~models.Q(state="cancelled") | ~models.Q(ended="")
            ),
        ]

    def __str__(self) -> str:
        return f"Plan {self.pk}"

    @property
    def is_late(self) -> bool:
        """Whether an installment is past its day and not paid, within its grace."""
        return self.state == self.State.CURRENT and self.late_since is not None

    @property
    def words(self) -> str:
        """What became of it: `Current`, `Late`, `Broken`, `Canceled: the patient asked for it`."""
        if self.ended:
            return f"Canceled: {self.get_ended_display()[0].lower()}{self.get_ended_display()[1:]}"
        return "Late" if self.is_late else str(self.get_state_display())


class PlanSchedule(models.Model):
    """What was offered or agreed once: how much, when, on which terms. Append-only by trigger."""

    class Frequency(models.TextChoices):
        WEEKLY = "weekly", "Every week"
        BIWEEKLY = "biweekly", "Every two weeks"
        SEMIMONTHLY = "semimonthly", "Twice a month"
        MONTHLY = "monthly", "Every month"

    class Why(models.TextChoices):
        FIRST = "first", "First agreement"
        RENEGOTIATED = "renegotiated", "Renegotiated"
        VISITS = "visits", "Visits added"

    class Position(models.TextChoices):
        """How the practice stands to the Truth in Lending Act (RULES 13.6)."""

        EXEMPT = "exempt", "Four installments or fewer: no disclosure"
        DISCLOSED = "disclosed", "Truth-in-Lending disclosure"
        WORKOUT = "workout", "Informal workout of a debt in default"

    plan = models.ForeignKey(PaymentPlan, db_index=False, on_delete=models.PROTECT, related_name="schedules")
    number = models.PositiveSmallIntegerField(help_text="counted by plan")
    why = models.CharField(max_length=12, choices=Why, default=Why.FIRST)
    frequency = models.CharField(max_length=11, choices=Frequency)
    total = MoneyField(help_text="the sum of its visits")
    down_payment = MoneyField(default=0)
    installment = MoneyField(help_text="the regular one; the last may be smaller")
    count = models.PositiveSmallIntegerField(help_text="installments, the down payment not counted")
    first_due_on = models.DateField()
    last_due_on = models.DateField()
    grace_days = models.PositiveSmallIntegerField(help_text="business days")
    broken_after = models.PositiveSmallIntegerField(default=1, help_text="installments missed")
    consequence = models.CharField(max_length=12, help_text="what a broken plan leads to")
    position = models.CharField(max_length=9, choices=Position)
    exceptions = models.JSONField(default=list, help_text="what of the policy it leaves, in words")
    means = EncryptedTextField(max_length=500, blank=True, help_text="income and expenses as told, as JSON")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="schedules_of_a_plan_are_counted"),
            models.CheckConstraint(
                name="a_schedule_asks_for_something",
                condition=models.Q(total__gt=0, installment__gt=0, down_payment__gte=0, count__gt=0),
            ),
            models.CheckConstraint(
                name="a_schedule_ends_after_it_begins", condition=models.Q(last_due_on__gte=models.F("first_due_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.number}"


class PlanInstallment(models.Model):
    """One due payment of a schedule; number 0 is the down payment. Append-only by trigger."""

    schedule = models.ForeignKey(PlanSchedule, db_index=False, on_delete=models.PROTECT, related_name="installments")
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = MoneyField()

    class Meta:
        app_label = "collections_app"
        ordering = ["schedule", "number"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "number"], name="installments_of_a_schedule_are_counted"),
            models.CheckConstraint(name="an_installment_is_of_something", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.due_on}"


class PlanVisit(models.Model):
    """What a schedule takes in of one visit, or why it takes nothing of it. Append-only by trigger."""

    schedule = models.ForeignKey(PlanSchedule, db_index=False, on_delete=models.PROTECT, related_name="visits")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="in_plans")
    amount = MoneyField(default=0)
    left_out = models.CharField(max_length=60, blank=True, help_text="why nothing of it is in the plan")

    class Meta:
        app_label = "collections_app"
        ordering = ["schedule", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "claim"], name="a_visit_stands_once_in_a_schedule"),
            models.CheckConstraint(
                name="a_visit_is_in_a_plan_or_left_out",
                condition=models.Q(amount__gt=0, left_out="") | (models.Q(amount=0) & ~models.Q(left_out="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.amount}"


class PlanConsent(models.Model):
    """Who agreed to a schedule, how, to whom, and the words that were read to them. Append-only by trigger."""

    class How(models.TextChoices):
        SPOKEN = "spoken", "Spoken, after the terms were read"
        SIGNED = "signed", "Signed on paper"
        TYPED = "typed", "Typed their name"

    schedule = models.OneToOneField(PlanSchedule, on_delete=models.PROTECT, related_name="consent")
    how = models.CharField(max_length=6, choices=How)
    said_by = EncryptedTextField(max_length=80)
    words = EncryptedTextField(max_length=WORDS, help_text="the terms as they were read")
    at = models.DateTimeField()
    taken_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.schedule_id}: {self.how}"


class PlanEvent(models.Model):
    """What happened to a plan, in words. Append-only by trigger."""

    plan = models.ForeignKey(PaymentPlan, db_index=False, on_delete=models.PROTECT, related_name="events")
    schedule = models.ForeignKey(PlanSchedule, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    words = EncryptedTextField(max_length=300, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["plan", "-id"], name="plan_event_by_plan")]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.code}"

    @property
    def title(self) -> str:
        """What happened, in a word or two."""
        return EVENTS.get(self.code, self.code.replace("_", " ").capitalize())


class PlanPolicy(models.Model):
    """What a practice agrees to for balances from an amount on, from a day on.

    PII: none. An admin's row comes before the shipped ones (`seeds/policies.yaml`) while it is in force.
    """

    practice = models.ForeignKey(
        Practice, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    balance_from = MoneyField(help_text="holds for balances of this much and more, up to the next band")
    minimum = MoneyField(help_text="the smallest installment a month")
    longest_months = models.PositiveSmallIntegerField()
    down_percent = models.PositiveSmallIntegerField(default=0, help_text="percent of the balance, paid first")
    grace_days = models.PositiveSmallIntegerField(help_text="business days")
    broken_after = models.PositiveSmallIntegerField(default=1, help_text="installments missed")
    consequence = models.CharField(max_length=12)
    position = models.CharField(max_length=9, help_text="for more than four installments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)
    entered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "plan policies"
        constraints = [
            models.CheckConstraint(
                name="a_plan_policy_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            ),
            models.CheckConstraint(
                name="a_plan_policy_allows_some_plan",
                condition=models.Q(minimum__gt=0, longest_months__gt=0, broken_after__gt=0, down_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"from ${self.balance_from:,.2f}"
