"""What to do first about an item that nobody has decided on yet. Pure.

Only until a person records an outcome: then `followup.propose` and the person rule.
"""

import datetime as dt
from dataclasses import dataclass

from arwork.lib.dates import next_business_day
from claims.payers.deadlines import Scope
from claims.payers.rules import RuleBook
from collections_app.contacts.frequency import Pause
from collections_app.worklist.dispositions import ACKNOWLEDGMENT, PAYMENT, REMIT
from collections_app.worklist.followup import Proposal, Sent, first_followup, put_off

#: Nobody is called about a fresh balance: the first statement gets a month to be paid.
FIRST_CALL_DAYS = 30
#: A correction follows its reversal within so many days (RULES 3.3).
CORRECTION_DAYS = 30
#: Steps that climb by themselves when their day passes without an acknowledgment.
LADDER = ("check_acknowledgment", "call_clearinghouse")
_SEEN_BY_PAYER = ("accepted", "adjudicated")


@dataclass(frozen=True, slots=True)
class Case:
    """What the first step depends on. `since_on`: last billed for a payer, in the bucket since for a patient.

    `is_unsent`: the claim went to another payer, but never to the one that owes now. `awaiting_since`: the payer took
    its answer back and owes another. `pause`: what forbids calling the guarantor for now.
    """

    kind: str
    since_on: dt.date
    scope: Scope = Scope()
    category: str = ""
    denied_on: dt.date | None = None
    submitted_on: dt.date | None = None
    submission_state: str = ""
    sequence: str = "P"
    is_electronic: bool = True
    ack_expected: bool = False
    is_unsent: bool = False
    awaiting_since: dt.date | None = None
    hold: str = ""
    promise_due_on: dt.date | None = None
    promise_broken_on: dt.date | None = None
    pause: Pause | None = None


def first_step(case: Case, rules: RuleBook, *, today: dt.date) -> Proposal:
    """The first action, its day and why."""
    if case.kind == "no_response":
        return _unanswered(case, rules, today)
    if case.kind == "patient_balance":
        return put_off(_patient(case, today), case.pause, today=today)
    if case.kind == "credit_balance" and case.awaiting_since is not None:
        because = f"a payer took its payment back on {_day(case.awaiting_since)}: its correction may need this money"
        return Proposal("settle_credit", _correction_due(case.awaiting_since, today), because, (REMIT, PAYMENT))
    if case.kind == "denied":
        day = case.denied_on or today
        return Proposal("work_denial", today, f"denied on {_day(day)}, nobody has looked at it yet")
    action, because = {
        "rejected": ("fix_and_send", "rejected before adjudication: it was never filed until it is accepted"),
        "underpaid": ("dispute_underpayment", "paid below the contract"),
        "credit_balance": ("settle_credit", "more was paid than was owed"),
        "remit_exception": ("settle_exception", "the remittance could not be posted by itself"),
    }[case.kind]
    return Proposal(action, today, because)


def _unanswered(case: Case, rules: RuleBook, today: dt.date) -> Proposal:
    if case.awaiting_since is not None:
        day = _correction_due(case.awaiting_since, today)
        because = f"the payer took its payment back on {_day(case.awaiting_since)}; its correction should be here then"
        return Proposal("check_status", day, because, (REMIT,))
    if case.is_unsent:
        because = "the payer before it has answered; to this one nothing was sent yet"
        return Proposal("send_to_next", today, because, (ACKNOWLEDGMENT, REMIT))
    if case.submission_state == "adjudicated":
        because = "the payer has answered; what is left is neither paid nor an open refusal"
        return Proposal("call_payer", today, because, (REMIT,))
    return first_followup(_sent(case), rules, today=today)


def _correction_due(since: dt.date, today: dt.date) -> dt.date:
    return max(next_business_day(since + dt.timedelta(days=CORRECTION_DAYS)), today)


def _sent(case: Case) -> Sent:
    known = case.submitted_on is not None
    state_on = case.submitted_on or case.since_on
    return Sent(
        submitted_on=state_on,
        is_electronic=case.is_electronic,
        sequence=case.sequence,
        file_acknowledged_on=state_on if case.submission_state not in ("", "sent") else None,
        claim_acknowledged_on=state_on if case.submission_state in _SEEN_BY_PAYER else None,
        ack_expected=known and case.ack_expected,
        scope=case.scope,
    )


def _patient(case: Case, today: dt.date) -> Proposal:
    if case.promise_broken_on is not None:
        return Proposal("call_patient", today, f"promise broken on {_day(case.promise_broken_on)}")
    if case.promise_due_on is not None:
        day = max(next_business_day(case.promise_due_on + dt.timedelta(days=1)), today)
        return Proposal("expect_payment", day, "promised, with days of grace", ("payment",))
    if case.hold == "assistance":
        return Proposal("screen_assistance", today, "assistance was applied for: no collection until it is decided")
    if case.hold in ("dispute", "nsa"):
        return Proposal("answer_dispute", today, "disputed: no collection until it is answered")
    day = max(next_business_day(case.since_on + dt.timedelta(days=FIRST_CALL_DAYS)), today)
    because = f"the patient's since {_day(case.since_on)}; first call after {FIRST_CALL_DAYS} days"
    return Proposal("call_patient", day, because, ("payment",))


def _day(day: dt.date) -> str:
    return f"{day:%b} {day.day}"
