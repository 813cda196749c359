"""How the days were opened."""

import datetime as dt

from django.db.models import QuerySet

from collections_app.day.models import DayRun


def is_day_open(day: dt.date) -> bool:
    """Whether `day` was opened to the end."""
    return DayRun.objects.filter(day=day, state=DayRun.State.DONE).exists()


def runs() -> QuerySet[DayRun]:
    """Every opening, the latest day first."""
    return DayRun.objects.order_by("-day")
