"""Two at the same rows at the same moment: which database errors say so, and what a person is told then.

Locks are taken in one order, and what must never be false is a constraint. What is left when two transactions meet all
the same is one that the engine lets through and one that it refuses: nothing of that one was done, and its person is
asked to look again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError, OperationalError

from arwork.lib.errors import Conflict

#: PostgreSQL: could not serialize, deadlock detected, lock not available.
_LOST = frozenset({"40001", "40P01", "55P03"})


LOST_RACE = (
    "Somebody else changed the same at the same moment, so nothing of this was done. Look again, then try again."
)


class ChangedMeanwhile(Conflict):
    """Somebody else changed the same at the same moment; nothing of this was done."""

    code = "changed_meanwhile"


def is_lost_race(error: BaseException | None) -> bool:
    """Whether the engine refused a transaction because of another one, and would have taken it alone."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in _LOST


@contextmanager
def told_when_lost(message: str) -> Iterator[None]:
    """Around a whole transaction: raises `ChangedMeanwhile` with `message` where another one came in between.

    Be it that it took the place of a row that is brought back here, or that each waited for the other.
    """
    try:
        yield
    except IntegrityError as error:
        raise ChangedMeanwhile(message) from error
    except DatabaseError as error:
        if not is_lost_race(error):
            raise
        raise ChangedMeanwhile(message) from error
