"""A claim payment in plain words: the only decoder of what a payer said, for the desk, the claim, the remittance, the
timeline and the API, and the allowed amount of each service.

Read from the payment as it was sent, with the treatments of its day: what it did or will do to the books is for
`posting_plan`, which takes the allowed amount from the same function. Set-based: whatever the number of payments, their
lines and the treatments are read once.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from arwork.lib import bulk
from arwork.lib.money import ZERO, to_cents
from claims.payers.code_words import (
    adjustment_words,
    claim_status_words,
    is_alert,
    payment_method_words,
    rarc_words,
    share_kind,
)
from claims.remits.adjustment_rules import rules_in_force, treat_of
from claims.remits.balancing import imbalance, line_shares, repeats_lines
from claims.remits.bundling import meet_bundles
from claims.remits.era import (
    REVERSAL_STATUS,
    Adjustment,
    ClaimPayment,
    OpenClaim,
    OpenLine,
    ServicePayment,
    Treat,
    Treatment,
    allowed_amount,
)
from claims.remits.models import RemitClaim, RemitLine
from claims.remits.payment_records import paid_claim, paid_line
from claims.remits.plain_payments import KeptService
from claims.remits.selectors import claim_payments_of


class Remark(NamedTuple):
    """A remark code (RARC) with its words."""

    code: str
    words: str

    @property
    def is_alert(self) -> bool:
        """Whether it only informs."""
        return is_alert(self.code)


@dataclass(frozen=True, slots=True)
class ExplainedAdjustment:
    """One triplet of a CAS. Dollars as sent: positive lowers the payment."""

    group: str
    carc: str
    amount: Decimal

    @property
    def code(self) -> str:
        return f"{self.group}-{self.carc}"

    @property
    def words(self) -> str:
        """What it says, with its code: `authorization missing (CO-197)`."""
        return adjustment_words(self.group, self.carc)


class TreatedCut(NamedTuple):
    """What takes an amount off a line, and what that does to the books. Dollars as sent: positive lowers the
    payment."""

    group: str
    carc: str
    amount: Decimal
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class PatientResponsibility:
    """Patient responsibility (CAS group PR), also what the next payer may still pay, by kind. Dollars."""

    deductible: Decimal = ZERO
    coinsurance: Decimal = ZERO
    copay: Decimal = ZERO
    non_covered: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.deductible + self.coinsurance + self.copay + self.non_covered


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One service line payment. `number` and `line_id` are those of the claim's line, None where none fits.

    `stated` is what the payer itself called allowed (AMT*B6), None where it did not say: a cross-check, no more.
    `cuts` are all adjustments that bear on it, its share of those of the claim among them, with what each does.
    """

    number: int | None
    line_id: int | None
    service: str
    charge: Decimal
    paid: Decimal
    allowed: Decimal
    stated: Decimal | None
    adjustments: tuple[ExplainedAdjustment, ...]
    remarks: tuple[Remark, ...]
    cuts: tuple[TreatedCut, ...] = ()

    @property
    def says_otherwise(self) -> Decimal | None:
        """What the payer called allowed where that is not what its adjustments make."""
        return self.stated if self.stated != self.allowed else None


@dataclass(frozen=True, slots=True)
class ExplainedPayment:
    """One claim payment; `row` holds its facts. `adjustments` and `remarks` are those of the claim level.

    `denied` names what it denied, with amounts, where the caller gave the denials. `cuts` are those of one that was
    answered without lines.
    """

    row: RemitClaim
    allowed: Decimal
    patient: PatientResponsibility
    adjustments: tuple[ExplainedAdjustment, ...]
    remarks: tuple[Remark, ...]
    lines: tuple[ExplainedLine, ...]
    denied: tuple[str, ...] = ()
    cuts: tuple[TreatedCut, ...] = ()

    @property
    def status(self) -> str:
        """How the payer processed the claim (CLP02), in words."""
        return claim_status_words(self.row.status)

    @property
    def payer(self) -> str:
        """Whoever signed the remittance."""
        return str(self.row.remittance.payer or self.row.remittance.payer_name)

    @property
    def method(self) -> str:
        """How the money came (BPR04), in words."""
        return payment_method_words(self.row.remittance.method)

    @property
    def paid_on(self) -> dt.date:
        return self.row.remittance.paid_on

    @property
    def is_reversal(self) -> bool:
        """The payer took an earlier payment back (CLP02 22)."""
        return self.row.status == REVERSAL_STATUS

    @property
    def is_crossover(self) -> bool:
        """The payer sent the claim on to the next one, however it said so: nobody bills that payer (RULES 3.1)."""
        return self.row.is_forwarded


