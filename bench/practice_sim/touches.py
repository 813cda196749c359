"""What working an item does: minutes spent, the outcome recorded, what is won by it, and what the mail will bring."""

import datetime as dt
from dataclasses import dataclass

from bench.practice_sim import figures
from bench.practice_sim.world import SimItem, logit_shift, set_denied
from claims.denials.claim_windows import deadlines_after_notices
from claims.denials.routing import route
from claims.payers.deadlines import ClaimDates, deadlines_of
from collections_app.worklist.facts import ScoringContext

CALLS = {
    "check_status", "call_payer", "look_up_claim", "call_clearinghouse", "check_appeal", "check_dispute",
    "check_records", "find_payment", "contact_patient", "check_acknowledgment", "check_late_request",
}  # fmt: skip
SENDS = (
    "work_denial", "resend", "fix_and_send", "send_records", "dispute_underpayment", "send_appeal", "send_to_next",
    "save_late",
)  # fmt: skip


@dataclass
class Touched:
    """What one touch was."""

    minutes: float
    disposition: str
    won: float = 0.0
    is_payer_call: bool = False


def step_of(item: SimItem) -> str:
    """What somebody does who takes it: after a supervisor's answer what was not done yet, else another call."""
    if item.work.next_action not in ("resume", "supervisor"):
        return item.work.next_action
    if item.payer is None or item.claim is None:
        return "call_patient"
    windows = item.claim.denial_windows or item.claim.short_windows
    if item.work.kind in ("denied", "underpaid") and item.claim.correspondence.unkept(windows):
        return "work_denial" if item.work.kind == "denied" else "dispute_underpayment"
    return "call_payer"


def is_call(item: SimItem) -> bool:
    """Whether the next step is a call to the payer."""
    return item.payer is not None and step_of(item) in CALLS


def way_of(item: SimItem) -> str:
    """What the work on it is: the key of its minutes."""
    status, category = item.truth.status, item.truth.category
    if status == "records":
        return "records"
    if status == "short":
        return "dispute"
    if status == "denied_open":
        if category == "medical_necessity":
            return "medical_necessity"
        if category in ("missing_info", "coding", "eligibility", "cob"):
            return "correct"
        return "appeal"
    return {"lost": "resend", "rejected": "correct"}.get(status, "appeal")


def last_day(item: SimItem, context: ScoringContext) -> dt.date | None:
    """The day after which the work that wins it comes too late; None where no window binds."""
    if item.payer is None or item.claim is None:
        return None
    if item.truth.status not in item.last:
        item.last[item.truth.status] = _last_day(item, context)
    return item.last[item.truth.status]


def _last_day(item: SimItem, context: ScoringContext) -> dt.date | None:
    scope = context.scope(practice_id=item.work.practice_id, payer_id=item.payer.id, plan_id=None)
    dates = ClaimDates(dos_on=item.claim.service_from, through_on=item.claim.service_to)
    if item.truth.status in ("lost", "rejected"):
        found = deadlines_of(("filing",), dates, scope=scope, rules=context.rules, on=item.claim.service_from)
        return found[0].last_day if found else None
    windows = item.claim.denial_windows if item.truth.status == "denied_open" else item.claim.short_windows
    if item.truth.status not in ("denied_open", "short"):
        return None
    found = deadlines_after_notices(windows, dates, scope=scope, rules=context.rules)
    soft = way_of(item) == "correct"
    fitting = [one.last_day for one in found if (one.kind == "corrected") == soft]
    return max(fitting or [one.last_day for one in found], default=None)


def chance(item: SimItem, today: dt.date, context: ScoringContext) -> float:
    """The true chance of the work that its status asks for, done today."""
    truth = item.truth
    if truth.status in ("coming", "dead", "sent", "denied"):
        return 0.0
    aged = max((today - item.work.aged_from).days - 30, 0) / 30
    found = truth.win * figures.MONTHLY_DECAY**aged * figures.SECOND_TRY**truth.tries
    last = last_day(item, context)
    return found * figures.AFTER_WINDOW if last is not None and today > last else found


def touch(item: SimItem, today: dt.date, context: ScoringContext, *, on_hold: bool) -> Touched:
    """Work it now. `on_hold` says whether the payer has still to be reached."""
    if item.payer is None:
        return _call_patient(item, today)
    if step_of(item) in SENDS:
        return _send(item, today, context)
    minutes = figures.TALK + (item.payer.hold * (0.6 + 0.8 * item.roll("hold")) if on_hold else 0.0)
    if on_hold and item.roll("agent") < figures.NO_AGENT:
        return Touched(minutes, "no_agent", is_payer_call=True)
    return Touched(minutes, _answer(item, today), is_payer_call=True)


def _answer(item: SimItem, today: dt.date) -> str:
    truth = item.truth
    if truth.status in ("lost", "went_astray"):
        truth.status = "lost" if truth.status == "lost" else truth.status
        return "not_on_file"
    if truth.status == "records":
        return "needs_records"
    if truth.status == "denied":
        item.mail.append((today + dt.timedelta(days=1), "denied"))
        return "denied_see_eob"
    if truth.status in ("denied_open", "short"):
        return "denied_see_eob" if truth.status == "denied_open" else "in_process"
    return "in_process"


