"""What payers say of claims moves the work on them, without a person (RULES 9.3): paid waits for the remittance,
pending for another look, and whatever asks something of us is due.

Only work that waits for an answer follows: what somebody agreed on, put off, escalated or decided otherwise is theirs.
A call is avoided where one was due and the answer put another step in its place.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.dates import add_business_days, next_business_day, short_day
from claims.practices.closures import ClosureBook, closure_book
from collections_app.status_requests.asking import lately_asked
from collections_app.status_requests.verdicts import StatusVerdict
from collections_app.status_requests.work import AnsweredClaim, DueClaim, MovedClaim
from collections_app.worklist.dispositions import DOCUMENT, PAYMENT, REMIT
from collections_app.worklist.models import OPEN, WorkItem
from collections_app.worklist.queue import sync_queue

#: Steps that ask the payer where a claim is: a status answers them.
ASKS_THE_PAYER = ("check_status", "call_payer", "look_up_claim", "check_acknowledgment", "call_clearinghouse")
#: And one that waits for what was said to be paid.
_FOLLOWS = (*ASKS_THE_PAYER, "find_payment")
#: Days until a payment that was announced is looked for (RULES 9.3), and until a pending claim is looked at again.
EFT_DAYS, CHECK_DAYS, PENDING_DAYS = 7, 14, 15
#: The third identical answer in a row goes to a person, by phone (RULES 9.3).
MOST_REPEATS = 2
_COLUMNS = (
    "next_action", "next_on", "because", "wake_events", "woken_by", "next_at", "snoozed_until", "decided_at",
    "same_answers",
)  # fmt: skip
#: What is due, in business days from today, and what ends the wait.
_STEPS: dict[StatusVerdict, tuple[str, int, str]] = {
    StatusVerdict.DENIED: ("work_denial", 0, REMIT),
    StatusVerdict.REJECTED: ("fix_and_send", 0, REMIT),
    StatusVerdict.NOT_ON_FILE: ("resend", 0, REMIT),
    StatusVerdict.WRONG_PAYER: ("verify_coverage", 0, REMIT),
    StatusVerdict.RECORDS: ("send_records", 1, f"{REMIT} {DOCUMENT}"),
    StatusVerdict.PATIENT: ("contact_patient", 1, REMIT),
}


def claims_due_for_status(
    *, practice_ids: Collection[int] | None, payer_ids: Collection[int], today: dt.date, most: int
) -> list[DueClaim]:
    """Unanswered claims whose next step asks the payer and is due, and which nobody asked about lately, the most worth
    first, `most` for each payer. One query."""
    rows = WorkItem.objects.filter(
        OPEN, kind="no_response", hold="", claim__isnull=False, payer__in=payer_ids, next_on__lte=today,
        next_action__in=ASKS_THE_PAYER, escalated_at=None, next_at=None, appointment_on=None,
    ).exclude(lately_asked(today))  # fmt: skip
    if practice_ids is not None:
        rows = rows.filter(practice__in=practice_ids)
    place = Window(RowNumber(), partition_by=F("payer_id"), order_by=[F("rank").desc(), F("pk").asc()])
    columns = ("claim_id", "practice_id", "payer_id", "amount", "because", "next_on")
    ranked = rows.annotate(place=place).filter(place__lte=most).order_by("payer_id", "-rank", "pk")
    return [DueClaim(*row) for row in ranked.values_list(*columns)]


def follow_status_answers(
    answers: Sequence[AnsweredClaim], *, today: dt.date, now: dt.datetime
) -> Mapping[int, MovedClaim]:
    """Move the open work on answered claims; what moved, by claim. Within the caller's transaction, which announces the
    claims, so their scores follow. Five queries a batch."""
    told = {one.claim_id: one for one in answers}
    closures = closure_book()
    moved: dict[int, MovedClaim] = {}
    for batch in bulk.chunks(sorted(told)):
        items = WorkItem.objects.select_for_update(of=("self",)).filter(
            OPEN, Q(decided_at=None) | Q(next_action__in=_FOLLOWS), Among("claim", batch),
            Q(snoozed_until=None) | Q(snoozed_until__lte=today), kind="no_response", next_action__in=_FOLLOWS,
            escalated_at=None, next_at=None, appointment_on=None, lease=None,
        ).order_by("pk")  # fmt: skip
        changed = []
        for item in items:
            if told[item.claim_id or 0].payer_id not in (None, item.payer_id):
                continue  # another payer of the claim than the one that it waits for
            was_due = item.next_action in ASKS_THE_PAYER and item.next_on is not None and item.next_on <= today
            _follow(item, told[item.claim_id or 0], closures, today=today, now=now)
            changed.append(item)
            is_call = item.next_action in ASKS_THE_PAYER and item.next_on is not None and item.next_on <= today
            moved[item.claim_id or 0] = MovedClaim(item.next_on or today, was_due and not is_call)
        bulk.write(
            WorkItem, list(_COLUMNS), {item.pk: tuple(getattr(item, name) for name in _COLUMNS) for item in changed}
        )
        sync_queue([item.pk for item in changed], today=today)
    return moved


def _follow(item: WorkItem, answer: AnsweredClaim, closures: ClosureBook, *, today: dt.date, now: dt.datetime) -> None:
    closed = closures.of(item.practice_id)
    said = f"the payer said on {short_day(answer.effective_on)}: {answer.words}"
    if answer.verdict in (StatusVerdict.PAID, StatusVerdict.FINALIZED):
        days = CHECK_DAYS if answer.is_by_check else EFT_DAYS
        day = next_business_day((answer.paid_on or today) + dt.timedelta(days=days), closures=closed)
        step, wakes = "find_payment", f"{REMIT} {PAYMENT}"
        because = f"{said}; its remittance should be here {days} days later"
    elif answer.verdict is StatusVerdict.PENDING and answer.repeats >= MOST_REPEATS:
        step, day, wakes = "call_payer", max(today, item.next_on or today), REMIT
        because = f"{said}; so it said {answer.repeats + 1} times in a row: ask a person there"
    elif answer.verdict is StatusVerdict.PENDING:
        step, wakes = "check_status", REMIT
        day = next_business_day(today + dt.timedelta(days=PENDING_DAYS), closures=closed)
        because = f"{said}; {PENDING_DAYS} days to look again"
        if item.next_on is not None and item.next_on > day:
            day, because = item.next_on, f"{said}; to look again on the later day that was set before"
    else:
        step, after, wakes = _STEPS[answer.verdict]
        day = add_business_days(today, after, closures=closed) if after else today
        because = said
    item.next_action, item.next_on, item.because = step, max(day, today), because[:200]
    item.wake_events, item.woken_by = wakes, ""
    item.next_at = item.snoozed_until = None
    item.decided_at = now
    item.same_answers = answer.repeats
