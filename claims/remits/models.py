"""Remittances as they were read, how they matched, what was posted and what waits for a person.

Stage -> match -> preview -> post. Everything the payer said is kept; nothing here holds a balance.
PII: RemitClaim keeps the patient name and, encrypted, the member id that the payer sent.
"""

import datetime as dt
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib.encrypted_fields import EncryptedTextField
from arwork.lib.money import MoneyField
from claims.billing.models import Claim, ClaimLine
from claims.payers.models import Payer
from claims.practices.models import Practice


class Remittance(models.Model):
    """One 835 transaction: one deposit (BPR02) and the claims it explains."""

    class State(models.TextChoices):
        STAGING = "staging", "Being read"
        STAGED = "staged", "Waiting for review"
        POSTING = "posting", "Posting"
        PARTLY = "partly", "Posted, exceptions open"
        POSTED = "posted", "Posted"
        REPLACED = "replaced", "Replaced by a sound copy"
        LEFT_OUT = "left_out", "Left out"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Payer, null=True, on_delete=models.PROTECT, related_name="+")
    transaction_id = models.BigIntegerField(db_index=True, help_text="the edi transaction; edi sits above")
    key = models.CharField(max_length=64, help_text="TRN02, TRN03, BPR16, BPR02 digested (RULES 2.4)")
    trace = models.CharField(max_length=50, db_index=True, help_text="TRN02: check or EFT number")
    payer_tin = models.CharField(max_length=20, blank=True, help_text="TRN03")
    payer_name = models.CharField(max_length=80, blank=True)
    method = models.CharField(max_length=3, help_text="BPR04: ACH, CHK, FWT, NON")
    amount = MoneyField(help_text="BPR02")
    paid_on = models.DateField(help_text="BPR16")
    received_on = models.DateField()
    posted_on = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.STAGING)
    create_missing = models.BooleanField(default=False)
    claim_count = models.PositiveIntegerField(default=0)
    total_charge = MoneyField(default=0)
    total_paid = MoneyField(default=0)
    total_patient = MoneyField(default=0)
    total_provider = MoneyField(default=0, help_text="sum of PLB as sent: positive reduces payment")
    is_balanced = models.BooleanField(default=False)
    problems = models.JSONField(default=list)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["key"], name="a_payment_is_taken_in_once")]
        indexes = [models.Index(fields=["practice", "paid_on"], name="remittance_by_day")]

    def __str__(self) -> str:
        return self.trace


#: Nothing of these is booked, or ever will be while they stay as they are.
SET_ASIDE = (Remittance.State.REPLACED, Remittance.State.LEFT_OUT)


class RemitClaim(models.Model):
    """One CLP as sent, the claim it matched, and its verdict."""

    class State(models.TextChoices):
        STAGED = "staged", "Staged"
        READY = "ready", "Ready to post"
        POSTED = "posted", "Posted"
        EXCEPTION = "exception", "Exception"
        DISMISSED = "dismissed", "Dismissed"

    remittance = models.ForeignKey(Remittance, db_index=False, on_delete=models.CASCADE, related_name="claims")
    position = models.PositiveIntegerField(help_text="order of the CLP in its transaction, from 1")
    segment = models.PositiveIntegerField(help_text="ordinal of the CLP segment in the file")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="remits")
    matched_by = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=50, blank=True, help_text="CLP01")
    status = models.CharField(max_length=2, help_text="CLP02")
    charge = MoneyField()
    paid = MoneyField()
    patient_responsibility = MoneyField(default=0)
    filing_code = models.CharField(max_length=2, blank=True)
    icn = models.CharField(max_length=50, blank=True, help_text="CLP07")
    patient_name = models.CharField(max_length=100, blank=True)
    member_id = EncryptedTextField(max_length=80, blank=True)
    service_from = models.DateField(null=True)
    service_to = models.DateField(null=True)
    rarcs = models.CharField(max_length=60, blank=True, help_text="MOA/MIA remark codes, space separated")
    adjustments = models.JSONField(default=list, help_text="claim-level CAS: [[group, carc, cents, quantity or null]]")
    is_forwarded = models.BooleanField(
        db_default=False, help_text="the payer sent the claim on to the next one: CLP02 19-21, MA07, MA18, N89, NM1*TT"
    )
    rendering_npi = models.CharField(max_length=10, blank=True, db_default="", help_text="NM1*82")
    bucket = models.CharField(max_length=8, blank=True, help_text="whose payment this is")
    state = models.CharField(max_length=9, choices=State, default=State.STAGED)
    posted_at = models.DateTimeField(null=True)
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")
    undone = models.PositiveSmallIntegerField(db_default=0, help_text="how often people undid its posting")

    class Meta:
        app_label = "claims"
        constraints = [
            models.UniqueConstraint(fields=["remittance", "position"], name="a_clp_is_staged_once_per_remittance")
        ]
        indexes = [
            models.Index(fields=["number"], name="remit_claim_by_number"),
            models.Index(fields=["icn"], name="remit_claim_by_icn"),
        ]

    def __str__(self) -> str:
        return f"{self.remittance_id}/{self.position}"