class DeniedAmount(Protocol):
    """What is asked of a denial: whose payment brought it, why, and how much."""

    @property
    def remit_claim_id(self) -> int | None: ...
    @property
    def group(self) -> str: ...
    @property
    def carc(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...


def payments_of_claims(
    claim_ids: Iterable[int], *, denials: Iterable[DeniedAmount] = ()
) -> dict[int, list[ExplainedPayment]]:
    """The payments of claims, oldest first, by claim. Three queries, whatever their number."""
    found: dict[int, list[ExplainedPayment]] = defaultdict(list)
    for one in explained(list(claim_payments_of(claim_ids)), denials=denials):
        found[one.row.claim_id or 0].append(one)
    return found


def explained(rows: Sequence[RemitClaim], *, denials: Iterable[DeniedAmount] = ()) -> list[ExplainedPayment]:
    """Payments in words, in their order; read each with its remittance and payer. Two queries, whatever their number;
    none where there is nothing to explain."""
    if not rows:
        return []
    lines = _lines_of(rows)
    denied = _denied(denials)
    rules = rules_in_force()
    treats: dict[tuple[dt.date, int | None, int], Treat] = {}
    found = []
    for row in rows:
        signed = row.remittance.paid_on, row.remittance.payer_id, row.remittance.practice_id
        if signed not in treats:
            treats[signed] = treat_of(row.remittance, rules=rules)
        found.append(_explained(row, lines[row.pk], treats[signed], denied[row.pk]))
    return found


def allowed(paid: ClaimPayment, treat: Treat) -> list[Decimal]:
    """What the payer allowed for each line of a claim payment; for one without lines, for the claim as a whole."""
    return [_allowed(charge, cuts) for charge, cuts in treated_lines(paid, treat)]


def treated_lines(paid: ClaimPayment, treat: Treat) -> list[tuple[Decimal, tuple[TreatedCut, ...]]]:
    """The charge of each line of a claim payment and everything that takes it off, with what each does; for one without
    lines, of the claim as a whole.

    Adjustments of the claim level are brought down to the lines, and bundled lines meet, as posting does.
    """
    if not paid.lines:
        return [(paid.charge, _treated([(one, paid.rarcs) for one in paid.adjustments], treat))]
    apart = tuple(
        ServicePayment(place, place, one.charge, one.paid, one.adjustments, one.rarcs)
        for place, one in enumerate(paid.lines, 1)
    )
    owed = OpenClaim("", tuple(OpenLine(one.position, one.position, one.charge, {}) for one in apart))
    sent = ClaimPayment(paid.status, paid.charge, paid.paid, paid.adjustments, apart, paid.rarcs)
    wrong = imbalance(sent)
    is_repeated = bool(wrong) and repeats_lines(sent)
    if not wrong or is_repeated:
        sent = meet_bundles(sent)

    def informs(one: Adjustment) -> bool:
        return treat(one.group, one.carc, paid.rarcs) == Treatment.INFORMATION

    shares = line_shares(sent, owed, informs=informs, with_claim_level=not is_repeated)
    return [(share.charge, _treated(share.adjustments, treat)) for share in shares]


def _allowed(charge: Decimal, cuts: Iterable[TreatedCut]) -> Decimal:
    return allowed_amount(charge, ((one.amount, one.treatment) for one in cuts))


def _kept(one: RemitLine) -> KeptService:
    cents = to_cents(one.charge), to_cents(one.paid)
    return KeptService(one.position, one.line_id, *cents, one.adjustments, one.rarcs)


def _explained(row: RemitClaim, lines: Sequence[RemitLine], treat: Treat, denied: Sequence[str]) -> ExplainedPayment:
    paid = paid_claim(row, [paid_line(_kept(one)) for one in lines])
    shares = treated_lines(paid, treat)
    amounts = [_allowed(*share) for share in shares]
    return ExplainedPayment(
        row=row,
        allowed=sum(amounts, ZERO),
        patient=_patient_responsibility([*paid.adjustments, *(cut for line in paid.lines for cut in line.adjustments)]),
        adjustments=_adjustments(paid.adjustments),
        remarks=_remarks(paid.rarcs),
        lines=tuple(
            _line(kept, line, amount, cuts)
            for kept, line, amount, (_, cuts) in zip(lines, paid.lines, amounts, shares, strict=False)
        ),
        denied=tuple(denied),
        cuts=() if lines else shares[0][1],
    )


def _line(row: RemitLine, paid: ServicePayment, amount: Decimal, cuts: tuple[TreatedCut, ...]) -> ExplainedLine:
    return ExplainedLine(
        number=row.line.number if row.line else None,
        line_id=row.line_id,
        service=f"{row.code or row.revenue_code} {row.modifiers}".strip(),
        charge=row.charge,
        paid=row.paid,
        allowed=amount,
        stated=row.allowed,
        adjustments=_adjustments(paid.adjustments),
        remarks=_remarks(paid.rarcs),
        cuts=cuts,
    )


def _lines_of(rows: Sequence[RemitClaim]) -> dict[int, list[RemitLine]]:
    lines: dict[int, list[RemitLine]] = defaultdict(list)
    found = RemitLine.objects.filter(bulk.Among("remit_claim", [row.pk for row in rows])).select_related("line")
    for line in found.order_by("remit_claim_id", "position"):
        lines[line.remit_claim_id].append(line)
    return lines


def _patient_responsibility(adjustments: Iterable[Adjustment]) -> PatientResponsibility:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for one in adjustments:
        if kind := share_kind(one.group, one.carc):
            sums[kind] += one.amount
    return PatientResponsibility(**sums)


def _denied(denials: Iterable[DeniedAmount]) -> dict[int, list[str]]:
    """Denials by the payment that brought them: the amounts of a reason together, the largest first."""
    sums: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in denials:
        sums[one.remit_claim_id or 0][one.group, one.carc] += one.amount
    words: dict[int, list[str]] = defaultdict(list)
    for pk, reasons in sums.items():
        for (group, carc), amount in sorted(reasons.items(), key=lambda one: (-one[1], one[0][1])):
            words[pk].append(f"${amount:,.2f}: {adjustment_words(group, carc)}")
    return words


def _treated(adjustments: Iterable[tuple[Adjustment, tuple[str, ...]]], treat: Treat) -> tuple[TreatedCut, ...]:
    return tuple(
        TreatedCut(one.group, one.carc, one.amount, treat(one.group, one.carc, rarcs)) for one, rarcs in adjustments
    )


def _adjustments(found: Iterable[Adjustment]) -> tuple[ExplainedAdjustment, ...]:
    return tuple(ExplainedAdjustment(one.group, one.carc, one.amount) for one in found)


def _remarks(codes: Iterable[str]) -> tuple[Remark, ...]:
    return tuple(Remark(code, rarc_words(code)) for code in codes)
