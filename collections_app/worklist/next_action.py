"""What comes next, and when: after an outcome that a person recorded, and after a claim was sent. Pure.

Nothing stays open without a next action and its date (RULES 14.6). Dates come from the payer's rules where there
are any, fall on business days, and never later than the day by which a deadline wants the work done. A person may
change every proposal; the desk shows the reason beside it.
"""

import datetime as dt
from dataclasses import dataclass, replace

from arwork.lib.dates import add_business_days, next_business_day
from claims.payers.deadlines import RuleScope
from claims.payers.rules import RuleBook
from collections_app.contacts.frequency import CallPause
from collections_app.promises.rules import last_day_to_keep
from collections_app.worklist.dispositions import ACKNOWLEDGMENT, BY_CODE, NEXT_ACTIONS, PAYMENT, REMIT, Disposition
from collections_app.worklist.first_calls import first_call_on, statement_words

#: With no claim acknowledgment by this day the claim is looked up at the payer (RULES 9.3).
LOOK_UP_DAY = 14
#: What a payer says is pending is looked after so many days later (RULES 7.2).
PENDING_DAYS = 15


@dataclass(frozen=True, slots=True)
class OutcomeSituation:
    """Where an item stands when an outcome is recorded.

    `same_answers` counts earlier identical outcomes in a row (this one not included), `touches_without_change` all
    touches since the books last moved: more than `quiet_touches` of them go to a supervisor (RULES 14.7; None: never).
    `internal_due` is the nearest deadline's internal date, `pause` what forbids calling the person again for now.
    """

    scope: RuleScope = RuleScope()
    rules: RuleBook = RuleBook(())
    same_answers: int = 0
    touches_without_change: int = 0
    quiet_touches: int | None = None
    internal_due: dt.date | None = None
    last_day: dt.date | None = None
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

    `due_on` is None only when the item closes.
    """

    next_action: str
    due_on: dt.date | None
    because: str
    wakes_on: tuple[str, ...] = ()
    is_appointment: bool = False
    escalate: bool = False
    closes: bool = False

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
        return Proposal("supervisor", add_business_days(today, 1), because, (REMIT,), escalate=True)
    due, because = _due(found, facts, today, answer or EnteredDates())
    proposal = Proposal(
        found.next_action,
        due,
        because,
        found.wakes_on,
        is_appointment=found.is_appointment,
        escalate=found.escalates,
    )
    return _lawful(_within_deadline(proposal, facts, today), facts)


def first_day_to_call(pause: CallPause | None, *, today: dt.date) -> dt.date:
    """The first day from `today` on at which somebody may be called and somebody is here to call."""
    return today if pause is None or pause.until <= today else next_business_day(pause.until)


def put_off(proposal: Proposal, pause: CallPause | None, *, today: dt.date) -> Proposal:
    """A step that the rules propose, with its reason, on a day at which it is lawful: nobody is handed a call that
    they may not make (RULES 14.3)."""
    day = first_day_to_call(pause, today=today)
    if pause is None or proposal.next_action != "call_patient" or proposal.due_on is None or proposal.due_on >= day:
        return proposal
    return replace(proposal, due_on=day, because=f"{proposal.because}; {pause.why} ({pause.source})")


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """One submission of a claim. `sequence` is P, S or T; `ack_expected` is false where no clearinghouse reports
    back."""

    submitted_on: dt.date
    is_electronic: bool = True
    sequence: str = "P"
    file_acknowledged_on: dt.date | None = None
    claim_acknowledged_on: dt.date | None = None
    ack_expected: bool = True
    scope: RuleScope = RuleScope()


def first_followup(facts: SubmissionFacts, rules: RuleBook, *, today: dt.date) -> Proposal:
    """The first thing to look for after a claim was sent (RULES 9.3): its acknowledgments, then its payment.

    A missing acknowledgment climbs: the file's, the clearinghouse, then a look-up at the payer on day 14, never a
    blind second submission. Dates that are already past become the next business day.
    """
    if facts.is_electronic and facts.ack_expected and facts.claim_acknowledged_on is None:
        return _acknowledgment(facts, rules, today)
    kind = "followup_secondary" if facts.sequence != "P" else "followup_electronic"
    kind = kind if facts.is_electronic or facts.sequence != "P" else "followup_paper"
    days = _days(rules, kind, facts.scope, facts.submitted_on, 45 if kind == "followup_paper" else 30)
    due = _not_past(next_business_day(facts.submitted_on + dt.timedelta(days=days)), today)
    how = "later payer" if facts.sequence != "P" else ("electronic" if facts.is_electronic else "paper")
    because = f"{how} claim sent {_day(facts.submitted_on)}, no answer for {days} days"
    return Proposal("check_status", due, because, (REMIT, ACKNOWLEDGMENT))


def _acknowledgment(facts: SubmissionFacts, rules: RuleBook, today: dt.date) -> Proposal:
    sent = facts.submitted_on
    file_due = add_business_days(sent, _days(rules, "ack_999", facts.scope, sent, 1))
    claim_due = add_business_days(sent, _days(rules, "ack_277ca", facts.scope, sent, 2))
    look_up = next_business_day(sent + dt.timedelta(days=LOOK_UP_DAY))
    wakes = (ACKNOWLEDGMENT, REMIT)
    if facts.file_acknowledged_on is None and today <= file_due:
        because = f"sent {_day(sent)}, the file's acknowledgment (999) should be here by then"
        return Proposal("check_acknowledgment", file_due, because, wakes)
    if today <= claim_due:
        because = f"sent {_day(sent)}, the claim's acknowledgment (277CA) should be here by then"
        return Proposal("call_clearinghouse", claim_due, because, wakes)
    because = f"sent {_day(sent)}, no claim acknowledgment by day {LOOK_UP_DAY}"
    return Proposal("look_up_claim", _not_past(look_up, today), because, wakes)


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
    if "promised_on" in found.requires:
        day = _given(answer.promised_on, "promised_on")
        last = last_day_to_keep(day, answer.grace_days)  # money of the last day still keeps it
        return add_business_days(last, 1), f"promised for {_day(day)}, {answer.grace_days} business days of grace"
    if "callback_on" in found.requires:
        day = _given(answer.callback_on, "callback_on")
        return max(day, today), f"agreed for {_day(day)}"
    if "until_on" in found.requires:
        day = _given(answer.until_on, "until_on")
        return max(day, today), f"asleep until {_day(day)}"
    days, source = found.days, "usual"
    if found.rule_kind:
        rule = facts.rules.pick(
            found.rule_kind,
            on=today,
            payer_class=facts.scope.payer_class,
            payer_id=facts.scope.payer_id,
            plan_id=facts.scope.plan_id,
            state=facts.scope.state,
        )
        days, source = (rule.value, rule.words) if rule else (days, source)
    due = add_business_days(today, days) if days <= 3 else next_business_day(today + dt.timedelta(days=days))
    unit = "business day" if days <= 3 else "day"
    because = f"{days} {unit}{'s' if days != 1 else ''} after {found.label[0].lower()}{found.label[1:]} ({source})"
    if answer.rep_date is not None and answer.rep_date > due:
        return next_business_day(answer.rep_date), f"the payer named {_day(answer.rep_date)}"
    return due, because


def _within_deadline(proposal: Proposal, facts: OutcomeSituation, today: dt.date) -> Proposal:
    """Bring a date forward to the internal deadline, as long as the window is open. Appointments stay."""
    due, limit = proposal.due_on, facts.internal_due
    if due is None or limit is None or proposal.is_appointment or due <= limit:
        return proposal
    if facts.last_day is not None and facts.last_day < today:
        return proposal
    tomorrow = add_business_days(today, 1)
    why = f"the deadline wants it done by {_day(limit)}"
    if limit < tomorrow and facts.last_day is not None:
        why = f"it was to be done by {_day(limit)}, the last day is {_day(facts.last_day)}"
    because = f"{proposal.because}; brought forward, {why}"
    return replace(proposal, due_on=max(limit, tomorrow), because=because)


def _lawful(proposal: Proposal, facts: OutcomeSituation) -> Proposal:
    """No call while the person may not be called; what they asked for themselves stays."""
    due, pause = proposal.due_on, facts.pause
    if pause is None or due is None or proposal.is_appointment or proposal.next_action != "call_patient":
        return proposal
    if due >= pause.until:
        return proposal
    because = f"{pause.why} ({pause.source})"
    return replace(proposal, due_on=next_business_day(pause.until), because=because)


def _days(rules: RuleBook, kind: str, scope: RuleScope, on: dt.date, default: int) -> int:
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


def _not_past(day: dt.date, today: dt.date) -> dt.date:
    return day if day >= today else next_business_day(today)


def _nth(count: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(count, f"{count}th")


def _day(day: dt.date) -> str:
    return f"{day:%b} {day.day}"


#: Steps that climb by themselves when their day passes without an acknowledgment.
LADDER = ("check_acknowledgment", "call_clearinghouse")
_SEEN_BY_PAYER = ("accepted", "adjudicated")


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStepFacts:
    """What the first step depends on. `since_on`: last billed for a payer, in the bucket since for a patient.

    `first_call_days`: nobody is called about a fresh balance, for its first statement is given time to be paid.
    `statements` are the days of the first statements of what the patient owes, None where no statement is known.
    `correction_days`: so long after its reversal a correction is looked for (RULES 3.3).
    `is_unsent`: the claim went to another payer, but never to the one that owes now. `is_probable`: a payer calls it
    the patient's for a reason of coverage or information. `awaiting_since`: the payer took its answer back and owes
    another. `told_on`: the claim went on to a later payer with what this one had decided, so its remittance is missing
    here. `pause`: what forbids calling the guarantor for now.
    """

    kind: str
    since_on: dt.date
    first_call_days: int
    correction_days: int
    scope: RuleScope = RuleScope()
    category: str = ""
    denied_on: dt.date | None = None
    submitted_on: dt.date | None = None
    submission_state: str = ""
    state_on: dt.date | None = None
    sequence: str = "P"
    is_electronic: bool = True
    ack_expected: bool = False
    is_unsent: bool = False
    told_on: dt.date | None = None
    is_probable: bool = False
    awaiting_since: dt.date | None = None
    hold: str = ""
    promise_due_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    statements: tuple[dt.date | None, ...] = ()
    pause: CallPause | None = None


def first_step(case: FirstStepFacts, rules: RuleBook, *, today: dt.date) -> Proposal:
    """The first action, its day and why."""
    if case.kind == "no_response":
        return _unanswered(case, rules, today)
    if case.kind == "patient_balance":
        return put_off(_patient(case, today), case.pause, today=today)
    if case.kind == "credit_balance" and case.awaiting_since is not None:
        because = f"a payer took its payment back on {_day(case.awaiting_since)}: its correction may need this money"
        return Proposal("settle_credit", _correction_due(case.awaiting_since, case, today), because, (REMIT, PAYMENT))
    if case.is_probable:
        day = case.denied_on or today
        because = f"the payer called it the patient's on {_day(day)}, for a reason about coverage or information"
        return Proposal("verify_coverage", today, because)
    if case.kind == "denied":
        day = case.denied_on or today
        return Proposal("work_denial", today, f"denied on {_day(day)}, nobody has looked at it yet")
    if case.kind == "remit_exception" and case.category == "unsettled_plb":
        because = "money of a deposit that belongs to no claim yet: dispute it, apply it, or let it stand"
        return Proposal("settle_takeback", today, because, (REMIT,))
    action, because = {
        "rejected": ("fix_and_send", "rejected before adjudication: it was never filed until it is accepted"),
        "underpaid": ("dispute_underpayment", "paid below the contract"),
        "credit_balance": ("settle_credit", "more was paid than was owed"),
        "remit_exception": ("settle_exception", "the remittance could not be posted by itself"),
    }[case.kind]
    return Proposal(action, today, because)


def _unanswered(case: FirstStepFacts, rules: RuleBook, today: dt.date) -> Proposal:
    if case.awaiting_since is not None:
        day = _correction_due(case.awaiting_since, case, today)
        because = f"the payer took its payment back on {_day(case.awaiting_since)}; its correction should be here then"
        return Proposal("check_status", day, because, (REMIT,))
    if case.is_unsent:
        because = "the payer before it has answered; to this one nothing was sent yet"
        return Proposal("send_to_next", today, because, (ACKNOWLEDGMENT, REMIT))
    if case.submission_state == "pended":
        said = case.state_on or case.since_on
        day = _not_past(next_business_day(said + dt.timedelta(days=PENDING_DAYS)), today)
        because = f"the payer said on {_day(said)} that it still decides a part; {PENDING_DAYS} days to look again"
        return Proposal("check_status", day, because, (REMIT,))
    if case.submission_state == "adjudicated":
        because = "the payer has answered; what is left is neither paid nor an open denial"
        return Proposal("call_payer", today, because, (REMIT,))
    if case.told_on is not None:
        because = f"the claim sent on {_day(case.told_on)} tells what this payer decided: its remittance is missing"
        return Proposal("find_payment", today, because, (REMIT,))
    return first_followup(_sent(case), rules, today=today)


def _correction_due(since: dt.date, case: FirstStepFacts, today: dt.date) -> dt.date:
    return max(next_business_day(since + dt.timedelta(days=case.correction_days)), today)


def _sent(case: FirstStepFacts) -> SubmissionFacts:
    known = case.submitted_on is not None
    state_on = case.submitted_on or case.since_on
    return SubmissionFacts(
        submitted_on=state_on,
        is_electronic=case.is_electronic,
        sequence=case.sequence,
        file_acknowledged_on=state_on if case.submission_state not in ("", "sent") else None,
        claim_acknowledged_on=state_on if case.submission_state in _SEEN_BY_PAYER else None,
        ack_expected=known and case.ack_expected,
        scope=case.scope,
    )


#: Why nobody asks the patient yet: the claim has the work.
_PAUSES = {
    "correction": "a payer took its answer back: no call before its correction",
    "exception": "a payment of the claim waits to be posted: no call before that",
    "verify": "the payer's reason is about coverage: verified first, the share is only probable",
}


def _patient(case: FirstStepFacts, today: dt.date) -> Proposal:
    if case.promise_broken_on is not None:
        return Proposal("call_patient", today, f"promise broken on {_day(case.promise_broken_on)}")
    if case.promise_due_on is not None:
        day = max(next_business_day(case.promise_due_on + dt.timedelta(days=1)), today)
        return Proposal("expect_payment", day, "promised, with days of grace", ("payment",))
    if case.hold == "assistance":
        return Proposal("screen_assistance", today, "assistance was applied for: no collection until it is decided")
    if case.hold in _PAUSES:
        return Proposal("settle_claim", today, _PAUSES[case.hold], (REMIT,))
    if case.hold in ("dispute", "nsa"):
        return Proposal("answer_dispute", today, "disputed: no collection until it is answered")
    known = min((sent for sent in case.statements if sent is not None), default=None)
    first_call = first_call_on(case.statements, today=today, after=case.first_call_days)
    if first_call is None:
        because = f"the patient's since {_day(case.since_on)}, {statement_words(known)}: nobody calls before it"
        return Proposal("first_statement", max(known or today, today), because, ("payment",))
    because = f"{statement_words(known)}; first call after {case.first_call_days} days"
    return Proposal("call_patient", max(first_call, today), because, ("payment",))