class RemitLine(models.Model):
    """One SVC as sent and the line it matched."""

    remit_claim = models.ForeignKey(RemitClaim, db_index=False, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    line = models.ForeignKey(ClaimLine, null=True, on_delete=models.PROTECT, related_name="remits")
    code = models.CharField(max_length=12, blank=True)
    modifiers = models.CharField(max_length=11, blank=True)
    revenue_code = models.CharField(max_length=4, blank=True)
    submitted_code = models.CharField(max_length=12, blank=True)
    control = models.CharField(max_length=50, blank=True)
    charge = MoneyField()
    paid = MoneyField()
    units = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    allowed = MoneyField(null=True, help_text="AMT*B6, a cross-check only")
    service_from = models.DateField(null=True)
    service_to = models.DateField(null=True)
    adjustments = models.JSONField(default=list, help_text="CAS: [[group, carc, cents, quantity or null]]")
    rarcs = models.CharField(max_length=60, blank=True, help_text="LQ*HE, space separated")

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["remit_claim", "position"], name="a_svc_is_staged_once_per_clp")]

    def __str__(self) -> str:
        return f"{self.remit_claim_id}/{self.position}"


class ProviderAdjustment(models.Model):
    """One PLB pair: money of the deposit that belongs to no claim in it (RULES 2.7)."""

    remittance = models.ForeignKey(
        Remittance, db_index=False, on_delete=models.CASCADE, related_name="provider_adjustments"
    )
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=2, help_text="WO, FB, L6, 72, ...")
    reference = models.CharField(max_length=50, blank=True)
    amount = MoneyField(help_text="as sent: positive reduces the payment")
    account = models.CharField(max_length=20, blank=True, help_text="ledger account it was posted to")
    posted_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        constraints = [models.UniqueConstraint(fields=["remittance", "position"], name="a_plb_is_staged_once")]

    def __str__(self) -> str:
        return f"PLB {self.code} {self.amount}"


