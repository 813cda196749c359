"""Appeals as cases, what they answer, what was put together and sent, how payers are appealed to, runs over many.

PII: AppealCase.points, left_out and answer are free text about a patient's claim; AppealEvent.words repeats parts of
them; AppealPacket.contents names what was enclosed; AppealSending names where it went and its proof. All of them are
encrypted. Packets stand in the store of documents, encrypted too. Playbooks and runs hold none.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedJSONField, EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.documents.models import Document
from claims.payers.models import Payer
from claims.practices.models import Practice

PERSON = settings.AUTH_USER_MODEL
UNSENT = ("drafting", "ready")
WAITING = ("sent", "acknowledged")
OVER = ("decided", "withdrawn")
_OVER = models.Q(state__in=OVER)


class PayerPlaybook(models.Model):
    """How a payer is appealed to from a day on, in one practice or all: where, by which form, what worked. Admins keep
    it; nothing about patients stands in it."""

    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="+", help_text="empty: every practice"
    )
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="playbooks")
    addressee = models.CharField(max_length=120, help_text="as it stands on the envelope: Appeals Department")
    address = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip = models.CharField(max_length=10, blank=True)
    fax = models.CharField(max_length=20, blank=True)
    portal = models.CharField(max_length=200, blank=True, help_text="address of the page, never a password")
    form = models.CharField(max_length=120, blank=True, help_text="a form that has to go along")
    way = models.CharField(max_length=9, blank=True, help_text="how it is best sent")
    clause = models.TextField(max_length=2000, blank=True, help_text="of the contract or the payer’s policy, to quote")
    worked = models.TextField(max_length=1000, blank=True, help_text="what worked")
    notes = models.TextField(max_length=1000, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    entered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="a_playbook_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"playbook {self.pk}"


class AppealRun(models.Model):
    """Packets for many denials of one payer that have one cause, made in the background."""

    class State(models.TextChoices):
        MAKING = "making", "Being made"
        MADE = "made", "Made"
        SENT = "sent", "Sent"

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=24)
    carc = models.CharField(max_length=5, blank=True, help_text="empty: whatever the reason code")
    state = models.CharField(max_length=7, choices=State, default=State.MAKING)
    asked = models.PositiveIntegerField(help_text="claims that were chosen")
    made = models.PositiveIntegerField(default=0, help_text="packets so far")
    skipped = models.PositiveIntegerField(default=0, help_text="claims whose packet could not be made")
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_on = models.DateField()
    points = models.TextField(max_length=2000, blank=True, help_text="said in each letter; nothing about a patient")
    without = models.CharField(max_length=200, blank=True, help_text="why what is missing is left out of each packet")
    beat_at = models.DateTimeField(null=True, help_text="when its worker was last seen")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="a_run_of_appeals_has_claims", condition=models.Q(asked__gt=0)),
        ]

    def __str__(self) -> str:
        return f"run of appeals {self.pk}"

    @property
    def left(self) -> int:
        """Packets that are still to be made."""
        return max(self.asked - self.made - self.skipped, 0)


class AppealCase(models.Model):
    """One appeal of a claim at one level, from the day it is opened to its decision. The next level is a case of its
    own that names this one."""

    class State(models.TextChoices):
        DRAFTING = "drafting", "To write"
        READY = "ready", "To send"
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Received by the payer"
        DECIDED = "decided", "Decided"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Outcome(models.TextChoices):
        WON = "won", "Won"
        PART = "part", "Won in part"
        LOST = "lost", "Lost"
        DISMISSED = "dismissed", "Dismissed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="appeals")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(AppealRun, null=True, on_delete=models.PROTECT, related_name="cases")
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="following")
    route = models.CharField(max_length=24, help_text="as it was chosen: appeal, reconsideration")
    ladder = models.CharField(max_length=20, help_text="whose levels: see appeal_levels")
    level = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=24, help_text="of the denial that it answers first; says which argument")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFTING)
    amount = MoneyField(help_text="what was denied, and is asked for")
    notice_on = models.DateField(help_text="the day on the notice that it answers")
    notice_received_on = models.DateField(null=True, help_text="where that is documented")
    last_day_on = models.DateField(null=True, help_text="empty: no rule says")
    due_on = models.DateField(null=True, help_text="our own day, earlier")
    reasoning = models.JSONField(default=list, help_text="how these days came about, as sentences")
    source = models.CharField(max_length=300, blank=True)
    is_urgent = models.BooleanField(default=False)
    points = EncryptedTextField(max_length=4000, blank=True, help_text="what is to be said of this claim alone")
    left_out = EncryptedJSONField(default=dict, help_text="what does not go along, and why: code to words")
    owner = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=120, blank=True)
    next_on = models.DateField(null=True)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(
        help_text="what goes into the packet was changed last; an older packet is not sent"
    )
    sent_on = models.DateField(null=True)
    acknowledged_on = models.DateField(null=True)
    reference = models.CharField(max_length=60, blank=True, help_text="the payer’s number of the appeal")
    decision_due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    decided_on = models.DateField(null=True, help_text="the day on the decision, or of the payment that came")
    won = MoneyField(default=0, help_text="what the decision, or the payment, gave")
    answer = EncryptedTextField(
        max_length=1000, blank=True, help_text="the decision, or why it was withdrawn, in words"
    )
    closed_on = models.DateField(null=True)
    text_version = models.CharField(max_length=40, blank=True, help_text="which letter was sent, in words")

    class Meta:
        app_label = "collections_app"
        indexes = [
            models.Index(fields=["practice", "state", "due_on"], name="appeal_by_state"),
            models.Index(fields=["practice", "closed_on"], name="appeal_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_open_appeal_has_an_owner_and_a_next_step",
                condition=_OVER | (models.Q(owner__isnull=False, next_on__isnull=False) & ~models.Q(next_action="")),
            ),
            models.CheckConstraint(
                name="an_appeal_is_over_on_a_day",
                condition=(_OVER & models.Q(closed_on__isnull=False)) | (~_OVER & models.Q(closed_on=None)),
            ),
            models.CheckConstraint(
                name="a_sent_appeal_says_when",
                condition=~models.Q(state__in=WAITING) | models.Q(sent_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decided_appeal_says_how_and_when",
                condition=(models.Q(state="decided", decided_on__isnull=False) & ~models.Q(outcome=""))
                | (~models.Q(state="decided") & models.Q(outcome="", decided_on=None)),
            ),
            models.CheckConstraint(name="an_appeal_asks_for_no_debt", condition=models.Q(amount__gte=0, won__gte=0)),
            models.CheckConstraint(name="the_levels_of_appeals_begin_with_one", condition=models.Q(level__gte=1)),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done or waited for."""
        return self.state not in OVER

    @property
    def is_unsent(self) -> bool:
        """Whether it may still be changed."""
        return self.state in UNSENT


