"""The last days of the demo: the day is opened and collectors work the top of their lists, through the real doors."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from django.db.models import Q

from arwork.lib.dates import next_business_day
from arwork.lib.errors import DomainError
from arwork.staff.models import User
from collections_app.day.services import open_day
from collections_app.demo.setting import collectors, supervisor
from collections_app.worklist.actions import record_outcome
from collections_app.worklist.answers import MissingField
from collections_app.worklist.leases import release_all, take_next
from collections_app.worklist.models import WorkItem
from collections_app.worklist.saved_lists import possible_readers, publish, save_filter
from collections_app.worklist.skips import skip_item
from collections_app.worklist.supervising import NotAnOwner, reassign

ITEMS_A_DAY, MINUTES_EACH = 40, 7
#: Of the payers' side alone on days long past: what people were told then is settled by now.
ITEMS_LONG_AGO, LONG_AGO = 12, Q(kind__in=("no_response", "rejected", "denied", "underpaid"))
SOON_DAYS, FEWEST_CLOSING = 7, 2
SKIPPED = 0.06
MORNING = dt.time(15, 0)  # UTC: offices are open in every zone of the demo's payers

# What collectors say, by kind of item, with the fields each outcome asks for.
# What is named more often is said more often.
_SAID = {
    "no_response": ("in_process", "in_process", "no_agent", "not_on_file"),
    "rejected": ("corrected_claim_sent",),
    "denied": ("appeal_sent", "corrected_claim_sent", "records_sent", "no_agent"),
    "underpaid": ("underpayment_disputed", "no_agent"),
    "remit_exception": ("exception_waits",),
    "credit_balance": ("refund_requested", "exception_waits"),
    "patient_balance": ("left_message", "no_answer", "promised") * 5 + ("disputed", "hardship"),
}
#: Why items are given back without an outcome.
_SKIPPED = (
    ("not_mine", "needs a coder"),
    ("not_mine", ""),
    ("missing", "waits for the operative report"),
    ("no_time", ""),
    ("payer_down", "portal down since ten"),
    ("wrong", "the units look doubled"),
    ("other", "the same as the claim before"),
)
_SENT = ("corrected_claim_sent", "appeal_sent", "records_sent")
# What keeps no window, and of which kinds of work some windows are left open.
_SAID_IN_VAIN, _SOON = ("no_agent",), ("denied", "rejected", "underpaid")
# Nobody is called while a hold is in force: it is settled first.
_SAID_ON_HOLD = {"dispute": ("dispute_answered",), "assistance": ("assistance_decided",)}


def open_the_day(day: dt.date, *, progress: Callable[[str], None]) -> dt.datetime:
    """Open a day in its morning; when that was."""
    now = dt.datetime.combine(day, MORNING, tzinfo=dt.UTC)
    open_day(today=day, now=now, clock=partial(_same, now))
    progress(f"{day:%b %d, %Y}: day opened")
    return now


def work_a_day(day: dt.date, *, seed: int, progress: Callable[[str], None]) -> int:
    """Open a day, and on weekdays let the collectors work it; how many items they left."""
    now = open_the_day(day, progress=progress)
    if day.weekday() >= 5:
        return 0
    dice = Random(f"{seed}/works/{day}")  # noqa: S311
    return sum(_work(user, day=day, now=now, dice=dice) for user in collectors())


def work_long_ago(day: dt.date, *, seed: int, progress: Callable[[str], None]) -> int:
    """Open a business day months back and let the collectors work a little of the payers' side: history to try figures
    on. Payers' phones are closed on any other day."""
    day = next_business_day(day)
    now = open_the_day(day, progress=progress)
    dice = Random(f"{seed}/works/{day}")  # noqa: S311
    people = collectors()
    return sum(_work(one, day=day, now=now, dice=dice, most=ITEMS_LONG_AGO, among=LONG_AGO) for one in people)


def share_what_closes(day: dt.date, *, now: dt.datetime) -> int:
    """Let the supervisor give whoever has hardly a window that closes soon a few of whoever has most; how many."""
    people = collectors()
    closing = WorkItem.objects.filter(
        state=WorkItem.State.OPEN, kind__in=_SOON, deadline_on__range=(day, day + dt.timedelta(days=SOON_DAYS))
    )
    have = {user: list(closing.filter(owner=user).order_by("deadline_on", "pk")) for user in people}
    given = 0
    for user in people:
        while len(have[user]) < FEWEST_CLOSING and len(most := max(have.values(), key=len)) > FEWEST_CLOSING:
            item = most.pop()
            try:
                given += reassign(actor=supervisor(), item_ids=[item.pk], owner_id=user.pk, now=now, today=day)
            except NotAnOwner:
                continue  # another practice's
            have[user].append(item)
    return given


