"""What a payer says about a claim, what the claim looks like, and what is to be done. Pure records.

Amounts are dollars with two places. Adjustments follow the 835: positive decreases the payment (RULES 2.1).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from arwork.lib.money import ZERO


class Treatment(StrEnum):
    """The ten things an adjustment can do. Only the first two reduce what is owed."""

    CONTRACTUAL = "contractual"  # write off as contractual
    SEQUESTRATION = "sequestration"  # write off as sequestration
    TRANSFER = "transfer"  # to the next payer if there is one, else to the patient
    NEXT_PAYER = "next_payer"  # to the next payer; never to the patient by itself
    DENIAL = "denial"  # no posting; stays with the payer, opens a denial
    DISPUTABLE = "disputable"  # no posting; stays with the payer, opens an underpayment
    INFORMATION = "information"  # no posting, no work; cross-checked only
    PENDING = "pending"  # no posting, no denial; the payer still decides
    VERIFY_FIRST = "verify_first"  # transferred like the patient's share, probable until coverage is verified
    STATUTORY = "statutory"  # may not be asked of the patient: next payer, else a statutory write-off


#: The account of each that reduces what is owed.
WRITTEN_OFF_TO = {Treatment.CONTRACTUAL: "CONTRACTUAL", Treatment.SEQUESTRATION: "SEQUESTRATION"}

#: What an adjustment does: (group, carc, remark codes of its line or claim) -> treatment.
Treat = Callable[[str, str, tuple[str, ...]], Treatment]

REVERSAL_STATUS = "22"
FORWARDED_UNPAID = "23"
PREDETERMINATION = "25"
CROSSOVER_STATUSES = ("19", "20", "21")
#: Remarks that the claim went on to another payer: to a supplemental insurer, to more than one, to Medicaid.
FORWARDED_RARCS = frozenset({"MA18", "N89", "MA07"})
#: Remarks that it did not, though one is known: to be sent by us.
NOT_FORWARDED_RARCS = frozenset({"MA08", "MA19"})
#: Remarks that the patient owes no cost sharing: a Qualified Medicare Beneficiary.
QMB_RARCS = frozenset({"N781", "N782", "N783"})
PRIOR_PAYER_CARC = "23"  # what the payers before this one did
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
    UNSETTLED_PLB = "unsettled_plb"
    WHOLE_COPY = "whole_copy"
    FUTURE_DATE = "future_date"
    ENTERED_BY_HAND = "entered_by_hand"


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
    """One SVC; `line_id` is the claim line it matched, `is_bundled` says that it shares a payment with other lines.
    `candidates` are the numbers of the lines that it may sum, where it is a person's to say."""

    position: int
    line_id: int | None
    charge: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    rarcs: tuple[str, ...] = ()
    is_bundled: bool = False
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimPayment:
    """One CLP; `adjustments` are those of the claim level only. `is_forwarded`: see `is_crossover`."""

    status: str
    charge: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    lines: tuple[ServicePayment, ...] = ()
    rarcs: tuple[str, ...] = ()
    is_forwarded: bool = False


