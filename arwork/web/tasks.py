"""Background work that belongs to no slice."""

from typing import Any

from celery import shared_task

from arwork.lib import clock
from arwork.staff import mail, open_sessions, password_links


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of."""
    open_sessions.drop_ended()


@shared_task(name=password_links.TASK)
def send_password_link(user_id: int | None, base: str, **_: Any) -> None:
    """Send somebody the link they asked for; nothing where the name they typed is nobody's."""
    if user_id is not None:
        password_links.send(user_id, base=base, now=clock.now())


@shared_task(name=mail.TASK)
def send_notice(user_id: int, subject: str, words: str, **_: Any) -> None:
    """Tell somebody by e-mail what was done to their account."""
    mail.send(user_id, subject=subject, words=words)
