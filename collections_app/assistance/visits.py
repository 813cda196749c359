"""The visits of an account as assistance sees them: what the patient owes, what they paid, what was charged, and why
one is not covered. Read in a bounded number of queries."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from arwork.lib.bulk import Among
from arwork.lib.dates import long_day
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.credits.causes import Moved, standing_moves
from claims.credits.selectors import claim_moves
from claims.ledger.models import Receivable
from collections_app.assistance.policy import AssistancePolicy, CoveredVisit
from collections_app.statements.cycle import SetApart
from collections_app.statements.owing import owed_by

PATIENT = "PATIENT"
#: What people pay, and what goes back to them.
_PAYMENTS = ("patient_payment", "refund")
_STATUTORY = {
    SetApart.MEDICAID: "Medicaid's payment is payment in full (42 CFR 447.15)",
    SetApart.QMB: "a Qualified Medicare Beneficiary is never billed (SSA 1902(n)(3)(B))",
}


@dataclass(frozen=True, slots=True)
class AssistedVisit:
    """One visit, its claim, and its figures."""

    claim: Claim
    figures: CoveredVisit


def visits_for(
    account_id: int, policy: AssistancePolicy, *, received_on: dt.date, today: dt.date, only: Collection[int] = ()
) -> list[AssistedVisit]:
    """The visits that the patient of an account owes or (where 501(r) binds) has paid within the window, the oldest
    service first. `only` are those asked about; without it all."""
    claims = _claims(account_id, policy, received_on, only)
    moves = claim_moves([one.pk for one in claims]) if claims else {}
    owed = owed_by([account_id], today=today)[account_id]
    apart = {one.claim_id: one.reason for one in owed.visits}
    amounts = {one.claim_id: one.owes for one in owed.visits}
    found = []
    for claim in claims:
        own = amounts.get(claim.pk, ZERO)
        paid = paid_by_patient(moves.get(claim.pk, ()))
        if own <= ZERO and not (policy.is_501r and paid > ZERO):
            continue
        reason = _STATUTORY.get(apart.get(claim.pk)) or _too_old(claim, policy, received_on)  # type: ignore[arg-type]
        found.append(AssistedVisit(claim, CoveredVisit(claim.pk, own, paid, claim.charge, reason)))
    return sorted(found, key=lambda one: (one.claim.service_from, one.claim.pk))


def paid_by_patient(moves: Iterable[Moved]) -> Decimal:
    """What stands paid by the patient, dollars: from the counter, the mail, and cash that lay unapplied."""
    return -sum((one.change(PATIENT) for one in standing_moves(moves) if _is_patient_money(one)), ZERO)


def paid_by_line(moves: Iterable[Moved]) -> dict[int, Decimal]:
    """The same by line, of those that have any."""
    found: dict[int, Decimal] = {}
    for one in standing_moves(moves):
        if _is_patient_money(one) and one.line_id:
            found[one.line_id] = found.get(one.line_id, ZERO) - one.change(PATIENT)
    return {line: amount for line, amount in found.items() if amount > ZERO}


def _is_patient_money(one: Moved) -> bool:
    return one.kind in _PAYMENTS or "UNAPPLIED" in (one.debit, one.credit)


def _claims(account_id: int, policy: AssistancePolicy, received_on: dt.date, only: Collection[int]) -> list[Claim]:
    owing = Receivable.objects.filter(account=account_id, bucket=PATIENT, amount__gt=0).values("claim_id")
    wanted = Q(pk__in=owing)
    if policy.is_501r:
        since = received_on - dt.timedelta(days=policy.earlier_days)
        wanted |= Q(first_statement_on__gte=since)
    rows = Claim.objects.filter(wanted, account=account_id).exclude(state=Claim.State.VOID)
    if only:
        rows = rows.filter(Among("pk", only))
    return list(rows.select_related("patient__person", "payer").distinct())


def _too_old(claim: Claim, policy: AssistancePolicy, received_on: dt.date) -> str:
    billed = claim.first_statement_on
    if billed is None or (received_on - billed).days <= policy.earlier_days:
        return ""
    days = (received_on - billed).days
    return f"first billed on {long_day(billed)}, {days} days before the application: more than {policy.earlier_days}"
