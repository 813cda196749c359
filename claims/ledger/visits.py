"""How a bill came about: what each visit charged, what the plan took off and paid, and what it left to the patient.

Read from the postings of whole accounts in one GROUP BY, so that an explanation is never a second bookkeeping.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import Claim
from claims.ledger.models import Posting

#: Patient responsibility in words a patient knows (CAS group PR); other reasons keep their code.
SHARES = {"1": "Deductible", "2": "Coinsurance", "3": "Copay"}


@dataclass
class Visit:
    """One claim as its patient sees it. Dollars; what lowers the bill is positive in its own line."""

    claim: Claim
    charge: Decimal = ZERO
    agreed_off: Decimal = ZERO
    plan_paid: Decimal = ZERO
    patient_paid: Decimal = ZERO
    forgiven: Decimal = ZERO
    refunded: Decimal = ZERO
    shares: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    owed: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    @property
    def patient_owes(self) -> Decimal:
        return self.owed.get("PATIENT", ZERO)

    @property
    def with_plan(self) -> Decimal:
        """What still waits for a payer's or another's answer."""
        return sum((amount for bucket, amount in self.owed.items() if bucket != "PATIENT"), ZERO)

    @property
    def allowed(self) -> Decimal:
        """What remains of the charge after what the plan and the practice agreed to take off."""
        return self.charge - self.agreed_off

    @property
    def total(self) -> Decimal:
        return self.patient_owes + self.with_plan

    @property
    def is_explained(self) -> bool:
        """Whether the lines shown add up to what is owed (a takeback or a recoupment may stand between)."""
        left = self.charge - self.agreed_off - self.plan_paid - self.patient_paid - self.forgiven + self.refunded
        return left == self.total

    @property
    def parts(self) -> list[tuple[str, Decimal]]:
        """The patient's share by reason: deductible, coinsurance, copay first, then the others."""
        order = [*SHARES.values()]
        known = sorted(self.shares.items(), key=lambda one: (order.index(one[0]) if one[0] in order else 9, one[0]))
        return [(name, amount) for name, amount in known if amount]


def visits_of(claims: Sequence[Claim]) -> list[Visit]:
    """The visits of some claims, in their order. One query."""
    visits = {claim.pk: Visit(claim) for claim in claims}
    rows = (
        Posting.objects.filter(claim__in=visits)
        .order_by()
        .values_list("claim_id", "kind", "debit", "credit", "group", "carc")
        .annotate(total=Sum("amount"))
    )
    for claim_id, kind, debit, credit, group, carc, total in rows:
        if visit := visits.get(claim_id or 0):
            _add(visit, kind, debit, credit, group, carc, total)
    return list(visits.values())


def _add(visit: Visit, kind: str, debit: str, credit: str, group: str, carc: str, amount: Decimal) -> None:
    for bucket, sign in ((debit, 1), (credit, -1)):
        if bucket in BUCKETS:
            visit.owed[bucket] += sign * amount
    lowers = (credit in BUCKETS) - (debit in BUCKETS)
    if kind == "charge":
        visit.charge -= lowers * amount
    elif kind in ("contractual", "sequestration", "statutory"):
        visit.agreed_off += lowers * amount
    elif kind == "payer_payment":
        visit.plan_paid += lowers * amount
    elif kind == "patient_payment":
        visit.patient_paid += lowers * amount
    elif kind == "write_off":
        visit.forgiven += lowers * amount
    elif kind in ("refund", "recoupment"):
        visit.refunded -= lowers * amount
    elif kind == "transfer" and "PATIENT" in (debit, credit):
        other = credit if debit == "PATIENT" else debit
        sign = 1 if debit == "PATIENT" else -1
        visit.shares[_share(group, carc, other)] += sign * amount


def _share(group: str, carc: str, other: str) -> str:
    if group == "PR" and carc in SHARES:
        return SHARES[carc]
    if carc:
        return f"{group}-{carc}"
    return "Left by the plan" if other in PAYERS else "Moved to you"
