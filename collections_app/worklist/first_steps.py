"""The first thing to do about work that nobody has touched, and when (RULES 9.3). Pure."""

import datetime as dt
from dataclasses import dataclass

from arwork.lib.dates import add_business_days, next_business_day, short_day
from claims.payers.deadlines import RuleScope
from claims.payers.rules import RuleBook
from collections_app.contacts.frequency import CallPause
from collections_app.worklist.dispositions import ACKNOWLEDGMENT, PAYMENT, REMIT
from collections_app.worklist.first_calls import ON_PLAN, first_call_on, statement_words, what_broke
from collections_app.worklist.next_action import Proposal, not_past, put_off, rule_days

#: With no claim acknowledgment by this day the claim is looked up at the payer (RULES 9.3).
LOOK_UP_DAY = 14
#: What a payer says is pending is looked after so many days later (RULES 7.2).
PENDING_DAYS = 15


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
    days = rule_days(rules, kind, facts.scope, facts.submitted_on, 45 if kind == "followup_paper" else 30)
    closed = facts.scope.closures
    due = next_business_day(facts.submitted_on + dt.timedelta(days=days), closures=closed)
    due = not_past(due, today, closures=closed)
    how = "later payer" if facts.sequence != "P" else ("electronic" if facts.is_electronic else "paper")
    because = f"{how} claim sent {short_day(facts.submitted_on)}, no answer for {days} days"
    return Proposal("check_status", due, because, (REMIT, ACKNOWLEDGMENT))


def _acknowledgment(facts: SubmissionFacts, rules: RuleBook, today: dt.date) -> Proposal:
    sent, closed = facts.submitted_on, facts.scope.closures
    file_due = add_business_days(sent, rule_days(rules, "ack_999", facts.scope, sent, 1), closures=closed)
    claim_due = add_business_days(sent, rule_days(rules, "ack_277ca", facts.scope, sent, 2), closures=closed)
    look_up = next_business_day(sent + dt.timedelta(days=LOOK_UP_DAY), closures=closed)
    wakes = (ACKNOWLEDGMENT, REMIT)
    if facts.file_acknowledged_on is None and today <= file_due:
        because = f"sent {short_day(sent)}, the file's acknowledgment (999) should be here by then"
        return Proposal("check_acknowledgment", file_due, because, wakes)
    if today <= claim_due:
        because = f"sent {short_day(sent)}, the claim's acknowledgment (277CA) should be here by then"
        return Proposal("call_clearinghouse", claim_due, because, wakes)
    because = f"sent {short_day(sent)}, no claim acknowledgment by day {LOOK_UP_DAY}"
    return Proposal("look_up_claim", not_past(look_up, today, closures=closed), because, wakes)


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
    another. `rebill_on`: a person marked it to be billed again. `told_on`: the claim went on to a later payer with what
    this one had decided, so its remittance is missing here. `pause`: what forbids calling the guarantor for now.
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
    rebill_on: dt.date | None = None
    promise_due_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    plan_kept_until: dt.date | None = None
    plan_is: str = "payment plan"
    statements: tuple[dt.date | None, ...] = ()
    pause: CallPause | None = None


