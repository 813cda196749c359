"""Background work that belongs to no slice."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings

from arwork.backups import services as backups
from arwork.backups.sealed import BadBackup
from arwork.lib import clock, heartbeats
from arwork.staff import refusals, sessions

log = logging.getLogger(__name__)


@shared_task(name="arwork.web.tasks.drop_ended_sessions")
def drop_ended_sessions(**_: Any) -> None:
    """Drop the sessions that nobody signed out of."""
    sessions.drop_ended()


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
