"""Ring the doorbell: a service enqueues work by the name of its task, once its transaction has committed.

By name, because services stand below tasks and must not import them.
"""

from typing import Any

from celery import current_app
from django.db import transaction


def enqueue(task: str, **kwargs: Any) -> None:
    """Enqueue `task` (its full name) on commit. Pass ids, never rows."""
    transaction.on_commit(lambda: _send(task, kwargs))


def _send(task: str, kwargs: dict[str, Any]) -> None:
    if current_app.conf.task_always_eager:  # only a task that is registered here can run here
        current_app.loader.import_default_modules()
    current_app.signature(task, kwargs=kwargs).apply_async()
