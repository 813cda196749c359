"""Every window of a claim that is still to be kept, with its reasoning: filing, correction, appeal, prompt payment.

The same rules and arithmetic as the worklist's, for somebody who looks at the claim instead of being handed it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from claims.billing.detail import Sending
from claims.billing.models import SEQUENCES
from claims.denials.models import Denial, Underpayment
from claims.denials.routing import route, windows_of_route
from claims.payers.books import rule_book
from claims.payers.deadlines import (
    ClaimDates,
    Deadline,
    Scope,
    deadline_of,
    deadlines_of,
    governing_state,
    prompt_pay_binds,
)
from claims.payers.rules import RuleBook

if TYPE_CHECKING:
    from claims.billing.models import Claim

_UNADJUDICATED = ("sent", "received", "accepted", "rejected")


def windows_of(
    claim: "Claim",
    *,
    sendings: Sequence[Sending],
    denials: Sequence[Denial],
    underpayments: Sequence[Underpayment],
    primary_eob_on: dt.date | None,
) -> list[Deadline]:
    """The deadlines that bind us or the payer now, the nearest first; none for what is closed or the patient's."""
    rank = claim.responsible.removeprefix("PAYER")
    if claim.state != "open" or not rank.isdigit():
        return []
    scope = _scope(claim, rank)
    rules = rule_book()
    latest = next((one for one in sendings if one.submission.sequence == SEQUENCES[f"PAYER{rank}"]), None)
    notice = _notice(denials, underpayments)
    dates = ClaimDates(
        dos_on=claim.service_from,
        through_on=claim.service_to,
        notice_on=notice,
        primary_eob_on=primary_eob_on,
        submitted_on=latest.submission.submitted_on if latest else None,
    )
    found: list[Deadline] = []
    if notice:
        kinds = {kind for one in denials if one.state == "open" for kind in kinds_of_denial(one)}
        found += answer_windows(kinds or ("appeal_1",), dates, scope=scope, rules=rules)
    elif latest is None or latest.submission.state in _UNADJUDICATED:
        if not (latest and latest.proof and latest.submission.state == "accepted"):
            filing = "filing" if rank == "1" else "filing_secondary"
            found += deadlines_of((filing,), dates, scope=scope, rules=rules, on=claim.service_from)
        found += _prompt_pay(claim, latest, dates, scope, rules)
    return sorted(found, key=lambda one: (one.internal_due, one.kind))


def kinds_of_denial(denial: Denial) -> tuple[str, ...]:
    """The windows of a denial, by what the payer said; no query where its payer is read already."""
    payer_class = denial.payer.payer_class if denial.payer else None
    way = route(denial.group, denial.carc, denial.rarcs.split(), payer_class=payer_class)
    return windows_of_route(way, denial.bucket)


def answer_windows(kinds: Iterable[str], dates: ClaimDates, *, scope: Scope, rules: RuleBook) -> list[Deadline]:
    """Windows after a notice: an answer goes by the rules of the notice's day, filing by those of the service."""
    by_day = [(kind, dates.dos_on if kind.startswith("filing") else dates.notice_on) for kind in kinds]
    found = [deadline_of(kind, dates, scope=scope, rules=rules, on=day) for kind, day in by_day if day]
    return sorted((one for one in found if one), key=lambda one: (one.internal_due, one.kind))


def _prompt_pay(
    claim: "Claim", latest: Sending | None, dates: ClaimDates, scope: Scope, rules: RuleBook
) -> list[Deadline]:
    funding = claim.plan.funding if claim.plan else ""
    if latest is None or not prompt_pay_binds(payer_class=scope.payer_class or "", funding=funding):
        return []
    kind = "promptpay_electronic" if latest.submission.is_electronic else "promptpay_paper"
    return list(deadlines_of((kind,), dates, scope=scope, rules=rules, on=latest.submission.submitted_on))


def _scope(claim: "Claim", rank: str) -> Scope:
    cover = getattr(claim, f"coverage{rank}")
    payer = cover.payer if cover else claim.payer
    plan_id = cover.plan_id if cover else claim.plan_id
    return Scope(
        payer_class=payer.payer_class if payer else None,
        payer_id=payer.pk if payer else None,
        plan_id=plan_id,
        state=governing_state(payer=payer.state if payer else "", practice=claim.practice.state),
    )


def _notice(denials: Sequence[Denial], underpayments: Sequence[Underpayment]) -> dt.date | None:
    """The first refusal still open: its windows close first."""
    days = [one.initial_on for one in denials if one.state == "open"]
    days += [one.opened_on for one in underpayments if one.state in ("open", "disputed")]
    return min(days, default=None)
