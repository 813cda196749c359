"""Who changes something about somebody in these tests, when and on whose word."""

import datetime as dt

from arwork.staff.models import User
from claims.amendments.history import Turn, Word
from tests.cast import NOW, TODAY


def turn(actor: User, *, source: str = "call", seen: int | None = None, minutes: int = 0, reason: str = "") -> Turn:
    return Turn(actor, Word(source, "Gus himself", reason), NOW + dt.timedelta(minutes=minutes), TODAY, seen)