@dataclass(frozen=True, slots=True)
class AskedOfPatient:
    """What payers left of one line: `put` to the patient, whatever became of it, and `statutory`, written off in place
    of asking a patient whom the law lets nobody ask. Dollars."""

    put: Decimal = ZERO
    statutory: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All that a payer found late answers for."""
        return self.put + self.statutory


#: The claim came before, or was paid before.
DUPLICATE_CARCS = frozenset({"18", "B13"})


def denies_duplicate(paid: ClaimPayment) -> bool:
    """Whether the payer only says that the claim is a duplicate of another: that one it has adjudicated."""
    given = [one for one in paid.adjustments if one.amount]
    given += [one for line in paid.lines for one in line.adjustments if one.amount]
    return not paid.paid and bool(given) and all(one.carc in DUPLICATE_CARCS for one in given)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A claim line with what each bucket owes of it now.

    `patient` is the patient's share where the payment may take it back. `ahead` is what was charged to later payers
    before the first one was known, by bucket.
    """

    id: int
    number: int
    charge: Decimal
    buckets: Mapping[str, Decimal]
    patient: AskedOfPatient = AskedOfPatient()
    ahead: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StandingWriteOff:
    """What stands written off of a line of what `bucket` owed."""

    line_id: int
    bucket: str
    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StandingPostings:
    """What stands on a claim besides what is owed: needed only where a payment takes something back. Dollars, net."""

    contractual: Decimal = ZERO
    patient_paid: Decimal = ZERO
    write_offs: tuple[StandingWriteOff, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """The matched claim as this payment meets it.

    `bucket` is whose payment it is, `next_payer` the bucket behind it ("" when nobody insures further), and
    `rest_is_statutory` says that the law lets nobody be asked for what this payer leaves: a payer that is not the first
    and is the last, and is Medicaid (42 CFR 447.15; RULES 15.10) or pays for a Qualified Medicare Beneficiary.

    `billed` says what the submission that it answers billed, by line id, where that is not what the claim charges now;
    `is_void` that the submission was taken back: see `billed_submissions`.

    `is_late`: nobody from this payer on has answered so far, so whatever was put to the patient is this payer's to
    answer for (RULES 3.6). `is_early`: a payer before this one is known and has not answered. `is_opening`: the claim
    was opened from a remittance, and nobody up to this payer has answered: of the charge the first payer's part is what
    this answer repeats of it.
    """

    bucket: str
    lines: tuple[OpenLine, ...]
    next_payer: str = ""
    form: str = "P"
    rest_is_statutory: bool = False
    billed: Mapping[int, Decimal] | None = None
    is_void: bool = False
    is_late: bool = False
    is_early: bool = False
    is_opening: bool = False
    standing: StandingPostings = StandingPostings()


class Move(NamedTuple):
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
    """Money that stays in the payer's bucket because it was denied; or, in group PR, that is only probably the
    patient's, for the reason is about coverage or information."""

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

    `allowed` comes from `allowed_amount`. Of a line that was denied, in whole or in part, or paid in a bundle, it is
    no price: what the payer would have allowed for it alone is not known.
    """

    charge: Decimal
    paid: Decimal
    allowed: Decimal
    is_priced: bool = True


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

    With `trouble` the moves are a proposal: they book exactly the money that came (CLP04), never more. Of `pending`
    dollars the payer says that it still decides.
    """

    moves: tuple[Move, ...] = ()
    line_denials: tuple[LineDenial, ...] = ()
    reductions: tuple[DisputedAmount, ...] = ()
    results: Mapping[int, LineResult] = field(default_factory=dict)
    trouble: Trouble | None = None
    pending: Decimal = ZERO


def allowed_amount(charge: Decimal, treated: Iterable[tuple[Decimal, Treatment]]) -> Decimal:
    """What a payer allowed for a service, the only computation of it: the charge less what the contract prices off
    (RULES 1.6) and less what was denied, or still waits, for that was not allowed at all.

    `treated` are the amounts of its CAS, those of the claim level brought down to it among them, with what each does.
    Sequestration, patient responsibility, disputed reductions and what prior payers took care of (OA-23) come out of
    the allowed amount, they do not lower it. A later payer that denied all it was asked for allowed nothing. AMT*B6 is
    the payer's own figure, for a cross-check: many payers leave it out or put the payment there. A reversal gives the
    amount of its original with a minus.
    """
    contractual = denied = information = ZERO
    for amount, treatment in treated:
        if treatment is Treatment.CONTRACTUAL:
            contractual += amount
        elif treatment in (Treatment.DENIAL, Treatment.PENDING):
            denied += amount
        elif treatment is Treatment.INFORMATION:
            information += amount
    allowed = charge - contractual - denied
    return ZERO if denied and allowed == information else allowed


def is_crossover(status: str, rarcs: Iterable[str], *, names_next_payer: bool) -> bool:
    """Whether the payer sent the claim on to the next one itself, however it says so: by CLP02 19, 20 or 21, by a
    remark under another status, or by naming the payer it went to (NM1*TT; RULES 3.1)."""
    if status not in ADJUDICATED_STATUSES:
        return False
    said = frozenset(rarcs)
    is_named = names_next_payer and not said & NOT_FORWARDED_RARCS
    return status in CROSSOVER_STATUSES or bool(said & FORWARDED_RARCS) or is_named


def names_prior_payer(carcs: Iterable[str]) -> bool:
    """Whether a payer repeats what the ones before it did (CARC 23): no first payer does."""
    return PRIOR_PAYER_CARC in carcs


def figure(amount: Decimal) -> str:
    """An amount for people: thousands separated, two places."""
    return f"{amount:,.2f}"
