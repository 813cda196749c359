"""The one thing to do first about an item, in words, with how often it worked. What a person planned comes first."""

from dataclasses import dataclass
from decimal import Decimal

from claims.denials.models import Denial
from claims.denials.routing import Route, route, win_rate
from collections_app.worklist.closed_windows import SAVE_LATE, ways_left
from collections_app.worklist.dispositions import NEXT_ACTIONS
from collections_app.worklist.models import WorkItem

_FIRST = {
    "no_response": "call_payer",
    "rejected": "corrected_claim",
    "underpaid": "appeal",
    "patient_balance": "call_patient",
    "credit_balance": "work_it",
    "remit_exception": "work_it",
}
_PLANNED = {
    "send_records": "records",
    "check_records": "call_payer",
    "fix_and_send": "corrected_claim",
    "send_to_next": "corrected_claim",
    "check_appeal": "call_payer",
    "send_appeal": "appeal",
    "save_late": "close",
    "check_late_request": "call_payer",
    "check_status": "call_payer",
    "call_payer": "call_payer",
    "call_patient": "call_patient",
    "answer_dispute": "dispute",
    "screen_assistance": "hardship",
    "approve_write_off": "close",
}
#: Denials that begin with a question: is there other coverage, what became of the original.
_ASK_FIRST = ("eligibility", "duplicate")


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do (`action` is the code of a digit), why in a sentence, and the rate at which it is won.

    `denial` recalls what was denied and its way out where a person planned something else meanwhile.
    """

    action: str
    words: str
    because: str = ""
    rate: Decimal | None = None
    source: str = ""
    denial: str = ""


def recommendation_for(item: WorkItem, *, payer_class: str = "") -> Recommendation:
    """The best next action. One query for a denied claim, none else."""
    planned = NEXT_ACTIONS.get(item.next_action, item.next_action)
    action = _PLANNED.get(item.next_action) or _FIRST.get(item.kind, "call_payer")
    if item.next_action == SAVE_LATE:
        left = f"{item.because}. What is left: {', '.join(ways_left(item, payer_class=payer_class))}"
        return Recommendation(action, planned, left)
    if item.kind != "denied":
        return Recommendation(action, planned, item.because)
    found = (
        Denial.objects.filter(claim=item.claim_id, state=Denial.State.OPEN)
        .order_by("-amount", "pk")
        .values_list("group", "carc", "rarcs")
        .first()
    )
    if found is None:
        return Recommendation(action, planned, item.because)
    group, carc, rarcs = found
    way = route(group, carc, rarcs.split(), payer_class=payer_class or None)
    rate = win_rate(way.category)
    if item.decided_at is not None:
        denial = f"{way.explanation}. {way.action}"
        return Recommendation(action, planned, item.because, rate.rate, rate.source, denial)
    return Recommendation(_digit(way), way.action, way.explanation, rate.rate, rate.source)


def _digit(way: Route) -> str:
    """Soft denials are corrected, hard ones appealed; what the payer wants to see is sent, what it knows is asked."""
    if way.category in _ASK_FIRST:
        return "call_payer"
    if way.category == "documentation":
        return "records"
    if way.kind == "hard" or (way.kind == "either" and way.appealable):
        return "appeal"
    return "corrected_claim" if way.kind == "soft" else "call_payer"
