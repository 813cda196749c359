"""What pages show of a takeback: whose payment it takes, what was announced, kept back, recovered, what is left, until
when it is disputed.

Read for many cases at once; every figure is computed from the adjustments and postings (`takebacks`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.payers.deadlines import Deadline, RuleScope, earliest, governing_state
from claims.payers.rule_book import rule_book
from claims.payers.rules import RuleBook
from claims.practices.closures import ClosureBook, closure_book
from claims.remits import provider_adjustments, selectors
from claims.remits.era import ExceptionReason
from claims.remits.models import ProviderAdjustment, RemitClaim, RemitException, TakebackDispute
from claims.remits.provider_adjustments import FORWARD, RECOUPMENT, AppliedRecoupment
from claims.remits.takeback_windows import RecoupmentOutlook, TakebackDates, dispute_windows, recoupment_outlook
from claims.remits.takebacks import (
    WholeCase,
    applied_amounts,
    case_of,
    open_amounts,
    proposed_claims,
    rows_of_cases,
)

if TYPE_CHECKING:
    import datetime as dt

    from arwork.staff.models import User

RETURNED = "72"
REVERSAL = "22"  # CLP02


@dataclass(frozen=True, slots=True)
class TakebackOrigin:
    """The claim whose payment is taken back, that payment, and its reversal where the payer sent one."""

    claim: Claim
    payment: RemitClaim | None = None
    reversal: RemitClaim | None = None


@dataclass(frozen=True, slots=True)
class TakebackStep:
    """One provider adjustment of a case, and what of it is open, with its sign as sent."""

    row: ProviderAdjustment
    left: Decimal
    applied: Decimal = ZERO
    claims: Sequence[AppliedRecoupment] = ()

    @property
    def name(self) -> str:
        return provider_adjustments.plb_name(self.row.code)

    @property
    def taken(self) -> Decimal:
        """What it took out of its deposit."""
        return max(self.row.amount, ZERO)

    @property
    def given(self) -> Decimal:
        """What it put into its deposit."""
        return max(-self.row.amount, ZERO)

    @property
    def left_over(self) -> Decimal:
        return abs(self.left)


@dataclass(frozen=True, slots=True)
class TakebackCase:
    """Every step under one reference of one payer. Dollars are positive; `exceptions` are its open questions."""

    steps: Sequence[TakebackStep]
    exceptions: Sequence[RemitException]
    origin: TakebackOrigin | None = None
    dispute: TakebackDispute | None = None
    dates: TakebackDates | None = None
    windows: Sequence[Deadline] = ()
    outlook: RecoupmentOutlook | None = None

    @property
    def payer(self) -> str:
        remittance = self.exceptions[0].remittance
        return remittance.payer.name if remittance.payer else remittance.payer_name

    @property
    def payer_key(self) -> str:
        """By what a list tells payers apart; those not in the directory by their name."""
        remittance = self.exceptions[0].remittance
        return str(remittance.payer_id or remittance.payer_name)

    @property
    def practice(self) -> str:
        return self.exceptions[0].remittance.practice.name

    @property
    def is_takeback(self) -> bool:
        """Whether a payer takes money back: what is disputed, and applied to a claim."""
        return self.steps[0].row.account == RECOUPMENT

    @property
    def reference(self) -> str:
        return "" if self.steps[0].row.account == FORWARD else self.steps[0].row.reference

    @property
    def name(self) -> str:
        return self.steps[0].name

    @property
    def announced(self) -> Decimal:
        return -sum((one.row.amount for one in self.steps if one.row.amount < 0 and one.row.code != RETURNED), ZERO)

    @property
    def returned(self) -> Decimal:
        """What we sent back ourselves and the payer acknowledges (72)."""
        return -sum((one.row.amount for one in self.steps if one.row.amount < 0 and one.row.code == RETURNED), ZERO)

    @property
    def kept_back(self) -> Decimal:
        return sum((one.row.amount for one in self.steps if one.row.amount > 0), ZERO)

    @property
    def recovered(self) -> Decimal:
        """Of what was kept back: what an announcement, a return or a claim accounts for."""
        return self.kept_back - self.unplaced

    @property
    def to_come(self) -> Decimal:
        """Announced, and not kept back yet."""
        return -sum((one.left for one in self.steps if one.left < 0), ZERO)

    @property
    def unplaced(self) -> Decimal:
        """Kept back, and belonging to no claim yet."""
        return sum((one.left for one in self.steps if one.left > 0), ZERO)

    @property
    def left(self) -> Decimal:
        return self.to_come + self.unplaced

    def window(self, today: "dt.date") -> Deadline | None:
        """The window to plan by."""
        return earliest(self.windows, today=today)


def open_takebacks(actor: "User") -> list[TakebackCase]:
    """Every case with an open question in the practices of `actor`, the nearest window first."""
    found = selectors.open_exceptions(actor, code=ExceptionReason.UNSETTLED_PLB)
    cases = _cases(list(found.select_related("remittance__practice", "dispute").order_by("pk")))
    none = max((one.internal_due for case in cases for one in case.windows), default=None)
    return sorted(
        cases,
        key=lambda case: (
            min((one.internal_due for one in case.windows), default=none) or case.steps[0].row.remittance.paid_on,
            -case.left,
            case.exceptions[0].pk,
        ),
    )


def takeback_of(exception: RemitException) -> TakebackCase | None:
    """The case of one question, open or settled; None where it is about something else."""
    if exception.code != ExceptionReason.UNSETTLED_PLB or exception.provider_adjustment is None:
        return None
    return next(iter(_cases([exception])), None)


def _cases(exceptions: Sequence[RemitException]) -> list[TakebackCase]:
    asked = {one.provider_adjustment_id: one for one in exceptions}
    steps = [one.provider_adjustment for one in exceptions if one.provider_adjustment is not None]
    for one in exceptions:
        if one.provider_adjustment is not None:
            one.provider_adjustment.remittance = one.remittance
    grouped: dict[WholeCase, list[ProviderAdjustment]] = defaultdict(list)
    for row in rows_of_cases(steps):
        grouped[case_of(row)].append(row)
    grouped = {whose: rows for whose, rows in grouped.items() if any(row.pk in asked for row in rows)}
    every = [row for rows in grouped.values() for row in rows]
    applied = applied_amounts(every)
    claims_of = provider_adjustments.applied_recoupments(every)
    proposed = _proposed(every)
    origins = _origins(grouped, proposed, claims_of)
    rules, closures = rule_book(), closure_book()
    found = []
    for whose, rows in grouped.items():
        left = open_amounts(rows, applied)
        told = [TakebackStep(row, left[row.pk], applied.get(row.pk, ZERO), claims_of.get(row.pk, ())) for row in rows]
        questions = [asked[row.pk] for row in rows if row.pk in asked]
        found.append(_case(told, questions, origins.get(whose), rules, closures))
    return found


def _case(
    steps: Sequence[TakebackStep],
    questions: Sequence[RemitException],
    origin: TakebackOrigin | None,
    rules: RuleBook,
    closures: ClosureBook,
) -> TakebackCase:
    case = TakebackCase(steps, questions, origin)
    if not case.is_takeback:
        return case
    remittance, dispute = questions[0].remittance, next((one.dispute for one in questions if one.dispute), None)
    payer = remittance.payer
    scope = RuleScope(
        payer_class=payer.payer_class if payer else None,
        payer_id=payer.pk if payer else None,
        practice_id=remittance.practice_id,
        state=governing_state(payer=payer.state if payer else "", practice=remittance.practice.state),
        closures=closures.of(remittance.practice_id),
    )
    told = next((one for one in steps if one.left), steps[0])
    dates = dates_of(dispute, told_on=told.row.remittance.paid_on, is_kept_back=bool(case.kept_back))
    return TakebackCase(
        steps,
        questions,
        origin,
        dispute,
        dates,
        dispute_windows(dates, scope=scope, rules=rules),
        recoupment_outlook(dates, scope=scope, rules=rules),
    )


def dates_of(dispute: TakebackDispute | None, *, told_on: "dt.date", is_kept_back: bool) -> TakebackDates:
    """What was recorded of a takeback, for the arithmetic."""
    if dispute is None:
        return TakebackDates(told_on, is_kept_back=is_kept_back)
    return TakebackDates(
        told_on, dispute.demand_on, dispute.disputed_on, dispute.decided_on, dispute.is_upheld,
        dispute.reconsidered_on, is_kept_back,
    )  # fmt: skip


def _proposed(rows: Iterable[ProviderAdjustment]) -> dict[tuple[int, str], Claim]:
    named: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        named[row.remittance.practice_id].add(row.reference)
    return {
        (practice_id, reference): claim
        for practice_id, references in named.items()
        for reference, claim in proposed_claims(practice_id, references).items()
    }


def _origins(
    grouped: Mapping[WholeCase, Sequence[ProviderAdjustment]],
    proposed: Mapping[tuple[int, str], Claim],
    claims_of: Mapping[int, Sequence[AppliedRecoupment]],
) -> dict[WholeCase, TakebackOrigin]:
    """Whose payment each case takes back: the claim that it was applied to, else the one that its reference names."""
    applied_to = {one.claim_id for applied in claims_of.values() for one in applied}
    claims = {claim.pk: claim for claim in proposed.values()} | Claim.objects.in_bulk(applied_to)
    meant: dict[WholeCase, Claim] = {}
    for whose, rows in grouped.items():
        ids = {one.claim_id for row in rows for one in claims_of.get(row.pk, ())}
        claim = claims[next(iter(ids))] if len(ids) == 1 else None
        named = (proposed.get((whose[0], row.reference)) for row in rows)
        if whose[2][0] == RECOUPMENT and (claim := claim or next(filter(None, named), None)):
            meant[whose] = claim
    answers: dict[tuple[int, int | None], list[RemitClaim]] = defaultdict(list)
    answered = RemitClaim.objects.filter(Among("claim", {claim.pk for claim in meant.values()}))
    paid_or_taken = answered.filter(Q(paid__gt=0) | Q(status=REVERSAL)).select_related("remittance")
    for one in paid_or_taken.order_by("remittance__paid_on", "pk"):
        answers[one.claim_id or 0, one.remittance.payer_id].append(one)
    return {whose: _origin(claim, answers[claim.pk, whose[1]], grouped[whose]) for whose, claim in meant.items()}


def _origin(claim: Claim, answers: Sequence[RemitClaim], rows: Sequence[ProviderAdjustment]) -> TakebackOrigin:
    last_on = rows[-1].remittance.paid_on
    reversal = next((one for one in reversed(answers) if one.status == REVERSAL), None)
    if reversal is not None:
        last_on = min(last_on, reversal.remittance.paid_on)
    paid = (one for one in reversed(answers) if one.status != REVERSAL and one.remittance.paid_on <= last_on)
    return TakebackOrigin(claim, next(paid, None), reversal)