def first_step(case: FirstStepFacts, rules: RuleBook, *, today: dt.date) -> Proposal:
    """The first action, its day and why."""
    if case.rebill_on is not None and case.kind in ("no_response", "denied", "rejected", "underpaid"):
        because = f"marked on {short_day(case.rebill_on)} to be billed again; a submission ends that"
        return Proposal("send_again", today, because, (ACKNOWLEDGMENT, REMIT))
    if case.kind == "no_response":
        return _unanswered(case, rules, today)
    if case.kind == "patient_balance":
        return put_off(_patient(case, today), case.pause, today=today, closures=case.scope.closures)
    if case.kind == "credit_balance" and case.awaiting_since is not None:
        because = (
            f"a payer took its payment back on {short_day(case.awaiting_since)}: its correction may need this money"
        )
        return Proposal("settle_credit", _correction_due(case.awaiting_since, case, today), because, (REMIT, PAYMENT))
    if case.is_probable:
        day = case.denied_on or today
        because = f"the payer called it the patient's on {short_day(day)}, for a reason about coverage or information"
        return Proposal("verify_coverage", today, because)
    if case.kind == "denied":
        day = case.denied_on or today
        return Proposal("work_denial", today, f"denied on {short_day(day)}, nobody has looked at it yet")
    if case.kind == "remit_exception" and case.category == "disputed_takeback":
        after = dt.timedelta(days=rule_days(rules, "appeal_followup", case.scope, today, 30))
        day = next_business_day(today + after, closures=case.scope.closures)
        because = "disputed, or the payer gave in: see what it decided, and whether the money came back"
        return Proposal("check_takeback", day, because, (REMIT,))
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
        because = (
            f"the payer took its payment back on {short_day(case.awaiting_since)}; its correction should be here then"
        )
        return Proposal("check_status", day, because, (REMIT,))
    if case.is_unsent:
        because = "the payer before it has answered; to this one nothing was sent yet"
        return Proposal("send_to_next", today, because, (ACKNOWLEDGMENT, REMIT))
    if case.submission_state == "pended":
        said = case.state_on or case.since_on
        closed = case.scope.closures
        day = next_business_day(said + dt.timedelta(days=PENDING_DAYS), closures=closed)
        day = not_past(day, today, closures=closed)
        because = f"the payer said on {short_day(said)} that it still decides a part; {PENDING_DAYS} days to look again"
        return Proposal("check_status", day, because, (REMIT,))
    if case.submission_state == "adjudicated":
        because = "the payer has answered; what is left is neither paid nor an open denial"
        return Proposal("call_payer", today, because, (REMIT,))
    if case.told_on is not None:
        because = (
            f"the claim sent on {short_day(case.told_on)} tells what this payer decided: its remittance is missing"
        )
        return Proposal("find_payment", today, because, (REMIT,))
    return first_followup(_sent(case), rules, today=today)


def _correction_due(since: dt.date, case: FirstStepFacts, today: dt.date) -> dt.date:
    day = since + dt.timedelta(days=case.correction_days)
    return max(next_business_day(day, closures=case.scope.closures), today)


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
        return Proposal(
            "call_patient", today, f"{what_broke(case.category)} broken on {short_day(case.promise_broken_on)}"
        )
    if case.hold == ON_PLAN and case.plan_kept_until is not None:
        after = next_business_day(case.plan_kept_until + dt.timedelta(days=1), closures=case.scope.closures)
        because = f"a {case.plan_is} is kept: money of {short_day(case.plan_kept_until)} pays the next installment"
        return Proposal("expect_payment", max(after, today), because, ("payment",))
    if case.promise_due_on is not None:
        day = max(next_business_day(case.promise_due_on + dt.timedelta(days=1), closures=case.scope.closures), today)
        return Proposal("expect_payment", day, "promised, with days of grace", ("payment",))
    if case.hold == "assistance":
        return Proposal("screen_assistance", today, "assistance was applied for: no collection until it is decided")
    if case.hold in _PAUSES:
        return Proposal("settle_claim", today, _PAUSES[case.hold], (REMIT,))
    if case.hold in ("dispute", "nsa"):
        return Proposal("answer_dispute", today, "disputed: no collection until it is answered")
    known = min((sent for sent in case.statements if sent is not None), default=None)
    closed = case.scope.closures
    first_call = first_call_on(case.statements, today=today, after=case.first_call_days, closures=closed)
    if first_call is None:
        because = f"the patient's since {short_day(case.since_on)}, {statement_words(known)}: nobody calls before it"
        return Proposal("first_statement", max(known or today, today), because, ("payment",))
    because = f"{statement_words(known)}; first call after {case.first_call_days} days"
    return Proposal("call_patient", max(first_call, today), because, ("payment",))
