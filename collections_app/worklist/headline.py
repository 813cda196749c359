"""What an item is about in one sentence, and why it is here now in another. Pure, over what the desk has read.

Meridian Choice denied $540.00 of Yorick Rosamund's Dec 14 scan: attachment missing (CO-252)
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.dates import day_seen_from, short_day
from arwork.lib.money import ZERO
from claims.billing.service_words import service_word
from claims.payers.code_words import adjustment_words
from collections_app.worklist.deadlines import deadline_label
from collections_app.worklist.first_calls import what_broke
from collections_app.worklist.models import WorkItem

NEAR_DAYS = 30


@dataclass(frozen=True, slots=True)
class DeniedPart:
    """An open denial of a claim, the most expensive one first."""

    amount: Decimal
    group: str
    carc: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a headline is made of, beside the item itself. `code` is the service that costs most."""

    who: str = ""
    patient: str = ""
    code: str = ""
    sent_on: dt.date | None = None
    denied: Sequence[DeniedPart] = ()
    short: Decimal = ZERO
    rejected: str = ""
    visits: int = 0
    since: dt.date | None = None


def headline(item: WorkItem, matter: Matter, *, today: dt.date) -> str:
    """The item in a sentence without its full stop."""
    whose = f"{_possessive(matter.patient)} {_service(item, matter)}"
    money = f"${item.amount:,.2f}"
    match item.kind:
        case "denied" if matter.denied:
            first = matter.denied[0]
            amount = f"${sum((one.amount for one in matter.denied), ZERO):,.2f}"
            reason = adjustment_words(first.group, first.carc)
            others = len({(one.group, one.carc) for one in matter.denied}) - 1
            more = f", and {others} more reason{'s' if others != 1 else ''}" if others else ""
            return f"{matter.who} denied {amount} of {whose}: {reason}{more}"
        case "denied":
            return f"{matter.who} denied {money} of {whose}"
        case "rejected":
            why = f": {matter.rejected}" if matter.rejected else ""
            return f"{_capital(whose)} was rejected before {matter.who} decided on it{why}"
        case "underpaid":
            return f"{matter.who} paid ${matter.short or item.amount:,.2f} too little on {whose}"
        case "no_response":
            ago = f", sent {(today - matter.sent_on).days} days ago" if matter.sent_on else ""
            return f"{matter.who} has not answered {whose}{ago}"
        case "credit_balance":
            return f"{money} too much was paid on {whose}" if item.claim else f"{money} is owed back to {matter.who}"
        case "patient_balance":
            visits = f" for {matter.visits} visit{'s' if matter.visits != 1 else ''}" if matter.visits else ""
            since = f" since {day_seen_from(matter.since, today)}" if matter.since else ""
            return f"{matter.who} owes {money}{visits}{since}"
        case _:
            return f"{money} of a payment by {matter.who} waits to be posted"


def why_now(item: WorkItem, *, place: int, today: dt.date) -> str:
    """Why this item, at this moment, in words; the arithmetic behind it stands under Why?."""
    if item.pinned_at is not None:
        return "A supervisor put it first"
    if item.promise_broken_on is not None:
        return f"A {what_broke(item.category)} was broken on {day_seen_from(item.promise_broken_on, today)}"
    if item.appointment_on is not None and item.appointment_on <= today:
        return "This day was agreed"
    left = (item.deadline_on - today).days if item.deadline_on else None
    if left is not None and item.deadline_on and 0 <= left <= NEAR_DAYS:
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days, on {day_seen_from(item.deadline_on, today)}")
        return f"The {deadline_label(item.deadline_kind)} closes {when}"
    if item.overpayment_due_on is not None:
        return f"An overpayment must be returned by {day_seen_from(item.overpayment_due_on, today)}"
    if item.woken_by and item.woken_by != "date":
        return f"A {item.woken_by} arrived"
    if place == 1:
        return "Of all that is due, this brings most for the time it takes"
    if item.next_on is not None and item.next_on > today:
        return f"Not due before {day_seen_from(item.next_on, today)}"
    if item.decided_at is None:
        if item.denied_on is not None:
            return f"Denied on {day_seen_from(item.denied_on, today)}, nobody has worked on it yet"
        return f"Nobody has worked on it since {day_seen_from(item.aged_from, today)}"
    late = (today - item.next_on).days if item.next_on else 0
    return f"Its follow-up is {late} day{'s' if late != 1 else ''} late" if late else "Its follow-up is due today"


def written_name(name: str) -> str:
    """A name as people write it: payers' files shout."""
    return name.title() if name.isupper() else name


def _service(item: WorkItem, matter: Matter) -> str:
    claim = item.claim
    if claim is None:
        return "balance"
    code = matter.denied[0].code if matter.denied and matter.denied[0].code else matter.code
    return f"{short_day(claim.service_from)} {service_word(code)}"


def _possessive(name: str) -> str:
    if not name:
        return "the"
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
