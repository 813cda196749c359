"""What of a bill may be shown to somebody without a seat here: offered one by one, shown only where it is ticked.

No more than the question needs (45 CFR 164.502(b)): whose bill it is stands last and is never ticked by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from claims.billing.models import Claim
from claims.documents.models import Document
from claims.documents.selectors import documents_of_account, documents_of_claim
from claims.ledger.visits import visit_bills
from collections_app.disputes.models import BillingDispute
from collections_app.disputes.services import owed_on

#: Ticked unless somebody unticks them: without them no question about a bill makes sense.
_USUAL = ("day", "line")


@dataclass(frozen=True, slots=True)
class FactOffer:
    """One thing that may be shown: its code in the form, its label and its words."""

    code: str
    label: str
    words: str

    @property
    def is_usual(self) -> bool:
        """Whether it is ticked by itself."""
        return self.code.partition("-")[0] in _USUAL


def offers(found: BillingDispute) -> list[FactOffer]:
    """What may be shown of a case. Five queries."""
    claim = found.claim
    own = _of_visit(claim, found) if claim else []
    money = [FactOffer("owed", "The patient owes", _usd(owed_on(found.account_id, found.claim_id)))]
    said = [
        FactOffer("kind", "What is disputed", str(found.get_kind_display())),
        FactOffer("said", "What the patient says", found.words),
    ]
    patient = claim.patient.person if claim else found.account.guarantor
    named = [FactOffer("patient", "Patient", f"{patient.first} {patient.last}".strip())]
    return [*own, *money, *said, *named]


def chosen_facts(found: BillingDispute, codes: Collection[str]) -> list[list[str]]:
    """Label and words of what is shown, in the order in which it is offered; what is not offered is left out."""
    return [[one.label, one.words] for one in offers(found) if one.code in codes]


def documents_offered(found: BillingDispute) -> list[Document]:
    """The documents that may be shown with it: those that stand on its visit, or on its account."""
    rows = documents_of_claim(found.claim_id) if found.claim_id else documents_of_account(found.account_id)
    return list(rows.filter(withdrawn_at=None, bytes_dropped_at=None)[:20])


def _of_visit(claim: Claim, found: BillingDispute) -> list[FactOffer]:
    [bill] = visit_bills([claim])
    day = claim.service_from
    numbers = {int(one) for one in found.line_numbers.split()}
    lines = [
        FactOffer(f"line-{one.number}", f"Service {one.number}", _line(one.code, one.modifiers, one.units, one.charge))
        for one in claim.lines.exclude(number=0).order_by("number")
        if not numbers or one.number in numbers
    ]
    return [
        FactOffer("day", "Day of the visit", f"{day:%b} {day.day}, {day.year}"),
        *([FactOffer("doctor", "Doctor", claim.rendering_name)] if claim.rendering_name else []),
        *lines,
        FactOffer("number", "Number of the claim", claim.number),
        *([FactOffer("diagnoses", "Diagnoses", claim.diagnoses)] if claim.diagnoses else []),
        FactOffer("charged", "Charged", _usd(bill.charge)),
        FactOffer("plan_paid", "Paid by the plan", _usd(bill.plan_paid)),
        FactOffer("patient_paid", "Paid by the patient", _usd(bill.patient_paid)),
    ]


def _line(code: str, modifiers: str, units: Decimal, charge: Decimal) -> str:
    named = f"{code} {modifiers}".strip() or "no code"
    return f"{named}, units: {units.normalize():f}, {_usd(charge)}"


def _usd(amount: Decimal) -> str:
    return f"${amount:,.2f}"
