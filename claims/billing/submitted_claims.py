"""A claim as it was submitted, and what to do with it given what the books know. Pure: no Django import.

A claim number (CLM01) is the provider's own, and real files reuse it: for another submission of the same bill, for
a replacement or a void, for the next visit where it is the patient's account number, and by mistake for something else
altogether. Only the first three may touch the claim of that number. A bill corrects another one only if it says so
(frequency 7) or shows it: sent after the rejection of the other, for the same patient, days and services. What
disagrees is a conflict that a person looks at; it is never merged (RULES 8.1).

A hospital stay billed in parts comes under one number: type of bill frequency 2, 3 and 4 (CLM05-3: first, continuing,
last) are bills of their own, each with its statement dates, its charge and its remittance. The books hold one claim a
number, so a part that has other days than the claim of the number gets a number of its own: that of the stay and its
first day. So does any claim whose number stands for another one and that a person opens all the same.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

REPLACEMENT, VOID = "7", "8"
ENTIRE_CLAIM = 0  # the line number that stands for the claim itself


@dataclass(frozen=True, slots=True)
class BillLine:
    """One service line of a bill; amounts in dollars."""

    number: int
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    control: str = ""
    code: str = ""
    modifiers: str = ""
    revenue_code: str = ""
    units: Decimal = Decimal(1)
    dx_pointers: str = ""
    ndc: str = ""

    @property
    def service(self) -> str:
        """The code by which the service is known: of a procedure, else of the revenue."""
        return self.code or self.revenue_code


@dataclass(frozen=True, slots=True)
class Bill:
    """One submission of one claim. `is_charged` is False for encounters and predeterminations: nobody owes them.

    `bucket` is who is charged: the first payer, whichever of them this submission went to (`sequence`), for a later one
    owes only what those before it leave; the patient where nobody insures. `prior_paid` is what the payers before it
    had paid by then, None where none of them had decided.
    """

    practice_id: int
    number: str
    form: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    submitted_on: dt.date
    source: str
    frequency: str = "1"
    sequence: str = "P"
    bucket: str = "PAYER1"
    is_charged: bool = True
    facility_code: str = ""
    original_icn: str = ""
    prior_auth: str = ""
    medical_record: str = ""
    diagnoses: str = ""
    billing_npi: str = ""
    rendering_npi: str = ""
    rendering_name: str = ""
    accident_on: dt.date | None = None
    prior_paid: Decimal | None = None
    patient_paid: Decimal | None = None
    isa_control: str = ""
    gs_control: str = ""
    sent_by: str = ""
    sent_to: str = ""
    st_control: str = ""
    lines: tuple[BillLine, ...] = ()

    @property
    def revision(self) -> tuple[dt.date, int]:
        """Orders submissions of one claim: a later day wins; on one day a void beats a replacement beats the rest."""
        return self.submitted_on, {VOID: 2, REPLACEMENT: 1}.get(self.frequency, 0)


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """What the books hold under a bill's number. `revised` is the revision of its newest replacement or void;
    `rejected_on` the day on which its last submission was rejected; `services` are the codes of its lines, `icns` the
    numbers that payers gave it. An orphan was opened by a correction: nobody has seen what that corrects.
    `is_repeat` says that the bill's number is of another claim that turned out to be this one."""

    claim_id: int
    patient_key: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    is_void: bool = False
    rejected_on: dt.date | None = None
    services: frozenset[str] = frozenset()
    origin: str = "837"
    revised: tuple[dt.date, int] | None = None
    icns: frozenset[str] = frozenset()
    is_orphan: bool = False
    is_repeat: bool = False


def is_sent_again(frequency: str, *, is_first: bool) -> bool:
    """Whether a submission sends a claim to its payer once more; `is_first` if the books know none to it before."""
    return frequency == REPLACEMENT or not is_first


class BillEffect(StrEnum):
    """What a bill does to the books."""

    OPEN = "open"
    OPEN_VOID = "open_void"  # the void came before what it voids
    RESUBMIT = "resubmit"
    SUPERSEDED = "superseded"  # an older submission of a claim that was replaced or voided since
    REPLACE = "replace"
    VOID = "void"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class BillDecision:
    """A verb, and for a conflict what disagrees ("patient", "charge", ...)."""

    verb: BillEffect
    differs: tuple[str, ...] = ()