class TakebackDispute(models.Model):
    """What no remittance says of a takeback: the day of the payer's letter, what was asked of it, what it decided.

    One for a case (`takebacks`): every question about a step of it points here.
    """

    demand_on = models.DateField(null=True, help_text="date printed on the demand letter")
    disputed_on = models.DateField(null=True, help_text="day the payer received the dispute (redetermination request)")
    case_number = models.CharField(max_length=50, blank=True, help_text="the payer's number of the dispute")
    decided_on = models.DateField(null=True, help_text="date printed on its decision")
    is_upheld = models.BooleanField(null=True, help_text="whether the payer keeps to its takeback")
    reconsidered_on = models.DateField(null=True, help_text="day the second level received its request")

    class Meta:
        app_label = "claims"
        constraints = [
            models.CheckConstraint(
                name="what_was_disputed_is_decided",
                condition=models.Q(decided_on=None, is_upheld=None)
                | models.Q(disputed_on__isnull=False, decided_on__gte=models.F("disputed_on"), is_upheld__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_was_upheld_goes_on",
                condition=models.Q(reconsidered_on=None)
                | models.Q(decided_on__isnull=False, reconsidered_on__gte=models.F("decided_on"), is_upheld=True),
            ),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"


class RemitException(models.Model):
    """What could not be posted by itself, why, and how a person settled it."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        RESOLVED = "resolved", "Resolved"
        DISMISSED = "dismissed", "Dismissed"

    practice = models.ForeignKey(Practice, db_index=False, on_delete=models.PROTECT, related_name="+")
    remittance = models.ForeignKey(Remittance, on_delete=models.CASCADE, related_name="exceptions")
    remit_claim = models.ForeignKey(RemitClaim, null=True, on_delete=models.CASCADE, related_name="exceptions")
    provider_adjustment = models.ForeignKey(
        ProviderAdjustment, null=True, on_delete=models.CASCADE, related_name="exceptions"
    )
    dispute = models.ForeignKey(TakebackDispute, null=True, on_delete=models.SET_NULL, related_name="exceptions")
    code = models.CharField(max_length=30, help_text="unmatched, unbalanced, allocate, over_credit, ...")
    detail = models.CharField(max_length=400, help_text="what was found and expected, for people")
    amount = MoneyField(help_text="money that waits")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    resolution = models.CharField(max_length=20, blank=True, help_text="match, allocate, create, accept, dismiss")
    reason = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(
        null=True, encoder=DjangoJSONEncoder, help_text="what posting by a person changed beside money, for its undoing"
    )

    class Meta:
        app_label = "claims"
        indexes = [models.Index(fields=["practice", "state"], name="remit_exception_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["remit_claim", "code"],
                name="a_clp_waits_once_for_a_reason",
                condition=models.Q(remit_claim__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["provider_adjustment", "code"],
                name="a_plb_waits_once_for_a_reason",
                condition=models.Q(provider_adjustment__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["remittance", "code"],
                name="a_remittance_waits_once_for_a_reason",
                condition=models.Q(remit_claim__isnull=True, provider_adjustment__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount}"


class AdjustmentRule(models.Model):
    """What an adjustment does: group + CARC (+ RARC, + payer) -> treatment, effective-dated (RULES 1.5)."""

    group = models.CharField(max_length=2)
    carc = models.CharField(max_length=5, blank=True, help_text="empty: any code of the group")
    rarc = models.CharField(max_length=5, blank=True, help_text="empty: whatever the remarks; N781 and the like")
    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    treatment = models.CharField(max_length=14)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "claims"

    def __str__(self) -> str:
        return f"{self.group}-{self.carc or '*'}: {self.treatment}"


@dataclass(slots=True)
class RemitClaimRow:
    """One CLP as it is to be kept; see `RemitClaim`."""

    remittance_id: int
    position: int
    segment: int
    number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient_responsibility: Decimal
    filing_code: str
    icn: str
    patient_name: str
    member_id: str
    service_from: dt.date | None
    service_to: dt.date | None
    rarcs: str
    adjustments: list[list[Any]]
    is_forwarded: bool = False
    rendering_npi: str = ""
    id: int = 0
    claim_id: int | None = None
    matched_by: str = ""
    bucket: str = ""
    state: str = RemitClaim.State.STAGED.value


@dataclass(slots=True)
class RemitLineRow:
    """One SVC as it is to be kept; see `RemitLine`."""

    position: int
    code: str
    modifiers: str
    revenue_code: str
    submitted_code: str
    control: str
    charge: Decimal
    paid: Decimal
    units: Decimal | None
    allowed: Decimal | None
    service_from: dt.date | None
    service_to: dt.date | None
    adjustments: list[list[Any]]
    rarcs: str
    remit_claim_id: int = 0
    line_id: int | None = None


CLAIM_COLUMNS = tuple(field.name for field in fields(RemitClaimRow))
LINE_COLUMNS = tuple(field.name for field in fields(RemitLineRow))
values_of_claim = attrgetter(*CLAIM_COLUMNS)
values_of_line = attrgetter(*LINE_COLUMNS)
