"""Ring the doorbell: a service enqueues work by the name of its task, once its transaction has committed.

By name, because services stand below tasks and must not import them. The broker keeps what is rung on disk, in the
clear and for longer than it takes: nothing of a patient goes there, only ids and words of ours.
"""

import logging
import re
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from arwork.lib.errors import DomainError

log = logging.getLogger(__name__)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}|")  # a kind, a class of payers, the name of a limit


class QueueUnreachable(DomainError):
    """What was done is saved, but the queue does not answer: no worker knows of it."""

    code = "queue_away"
    status = 503


#: Messages to members of staff, never about patients: only these carry text.
TO_STAFF = frozenset({"arwork.web.tasks.send_notice", "arwork.web.tasks.send_password_link"})


def ensure_lawful(task: str, told: Any) -> None:
    """`ensure_only_ids` for what `task` is told, unless it is a message to staff."""
    if task not in TO_STAFF:
        ensure_only_ids(told)


def ensure_only_ids(told: Any) -> None:
    """Raise `TypeError` where a task is told more than ids, flags and short words of ours: text, dates, amounts."""
    if isinstance(told, dict):
        told = list(told.values())
    if isinstance(told, list | tuple):
        for one in told:
            ensure_only_ids(one)
    elif not (told is None or isinstance(told, int) or (isinstance(told, str) and _CODE.fullmatch(told))):
        raise TypeError("A task carries ids and short codes only: the broker keeps what it is told in the clear.")


def enqueue(task: str, **kwargs: Any) -> None:
    """Enqueue `task` (its full name) on commit. Pass ids, never rows; what is more is refused (`ensure_only_ids`).

    Raises `QueueUnreachable`, after the commit, where the broker does not answer.
    """
    ensure_lawful(task, kwargs)
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