def decide_bill(bill: Bill, known: KnownClaim | None, *, patient_key: str) -> BillDecision:
    """What `bill` does, whatever the order in which a claim's submissions are read."""
    if known is None:
        return BillDecision(BillEffect.OPEN_VOID if bill.frequency == VOID else BillEffect.OPEN)
    if known.origin == "837" and known.patient_key != patient_key:
        return BillDecision(BillEffect.CONFLICT, ("patient",))
    if known.revised and known.revised > bill.revision:
        return BillDecision(BillEffect.SUPERSEDED)
    if bill.frequency == VOID:
        is_done = known.is_void or known.is_repeat  # it takes back the one bill of two; the other stands
        return BillDecision(BillEffect.RESUBMIT if is_done else BillEffect.VOID)
    if bill.frequency == REPLACEMENT:
        return BillDecision(BillEffect.REPLACE)
    if not bill.is_charged:
        return BillDecision(BillEffect.RESUBMIT)
    differs = _differences(bill, known)
    is_after_rejection = known.rejected_on is not None and bill.submitted_on >= known.rejected_on
    is_billed_anew = known.is_void or (differs and (is_after_rejection or not known.charge))
    if is_billed_anew and _shares_days(bill, known) and _shares_services(bill, known):
        return BillDecision(BillEffect.REPLACE)
    return BillDecision(BillEffect.CONFLICT, differs) if differs else BillDecision(BillEffect.RESUBMIT)


def _differences(bill: Bill, known: KnownClaim) -> tuple[str, ...]:
    found = []
    if (bill.service_from, bill.service_to) != (known.service_from, known.service_to):
        found.append("dates of service")
    if bill.charge != known.charge:
        found.append("charge")
    if not _shares_services(bill, known):
        found.append("services")
    return tuple(found)


def _shares_days(bill: Bill, known: KnownClaim) -> bool:
    return bill.service_from <= known.service_to and known.service_from <= bill.service_to


def _shares_services(bill: Bill, known: KnownClaim) -> bool:
    """Whether any service is on both; nothing speaks against it where one of them names none."""
    codes = {line.service for line in bill.lines if line.service}
    return not codes or not known.services or bool(codes & known.services)


CORRECTIONS = (REPLACEMENT, VOID)


def is_counterpart(bill: Bill, known: KnownClaim, *, patient_key: str) -> bool:
    """Whether a bill under a number that nobody knows is another submission of this claim: replacements and voids go
    out under numbers of their own, and are read before what they correct, or after it. The same patient, first day and
    services; what the payer's numbers contradict is no counterpart."""
    if known.patient_key != patient_key or known.service_from != bill.service_from:
        return False
    if bill.frequency in CORRECTIONS:
        is_meant = not (bill.original_icn and known.icns) or bill.original_icn in known.icns
        return is_meant and not known.is_void and _shares_services(bill, known)
    is_before = known.is_orphan and known.revised is not None and bill.revision < known.revised
    return is_before and _shares_services(bill, known)


INTERIM = ("2", "3", "4")
_INSTITUTIONAL = "I"
_LONGEST_NUMBER = 38


def is_apart(bill: Bill, known: KnownClaim, *, patient_key: str) -> bool:
    """Whether a hospital's bill has none of the days of the claim that its number means, for the same patient."""
    return bill.form == _INSTITUTIONAL and known.patient_key == patient_key and not _shares_days(bill, known)


def number_sent(number: str, first_day: dt.date) -> str:
    """The number by which the payer may know a claim that stands apart under `number`; "" for any other claim."""
    sent = number.removesuffix(f"-{first_day:%Y%m%d}")
    return sent if sent != number else ""


def number_apart(number: str, first_day: dt.date) -> str:
    """The number of the part that begins on `first_day`; "" where it would be longer than X12 allows."""
    made = f"{number}-{first_day:%Y%m%d}"
    return made if len(made) <= _LONGEST_NUMBER else ""
