"""Where people may be reached when nobody is: a case a person, leads with their sources, files, and the history.

A case is of a person, not of an account: whoever finds somebody finds them for all that they owe. It is opened again
instead of a second one. Leads stay with what came of them, so nothing that failed is tried twice. The history
(`TraceEvent`) is append-only by trigger.

PII: TraceLead.value and .parts, LeadSource.words, TraceEvent.words, TraceCase.closed_because, TraceFile.content and
TraceFileRow.facts name people and where they live or work; all are encrypted.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField, IndexPart
from arwork.lib.money import MoneyField
from claims.amendments.models import PersonChange
from claims.parties.models import Person
from claims.practices.models import Practice
from collections_app.contacts.models import Contact

STAFF = settings.AUTH_USER_MODEL
#: States in which somebody looks for the person.
OPEN_STATES = ("open", "working")


class TraceCase(models.Model):
    """A person who can't be reached, who looks for them, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", "To work"
        WORKING = "working", "Being worked"
        FOUND = "found", "Found"
        EXHAUSTED = "exhausted", "Exhausted"
        STOPPED = "stopped", "Stopped"

    class Why(models.TextChoices):
        NO_WAY = "no_way", "No good address and no number"
        NO_MAIL = "no_mail", "Mail came back"
        UNANSWERED = "unanswered", "No answer on any number"
        MOVED = "moved", "Moved, says a file"
        BY_HAND = "by_hand", "Somebody asked for it"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="trace_case")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    why = models.CharField(max_length=10, choices=Why)
    balance = MoneyField(default=0, help_text="what is at stake over all their accounts when last looked at")
    chance = models.PositiveSmallIntegerField(default=0, help_text="confidence of the best lead, percent")
    worth = MoneyField(default=0, help_text="balance times chance: the best first")
    spent = MoneyField(default=0, help_text="what hits cost since it was opened")
    tries = models.PositiveSmallIntegerField(default=0, help_text="attempts at leads since it was opened")
    owner = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=80, blank=True)
    next_on = models.DateField(null=True)
    opened_on = models.DateField()
    lead_on = models.DateField(help_text="when the last new lead came, or it was opened")
    closed_on = models.DateField(null=True)
    closed_because = EncryptedTextField(max_length=300, blank=True)
    looked_at = models.JSONField(default=list, help_text="codes of sources in which somebody looked without a lead")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "-worth"], name="trace_by_worth"),
            models.Index(fields=["state", "id"], name="trace_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_trace_that_is_over_says_since_when",
                condition=models.Q(state__in=OPEN_STATES, closed_on=None)
                | (~models.Q(state__in=OPEN_STATES) & models.Q(closed_on__isnull=False)),
            ),
            models.CheckConstraint(name="a_chance_is_a_percentage", condition=models.Q(chance__lte=100)),
        ]

    def __str__(self) -> str:
        return f"trace {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class TraceLead(models.Model):
    """One number, address or name by which a person may be found."""

    class Kind(models.TextChoices):
        PHONE = "phone", "Phone"
        ADDRESS = "address", "Address"
        EMAIL = "email", "E-mail"
        EMPLOYER = "employer", "Employer"
        RELATIVE = "relative", "Relative or reference"

    class State(models.TextChoices):
        UNTRIED = "untried", "Not tried"
        TRIED = "tried", "Tried"
        CONFIRMED = "confirmed", "Confirmed"
        WRONG = "wrong", "Wrong"
        DEAD = "dead", "Dead"

    case = models.ForeignKey(TraceCase, db_index=False, on_delete=models.PROTECT, related_name="leads")
    kind = models.CharField(max_length=8, choices=Kind)
    value = EncryptedTextField(max_length=300, exact=True, help_text="folded: what makes two leads the same one")
    parts = EncryptedJSONField(help_text="as it is shown and written: number, address lines, name, relation")
    state = models.CharField(max_length=9, choices=State, default=State.UNTRIED)
    failures = models.PositiveSmallIntegerField(default=0)
    confidence = models.PositiveSmallIntegerField(default=0, help_text="0 to 100, as of the last look")
    added_on = models.DateField()
    tried_on = models.DateField(null=True)
    change = models.ForeignKey(
        PersonChange, null=True, db_index=False, on_delete=models.PROTECT, related_name="+",
        help_text="what confirming it wrote to the person",
    )  # fmt: skip

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint("case", "kind", IndexPart("value", 1, 16), name="a_lead_stands_once_in_a_trace"),
            models.CheckConstraint(name="a_confidence_is_a_percentage", condition=models.Q(confidence__lte=100)),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"


