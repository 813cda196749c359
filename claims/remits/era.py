"""What a payer says about a claim, what the claim looks like, and what is to be done. Pure records.

Amounts are dollars with two places. Adjustments follow the 835: positive decreases the payment (RULES 2.1).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO


class Treatment(StrEnum):
    """The eight things an adjustment can do. Only the first two reduce what is owed."""

    CONTRACTUAL = "contractual"  # write off as contractual
    SEQUESTRATION = "sequestration"  # write off as sequestration
    TRANSFER = "transfer"  # to the next payer if there is one, else to the patient
    NEXT_PAYER = "next_payer"  # to the next payer; never to the patient by itself
    DENIAL = "denial"  # no posting; stays with the payer, opens a denial
    DISPUTABLE = "disputable"  # no posting; stays with the payer, opens an underpayment
    INFORMATION = "information"  # no posting, no work; cross-checked only
    STATUTORY = "statutory"  # may not be asked of the patient: next payer, else a statutory write-off


#: What an adjustment does: (group, carc, remark codes of its line or claim) -> treatment.
Treat = Callable[[str, str, tuple[str, ...]], Treatment]

REVERSAL_STATUS = "22"
FORWARDED_UNPAID = "23"
PREDETERMINATION = "25"
CROSSOVER_STATUSES = ("19", "20", "21")
ADJUDICATED_STATUSES = ("1", "2", "3", "4", *CROSSOVER_STATUSES)
#: 4010 statuses of claims that are still being worked on: nothing to post, nothing denied.
PENDING_STATUSES = ("5", "10", "13", "15", "16", "17", "27")
#: Statuses that carry no money: nothing is posted, so nothing can be reversed.
STATUSES_WITHOUT_MONEY = (FORWARDED_UNPAID, PREDETERMINATION, *PENDING_STATUSES)


class ExceptionReason(StrEnum):
    """Why something waits for a person."""

    UNMATCHED = "unmatched"
    MISMATCH = "mismatch"
    AMBIGUOUS = "ambiguous"
    NO_PATIENT = "no_patient"
    LINE_UNMATCHED = "line_unmatched"
    UNREADABLE = "unreadable"
    UNBALANCED = "unbalanced"
    ALLOCATE = "allocate"
    OVER_CREDIT = "over_credit"
    NO_ORIGINAL = "no_original"
    REVERSAL_DIFFERS = "reversal_differs"
    STATUS = "status"
    VOID_CLAIM = "void_claim"
    NOT_TIED_OUT = "not_tied_out"
    UNMAPPED_PLB = "unmapped_plb"
    WHOLE_COPY = "whole_copy"
    FUTURE_DATE = "future_date"


#: What the file itself leaves open, whichever claim it means; and questions that a person answers by naming the claim.
OF_THE_FILE = (ExceptionReason.UNREADABLE, ExceptionReason.STATUS, ExceptionReason.NO_PATIENT)
OF_IDENTITY = (ExceptionReason.MISMATCH, ExceptionReason.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One triplet of a CAS."""

    group: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ServicePayment:
    """One SVC; `line_id` is the claim line it matched."""

    position: int
    line_id: int | None
    charge: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimPayment:
    """One CLP; `adjustments` are those of the claim level only."""

    status: str
    charge: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[ServicePayment, ...] = ()
    rarcs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A claim line with what each bucket owes of it now."""

    id: int
    number: int
    charge: Decimal
    buckets: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """The matched claim as this payment meets it.

    `bucket` is whose payment it is, `next_payer` the bucket behind it ("" when nobody insures further), and
    `rest_is_statutory` says that the law lets nobody be asked for what this payer leaves: a Medicaid payer that is not
    the first and is the last (42 CFR 447.15; RULES 15.10).
    """

    bucket: str
    lines: tuple[OpenLine, ...]
    next_payer: str = ""
    form: str = "P"
    rest_is_statutory: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One posting to make. `line_id` is None only for what undoes cash that never reached a line."""

    kind: str
    debit: str
    credit: str
    amount: Decimal
    line_id: int | None
    group: str = ""
    carc: str = ""
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineDenial:
    """Money that stays in the payer's bucket because it was denied."""

    line_id: int
    group: str
    carc: str
    rarcs: tuple[str, ...]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DisputedAmount:
    """A disputable reduction: stays in the payer's bucket, and somebody asks why."""

    line_id: int
    group: str
    carc: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineResult:
    """What this payment did with a line: for comparing with a contract and closing old denials.

    `allowed` comes from `allowed_amount`. Of a line that was denied, in whole or in part, it is no price: what the
    payer would have allowed for the rest is not known.
    """

    charge: Decimal
    paid: Decimal
    allowed: Decimal
    is_denied: bool = False


@dataclass(frozen=True, slots=True)
class PostedMove:
    """A posting of the claim payment that a reversal undoes, not reversed so far."""

    id: int
    kind: str
    debit: str
    credit: str
    amount: Decimal
    line_id: int | None
    group: str
    carc: str


@dataclass(frozen=True, slots=True)
class OriginalPayment:
    """The posted claim payment that a reversal names."""

    charge: Decimal
    paid: Decimal
    moves: tuple[PostedMove, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a plan may not be posted unseen, in figures."""

    reason: ExceptionReason
    detail: str


@dataclass(frozen=True, slots=True)
class PostingPlan:
    """What to post, what was denied, and whether somebody must look first.

    With `trouble` the moves are a proposal: they book exactly the money that came (CLP04), never more.
    """

    moves: tuple[Move, ...] = ()
    line_denials: tuple[LineDenial, ...] = ()
    reductions: tuple[DisputedAmount, ...] = ()
    results: Mapping[int, LineResult] = field(default_factory=dict)
    trouble: Trouble | None = None


def allowed_amount(charge: Decimal, treated: Iterable[tuple[Decimal, Treatment]]) -> Decimal:
    """What a payer allowed for a service, the only computation of it: the charge less what the contract prices off
    (RULES 1.6) and less what was denied, for that was not allowed at all.

    `treated` are the amounts of its CAS, those of the claim level brought down to it among them, with what each does.
    Sequestration, patient responsibility, disputed reductions and what prior payers took care of (OA-23) come out of
    the allowed amount, they do not lower it. A later payer that denied all it was asked for allowed nothing. AMT*B6 is
    the payer's own figure, for a cross-check: many payers leave it out or put the payment there. A reversal gives the
    amount of its original with a minus.
    """
    sums = dict.fromkeys(Treatment, ZERO)
    for amount, treatment in treated:
        sums[treatment] += amount
    denied = sums[Treatment.DENIAL]
    allowed = charge - sums[Treatment.CONTRACTUAL] - denied
    return ZERO if denied and allowed == sums[Treatment.INFORMATION] else allowed


def figure(amount: Decimal) -> str:
    """An amount for people: thousands separated, two places."""
    return f"{amount:,.2f}"
