"""Agencies and the contracts with them, what is placed there, the files that go out and come in.

PII: AgencyFile.content holds files that name people, encrypted; AgencyFileRow.note and AgencyPlacement.because are
words about people and are encrypted. Agencies are businesses; everything else is ids, figures, codes.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim
from claims.parties.models import Account
from claims.practices.models import Practice
from claims.receipts.models import Receipt
from claims.transfers.models import HandTransfer
from collections_app.agencies.states import (
    BLOCK,
    DATE_FORMATS,
    ISO,
    NET,
    PROFILES,
    REMITS,
    THIRD_PARTY,
    TIME_BARRED,
    BatchState,
    FileKind,
    PlacementState,
    RowKind,
    RowState,
)

PERSON = settings.AUTH_USER_MODEL
HUNDRED_PERCENT = 10_000


class Agency(models.Model):
    """A collection agency as one practice works with it: its contract and business associate agreement are with the
    practice, so an agency of two practices stands here twice."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=120, blank=True, help_text="whom to ask there, and how")
    profile = models.CharField(max_length=12, choices=PROFILES, default=THIRD_PARTY)
    agreement_on = models.DateField(null=True, help_text="business associate agreement signed on (RULES 12.8)")
    agreement_until = models.DateField(null=True, help_text="its last day; empty: until it is ended")
    remits = models.CharField(max_length=5, choices=REMITS, default=NET)
    minimum = MoneyField(default=0, help_text="the smallest balance it takes")
    states = models.CharField(
        max_length=200, blank=True, help_text="which it may take; empty: each it has a license of"
    )
    needs_offers = models.BooleanField(default=True, help_text="no account before ways to help were offered")
    time_barred = models.CharField(max_length=5, choices=TIME_BARRED, default=BLOCK)
    columns = models.JSONField(default=list, help_text="what its files name, in order; see `layouts`")
    date_format = models.CharField(max_length=3, choices=DATE_FORMATS, default=ISO)
    is_active = models.BooleanField(default=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(fields=["practice", "name"], name="an_agency_is_known_once_to_a_practice"),
            models.CheckConstraint(name="an_agency_takes_no_less_than_nothing", condition=models.Q(minimum__gte=0)),
            models.CheckConstraint(
                name="an_agreement_ends_after_it_begins",
                condition=models.Q(agreement_until=None)
                | models.Q(agreement_on__isnull=False, agreement_until__gte=models.F("agreement_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgencyLicence(models.Model):
    """A license of an agency to collect in a state, from a day to a day."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="licences")
    state = models.CharField(max_length=3)
    number = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(
                name="an_agency_licence_ends_after_it_begins",
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.number}"


class AgencyFee(models.Model):
    """What an agency keeps of what it collects: by how often the account was placed, and how old the debt was then."""

    agency = models.ForeignKey(Agency, db_index=False, on_delete=models.PROTECT, related_name="fees")
    placement_number = models.PositiveSmallIntegerField(help_text="1 first placement, 2 second, ...")
    age_from = models.PositiveIntegerField(help_text="days from service to placement, from which it holds")
    percent = models.PositiveIntegerField(help_text="hundredths of a percent")
    valid_from = models.DateField()
    source = models.CharField(max_length=120, help_text="where the contract says so")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "placement_number", "age_from", "valid_from"], name="a_fee_begins_once_on_a_day"
            ),
            models.CheckConstraint(
                name="a_fee_is_a_part_of_the_whole",
                condition=models.Q(percent__lte=HUNDRED_PERCENT, placement_number__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate} % from {self.valid_from}"

    @property
    def rate(self) -> Decimal:
        """The percentage as people say it: 27.5."""
        return Decimal(self.percent) / 100


class AgencyFile(models.Model):
    """A file that went to an agency or came from it, frozen with its hash and totals.

    For a file that came in, `amount` is all it reports as paid, `fee` what the agency keeps of it by its own word,
    `fee_due` what the contract says, `deposit` what arrived at the bank: `amount` less what was paid to us and, where
    it remits net, less `fee`.
    """

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=8, choices=FileKind)
    name = models.CharField(max_length=120)
    content = EncryptedTextField()
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    amount = MoneyField()
    fee = MoneyField(default=0)
    fee_due = MoneyField(default=0)
    deposit = MoneyField(null=True)
    deposit_reference = models.CharField(max_length=40, blank=True, help_text="check or transfer it came by")
    made_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, help_text="first downloaded or handed over")
    taken_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "sha256"], condition=models.Q(kind="answer"), name="an_agency_reports_a_file_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlacementBatch(models.Model):
    """Accounts placed with an agency together: whole or not at all, and taken back whole until the file has left."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="batches")
    key = models.UUIDField(unique=True, help_text="of the preview that was confirmed: it places once")
    state = models.CharField(max_length=6, choices=BatchState, default=BatchState.MADE)
    count = models.PositiveIntegerField()
    amount = MoneyField()
    file = models.OneToOneField(AgencyFile, on_delete=models.PROTECT, related_name="batch")
    placed_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(PERSON, db_index=False, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, help_text="when it was taken, or taken back")

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="a_batch_places_something", condition=models.Q(count__gt=0, amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"batch {self.pk}"


class AgencyPlacement(models.Model):
    """One account with one agency, from the day it was placed to the day it came back."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="agency_placements")
    agency = models.ForeignKey(Agency, db_index=False, on_delete=models.PROTECT, related_name="placements")
    batch = models.ForeignKey(PlacementBatch, on_delete=models.PROTECT, related_name="placements")
    reference = models.CharField(max_length=24, help_text="under which it stands in every file")
    number = models.PositiveSmallIntegerField(help_text="1 first placement of this account, 2 second, ...")
    age = models.PositiveIntegerField(help_text="days from its oldest service to the placement")
    placed_on = models.DateField()
    amount = MoneyField(help_text="what was placed")
    state = models.CharField(max_length=8, choices=PlacementState, default=PlacementState.PLACED)
    ended_on = models.DateField(null=True)
    ended_code = models.CharField(max_length=12, blank=True, help_text="why it was called back or returned")
    because = EncryptedTextField(max_length=200, blank=True)
    recall_code = models.CharField(max_length=12, blank=True, help_text="why it should be called back; empty: nothing")
    recall_since = models.DateField(null=True)
    owner = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    next_action = models.CharField(max_length=80, blank=True)
    next_on = models.DateField(null=True)

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["agency", "state", "placed_on"], name="agency_placement_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(state="placed"), name="an_account_is_with_one_agency"
            ),
            models.UniqueConstraint(fields=["practice", "reference"], name="a_reference_names_one_placement"),
            models.CheckConstraint(name="something_is_placed", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="a_placement_that_ended_has_a_day",
                condition=models.Q(state="placed", ended_on=None)
                | ~models.Q(state="placed") & models.Q(ended_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PlacedVisit(models.Model):
    """A visit of a placement, with what was placed of it and since when its patient had owed that."""

    placement = models.ForeignKey(AgencyPlacement, on_delete=models.PROTECT, related_name="visits")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="placed_visits")
    transfer = models.OneToOneField(HandTransfer, on_delete=models.PROTECT, related_name="placed_visit")
    amount = MoneyField()
    since_on = models.DateField(help_text="since when the patient had owed it")
    is_medicare = models.BooleanField(
        default=False, help_text="a share that Medicare left: bad debt once it is returned (42 CFR 413.89(e))"
    )

    class Meta:
        app_label = "collections_app"
        constraints = [
            models.CheckConstraint(name="something_of_a_visit_is_placed", condition=models.Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.placement_id}: {self.claim_id}"


class AgencyFileRow(models.Model):
    """A line of a file that went out (a recall, a payment that reached us) or came in, and what became of it."""

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, db_index=False, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(AgencyFile, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=60, help_text="the agency's own name of what it reports: taken in once")
    kind = models.CharField(max_length=8, choices=RowKind)
    reference = models.CharField(max_length=24)
    placement = models.ForeignKey(AgencyPlacement, null=True, on_delete=models.PROTECT, related_name="reported")
    amount = MoneyField(default=0)
    fee = MoneyField(default=0)
    fee_due = MoneyField(default=0, help_text="what the contract says")
    on = models.DateField(help_text="the day it happened")
    code = models.CharField(max_length=12, blank=True)
    note = EncryptedTextField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=RowState, default=RowState.APPLIED)
    why = models.CharField(max_length=200, blank=True, help_text="why it waits, or what was done about it")
    receipt = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="agency_row")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(PERSON, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "collections_app"
        indexes = [models.Index(fields=["agency", "state"], name="agency_row_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["agency", "key"], name="an_agency_reports_a_thing_once"),
            models.CheckConstraint(
                name="a_row_that_waits_says_why", condition=~models.Q(state="waiting") | ~models.Q(why="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.line}"
