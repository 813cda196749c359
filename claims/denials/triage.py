"""What each refused or reduced dollar of a line is, and how its payment stands. Pure (RULES 2.6, 7.1).

Every adjustment gets one verdict, from what it does to the books by the rules of its day (group, reason, remarks,
payer: `claims.remits.adjustment_rules`); what the contract allows beyond what was paid is an underpayment inside the
agreed reduction. The verdicts of a line add up to its adjustments. How a line's payment stands is said from the books
alone: nothing that anybody does about it, or plans, is asked here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO
from claims.remits.era import Treatment
from claims.remits.explain import TreatedCut


class PaymentVerdict(StrEnum):
    """What an adjustment is."""

    DENIAL = "denial"
    UNDERPAYMENT = "underpayment"
    PATIENT_SHARE = "patient share"
    CONTRACTUAL = "contractual"
    PENDING = "pending"
    INFORMATION = "information"


#: What is only probably the patient's (`VERIFY_FIRST`) is a refusal until coverage is verified; what the law
#: lets nobody ask the patient for is still the patient's share, of which nothing comes.
VERDICTS: dict[Treatment, PaymentVerdict] = {
    Treatment.CONTRACTUAL: PaymentVerdict.CONTRACTUAL,
    Treatment.SEQUESTRATION: PaymentVerdict.CONTRACTUAL,
    Treatment.TRANSFER: PaymentVerdict.PATIENT_SHARE,
    Treatment.NEXT_PAYER: PaymentVerdict.PATIENT_SHARE,
    Treatment.STATUTORY: PaymentVerdict.PATIENT_SHARE,
    Treatment.VERIFY_FIRST: PaymentVerdict.DENIAL,
    Treatment.DENIAL: PaymentVerdict.DENIAL,
    Treatment.DISPUTABLE: PaymentVerdict.UNDERPAYMENT,
    Treatment.INFORMATION: PaymentVerdict.INFORMATION,
    Treatment.PENDING: PaymentVerdict.PENDING,
}


@dataclass(frozen=True, slots=True)
class TriagedCut:
    """One adjustment, or a part of one, with its verdict. Dollars as sent."""

    verdict: PaymentVerdict
    group: str
    carc: str
    amount: Decimal


def triage(cuts: Iterable[TreatedCut], *, short: Decimal = ZERO) -> tuple[TriagedCut, ...]:
    """The verdicts of a line's adjustments, in their order. Of the agreed reductions `short` dollars, as far as they
    reach, are what the payer should have allowed by its contract."""
    found = []
    for one in cuts:
        verdict = VERDICTS[one.treatment]
        beyond = ZERO
        if one.treatment is Treatment.CONTRACTUAL and one.amount > 0:
            beyond = min(max(short, ZERO), one.amount)
            short -= beyond
        if beyond:
            found.append(TriagedCut(PaymentVerdict.UNDERPAYMENT, one.group, one.carc, beyond))
        if one.amount != beyond or not beyond:
            found.append(TriagedCut(verdict, one.group, one.carc, one.amount - beyond))
    return tuple(found)


def sums_by_verdict(cuts: Iterable[TriagedCut]) -> dict[PaymentVerdict, Decimal]:
    """Dollars by verdict, without those that come to nothing."""
    found: dict[PaymentVerdict, Decimal] = defaultdict(lambda: ZERO)
    for one in cuts:
        found[one.verdict] += one.amount
    return {verdict: amount for verdict, amount in found.items() if amount}


class PaymentStatus(StrEnum):
    """How the payment of a line, or of a claim, stands."""

    UNANSWERED = "not answered"
    DENIED = "denied"
    IN_PART = "paid in part"
    UNDERPAID = "underpaid"
    PENDING = "pending"
    PATIENT = "patient share"
    PAID = "paid"
    ADJUSTED = "taken off"
    TAKEN_BACK = "taken back"


#: Colours of tags.
PAYMENT_TONES: dict[PaymentStatus, str] = {
    PaymentStatus.UNANSWERED: "",
    PaymentStatus.DENIED: "tag-red",
    PaymentStatus.IN_PART: "tag-amber",
    PaymentStatus.UNDERPAID: "tag-amber",
    PaymentStatus.PENDING: "tag-amber",
    PaymentStatus.PATIENT: "tag-blue",
    PaymentStatus.PAID: "tag-green",
    PaymentStatus.ADJUSTED: "",
    PaymentStatus.TAKEN_BACK: "tag-red",
}


@dataclass(frozen=True, slots=True)
class LineStanding:
    """The books of a line: what payers paid; what is refused, short, undecided; what was put to the patient. Dollars.

    `waiting` is what a payer owes of it without any of these: nobody has answered for it yet. `is_answered`: some payer
    has answered for the line, and has not taken that back.
    """

    paid: Decimal = ZERO
    denied: Decimal = ZERO
    short: Decimal = ZERO
    pending: Decimal = ZERO
    patient: Decimal = ZERO
    waiting: Decimal = ZERO
    is_answered: bool = True


def payment_status(line: LineStanding) -> PaymentStatus:
    """How the payment of a line stands. A payment of nothing is no denial: a deductible for all of it is the patient's
    share (RULES 2.6)."""
    if not line.is_answered:
        return PaymentStatus.UNANSWERED
    if line.paid < 0:
        return PaymentStatus.TAKEN_BACK
    for amount, alone in (
        (line.denied, PaymentStatus.DENIED),
        (line.pending, PaymentStatus.PENDING),
        (line.waiting, PaymentStatus.UNANSWERED),
    ):
        if amount > 0:
            return PaymentStatus.IN_PART if line.paid > 0 else alone
    if line.short > 0:
        return PaymentStatus.UNDERPAID
    if line.paid > 0:
        return PaymentStatus.PAID
    return PaymentStatus.PATIENT if line.patient > 0 else PaymentStatus.ADJUSTED


def answer_status(paid: Decimal, verdicts: Mapping[PaymentVerdict, Decimal]) -> PaymentStatus:
    """The same of one answer of one payer, by its payment and the dollars of each verdict. What a reversal repeats with
    the opposite sign is taken back."""
    if paid < 0 or (not paid and verdicts and all(amount < 0 for amount in verdicts.values())):
        return PaymentStatus.TAKEN_BACK
    return payment_status(
        LineStanding(
            paid=paid,
            denied=verdicts.get(PaymentVerdict.DENIAL, ZERO),
            short=verdicts.get(PaymentVerdict.UNDERPAYMENT, ZERO),
            pending=verdicts.get(PaymentVerdict.PENDING, ZERO),
            patient=verdicts.get(PaymentVerdict.PATIENT_SHARE, ZERO),
        )
    )


_SETTLED = frozenset({PaymentStatus.PAID, PaymentStatus.PATIENT, PaymentStatus.ADJUSTED})
_OPEN = (PaymentStatus.DENIED, PaymentStatus.UNDERPAID, PaymentStatus.PENDING, PaymentStatus.UNANSWERED)


def claim_payment_status(lines: Sequence[PaymentStatus]) -> PaymentStatus:
    """How the payment of a claim stands by its lines: as they all do; paid in part where some are paid and some not;
    else as the worst does."""
    found = set(lines)
    if not found:
        return PaymentStatus.UNANSWERED
    if len(found) == 1:
        return found.pop()
    if found <= _SETTLED:
        return PaymentStatus.PAID if PaymentStatus.PAID in found else PaymentStatus.PATIENT
    if PaymentStatus.TAKEN_BACK in found:
        return PaymentStatus.TAKEN_BACK
    is_paid = bool(found & {PaymentStatus.PAID, PaymentStatus.IN_PART, PaymentStatus.UNDERPAID})
    is_unpaid = bool(found - _SETTLED - {PaymentStatus.UNDERPAID})
    if is_paid and is_unpaid:
        return PaymentStatus.IN_PART
    return next(one for one in _OPEN if one in found)
