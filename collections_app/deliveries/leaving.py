"""E-mails and texts leave: each at most once, and only if the gate still allows it at that moment.

A worker takes one delivery in a short transaction: it locks the row (a second worker passes over it), asks the gate
again, writes the attempt into the contact log and says that it left. Then, with no transaction open, the carrier is
given the message. What the carrier surely did not take is tried again, ever more rarely; a worker that dies in between
leaves a delivery of which nobody knows whether it left: a person decides, for two messages are worse than none.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q

from arwork.lib.events import announce
from collections_app.deliveries import history, outcomes
from collections_app.deliveries.allowed import log_attempt, may_leave
from collections_app.deliveries.carriers import Message, NotTaken, TryLater, carrier_of
from collections_app.deliveries.links import stop_link
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import LONGEST_WAIT

log = logging.getLogger(__name__)
State = Delivery.State
MOST, MOST_TIME = 500, dt.timedelta(seconds=50)  # of one run; beat rings each minute
#: How long after each attempt that failed the next one is made; after the last one it is given up.
DELAYS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
#: After so long without a word from the worker that took it, nobody knows whether a message left.
LOST_AFTER = dt.timedelta(minutes=10)
UNKNOWN = "nobody knows whether it left: the worker that sent it stopped"


def deliver_due(*, clock: Callable[[], dt.datetime]) -> int:
    """Send what is due, the oldest first; how many left. Bounded in number and time; any number may run at once."""
    begun, left, tried = clock(), 0, 0
    _give_up_lost(now=begun)
    while tried < MOST and clock() - begun < MOST_TIME:
        taken = _take_next(now=clock())
        if taken is None:
            break
        tried += 1
        if taken.left_at is not None:
            left += _hand_over(taken, clock=clock)
    return left


def stop_what_waits(account_ids: list[int], *, now: dt.datetime) -> int:
    """Ask the gate again about all that waits for these accounts, and stop what may not leave any more: a notice of
    bankruptcy kills it the same minute (11 USC 362). How many were stopped."""
    stopped = 0
    with transaction.atomic():
        rows = Delivery.objects.select_for_update().filter(account__in=account_ids, state=State.QUEUED)
        for one in rows.order_by("pk"):
            leave = may_leave(one, at=now)
            if not leave.is_given and leave.until is None:
                history.step(one, State.REFUSED, words=leave.why, now=now, problem=leave.why[:200])
                stopped += 1
    return stopped


def _take_next(*, now: dt.datetime) -> Delivery | None:
    """The next one, taken: it left by the books (`left_at`), or waits on, or may not leave; None where none is due."""
    with transaction.atomic():
        due = Q(next_try_at=None) | Q(next_try_at__lte=now)
        rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            due, state=State.QUEUED, left_at=None, channel__in=_carried()
        )
        found = rows.select_related("practice").order_by("pk").first()
        if found is None:
            return None
        leave = may_leave(found, at=now)
        if leave.is_given:
            contact = found.contact or log_attempt(found, at=now)
            found.contact, found.left_at, found.attempts = contact, now, found.attempts + 1
            found.save(update_fields=["contact", "left_at", "attempts"])
        elif leave.until is not None and leave.until <= found.queued_at + LONGEST_WAIT:
            found.next_try_at = max(leave.until, now + dt.timedelta(minutes=1))
            found.save(update_fields=["next_try_at"])
        else:
            history.step(found, State.REFUSED, words=leave.why, now=now, problem=leave.why[:200])
        return found


def _carried() -> list[str]:
    return [str(one) for one in (Delivery.Channel.EMAIL, Delivery.Channel.TEXT) if carrier_of(one) is not None]


def _hand_over(taken: Delivery, *, clock: Callable[[], dt.datetime]) -> bool:
    carrier = carrier_of(taken.channel)
    stop = stop_link(taken.email_id) if taken.email_id else ""
    message = Message(f"{taken.pk}-{taken.attempts}", taken.to, taken.words, taken.subject, taken.practice.name, stop)
    try:
        provider_id = carrier.carry(message) if carrier is not None else ""
    except TryLater as error:
        _try_again(taken, str(error), now=clock())
        return False
    except NotTaken as error:
        with transaction.atomic():
            outcomes.bounced(_own(taken), why=str(error), is_for_good=True, now=clock())
        return False
    except Exception as error:  # noqa: BLE001 - whatever a carrier raises, the message may have left
        log.warning("delivery %s: the carrier failed (%s)", taken.pk, type(error).__name__)
        with transaction.atomic():
            outcomes.bounced(_own(taken), why="the connection broke; it may have left", is_for_good=False, now=clock())
        return False
    with transaction.atomic():
        row = _own(taken)
        if row.state == State.QUEUED:  # its report may have come before this
            history.step(row, State.SENT, now=clock(), provider_id=provider_id[:100], problem="")
        else:
            Delivery.objects.filter(pk=row.pk).update(provider_id=provider_id[:100])
        announce("delivery", accounts=[row.account_id])
    return True


def _try_again(taken: Delivery, why: str, *, now: dt.datetime) -> None:
    """Nothing left: the next attempt is due later, or it is given up. The contact log keeps the attempt."""
    with transaction.atomic():
        row = _own(taken)
        if row.attempts > len(DELAYS):
            outcomes.bounced(row, why=f"given up after {row.attempts} attempts: {why}", is_for_good=False, now=now)
            return
        row.left_at, row.next_try_at, row.problem = None, now + DELAYS[row.attempts - 1], why[:200]
        row.save(update_fields=["left_at", "next_try_at", "problem"])


def _own(taken: Delivery) -> Delivery:
    return Delivery.objects.select_for_update().get(pk=taken.pk)


def _give_up_lost(*, now: dt.datetime) -> None:
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True).filter(
            state=State.QUEUED, left_at__lte=now - LOST_AFTER, channel__in=("email", "text")
        )
        for row in rows.order_by("pk")[:MOST]:
            outcomes.bounced(row, why=UNKNOWN, is_for_good=False, now=now)
