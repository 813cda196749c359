"""Background work that belongs to no slice."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings

from arwork.backups import services as backups
from arwork.backups.sealed import BadBackup
from arwork.lib import clock, events, heartbeats
from arwork.staff import audit_proof, mail, open_sessions, password_links, refusals, single_sign_on
from arwork.webhooks import deliveries
from arwork.webhooks.publishing import DELIVER as DELIVER_WEBHOOKS

log = logging.getLogger(__name__)


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of, and the answered questions of single sign-on."""
    now = clock.now()
    open_sessions.drop_ended(now)
    single_sign_on.drop_answered(now)


@shared_task(name=password_links.TASK)
def send_password_link(user_id: int | None, base: str, **_: Any) -> None:
    """Send somebody the link they asked for; nothing where the name they typed is nobody's."""
    if user_id is not None:
        password_links.send(user_id, base=base, now=clock.now())


@shared_task(name=mail.TASK)
def send_notice(user_id: int, subject: str, words: str, **_: Any) -> None:
    """Tell somebody by e-mail what was done to their account."""
    mail.send(user_id, subject=subject, words=words)


@shared_task(name="arwork.web.tasks.deliver_announcements")
def deliver_announcements(*, ids: list[int] = [], **_: Any) -> None:  # noqa: B006
    """Deliver these announcements, or all that wait: a killed process told nobody. Rung every minute."""
    for announcement_id in ids:
        events.deliver(announcement_id, now=clock.now())
    if not ids:
        events.deliver_waiting(clock=clock.now)


@shared_task(name=DELIVER_WEBHOOKS)
def deliver_webhooks(**_: Any) -> None:
    """Send what waits for webhooks. Rung when something happened, and every minute for what was missed or failed."""
    deliveries.deliver_due(clock=clock.now)


@shared_task(name="arwork.web.tasks.prove_trail")
def prove_trail(**_: Any) -> None:
    """Prove the audit trail each night and seal it; what does not hold is an error in the log, `/readyz` and My day."""
    audit_proof.prove(now=clock.now())


@shared_task(name="arwork.web.tasks.tell_refused_sign_ins")
def tell_refused_sign_ins(**_: Any) -> None:
    """Tell the trail how many sign-ins were refused in the windows that have ended."""
    refusals.tell_ended(now=clock.now())


@shared_task(name="arwork.web.tasks.back_up")
def back_up(**_: Any) -> None:
    """Write tonight's backup and drop the oldest. A failure is in the log, in the trail and in `/readyz`."""
    try:
        made = backups.make_backup(now=clock.now(), say=log.info)
    except BadBackup as error:
        log.error("the backup failed: %s", error.message)
        backups.note_failure(error.message, now=clock.now())
        return
    heartbeats.record_heartbeat(heartbeats.BACKUP)
    gone = backups.drop_oldest(keep=settings.BACKUP_KEEP)
    log.info("backup %s is whole (%d bytes); dropped %d older", made.folder.name, made.size, len(gone))
