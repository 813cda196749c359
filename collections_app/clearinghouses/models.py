"""Connections to clearinghouses, the control numbers used with them, and the files that go out.

PII: OutgoingFile.content holds claims or inquiries with everything they say of a patient, encrypted; everything else is
ids, counts and the names of organizations and of a contact at the practice.
"""

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.payers.models import Payer
from claims.practices.models import Practice
from collections_app.clearinghouses.characters import EXTENDED
from collections_app.clearinghouses.envelopes import EnvelopeParties
from collections_app.clearinghouses.states import (
    CHARACTER_SETS,
    DELIVERIES,
    DOWNLOAD,
    NUMBER_KINDS,
    QUALIFIERS,
    SFTP,
    TEST,
    USAGES,
    OutgoingFileState,
    OutgoingKind,
)


class ClearinghouseConnection(models.Model):
    """How one practice sends claims and inquiries to one clearinghouse or payer, from a day to a day."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    submitter_name = models.CharField(max_length=60, help_text="1000A NM103")
    submitter_id = models.CharField(max_length=20, help_text="1000A NM109")
    contact = models.CharField(max_length=60, help_text="1000A PER02")
    phone = models.CharField(max_length=10, help_text="1000A PER04, ten digits")
    receiver_name = models.CharField(max_length=60, help_text="1000B NM103")
    sender_qualifier = models.CharField(max_length=2, choices=QUALIFIERS, default="ZZ", help_text="ISA05")
    sender_id = models.CharField(max_length=15, help_text="ISA06")
    group_sender = models.CharField(max_length=15, help_text="GS02")
    receiver_qualifier = models.CharField(max_length=2, choices=QUALIFIERS, default="ZZ", help_text="ISA07")
    receiver_id = models.CharField(max_length=15, help_text="ISA08")
    group_receiver = models.CharField(max_length=15, help_text="GS03")
    usage = models.CharField(max_length=1, choices=USAGES, default=TEST, help_text="ISA15")
    characters = models.CharField(max_length=8, choices=CHARACTER_SETS, default=EXTENDED)
    forms = models.CharField(max_length=3, default="PI", help_text="P, I, D: what it carries")
    all_payers = models.BooleanField(default=True)
    most_claims = models.PositiveSmallIntegerField(default=500, help_text="in one ST; the guides allow 5,000")
    delivery = models.CharField(max_length=8, choices=DELIVERIES, default=DOWNLOAD)
    place = models.CharField(max_length=30, blank=True, help_text="the SFTP place as the installation names it")
    folder = models.CharField(max_length=100, blank=True, help_text="below the folder of that place")
    is_nightly = models.BooleanField(default=False, help_text="ready claims are made a file and sent every night")
    answer_hours = models.PositiveSmallIntegerField(default=24, help_text="without any answer after that: attention")
    from_on = models.DateField()
    until_on = models.DateField(null=True, help_text="the last day on which files go there")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "name", "from_on"], name="a_connection_has_a_name_of_its_own"),
            models.CheckConstraint(
                name="a_connection_by_sftp_names_its_place",
                condition=~models.Q(delivery=SFTP) | ~models.Q(place=""),
            ),
            models.CheckConstraint(
                name="a_transaction_holds_one_to_five_thousand_claims",
                condition=models.Q(most_claims__gte=1, most_claims__lte=5000),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def parties(self) -> EnvelopeParties:
        """Who sends to whom, for the envelope."""
        return EnvelopeParties(
            self.sender_qualifier,
            self.sender_id,
            self.receiver_qualifier,
            self.receiver_id,
            self.group_sender,
            self.group_receiver,
            self.usage,
            self.characters,
        )


class CarriedPayer(models.Model):
    """A payer whose claims go through a connection that does not carry all payers."""

    connection = models.ForeignKey(
        ClearinghouseConnection, db_index=False, on_delete=models.CASCADE, related_name="payers"
    )
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [models.UniqueConstraint(fields=["connection", "payer"], name="a_payer_is_carried_once")]

    def __str__(self) -> str:
        return f"{self.connection_id} carries {self.payer_id}"


class ControlNumber(models.Model):
    """The last number used between a sender and a receiver. Practices of one submitter share them: the receiver tells
    files apart by these numbers only."""

    sender_id = models.CharField(max_length=15)
    receiver_id = models.CharField(max_length=15)
    kind = models.CharField(max_length=3, choices=NUMBER_KINDS)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "receiver_id", "kind"], name="numbers_are_counted_once"),
            models.CheckConstraint(
                name="a_control_number_has_nine_digits_at_most", condition=models.Q(last__lte=999_999_999)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.last}"


class OutgoingFile(models.Model):
    """One interchange as it leaves, frozen with its hash. Numbers of a void file are not used again."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(ClearinghouseConnection, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=3, choices=OutgoingKind, default=OutgoingKind.CLAIMS)
    sender_id = models.CharField(max_length=15, help_text="ISA06")
    receiver_id = models.CharField(max_length=15, help_text="ISA08")
    isa_control = models.PositiveIntegerField(help_text="ISA13")
    gs_controls = models.JSONField(default=list, help_text="GS06 of its groups")
    usage = models.CharField(max_length=1, choices=USAGES)
    name = models.CharField(max_length=60)
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")
    items = models.PositiveIntegerField(help_text="claims or inquiries in it")
    amount = MoneyField(default=0, help_text="what its claims charge")
    state = models.CharField(max_length=12, choices=OutgoingFileState, default=OutgoingFileState.MADE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, db_index=False, on_delete=models.PROTECT, related_name="+"
    )
    sent_how = models.CharField(max_length=8, choices=DELIVERIES, blank=True)
    answered_on = models.DateField(null=True, help_text="the day of the first acknowledgment of it")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["sender_id", "receiver_id", "isa_control"], name="an_interchange_number_is_used_once"
            ),
            models.CheckConstraint(
                name="a_file_was_sent_at_a_moment",
                condition=models.Q(state__in=("made", "void"), sent_at=None)
                | ~models.Q(state__in=("made", "void")) & models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["practice", "state"], name="outgoing_file_by_state")]

    def __str__(self) -> str:
        return self.name
