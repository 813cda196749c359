"""The only place that asks the time. Pages, tasks and commands call it and pass `today` and `now` down."""

import datetime as dt

from django.conf import settings
from django.utils import timezone


def now() -> dt.datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()


def today() -> dt.date:
    """The current business date where the office is (`TIME_ZONE`)."""
    return timezone.localdate()


def office_zone() -> str:
    """The name of the office's time zone."""
    return str(settings.TIME_ZONE)
