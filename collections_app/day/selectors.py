"""How the days were opened."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.staff.access import Capability, may, practice_choice
from claims.practices.selectors import all_practice_ids
from collections_app.day.models import DayRun

if TYPE_CHECKING:
    from arwork.staff.models import User


def is_day_open(day: dt.date) -> bool:
    """Whether `day` was opened to the end."""
    return DayRun.objects.filter(day=day, state=DayRun.State.DONE).exists()


def may_see_totals(actor: "User") -> bool:
    """Whether the actor may see what an opening did: its figures count every practice together."""
    is_everything = {practice.id for practice in practice_choice(actor).practices} >= set(all_practice_ids())
    return is_everything or may(actor, Capability.SEE_DAY_TOTALS)


def runs() -> QuerySet[DayRun]:
    """Every opening, the latest day first."""
    return DayRun.objects.order_by("-day")