class AppealedDenial(models.Model):
    """A denial that a case answers; one open case at a time."""

    case = models.ForeignKey(AppealCase, on_delete=models.CASCADE, related_name="denials")
    denial = models.ForeignKey(Denial, on_delete=models.CASCADE, related_name="appeals")
    is_open = models.BooleanField(default=True, help_text="the case is")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["case", "denial"], name="an_appeal_names_a_denial_once"),
            models.UniqueConstraint(
                fields=["denial"], name="a_denial_is_appealed_once_at_a_time", condition=models.Q(is_open=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.denial_id} in appeal {self.case_id}"


class AppealEnclosure(models.Model):
    """A document that goes along, and for what of the checklist."""

    case = models.ForeignKey(AppealCase, on_delete=models.CASCADE, related_name="enclosures")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, help_text="a code of the checklist")
    position = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["case", "document"], name="a_document_goes_along_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of appeal {self.case_id}"


class AppealPacket(models.Model):
    """A packet as it was put together: one PDF, with its hash and its table of contents. Append-only."""

    case = models.ForeignKey(AppealCase, on_delete=models.PROTECT, related_name="packets")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    contents = EncryptedJSONField(help_text="label and first page of each part")
    version = models.CharField(max_length=80, help_text="which letter and argument, in words")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"packet {self.pk}"


class AppealSending(models.Model):
    """That a packet left, how, where to, and what proves it. Append-only."""

    class Way(models.TextChoices):
        MAIL = "mail", "By mail"
        CERTIFIED = "certified", "By certified mail"
        FAX = "fax", "By fax"
        PORTAL = "portal", "Uploaded to their portal"

    case = models.OneToOneField(AppealCase, on_delete=models.PROTECT, related_name="sending")
    packet = models.ForeignKey(AppealPacket, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=9, choices=Way)
    went_to = EncryptedTextField(max_length=400, help_text="lines of the envelope, fax number, address of the portal")
    proof = EncryptedTextField(max_length=120, blank=True, help_text="certified number, fax confirmation, reference")
    sent_on = models.DateField()
    filed_on = models.DateField(help_text="the day that counts as filed")
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_appeal_is_filed_when_it_leaves_or_later", condition=models.Q(filed_on__gte=models.F("sent_on"))
            )
        ]

    def __str__(self) -> str:
        return f"sending of appeal {self.case_id}"


class AppealEvent(models.Model):
    """What happened to a case. Append-only."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Opened"
        TAKEN = "taken", "Taken over"
        PLANNED = "planned", "Next step"
        WRITTEN = "written", "Letter changed"
        ENCLOSED = "enclosed", "Enclosure added"
        TAKEN_OUT = "taken_out", "Enclosure taken out"
        LEFT_OUT = "left_out", "Left out"
        READY = "ready", "Ready to send"
        REOPENED = "reopened", "Changed again"
        PACKET = "packet", "Packet made"
        SENT = "sent", "Sent"
        ACKNOWLEDGED = "acknowledged", "Received by the payer"
        DECIDED = "decided", "Decided"
        PAID = "paid", "Paid after all"
        WITHDRAWN = "withdrawn", "Withdrawn"

    case = models.ForeignKey(AppealCase, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    words = EncryptedTextField(max_length=1000, blank=True)
    by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "collections_app"

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