class TraceFile(models.Model):
    """A file of addresses or of people that went out, or came in."""

    class Kind(models.TextChoices):
        NCOA = "ncoa", "Change of address (NCOA)"
        VENDOR = "vendor", "Skip tracing"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind)
    is_out = models.BooleanField()
    partner = models.CharField(max_length=80, blank=True, help_text="who gets it, or sent it")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = EncryptedTextField(max_length=40_000_000, blank=True, help_text="of one that went out")
    rows = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    cost = MoneyField(default=0)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["practice", "-id"], name="trace_file_by_practice")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "sha256"],
                condition=models.Q(is_out=False, undone_at=None),
                name="a_file_of_leads_is_taken_in_once",
            )
        ]

    def __str__(self) -> str:
        return f"trace file {self.pk}"


class LeadSource(models.Model):
    """Who says so, and since when."""

    lead = models.ForeignKey(TraceLead, db_index=False, on_delete=models.PROTECT, related_name="sources")
    source = models.CharField(max_length=10)
    said_on = models.DateField()
    score = models.PositiveSmallIntegerField(null=True, help_text="0 to 100, where the source gives one")
    words = EncryptedTextField(max_length=200, blank=True)
    file = models.ForeignKey(TraceFile, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["lead", "source"], name="a_source_speaks_once_for_a_lead"),
            models.CheckConstraint(
                name="a_score_is_a_percentage", condition=models.Q(score=None) | models.Q(score__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} of lead {self.lead_id}"


class TraceFileRow(models.Model):
    """One line of a file: whose it is, what it says, what was done about it."""

    class Done(models.TextChoices):
        SENT = "sent", "Sent"
        APPLIED = "applied", "New address applied"
        SUGGESTED = "suggested", "Became a lead"
        BAD = "bad", "Address marked as bad"
        NOTHING = "nothing", "Nothing to do"
        REFUSED = "refused", "Left out"

    file = models.ForeignKey(TraceFile, db_index=False, on_delete=models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    case = models.ForeignKey(TraceCase, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    done = models.CharField(max_length=9, choices=Done)
    facts = EncryptedJSONField(default=dict, help_text="the line as it was read")
    words = models.CharField(max_length=200, blank=True)
    lead = models.ForeignKey(TraceLead, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    change = models.ForeignKey(PersonChange, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["file", "line"], name="a_line_of_a_trace_file_stands_once")]

    def __str__(self) -> str:
        return f"line {self.line} of {self.file_id}"


class TraceEvent(models.Model):
    """One step of a trace: opened, looked into, tried, found, given up. Append-only by trigger."""

    case = models.ForeignKey(TraceCase, db_index=False, on_delete=models.PROTECT, related_name="events")
    code = models.CharField(max_length=12)
    lead = models.ForeignKey(TraceLead, null=True, db_index=False, on_delete=models.PROTECT, related_name="events")
    contact = models.ForeignKey(Contact, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, blank=True, help_text="of an attempt")
    was_asked_to = models.BooleanField(default=False, help_text="a third party asked to be called again")
    words = EncryptedTextField(max_length=300, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["case", "id"], name="trace_event_by_case")]
        constraints = [
            # 12 CFR 1006.10(b)(3): nobody else is asked twice where somebody is, unless they ask for it.
            models.UniqueConstraint(
                fields=["lead"],
                condition=models.Q(code="tried", outcome="third_party", was_asked_to=False),
                name="a_third_party_is_asked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of trace {self.case_id}"
