"""Work items and what people did with them.

A work item is a projection of the books (kind, amount, deadline, score: `refresh` owns those columns) plus what
people decided (owner, next action, snooze, pin: the verbs of `services` own those). One open item per claim on the
payer side, per account on the patient side, per remittance exception that belongs to no claim: one item in one
place, and none without a next action and its date.

PII: WorkAction.note, WorkAction.entered and WorkDraft.entered may tell anything of people and are encrypted;
WorkAction.spoken_to is a name; WorkItem holds none beyond row ids.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.parties.models import Account
from claims.payers.models import Payer
from claims.practices.models import Practice
from claims.remits.models import RemitException
from collections_app.contacts.models import CallWindow, Contact
from collections_app.promises.models import Promise
from collections_app.worklist import kinds, lanes

OPEN = models.Q(state="open")


class WorkItem(models.Model):
    """The one open piece of work on a claim, an account or an exception."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=16, choices=kinds.CHOICES)
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="work_items")
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="work_items", help_text="the household"
    )
    exception = models.ForeignKey(
        RemitException, null=True, on_delete=models.PROTECT, db_index=False, related_name="work_items"
    )
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    closed_reason = models.CharField(max_length=20, blank=True)

    # What the books say; written by `refresh` alone.
    amount = MoneyField(help_text="what is at stake")
    credit = MoneyField(default=0, help_text="what is owed back or not applied, beside the amount; never netted")
    category = models.CharField(max_length=24, blank=True, help_text="denial category, or what was rejected")
    bucket = models.CharField(max_length=8, blank=True)
    aged_from = models.DateField(help_text="last billed for a payer, in the bucket since for a patient")
    submission_state = models.CharField(max_length=12, blank=True)
    rebill_on = models.DateField(null=True, help_text="the day a person marked it to be billed again")
    deadline_kind = models.CharField(max_length=20, blank=True)
    deadline_on = models.DateField(null=True, help_text="the last lawful day")
    due_on = models.DateField(null=True, help_text="internal: earlier than the last day")
    denied_on = models.DateField(null=True, help_text="first denial or underpayment still open")
    promise_broken_on = models.DateField(null=True, help_text="until somebody worked it after that")
    overpayment_due_on = models.DateField(null=True, help_text="report and return by (42 CFR 401.305)")
    window = models.ForeignKey(CallWindow, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")

    # What it is worth; written by `refresh` alone.
    probability = models.PositiveSmallIntegerField(default=0, help_text="of recovery, in thousandths")
    expected = MoneyField(default=0, help_text="expected recovery of working it")
    minutes = models.PositiveSmallIntegerField(default=10)
    urgency = models.PositiveIntegerField(default=100, help_text="factor, in hundredths")
    urgent_because = models.CharField(max_length=20, blank=True)
    lane = models.PositiveSmallIntegerField(choices=lanes.CHOICES, default=lanes.LaneChoice.SCORED.value)
    rank = models.BigIntegerField(default=0, help_text="cents per minute times urgency, in hundredths")
    look_after_on = models.DateField(null=True, help_text="not worth a touch now; looked after on this day")
    hold = models.CharField(max_length=12, blank=True, help_text="the hold that stops it, if any (RULES 11.9)")
    review_on = models.DateField(help_text="the next day on which time alone changes the score")

    # What people decided, or what the rules proposed until they do.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    usual_win = models.PositiveSmallIntegerField(
        null=True, help_text="how often a denial like this is won, as a rule of the practice says, in thousandths"
    )
    contract_allowed = MoneyField(null=True, help_text="what the contract allows of the amount; empty: it does not say")
    next_action = models.CharField(max_length=24, blank=True)
    next_on = models.DateField(null=True)
    next_at = models.DateTimeField(null=True, help_text="a call-back at an agreed minute")
    appointment_on = models.DateField(null=True, help_text="what was agreed with somebody, not a mere interval")
    because = models.CharField(max_length=200, blank=True, help_text="why this action on this day")
    decided_at = models.DateTimeField(null=True, help_text="empty: the rules proposed, nobody decided yet")
    snoozed_until = models.DateField(null=True)
    wake_events = models.CharField(max_length=40, blank=True, help_text="events that end the snooze, space separated")
    woken_by = models.CharField(max_length=20, blank=True, help_text="the event that ended it")
    pinned_at = models.DateTimeField(null=True)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True)
    escalated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    window_answered_on = models.DateField(null=True, help_text="last day of the window a supervisor has answered for")
    last_disposition = models.CharField(max_length=24, blank=True)
    last_worked_at = models.DateTimeField(null=True)
    touches = models.PositiveSmallIntegerField(default=0)
    quiet_touches = models.PositiveSmallIntegerField(default=0, help_text="touches since the books last moved")
    same_answers = models.PositiveSmallIntegerField(default=0, help_text="identical answers in a row")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=OPEN, name="a_claim_has_one_open_item"),
            models.UniqueConstraint(
                fields=["account"],
                condition=OPEN & models.Q(claim__isnull=True),
                name="an_account_has_one_open_item",
            ),
            models.UniqueConstraint(
                fields=["exception"],
                condition=OPEN & models.Q(claim__isnull=True),
                name="an_unattached_exception_has_one_open_item",
            ),
            models.CheckConstraint(
                name="an_item_is_about_something",
                condition=models.Q(claim__isnull=False)
                | models.Q(account__isnull=False)
                | models.Q(exception__isnull=False),
            ),
            models.CheckConstraint(
                name="an_open_item_has_a_next_action_and_a_date",
                condition=models.Q(state="closed") | (models.Q(next_on__isnull=False) & ~models.Q(next_action="")),
            ),
            models.CheckConstraint(name="a_closed_item_says_when", condition=OPEN | models.Q(closed_on__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["practice", "lane", "-rank", "id"], condition=OPEN, name="item_by_priority"),
            models.Index(fields=["lane", "-rank", "id"], condition=OPEN, name="item_by_rank"),
            models.Index(fields=["owner", "next_on"], condition=OPEN, name="item_by_owner"),
            models.Index(
                fields=["practice", "payer", "owner", "lane", "-rank", "id"],
                condition=OPEN & models.Q(payer__isnull=False),
                name="item_by_payer",
            ),
            models.Index(fields=["next_on"], condition=OPEN, name="item_by_next_day"),
            models.Index(fields=["practice", "amount"], condition=OPEN, name="item_by_amount"),
            models.Index(
                fields=["deadline_on"], condition=OPEN & models.Q(deadline_on__isnull=False), name="item_by_last_day"
            ),
            models.Index(
                fields=["practice"], condition=OPEN & models.Q(escalated_at__isnull=False), name="item_escalated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def number(self) -> str:
        """The number people quote."""
        return str(self.claim or self.account or f"exception {self.exception_id}")

    @property
    def skip_reasons(self) -> list[tuple[str, str]]:
        """Why somebody may give it back without an outcome."""
        return list(Skip.Reason.choices)


class WorkAction(models.Model):
    """What somebody recorded on leaving an item, or its undoing. Append-only by trigger.

    `before` and `after` hold the decided columns of the item as they stood; undoing writes `before` back and adds
    a row that `reverses` this one, at most once.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, db_index=False, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="actions")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    disposition = models.CharField(max_length=24)
    note = EncryptedTextField(max_length=2000, blank=True)
    reference = models.CharField(max_length=50, blank=True)
    spoken_to = models.CharField(max_length=80, blank=True)
    next_action = models.CharField(max_length=24, blank=True)
    next_on = models.DateField(null=True)
    amount = MoneyField(help_text="what was at stake when it was recorded")
    entered = EncryptedJSONField(default=dict, help_text="what else was entered: trace, amount, reason, document, days")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    contact = models.OneToOneField(Contact, null=True, on_delete=models.PROTECT, related_name="action")
    promise = models.ForeignKey(Promise, null=True, on_delete=models.PROTECT, related_name="actions")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["by", "at"], name="action_by_person"),
            models.Index(fields=["practice", "at"], name="action_by_practice"),
            models.Index(
                fields=["reference"],
                opclasses=["varchar_pattern_ops"],
                condition=~models.Q(reference=""),
                name="action_by_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disposition} on {self.item_id}"


class SavedFilter(models.Model):
    """A list somebody comes back to: the query string of the list page under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, db_index=False, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)

    class Meta:
        app_label = "collections_app"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="a_filter_name_is_used_once")]

    def __str__(self) -> str:
        return self.name


