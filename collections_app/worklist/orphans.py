"""What owes and has no open item: found, counted, taken up.

Announcements are delivered at least once, so nothing should be here. This looks all the same, every few minutes and at
the opening of the day, because promise 2 (nothing is open without a next action) must not rest on one mechanism.
"""

import datetime as dt
import logging

from django.db.models import Exists, OuterRef, Q

from arwork.lib import events
from claims.ledger.models import Receivable
from collections_app.worklist.from_books import BUCKETS_NOT_WORKED
from collections_app.worklist.models import WorkItem
from collections_app.worklist.refresh import Refreshed, refresh

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