def keep_worklists(day: dt.date, *, now: dt.datetime) -> None:
    """The supervisor publishes a worklist to every team; a collector keeps one of her own."""
    lead, [first, *_] = supervisor(), collectors()
    published = save_filter(actor=lead, name="Denied, over $500", query="kind:denied amount:>500")
    teams = [one.key for one in possible_readers(actor=lead) if one.user_id is None]
    publish(actor=lead, list_id=published.pk, readers=teams, gives=False, now=now, today=day)
    save_filter(actor=first, name="Incomplete claims", query="owner:me carc:16")


def _same(now: dt.datetime) -> dt.datetime:
    return now


def _work(
    user: User, *, day: dt.date, now: dt.datetime, dice: Random, most: int = ITEMS_A_DAY, among: Q | None = None
) -> int:
    done = 0
    for turn in range(most):
        at = now + dt.timedelta(minutes=MINUTES_EACH * turn)
        item = take_next(actor=user, now=at, today=day, among=among)
        if item is None:
            break
        if dice.random() < SKIPPED:
            _skip(user, item, day=day, now=at, dice=dice)
            continue
        done += _leave(user, item, day=day, now=at, dice=dice)
    release_all(actor=user)
    return done


def _skip(user: User, item: WorkItem, *, day: dt.date, now: dt.datetime, dice: Random) -> None:
    reason, words = dice.choice(_SKIPPED)
    skip_item(actor=user, item_id=item.pk, reason=reason, words=words, now=now, today=day)


def _leave(user: User, item: WorkItem, *, day: dt.date, now: dt.datetime, dice: Random) -> int:
    outcomes = list(_said(item))
    dice.shuffle(outcomes)
    for outcome in outcomes:
        try:
            record_outcome(
                actor=user, item_id=item.pk, disposition=outcome, now=now, today=day, **_words(outcome, item, day, dice)
            )
        except MissingField as error:
            if error.facts.get("field") == "given_up" and _give_up(user, item, outcome, day=day, now=now):
                return 1
        except DomainError:
            continue  # this outcome does not fit this item: try another
        else:
            return 1
    return 0


def _give_up(user: User, item: WorkItem, outcome: str, *, day: dt.date, now: dt.datetime) -> bool:
    """On the last day of a window nothing but what keeps it is logged without a word."""
    try:
        record_outcome(
            actor=user, item_id=item.pk, disposition=outcome, now=now, today=day, given_up="the records did not come"
        )
    except DomainError:
        return False
    return True


def _said(item: WorkItem) -> tuple[str, ...]:
    """What may be said of an item: what was sent is asked after the next time, not sent again."""
    if item.hold:
        return _SAID_ON_HOLD.get(item.hold, ())
    if item.last_disposition in _SENT and item.next_action in ("check_status", "check_appeal", "check_records"):
        return _SAID["no_response"][:2]
    if item.next_action == "verify_coverage":
        return ("in_process",)
    if item.deadline_on is not None and item.kind in _SOON and item.pk % 2:  # half of what closes is not got to in time
        return _SAID_IN_VAIN
    return _SAID.get(item.kind, ())


def _words(outcome: str, item: WorkItem, day: dt.date, dice: Random) -> dict[str, Any]:
    reference = f"R{dice.randrange(10**6):06d}"
    if outcome == "promised":
        due = day + dt.timedelta(days=dice.choice((0, 1, 3, 7, 14)))
        return {"amount": item.amount, "promised_on": due, "note": "Will pay by check."}
    if outcome == "in_process":
        return {"reference": reference, "spoke_to": dice.choice(("Dana", "Lee", "Robin")), "note": "Claim in process."}
    if outcome in {"records_sent", "appeal_sent", "underpayment_disputed"}:
        return {"reference": reference, "note": "Sent by portal."}
    if outcome == "corrected_claim_sent":
        return {"note": "Sent through the clearinghouse."}
    if outcome == "refund_requested":
        return {"amount": item.amount, "note": "Check to the patient."}
    if outcome == "exception_waits":
        return {"reason": "asked the payer what it means"}
    if outcome == "disputed":
        return {"reason": "says that the plan should have paid"}
    if outcome == "dispute_answered":
        return {"reason": "sent the EOB, the deductible was not met"}
    if outcome == "assistance_decided":
        return {"reason": "above the income limit, a plan was offered"}
    return {"note": ""}
