"""Background work that belongs to no slice."""

from typing import Any

from celery import shared_task

from arwork.lib import clock, events
from arwork.staff import sessions


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of."""
    sessions.drop_ended()


@shared_task(name="arwork.web.tasks.deliver_announcements")
def deliver_announcements(*, ids: list[int] = [], **_: Any) -> None:  # noqa: B006
    """Deliver these announcements, or all that wait: a killed process told nobody. Rung every minute."""
    for announcement_id in ids:
        events.deliver(announcement_id, now=clock.now())
    if not ids:
        events.deliver_waiting(clock=clock.now)
