"""What comes next, and when, after an outcome that a person recorded. Pure.

Nothing stays open without a next action and its date (RULES 14.6). Dates come from the payer's rules where there
are any, fall on business days, and never later than the day by which a deadline wants the work done. A person may
change every proposal; the desk shows the reason beside it.
"""

import datetime as dt
from dataclasses import dataclass, replace

from arwork.lib.dates import Closures, add_business_days, next_business_day, short_day
from claims.payers.deadlines import RuleScope
from claims.payers.rules import RuleBook
from collections_app.contacts.frequency import CallPause
from collections_app.promises.rules import last_day_to_keep
from collections_app.worklist import window_ladder
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS, REMIT, Disposition
from collections_app.worklist.window_ladder import NeededWindow

#: Steps that lead to a patient: nobody takes one before the gate allows it.
TO_PATIENTS = frozenset({"call_patient", "contact_patient"})


@dataclass(frozen=True, slots=True)
class OutcomeSituation:
    """Where an item stands when an outcome is recorded.

    `same_answers` counts earlier identical outcomes in a row (this one not included), `touches_without_change` all
    touches since the books last moved: more than `quiet_touches` of them go to a supervisor (RULES 14.7; None: never).
    `window` is the nearest one that the outcome leaves to be kept, `receipt_by` the last day on which what it sends
    must arrive, `given_up` why a window is let go that closes before the next working day, `pause` what forbids calling
    the person again for now.
    """

    scope: RuleScope = RuleScope()
    rules: RuleBook = RuleBook(())
    same_answers: int = 0
    touches_without_change: int = 0
    quiet_touches: int | None = None
    window: NeededWindow | None = None
    receipt_by: dt.date | None = None
    given_up: str = ""
    pause: CallPause | None = None


@dataclass(frozen=True, slots=True)
class EnteredDates:
    """What the person entered with the outcome; None where the field was left empty.

    `rep_date` is the day the payer's representative named; `grace_days` are those that hold after a promised day.
    """

    rep_date: dt.date | None = None
    promised_on: dt.date | None = None
    callback_on: dt.date | None = None
    until_on: dt.date | None = None
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """The next action (a code of `NEXT_ACTIONS`), its date and the reason for it.

    `due_on` is None only when the item closes. `loses` says which window is lost by it, where somebody has to confirm
    that in words first.
    """

    next_action: str
    due_on: dt.date | None
    because: str
    wakes_on: tuple[str, ...] = ()
    is_appointment: bool = False
    escalate: bool = False
    closes: bool = False
    loses: str = ""

    @property
    def words(self) -> str:
        return NEXT_ACTIONS[self.next_action]


def propose_next_action(
    disposition: Disposition | str, facts: OutcomeSituation, today: dt.date, *, answer: EnteredDates | None = None
) -> Proposal:
    """What to do after an outcome. Raises `KeyError` for an unknown code, `ValueError` for a missing day."""
    found = BY_CODE[disposition] if isinstance(disposition, str) else disposition
    if found.closes:
        return Proposal("none", None, "resolved", closes=True)
    if _must_escalate(found, facts):
        times = facts.same_answers + 1
        because = f'"{found.label}" for the {_nth(times)} time: a supervisor decides'
        if not found.repeats_to_escalate or times < found.repeats_to_escalate:
            because = f"{facts.touches_without_change + 1} touches without any change: a supervisor decides"
        tomorrow = add_business_days(today, 1, closures=facts.scope.closures)
        asked = Proposal("supervisor", tomorrow, because, (REMIT,), escalate=True)
        return _within_window(asked, found, facts, today)
    due, because = _due(found, facts, today, answer or EnteredDates())
    proposal = Proposal(
        found.next_action,
        due,
        because,
        found.wakes_on,
        is_appointment=found.is_appointment,
        escalate=found.escalates,
    )
    return _lawful(_within_window(proposal, found, facts, today), facts)


def first_day_to_call(pause: CallPause | None, *, today: dt.date, closures: Closures = ()) -> dt.date:
    """The first day from `today` on at which somebody may be called and somebody is here to call."""
    if pause is None or pause.until <= today:
        return today
    return next_business_day(pause.until, closures=closures)


def put_off(proposal: Proposal, pause: CallPause | None, *, today: dt.date, closures: Closures = ()) -> Proposal:
    """A step that the rules propose, with its reason, on a day at which it is lawful: nobody is handed a call that
    they may not make (RULES 14.3)."""
    day = first_day_to_call(pause, today=today, closures=closures)
    if pause is None or proposal.next_action not in TO_PATIENTS or proposal.due_on is None or proposal.due_on >= day:
        return proposal
    return replace(proposal, due_on=day, because=f"{proposal.because}; {pause.why} ({pause.source})")


