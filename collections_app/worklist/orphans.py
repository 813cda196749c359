"""What owes and has no open item, and cases that nobody follows: found, counted, taken up.

Announcements are delivered at least once, so nothing should be here. This looks all the same, every few minutes and at
the opening of the day, because promise 2 (nothing is open without a next action) must not rest on one mechanism.
"""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from arwork.lib import events
from arwork.staff.access import practice_ids
from claims.ledger.models import Receivable
from claims.practices.models import Practice
from collections_app.contacts.open_cases import OpenCase, cases_of
from collections_app.worklist.from_books import BUCKETS_NOT_WORKED
from collections_app.worklist.models import WorkItem
from collections_app.worklist.refresh import Refreshed, refresh

if TYPE_CHECKING:
    from arwork.staff.models import User

log = logging.getLogger(__name__)

_OPEN = WorkItem.objects.filter(state=WorkItem.State.OPEN)
#: As many in one run; the next one, minutes later, takes more.
MOST_AT_ONCE = 20_000


def take_up_orphans(*, today: dt.date, now: dt.datetime) -> Refreshed:
    """Open items for what has none. What was announced minutes ago and is being delivered is left to that."""
    young = events.on_their_way(now=now)
    claims = [pk for pk in claims_without_work() if pk not in young.claims][:MOST_AT_ONCE]
    accounts = [pk for pk in accounts_without_work() if pk not in young.accounts][:MOST_AT_ONCE]
    if not claims and not accounts:
        return Refreshed()
    done = refresh(claims=claims, accounts=accounts, today=today, now=now)
    if done.opened:
        log.error("%d claims and accounts had no work; it was opened", done.opened)
    return done


def claims_without_work() -> list[int]:
    """Claims that a payer or another party owes something, without an open item. Balances placed with an agency
    are the agency's work, by intent."""
    rows = Receivable.objects.exclude(bucket__in=BUCKETS_NOT_WORKED).exclude(
        Exists(_OPEN.filter(claim=OuterRef("claim")))
    )
    return sorted(set(rows.values_list("claim_id", flat=True)))


def accounts_without_work() -> list[int]:
    """Accounts whose guarantor owes or is owed something, without an open item."""
    rows = Receivable.objects.filter(bucket="PATIENT").exclude(
        Exists(_OPEN.filter(account=OuterRef("account"), claim=None))
    )
    return sorted(set(rows.values_list("account_id", flat=True)))


def items_without_owner() -> int:
    """Open items of practices that no collector sees."""
    return _OPEN.filter(Q(owner=None)).count()


@dataclass(frozen=True, slots=True)
class BalancesWithoutWork:
    """Claims and accounts that owe and have no open item, and items without an owner, of some practices."""

    claims: int
    accounts: int
    items: int


def balances_without_work(*, actor: "User") -> BalancesWithoutWork:
    """What of the actor's practices nobody works. Three queries."""
    ours = practice_ids(actor)
    rows = Receivable.objects.filter(practice__in=ours)
    claims = rows.exclude(bucket__in=BUCKETS_NOT_WORKED).exclude(Exists(_OPEN.filter(claim=OuterRef("claim"))))
    accounts = rows.filter(bucket="PATIENT").exclude(Exists(_OPEN.filter(account=OuterRef("account"), claim=None)))
    return BalancesWithoutWork(
        claims.values("claim").distinct().count(),
        accounts.values("account").distinct().count(),
        _OPEN.filter(owner=None, practice__in=ours).count(),
    )


def unfollowed_cases(*, actor: "User", today: dt.date) -> list[OpenCase]:
    """Open cases of the actor's practices that have no owner, no next step or no day, and those whose day is past."""
    return [one for one in cases_of(practice_ids(actor), today) if one.lacks or one.is_overdue(today)]


def unfollowed_count(*, actor: "User", today: dt.date) -> int:
    """How many cases nobody follows, or are overdue."""
    return len(unfollowed_cases(actor=actor, today=today))


def own_cases(*, actor: "User", today: dt.date) -> list[OpenCase]:
    """The actor's own cases whose next step is due today or was, the earliest first."""
    mine = (one for one in cases_of(practice_ids(actor), today) if one.owner_id == actor.pk)
    return [one for one in mine if one.next_on is not None and one.next_on <= today]


def cases_without_step(*, today: dt.date) -> int:
    """Open cases of every practice that have no owner, no next step or no day."""
    every = list(Practice.objects.values_list("pk", flat=True))
    return sum(1 for one in cases_of(every, today) if one.lacks)
