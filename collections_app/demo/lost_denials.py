"""Denials that the demo fought for and lost: the last decision upheld them, and a write-off is to follow."""

import datetime as dt

from claims.denials.models import Denial
from claims.denials.services import lose
from collections_app.demo.setting import supervisor

_OLD = dt.timedelta(days=60)
_LOST = (
    ("appeal", "The second level upheld it"),
    ("records", "The records did not change the decision"),
    ("corrected", "The corrected claim was denied the same way"),
    ("appeal", "The payer upheld it, no further level"),
)


def lose_some(until: dt.date, *, now: dt.datetime) -> None:
    """Four old denials end lost, the first by claim number. Once."""
    if Denial.objects.filter(outcome=Denial.Outcome.LOST).exists():
        return
    rows = Denial.objects.filter(state=Denial.State.OPEN, initial_on__lte=until - _OLD).exclude(group="PR")
    old = list(rows.order_by("claim__number", "line__number", "pk").values_list("pk", flat=True)[: len(_LOST)])
    for pk, (came_by, reason) in zip(old, _LOST, strict=False):
        lose(pk, reason=reason, came_by=came_by, actor=supervisor(), today=until, now=now)