def _must_escalate(found: Disposition, facts: OutcomeSituation) -> bool:
    """The third identical answer, or too many touches without change; not for what a person set up themselves."""
    if found.escalates or found.needs_approval or not found.repeats_to_escalate:
        return False
    if facts.same_answers + 1 >= found.repeats_to_escalate:
        return True
    if facts.quiet_touches is None or found.next_action != "check_status":
        return False
    return facts.touches_without_change + 1 > facts.quiet_touches


def _due(found: Disposition, facts: OutcomeSituation, today: dt.date, answer: EnteredDates) -> tuple[dt.date, str]:
    closed = facts.scope.closures
    if "promised_on" in found.requires:
        day = _given(answer.promised_on, "promised_on")
        last = last_day_to_keep(day, answer.grace_days, closures=closed)  # money of the last day still keeps it
        because = f"promised for {short_day(day)}, {answer.grace_days} business days of grace"
        return add_business_days(last, 1, closures=closed), because
    if "callback_on" in found.requires:
        day = _given(answer.callback_on, "callback_on")
        return max(day, today), f"agreed for {short_day(day)}"
    if "until_on" in found.requires:
        day = _given(answer.until_on, "until_on")
        return max(day, today), f"asleep until {short_day(day)}"
    days, source = found.days, found.said_by
    if found.rule_kind:
        rule = facts.scope.pick(facts.rules, found.rule_kind, on=today)
        days, source = (rule.value, rule.words) if rule else (days, source)
    if days <= 3:
        due = add_business_days(today, days, closures=closed)
    else:
        due = next_business_day(today + dt.timedelta(days=days), closures=closed)
    unit = "business day" if days <= 3 else "day"
    because = f"{days} {unit}{'s' if days != 1 else ''} after {found.label[0].lower()}{found.label[1:]} ({source})"
    if answer.rep_date is not None and answer.rep_date > due:
        return next_business_day(answer.rep_date, closures=closed), f"the payer named {short_day(answer.rep_date)}"
    return due, because


def _within_window(proposal: Proposal, found: Disposition, facts: OutcomeSituation, today: dt.date) -> Proposal:
    """Keep the proposal within the window that is still needed. Appointments stay."""
    due, because = proposal.due_on, proposal.because
    if due is None or proposal.is_appointment:
        return proposal
    if facts.receipt_by is not None:
        due, because = window_ladder.received_by(due, because, facts.receipt_by, today, closures=facts.scope.closures)
    if facts.window is None or facts.window.is_closed(today):
        return replace(proposal, due_on=due, because=because)
    is_snooze, is_decided_elsewhere = "until_on" in found.requires, proposal.escalate or found.needs_approval
    asked = window_ladder.AskedStep(proposal.next_action, due, because, is_snooze, is_decided_elsewhere)
    step = window_ladder.keep_window(facts.window, asked, today, given_up=facts.given_up)
    return replace(proposal, next_action=step.next_action, due_on=step.due_on, because=step.because, loses=step.loses)


def _lawful(proposal: Proposal, facts: OutcomeSituation) -> Proposal:
    """No call while the person may not be called; what they asked for themselves stays."""
    due, pause = proposal.due_on, facts.pause
    if pause is None or due is None or proposal.is_appointment or proposal.next_action not in TO_PATIENTS:
        return proposal
    if due >= pause.until:
        return proposal
    because = f"{pause.why} ({pause.source})"
    return replace(proposal, due_on=next_business_day(pause.until, closures=facts.scope.closures), because=because)


def rule_days(rules: RuleBook, kind: str, scope: RuleScope, on: dt.date, default: int) -> int:
    """A number of days as the payer rules in force on `on` have it."""
    return rules.value(
        kind,
        default=default,
        on=on,
        payer_class=scope.payer_class,
        payer_id=scope.payer_id,
        plan_id=scope.plan_id,
        state=scope.state,
    )


def _given(day: dt.date | None, name: str) -> dt.date:
    if day is None:
        raise ValueError(f"this outcome needs {name}")
    return day


def not_past(day: dt.date, today: dt.date, *, closures: Closures = ()) -> dt.date:
    """`day`, or the next business day where that has passed."""
    return day if day >= today else next_business_day(today, closures=closures)


def _nth(count: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(count, f"{count}th")
