"""Ring the doorbell: a service enqueues work by the name of its task, once its transaction has committed.

By name, because services stand below tasks and must not import them.
"""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from arwork.lib.errors import DomainError

log = logging.getLogger(__name__)


class QueueUnreachable(DomainError):
    """What was done is saved, but the queue does not answer: no worker knows of it."""

    code = "queue_away"
    status = 503


def enqueue(task: str, **kwargs: Any) -> None:
    """Enqueue `task` (its full name) on commit. Pass ids, never rows.

    Raises `QueueUnreachable`, after the commit, where the broker does not answer.
    """
    transaction.on_commit(lambda: _send(task, kwargs))


def _send(task: str, kwargs: dict[str, Any]) -> None:
    if current_app.conf.task_always_eager:  # only a task that is registered here can run here
        current_app.loader.import_default_modules()
    try:
        current_app.signature(task, kwargs=kwargs).apply_async()
    except OperationalError as error:
        log.error("the broker does not answer: %s was not enqueued", task)
        raise QueueUnreachable(
            "What you did is saved, but the queue of background work does not answer, so the rest waits. Tell whoever "
            "runs arwork; once it answers again, try again."
        ) from error
