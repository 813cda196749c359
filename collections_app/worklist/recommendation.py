"""The one thing to do first about an item, and the rate at which it is won. What a person planned comes first.

A recommendation is bold because it is one: what the reason of the denial asks for (`claims.denials.routing` names the
way), with the digit that leads there and, where the thing can be done at once, the outcome that its button records.
Whoever has to ask first gets no outcome: what comes of a call is known after it.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum

from claims.denials.denial_rules import ruling_of
from claims.denials.models import Denial
from claims.denials.routing import WAYS, Route, Ruling, route, win_rate
from collections_app.routes.route_options import RouteOption
from collections_app.routes.route_rules import CLAIM_WAYS, RouteCode
from collections_app.routes.selectors import DenialRoutes
from collections_app.worklist.closed_windows import SAVE_LATE, ways_left
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, Disposition, OutcomeBook, actions_for
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import SegmentRate


@dataclass(frozen=True, slots=True)
class AdvisedStep:
    """What to do in a few words, the code of the digit that leads there, and the outcome that the button records."""

    words: str
    action: str
    outcome: str = ""


LOST_ACTION = "Lost: write it off, or find another payer that covered the day"
_CALL, _SEND, _APPEAL = "call_payer", "corrected_claim", "appeal"
#: What each way out of a denial is at the desk.
STEPS: dict[str, AdvisedStep] = {
    "agreement": AdvisedStep(WAYS["agreement"], _APPEAL, "appeal_sent"),
    "appeal_proof": AdvisedStep(WAYS["appeal_proof"], _APPEAL, "appeal_sent"),
    "appeal_records": AdvisedStep(WAYS["appeal_records"], _APPEAL, "appeal_sent"),
    "authorization": AdvisedStep(WAYS["authorization"], _SEND, "corrected_claim_sent"),
    "benefit": AdvisedStep(WAYS["benefit"], _CALL),
    "correct": AdvisedStep(WAYS["correct"], _SEND, "corrected_claim_sent"),
    "dispute": AdvisedStep(WAYS["dispute"], _APPEAL, "appeal_sent"),
    "earlier_payment": AdvisedStep(WAYS["earlier_payment"], _CALL),
    "enrollment": AdvisedStep(WAYS["enrollment"], _SEND, "corrected_claim_needed"),
    "exception": AdvisedStep(WAYS["exception"], "close", "payer_write_off_proposed"),
    "forwarded": AdvisedStep(WAYS["forwarded"], _CALL),
    "meaning": AdvisedStep(WAYS["meaning"], _CALL),
    "modifier": AdvisedStep(WAYS["modifier"], _SEND, "corrected_claim_sent"),
    "new_claim": AdvisedStep(WAYS["new_claim"], _SEND, "corrected_claim_sent"),
    "next_level": AdvisedStep(WAYS["next_level"], _APPEAL, "appeal_sent"),
    "next_payer": AdvisedStep(WAYS["next_payer"], _SEND, "other_payer_billed"),
    "nothing": AdvisedStep(WAYS["nothing"], "close", "resolved"),
    "original": AdvisedStep(WAYS["original"], _CALL),
    "other_carrier": AdvisedStep(WAYS["other_carrier"], _SEND, "other_payer_billed"),
    "patient": AdvisedStep(WAYS["patient"], _CALL, "waits_for_patient"),
    "records": AdvisedStep(WAYS["records"], "records", "records_sent"),
    "remark": AdvisedStep(WAYS["remark"], _CALL),
    "reopening": AdvisedStep(WAYS["reopening"], _SEND, "corrected_claim_sent"),
    "right_payer": AdvisedStep(WAYS["right_payer"], _SEND, "other_payer_billed"),
    "status": AdvisedStep(WAYS["status"], _CALL),
    "verify": AdvisedStep(WAYS["verify"], _CALL),
    "with_eob": AdvisedStep(WAYS["with_eob"], _SEND, "corrected_claim_sent"),
    "write_off": AdvisedStep(WAYS["write_off"], "close", "payer_write_off_proposed"),
}
#: What each route is at the desk where it is not the one that the reason names.
ROUTE_STEPS: dict[str, AdvisedStep] = {
    RouteCode.CORRECTED: STEPS["correct"],
    RouteCode.NEW: STEPS["new_claim"],
    RouteCode.REOPENING: STEPS["reopening"],
    RouteCode.RECORDS: STEPS["records"],
    RouteCode.APPEAL: AdvisedStep("Appeal", _APPEAL, "appeal_sent"),
    RouteCode.PEER: AdvisedStep("Ask for a peer-to-peer", _CALL),
    RouteCode.ARBITRATION: AdvisedStep("Open the negotiation, then federal arbitration", _APPEAL),
    RouteCode.NEXT_PAYER: STEPS["next_payer"],
    RouteCode.PATIENT: AdvisedStep("Ask the patient", _CALL, "waits_for_patient"),
    RouteCode.CALL: AdvisedStep("Call the payer", _CALL),
    RouteCode.VOID: AdvisedStep("Take the claim back", _SEND, "corrected_claim_sent"),
    RouteCode.LATE: AdvisedStep("Ask for an exception or good cause", "close", "late_request_sent"),
    RouteCode.WRITE_OFF: STEPS["write_off"],
    RouteCode.NOTHING: STEPS["nothing"],
}
#: Digit and outcome of what was planned, where the kind of work offers them. What is not here leads to the first digit.
_PLANNED: dict[str, tuple[str, str]] = {
    "resend": (_SEND, ""),
    "send_records": ("records", "records_sent"),
    "contact_patient": (_CALL, "waits_for_patient"),
    "dispute_underpayment": (_APPEAL, "underpayment_disputed"),
    "fix_and_send": (_SEND, "corrected_claim_sent"),
    "send_to_next": (_SEND, "other_payer_billed"),
    "send_again": (_SEND, "corrected_claim_sent"),
    "answer_dispute": ("dispute", "dispute_answered"),
    "screen_assistance": ("hardship", "assistance_decided"),
    "skip_trace": ("call_patient", "number_found"),
    "approve_write_off": ("close", ""),
    "send_appeal": (_APPEAL, "appeal_sent"),
    SAVE_LATE: ("close", "late_request_sent"),
    "check_late_request": (_CALL, ""),
    "peer_to_peer": (_CALL, ""),
    "open_negotiation": (_APPEAL, ""),
    "propose_write_off": ("close", "payer_write_off_proposed"),
    "close_it": ("close", "resolved"),
}
#: What only time or other work brings about.
_WAITS = tuple(NEXT_ACTIONS[code] for code in ("first_statement", "settle_claim"))
#: What was planned without saying what: the reason of the denial says it.
_VAGUE = ("work_denial", "resume", "supervisor")


@dataclass(frozen=True, slots=True)
class WinHistory:
    """How often the practice won what it decided in one segment, by dollars, over the year that is remembered."""

    won: int = 0
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do in `words`, the code of its digit and (or "") the outcome that its button records, why in a sentence,
    and how often it is won, in words with their source.

    `denial` recalls what was denied and its way out where a person planned something else meanwhile.
    """

    action: str
    words: str
    outcome: str = ""
    because: str = ""
    rate: str = ""
    source: str = ""
    denial: str = ""

    @property
    def is_wait(self) -> bool:
        """Whether there is nothing to do but wait: then no button invites to do it."""
        return self.words in _WAITS