def _send(item: SimItem, today: dt.date, context: ScoringContext) -> Touched:
    truth = item.truth
    code, way = _what_is_sent(item), way_of(item)
    minutes = figures.WORK[way] * (0.7 + 0.6 * item.roll("work"))
    if truth.status == "records" and not truth.asked_inside and item.roll("inside") < 0.3:
        truth.asked_inside = True
        return Touched(minutes * 0.4, "records_requested")
    if truth.status in ("coming", "dead", "sent"):
        return Touched(minutes, code)
    if truth.status == "went_astray":
        truth.status = truth.category and "denied_open" or "short"
    found = chance(item, today, context)
    if truth.status in ("denied_open", "short") and item.roll("way") < figures.LOST_ON_THE_WAY:
        truth.status = "went_astray"
        return Touched(minutes, code)
    if item.roll("won") < found:
        truth.status = "coming"
        item.mail.append((today + dt.timedelta(days=item.days("paid", 14, 50)), "pays"))
        return Touched(minutes, code, won=item.dollars)
    truth.status = "sent"
    if truth.tries < 2 and item.roll("told") < 0.8:
        truth.tries += 1 if item.work.kind == "denied" else 0
        item.mail.append((today + dt.timedelta(days=item.days("lost", 25, 50)), "denied"))
    return Touched(minutes, code)


def _what_is_sent(item: SimItem) -> str:
    if item.work.kind == "underpaid":
        return "underpayment_disputed"
    if item.work.next_action == "save_late":
        return "late_request_sent"
    if item.work.next_action == "send_records":
        return "records_sent"
    if item.work.kind == "denied" and item.work.next_action != "resend":
        way = route("CO", figures.CARC.get(item.truth.category, "16"), ["M127"])
        return "corrected_claim_sent" if way.kind == "soft" or way_of(item) == "correct" else "appeal_sent"
    return "appeal_sent" if item.work.kind == "denied" else "corrected_claim_sent"


def _call_patient(item: SimItem, today: dt.date) -> Touched:
    truth, action = item.truth, item.work.next_action
    if action == "skip_trace":
        truth.status = "patient" if item.roll("found") < figures.NUMBER_FOUND else "unreachable"
        return Touched(figures.WORK["skip"], "number_found" if truth.status == "patient" else "left_message")
    if action == "expect_payment":
        return Touched(1.5, "left_message")
    agreed = item.work.appointment_on is not None
    answered = item.roll("answer") < (0.8 if agreed else truth.answers)
    if truth.status == "unreachable" or not answered:
        if item.roll("wrong") < figures.NUMBER_WRONG:
            truth.status = "unreachable"
            return Touched(figures.WORK["ring"], "wrong_number")
        return Touched(figures.WORK["ring"], "left_message" if item.roll("message") < 0.6 else "no_answer")
    minutes = figures.WORK["talk"] * (0.6 + 0.8 * item.roll("talk"))
    if item.roll("later") < 0.1:
        return Touched(minutes * 0.4, "will_call_back")
    age = max((today - item.work.aged_from).days - 30, 0) / 30
    pays = truth.win * figures.MONTHLY_DECAY**age * 0.7**truth.tries
    alone = any(what == "pays" for _, what in item.mail)
    if item.roll("pays") >= pays:
        truth.tries += 1
        return Touched(minutes, "will_think")
    won = 0.0 if alone else item.dollars
    if item.roll("how") < 0.5:
        item.mail.append((today + dt.timedelta(days=3), "pays"))
        return Touched(minutes, "paid_on_call", won=won)
    if item.roll("keeps") < figures.KEEPS:
        item.mail.append((today + dt.timedelta(days=8), "pays"))
        return Touched(minutes, "promised", won=won)
    truth.tries += 1
    item.mail.append((today + dt.timedelta(days=13), "broken"))
    return Touched(minutes, "promised")


def bring_mail(item: SimItem, today: dt.date) -> str:
    """What came today: `pays`, `denied`, `broken` or nothing. A denial is set into the item."""
    came = next((what for day, what in sorted(item.mail) if day <= today), "")
    if not came:
        return ""
    item.mail = [one for one in item.mail if one[0] > today]
    if came == "denied":
        if item.truth.status in ("coming",):
            return ""
        set_denied(item, item.truth.category or "missing_info", today)
    return came


def oracle_worth(item: SimItem, today: dt.date, context: ScoringContext) -> tuple[float, float]:
    """Dollars that the next steps win in truth, and their minutes: what nobody at the desk can know."""
    truth, action = item.truth, step_of(item)
    if item.payer is None:
        if any(what == "pays" for _, what in item.mail) or truth.status == "unreachable":
            return (0.0, 5.0)
        reach = 0.8 if item.work.appointment_on else truth.answers
        age = max((today - item.work.aged_from).days - 30, 0) / 30
        pays = truth.win * figures.MONTHLY_DECAY**age * 0.7**truth.tries
        agrees = 0.9 * pays * (0.5 + 0.5 * figures.KEEPS)
        return reach * agrees * item.dollars, reach * figures.WORK["talk"] + (1 - reach) * figures.WORK["ring"]
    hold = figures.TALK + item.payer.hold
    if action in SENDS:
        if truth.status == "went_astray":
            return 0.9 * 0.5 * item.dollars * truth.win, figures.WORK[way_of(item)]
        return chance(item, today, context) * item.dollars * 0.9, figures.WORK[way_of(item)]
    if truth.status in ("lost", "records", "denied_open", "short"):
        return chance(item, today, context) * item.dollars * 0.9, hold + figures.WORK[way_of(item)]
    if truth.status == "denied":
        win = logit_shift(figures.DENIALS[truth.category][1], truth.noise + item.payer.bias)
        return win * item.dollars * 0.85, hold + 12.0
    if truth.status == "went_astray":
        return truth.win * item.dollars * 0.8, hold + figures.WORK[way_of(item)]
    return 0.0, hold
