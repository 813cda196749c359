"""What the pages show of one exception: the payment, the claim it meets, the proposal and what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass

from arwork.lib.money import ZERO
from claims.remits.adjustment_rules import treat_on
from claims.remits.allocating import Allocation, proposal
from claims.remits.balancing import overcharge
from claims.remits.cases import load_cases
from claims.remits.era import OpenLine, Plan, Reason
from claims.remits.models import RemitClaim, RemitException, RemitLine
from claims.remits.opening import can_open
from claims.remits.posting import judge

REASONS = {
    Reason.UNMATCHED: "No claim found",
    Reason.MISMATCH: "Another claim has this number",
    Reason.LINE_UNMATCHED: "A line fits no line",
    Reason.UNREADABLE: "Part of it could not be read",
    Reason.UNBALANCED: "Does not add up",
    Reason.ALLOCATE: "Which lines?",
    Reason.OVER_CREDIT: "More than is owed",
    Reason.NO_ORIGINAL: "Reversal without its payment",
    Reason.REVERSAL_DIFFERS: "Reversal of another amount",
    Reason.STATUS: "Status with money that fits none",
    Reason.VOID_CLAIM: "The claim is void",
    Reason.NOT_TIED_OUT: "Deposit does not tie out",
    Reason.WHOLE_COPY: "The rest of a file that broke off",
    Reason.UNMAPPED_PLB: "Provider adjustment without account",
}


@dataclass(frozen=True, slots=True)
class GridRow:
    """A line of the claim with what it owes here and what is proposed for it."""

    line: OpenLine
    service: str
    owes: object
    proposed: Allocation


@dataclass(frozen=True, slots=True)
class Opened:
    """One exception, laid out."""

    exception: RemitException
    row: RemitClaim | None
    lines: Sequence[RemitLine]
    plan: Plan | None
    bucket: str
    grid: Sequence[GridRow]
    overcharge: str = ""

    @property
    def reason(self) -> str:
        return reason_words(self.exception.code)

    @property
    def may_create(self) -> bool:
        return self.row is not None and self.row.claim_id is None and can_open(self.row)

    @property
    def may_accept(self) -> bool:
        return self.row is None or (self.row.claim_id is not None and not self.overcharge)


def reason_words(code: str) -> str:
    """A reason in words; the code itself when it is not known."""
    return REASONS.get(Reason(code), code) if code in set(Reason) else code


def laid_out(exception: RemitException) -> Opened:
    """The exception with its payment, proposal and grid."""
    row = exception.remit_claim
    if row is None:
        return Opened(exception, None, (), None, "", ())
    lines = list(row.lines.select_related("line").order_by("position"))
    remittance = exception.remittance
    treat = treat_on(remittance.paid_on, payer_id=remittance.payer_id)
    case = load_cases([row], remittance=remittance, lock=False)[0]
    if case.owed is None or row.claim is None:
        return Opened(exception, row, lines, None, "", ())
    services = {line.pk: f"{line.code or line.revenue_code} {line.modifiers}".strip() for line in row.claim.lines.all()}
    proposed = {one.line_id: one for one in proposal(case, treat)}
    bucket = case.owed.bucket
    grid = [
        GridRow(
            line,
            services.get(line.id, ""),
            line.buckets.get(bucket, ZERO),
            proposed.get(line.id, Allocation(line.id)),
        )
        for line in case.owed.lines
    ]
    verdict = judge(case, treat)
    return Opened(exception, row, lines, verdict, bucket, grid, overcharge(verdict.moves, case.owed))


def next_open(exceptions: Sequence[int], after: int) -> int | None:
    """The exception to work after this one: the following of the list, else its first."""
    rest = [pk for pk in exceptions if pk != after]
    following = [pk for pk in rest if pk > after]
    return next(iter(following or rest), None)