def as_offered(found: Recommendation, item: WorkItem, outcomes: OutcomeBook, *, today: dt.date) -> Recommendation:
    """A recommendation whose button records no outcome that the practice hides."""
    is_offered = not found.outcome or outcomes.find(found.outcome, practice_id=item.practice_id, on=today)
    return found if is_offered else replace(found, outcome="")


def recommendation_for(item: WorkItem, *, payer_class: str = "", routes: DenialRoutes | None = None) -> Recommendation:
    """The best next action. Two queries for a denied claim, none else. `routes` are those of its largest denial, where
    they were read: then the best of them is advised, whether or not it is what the reason alone asks for."""
    if item.next_action == SAVE_LATE:
        left = f"{item.because}. What is left: {', '.join(ways_left(item, payer_class=payer_class))}"
        return replace(_planned(item), because=left)
    found = None
    if item.kind == "denied":
        read = (routes.facts.way, ruling_of(routes.denial.rule)) if routes else None
        found = read or _way_of(item, payer_class)
    if found is None:
        return _planned(item)
    way, ruling = found
    history = _own_results(routes) if routes else _history(item, payer_class)
    rate, source = rate_words(way.category, history, ruling=ruling)
    if item.decided_at is not None and item.next_action not in _VAGUE:
        return _planned(item, rate=rate, source=source, denial=f"{way.explanation}. {way.action}")
    # What a payer calls the patient's for a reason of coverage is verified before anything else (RULES 7.2).
    step = STEPS["verify" if item.bucket == "PATIENT" and way.way != "patient" else way.way]
    because = f"{way.explanation}. {way.action}"
    if routes and routes.best and item.bucket != "PATIENT" and not is_named(way, routes.best):
        step = ROUTE_STEPS[routes.best.code]
        because = f"{way.explanation}. {routes.best.label}: {routes.best.why}"
    return Recommendation(step.action, step.words, step.outcome, because, rate, source)


