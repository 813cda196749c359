"""Medicaid's patients and Qualified Medicare Beneficiaries of whom something is asked all the same (RULES 11.3).

Medicaid's payment is payment in full (42 CFR 447.15), and a QMB is never billed (SSA 1902(n)(3)(B)). Statements leave
such a visit out by themselves; what stands there still is written off by law, or goes back to the payer that owes it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from claims.adjustments.models import WriteOff
from claims.adjustments.services import propose
from claims.adjustments.standing import Target
from claims.ledger.models import Receivable
from claims.parties.models import Coverage
from claims.payers.models import PayerClass
from claims.remits.era import QMB_RARCS
from claims.remits.late_coverage import answers_so_far
from claims.remits.models import RemitClaim, RemitLine

if TYPE_CHECKING:
    from arwork.staff.models import User

PATIENT = "PATIENT"

_MEDICAID = (PayerClass.MEDICAID.value, PayerClass.MEDICAID_MCO.value)
_CLASSES = tuple(f"claim__coverage{rank}__payer__payer_class" for rank in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class NeverBilled:
    """What a patient is asked for of a claim, dollars, and which law forbids it."""

    claim_id: int
    account_id: int
    number: str
    patient: str
    practice: str
    service_on: dt.date
    owed: Decimal
    is_qmb: bool

    @property
    def law(self) -> str:
        if self.is_qmb:
            return "A Qualified Medicare Beneficiary is never billed (SSA 1902(n)(3)(B))"
        return "Medicaid's payment is payment in full (42 CFR 447.15)"


def forbidden_balances(actor: "User", *, practice: int | None = None) -> "QuerySet[Receivable]":
    """What patients owe of claims that Medicaid covers on the day of service, or whose answers name a QMB, in the
    actor's practices: the largest first."""
    rows = Receivable.objects.filter(practice__in=practice_ids(actor), bucket=PATIENT, amount__gt=0)
    rows = rows.filter(practice=practice) if practice else rows
    on_claim = Q()
    for name in _CLASSES:
        on_claim |= Q(**{f"{name}__in": _MEDICAID})
    covers = Coverage.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=OuterRef("claim__service_from")),
        Q(valid_to=None) | Q(valid_to__gte=OuterRef("claim__service_from")),
        patient=OuterRef("claim__patient"), payer__payer_class__in=_MEDICAID,
    )  # fmt: skip
    remarks = Q()
    for code in sorted(QMB_RARCS):
        remarks |= Q(rarcs__contains=code)
    posted = RemitClaim.objects.filter(claim=OuterRef("claim"), state=RemitClaim.State.POSTED, reversals=None)
    lines = RemitLine.objects.filter(
        remarks, remit_claim__claim=OuterRef("claim"), remit_claim__state=RemitClaim.State.POSTED,
        remit_claim__reversals=None,
    )  # fmt: skip
    found = rows.filter(on_claim | Exists(covers) | Exists(posted.filter(remarks)) | Exists(lines))
    return found.select_related("claim__patient__person", "practice").order_by("-amount", "pk")


def told(rows: "Collection[Receivable]") -> list[NeverBilled]:
    """Rows of `forbidden_balances` for people. Two queries."""
    answers = answers_so_far([row.claim_id for row in rows])
    return [
        NeverBilled(
            row.claim_id, row.account_id, row.claim.number, str(row.claim.patient.person), row.practice.name,
            row.claim.service_from, row.amount, bool((said := answers.get(row.claim_id)) and said.is_qmb),
        )
        for row in rows
    ]  # fmt: skip


def write_off_by_law(claim_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> WriteOff:
    """Take all that the patient is asked for of such a claim off, by the class that stands for a law. Raises
    `NotFound` for a claim that no law here protects."""
    row = forbidden_balances(actor).filter(claim=claim_id).first()
    if row is None:
        raise NotFound("Nothing of this claim is asked of a patient who may not be billed.")
    (one,) = told([row])
    return propose(
        Target(PATIENT, one.owed, claim_id), books_to="WO_STATUTORY", reason=one.law, actor=actor, today=today, now=now
    )
