"""Somebody is found, or in part: a number works, and mail still comes back. Callers hold the lock on the case."""

from collections_app.tracing import cases as books
from collections_app.tracing.cases import Moment, State
from collections_app.tracing.models import TraceCase
from collections_app.tracing.selectors import people_to_find

ASK = "Ask them where mail reaches them"


def end_if_found(case: TraceCase, because: str, at: Moment) -> None:
    """A lead was right: the search ends, unless the person can't be reached, or mail does not arrive, all the same."""
    left = people_to_find({case.person_id: case.practice_id}, at.today).get(case.person_id, "")
    if not left:
        if case.state != State.FOUND:
            books.close(case, State.FOUND, because, at)
        return
    if not case.is_open:
        return
    case.why, case.next_action, case.next_on = left, ASK, at.today
    case.save(update_fields=["why", "next_action", "next_on"])
    books.tell([(case, "planned", ASK)], at)