def is_named(way: Route, best: RouteOption) -> bool:
    """Whether the best route is what the reason of the denial names, in its words. Where it says `corrected claim` and
    the payer takes none, the route says what it takes instead (RULES 8.2)."""
    is_said_otherwise = way.way in CLAIM_WAYS and best.code is not RouteCode.CORRECTED and way.way != "reopening"
    return best.is_asked and not is_said_otherwise


def rate_words(category: str, history: WinHistory, *, ruling: Ruling | None = None) -> tuple[str, str]:
    """How often work on a denial is won, and who says so: own history with its count, else what a rule of the practice
    says, else the usual rate."""
    if history.decided:
        share = Decimal(history.won) / history.decided
        counted = f"{history.won:,} of {history.decided:,}"
        return f"won {share * 100:.0f} % of the time here ({counted})", "own history of a year, by dollars"
    if ruling is not None and ruling.win_rate is not None:
        return f"usual rate {ruling.win_rate * 100:.0f} %, no history here yet", f"own rule: {ruling.source}"
    usual = win_rate(category)
    return f"usual rate {usual.rate * 100:.0f} %, no history here yet", usual.source


def _planned(item: WorkItem, *, rate: str = "", source: str = "", denial: str = "") -> Recommendation:
    """What was planned, by a person or by the rules: its digit and outcome as far as this kind of work has them."""
    digits = [one.code for one in actions_for(item.kind)]
    action, outcome = _PLANNED.get(item.next_action, ("", ""))
    chosen = BY_CODE.get(outcome)
    if chosen is None or not _is_offered(chosen, item):
        outcome = ""
    words = NEXT_ACTIONS.get(item.next_action, item.next_action)
    return Recommendation(action if action in digits else digits[0], words, outcome, item.because, rate, source, denial)


def _is_offered(chosen: Disposition, item: WorkItem) -> bool:
    return item.kind in chosen.kinds and chosen.lifts in ("", item.hold) and chosen.of_bucket in ("", item.bucket)


def _way_of(item: WorkItem, payer_class: str) -> tuple[Route, Ruling | None] | None:
    """The way out of the largest denial that is open, and the practice's rule that says so."""
    found = (
        Denial.objects.filter(claim=item.claim_id, state=Denial.State.OPEN)
        .select_related("rule")
        .order_by("outcome", "-amount", "pk")  # what is lost has its way behind it
        .first()
    )
    if found is None:
        return None
    ruling = ruling_of(found.rule)
    way = route(found.group, found.carc, found.rarcs.split(), payer_class=payer_class or None, ruling=ruling)
    if found.outcome == Denial.Outcome.LOST:
        way = replace(way, way="write_off", action=LOST_ACTION)
    return way, ruling


def _own_results(routes: DenialRoutes) -> WinHistory:
    """The same, as the routes were weighed by it."""
    return WinHistory(won=round(routes.facts.own.won), decided=round(routes.facts.own.decided))


def _history(item: WorkItem, payer_class: str) -> WinHistory:
    """The practice's decided denials of this category with this class of payers, at every age."""
    told = SegmentRate.objects.filter(
        practice=item.practice_id, kind=item.kind, payer_class=payer_class, category=item.category, at_stake__gt=0
    ).aggregate(decided=Sum("decided"), stake=Sum("at_stake"), won=Sum("recovered"))
    if not told["decided"]:
        return WinHistory()
    share = min(told["won"] / told["stake"], Decimal(1))
    return WinHistory(won=round(told["decided"] * share), decided=told["decided"])
