"""How a bill came about: what each visit charged, what the plan took off and paid, and what is the patient's
responsibility.

Read from the postings of whole accounts in one GROUP BY, so that an explanation is never a second bookkeeping.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import attrgetter

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import Claim
from claims.ledger.models import Posting
from claims.payers.code_words import COST_SHARING, adjustment_words, share_kind

#: On a bill, to somebody who has never seen a remittance.
_TO_PATIENT = {
    "deductible": "Your deductible: what your plan asks you to pay yourself before it begins to pay",
    "coinsurance": "Your coinsurance: your share, in percent, of what the plan allows",
    "copay": "Your copay: the fixed amount for a visit",
    "transferred to the patient by the plan": "Your share, says the plan",
    "transferred to the patient": "Transferred to you",
}
_KINDS = ("deductible", "coinsurance", "copay", "non_covered", "transferred", "uninsured")


@dataclass(frozen=True, slots=True)
class PatientShare:
    """Why a patient owes something of a visit: what kind of share it is, and in words, with the code where it is not
    one that patients know."""

    kind: str
    words: str

    @property
    def title(self) -> str:
        """The words with a capital letter."""
        return f"{self.words[0].upper()}{self.words[1:]}"

    @property
    def order(self) -> tuple[int, str]:
        """Deductible, coinsurance and copay first, then the others."""
        return _KINDS.index(self.kind), self.words


def patient_share(group: str, carc: str, *, origin: str) -> PatientShare:
    """Why money became the patient's: the reason that the payer gave, else whose it was before (`origin`, an account of
    the chart)."""
    if carc:
        kind = share_kind(group, carc) or "transferred"
        return PatientShare(kind, kind if kind in COST_SHARING.values() else adjustment_words(group, carc))
    if origin in PAYERS:
        return PatientShare("transferred", "transferred to the patient by the plan")
    if origin in BUCKETS:
        return PatientShare("transferred", "transferred to the patient")
    return PatientShare("uninsured", "no insurance billed")


@dataclass
class VisitBill:
    """One claim as its patient sees it. Dollars; what lowers the bill is positive in its own line.

    `sequestered` is what a law keeps back from the plan's payment, and `not_billable` what no patient may be asked for:
    both lower the bill, but not what the plan allowed. `brought_forward` is what was still owed when the books began
    here: what had been charged and paid before is not in them.
    """

    claim: Claim
    charge: Decimal = ZERO
    brought_forward: Decimal = ZERO
    contractual: Decimal = ZERO
    sequestered: Decimal = ZERO
    not_billable: Decimal = ZERO
    plan_paid: Decimal = ZERO
    patient_paid: Decimal = ZERO
    forgiven: Decimal = ZERO
    refunded: Decimal = ZERO
    shares: dict[PatientShare, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    owed: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))

    @property
    def patient_owes(self) -> Decimal:
        return self.owed.get("PATIENT", ZERO)

    @property
    def stated_paid(self) -> Decimal:
        """What the patient had paid by the bill (AMT*F5) and no receipt says."""
        return max((self.claim.patient_paid or ZERO) - self.patient_paid, ZERO)

    @property
    def with_plan(self) -> Decimal:
        """What still waits for a payer's or another's answer."""
        return sum((amount for bucket, amount in self.owed.items() if bucket != "PATIENT"), ZERO)

    @property
    def agreed_off(self) -> Decimal:
        """What lowers the bill without being paid by anybody."""
        return self.contractual + self.sequestered + self.not_billable

    @property
    def allowed(self) -> Decimal:
        """What remains of the charge after what the plan and the practice agreed to take off, as the books have it; for
        a single service as its payer said it, see `claims.remits.explain`."""
        return self.charge + self.brought_forward - self.contractual

    @property
    def total(self) -> Decimal:
        return self.patient_owes + self.with_plan

    @property
    def why(self) -> list[tuple[PatientShare, Decimal]]:
        """The patient's share by reason, the most usual first."""
        return [(one, self.shares[one]) for one in sorted(self.shares, key=attrgetter("order")) if self.shares[one]]

    @property
    def parts(self) -> list[tuple[str, Decimal]]:
        """The same in words of the office: `Deductible`, 80.00."""
        return [(share.title, amount) for share, amount in self.why]

    @property
    def parts_for_patient(self) -> list[tuple[str, Decimal]]:
        """The same in words for the patient's bill."""
        return [(_TO_PATIENT.get(share.words, share.title), amount) for share, amount in self.why]


def shares_in_words(shares: Iterable[tuple[PatientShare, Decimal]]) -> str:
    """Shares with their amounts in a line: `deductible $80.00, coinsurance $40.00`."""
    return ", ".join(f"{share.words} ${amount:,.2f}" for share, amount in shares)


def visit_bills(claims: Sequence[Claim]) -> list[VisitBill]:
    """The visits of some claims, in their order. One query."""
    visits = {claim.pk: VisitBill(claim) for claim in claims}
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


def _add(visit: VisitBill, kind: str, debit: str, credit: str, group: str, carc: str, amount: Decimal) -> None:
    for bucket, sign in ((debit, 1), (credit, -1)):
        if bucket in BUCKETS:
            visit.owed[bucket] += sign * amount
    lowers = (credit in BUCKETS) - (debit in BUCKETS)
    if kind == "charge":
        visit.charge -= lowers * amount
    elif kind == "opening":
        visit.brought_forward -= lowers * amount
    elif kind == "contractual":
        visit.contractual += lowers * amount
    elif kind == "sequestration":
        visit.sequestered += lowers * amount
    elif kind == "statutory":
        visit.not_billable += lowers * amount
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
        visit.shares[patient_share(group, carc, origin=other)] += sign * amount