class ListReader(models.Model):
    """A worklist is published for a practice: to somebody, or (no `user`) to everybody who works items there."""

    saved_filter = models.ForeignKey(SavedFilter, db_index=False, on_delete=models.CASCADE, related_name="readers")
    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                "saved_filter", "practice", Coalesce("user", 0), name="a_list_is_published_once_to_each_reader"
            )
        ]

    def __str__(self) -> str:
        return f"list {self.saved_filter_id} for {self.practice_id}/{self.user_id}"


class Shelf(models.Model):
    """Items of one practice, one owner (or nobody) and one call window: open or closed as a whole."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    window = models.ForeignKey(CallWindow, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                "practice",
                Coalesce("owner", 0),
                Coalesce("window", 0),
                name="a_shelf_stands_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id}/{self.owner_id}/{self.window_id}"


class QueueEntry(models.Model):
    """An item that may be handed out. `place` sorts: lane, then pinned, then rank; the lowest goes first."""

    item = models.OneToOneField(WorkItem, primary_key=True, on_delete=models.CASCADE, related_name="entry")
    shelf = models.ForeignKey(Shelf, on_delete=models.PROTECT, db_index=False, related_name="+")
    place = models.BigIntegerField()
    not_before_at = models.DateTimeField(null=True, help_text="a call-back is offered from its agreed minute")
    household = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "queue entries"
        indexes = [models.Index(fields=["shelf", "place", "item"], name="entry_by_place")]

    def __str__(self) -> str:
        return f"entry {self.item_id}"


class Lease(models.Model):
    """Somebody holds an item until a minute. `household` is set on one lease of each guarantor account held."""

    item = models.OneToOneField(WorkItem, primary_key=True, on_delete=models.CASCADE, related_name="lease")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    household = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["household"], name="a_household_is_worked_by_one_person")]

    def __str__(self) -> str:
        return f"{self.holder_id} holds {self.item_id}"


class WorkDraft(models.Model):
    """One person's unfinished outcome of one item."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="+")
    entered = EncryptedJSONField(help_text="the fields of the form as typed")
    touches = models.PositiveSmallIntegerField(help_text="the item's count on the page from which it comes")
    saved_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="a_person_drafts_an_item_once")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Skip(models.Model):
    """Somebody gave an item back without an outcome, and why; as the item stood then."""

    class Reason(models.TextChoices):
        NOT_MINE = "not_mine", "Needs a specialist: coding, enrollment, clinical"
        MISSING = "missing", "Something is missing that I cannot get"
        NO_TIME = "no_time", "No time to finish it now"
        PAYER_DOWN = "payer_down", "The payer's phone or portal is down"
        WRONG = "wrong", "What is shown looks wrong"
        CONFLICT = "conflict", "I know this person"
        OTHER = "other", "Something else"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, db_index=False, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="skips")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=Reason)
    words = EncryptedTextField(max_length=300, blank=True)
    kind = models.CharField(max_length=16, choices=kinds.CHOICES)
    amount = MoneyField(help_text="what was at stake")
    age_days = models.PositiveSmallIntegerField(help_text="how old it was")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "at"], name="skip_by_practice")]

    def __str__(self) -> str:
        return f"{self.item_id} skipped: {self.reason}"
