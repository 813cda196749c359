"""A closed day of every office: the day after Thanksgiving, as it comes next."""

import datetime as dt

from arwork.lib.dates import federal_holidays
from arwork.staff.models import Role, User
from claims.practices.closures import add_closure, closure_book

_NAME = "Day after Thanksgiving"


def close_offices(*, until: dt.date, now: dt.datetime) -> None:
    """Enter it once, as an owner does."""
    if closure_book().everywhere:
        return
    thanksgivings = [
        day
        for year in (until.year, until.year + 1)
        for day, name in federal_holidays(year).items()
        if name.startswith("Thanksgiving")
    ]
    day = next(day + dt.timedelta(days=1) for day in thanksgivings if day >= until)
    owner = User.objects.filter(role=Role.OWNER).order_by("pk").first()
    if owner is not None:
        add_closure(day, _NAME, practice_id=None, actor=owner, today=until, now=now)
