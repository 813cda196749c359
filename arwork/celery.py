"""The Celery application: the doorbell. Due dates live in the database."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, worker_init
from django.conf import settings
from django.db import connections
from django_structlog.celery.steps import DjangoStructLogInitStep

from arwork.lib import background, heartbeats, schema
from arwork.lib.safe_settings import keep_private

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arwork.settings")
if os.environ.get("ARWORK_ENV") != "production":
    # A newcomer's container often has no other user than root; messages are JSON, never pickles.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")


class Doorbell(Celery):
    """Whatever rings passes here, and is told no more than ids."""

    def send_task(  # type: ignore[override]
        self, name: str, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """As Celery's. Raises `TypeError` where the task is told more; the house's own tasks only."""
        if not name.startswith("tests."):
            background.ensure_lawful(name, [args or (), kwargs or {}])
        return super().send_task(name, args, kwargs, **options)


app = Doorbell("arwork")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """A receiver is enough: Celery then leaves the loggers as `settings.LOGGING` set them up."""


@worker_init.connect
def refuse_a_database_that_does_not_fit(**_: object) -> None:
    """Before the first task is taken. Nothing stays open for the processes that are forked next."""
    keep_private(settings.DATA_DIR, settings.DATABASES["default"])
    if reason := schema.refusal():
        raise SystemExit(reason)
    connections.close_all()


@heartbeat_sent.connect
def say_that_a_worker_lives(**_: object) -> None:
    """From the worker's main process, however busy those are that do its tasks."""
    heartbeats.record_heartbeat(heartbeats.WORKER)
