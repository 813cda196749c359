"""Background work that belongs to no slice."""

from typing import Any

from celery import shared_task

from arwork.staff import open_sessions


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of."""
    open_sessions.drop_ended()
