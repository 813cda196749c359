"""Background work of the worklist. Celery is the doorbell: what is due stands in the database."""

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from arwork.lib import clock
from arwork.lib.events import Changed
from collections_app.aging import summaries
from collections_app.day import services as day
from collections_app.worklist import drafts, refresh, rule_changes
from collections_app.worklist import services as worklist

log = logging.getLogger(__name__)


@shared_task(name="collections_app.tasks.open_day")
def open_day(**_: Any) -> None:
    """Open today if nobody did yet, after the days that were missed. Rung every hour; idempotent."""
    day.open_day(today=clock.today(), now=clock.now(), clock=clock.now)


@shared_task(name="collections_app.tasks.release_leases")
def release_leases(**_: Any) -> None:
    """Give back what was held too long."""
    worklist.release_expired(now=clock.now())


@shared_task(name="collections_app.tasks.forget_drafts")
def forget_drafts(**_: Any) -> None:
    """Forget what was typed at the desk and not come back to for a week. Rung once a day."""
    drafts.forget_old_drafts(now=clock.now())


@shared_task(name="collections_app.tasks.refresh_aging")
def refresh_aging(**_: Any) -> None:
    """Bring the aging figures up to date where the books have moved since. Rung every five minutes."""
    summaries.refresh_stale(today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.refresh_items")
def refresh_items(*, reason: str = "", claims: list[int] = [], accounts: list[int] = [], **_: Any) -> None:  # noqa: B006
    """Follow the books for a portion of a large change."""
    event = Changed(reason=reason, claims=frozenset(claims), accounts=frozenset(accounts))
    refresh.follow_books(event, today=clock.today(), now=clock.now())


@shared_task(name="collections_app.tasks.refresh_rules")
def refresh_rules(*, kind: str, payer_id: int | None = None, payer_class: str = "", **_: Any) -> None:
    """Bring open items to a changed payer rule."""
    rule_changes.refresh_under(
        kind=kind, payer_id=payer_id, payer_class=payer_class, today=clock.today(), now=clock.now()
    )


@shared_task(name="collections_app.tasks.refresh_limits")
def refresh_limits(*, name: str, **_: Any) -> None:
    """Bring open items to a changed limit."""
    rule_changes.refresh_under_limit(name, today=clock.today(), now=clock.now())


def listen(event: Changed) -> None:
    """The subscriber: a small change at once, a large one by ids to the workers.

    Without a broker the opening of the next day finds what was left; one line says so, not one a portion.
    """
    if refresh.is_small(event):
        refresh.follow_books(event, today=clock.today(), now=clock.now())
        return
    try:
        for claims, accounts in refresh.announcement_batches(event):
            refresh_items.delay(reason=event.reason, claims=claims, accounts=accounts)
    except OperationalError:
        log.warning("no broker: %d changed claims wait for the opening of the day", len(event.claims))
