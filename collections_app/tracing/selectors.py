"""Questions about searches: who can't be reached, the lists, one case with its leads, who was given up."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from collections_app.limits.selectors import limit_book
from collections_app.tracing.facts import people_of_accounts, ways_of
from collections_app.tracing.figures import figures_of
from collections_app.tracing.models import OPEN_STATES, TraceCase
from collections_app.tracing.reachable import why_unreachable

if TYPE_CHECKING:
    from arwork.staff.models import User

State = TraceCase.State
OPEN = Q(state__in=OPEN_STATES)
#: The lists of searches: code, words, what is in it.
TABS: dict[str, tuple[str, Q]] = {
    "work": ("To work", OPEN),
    "found": ("Found", Q(state=State.FOUND)),
    "exhausted": ("Exhausted", Q(state__in=(State.EXHAUSTED, State.STOPPED))),
    "all": ("All", Q()),
}


def unreachable(account_ids: Collection[int], today: dt.date) -> set[int]:
    """Of these accounts those whose guarantor can't be reached. At most fifteen queries, however many accounts."""
    whose = people_of_accounts(account_ids)
    rows = Account.objects.filter(Among("pk", account_ids)).values_list("guarantor_id", "practice_id")
    lost = unreachable_people(dict(rows), today)
    return {account for account, person in whose.items() if person in lost}


def unreachable_people(practice_of: dict[int, int], today: dt.date) -> dict[int, str]:
    """Of these people (with their practice) those who can't be reached, and why."""
    book = limit_book()
    patience = {pk: figures_of(book, pk, on=today).patience for pk in set(practice_of.values())}
    found = {}
    for person, ways in ways_of(list(practice_of), on=today).items():
        if why := why_unreachable(ways, patience[practice_of[person]], on=today):
            found[person] = why
    return found


def case_of_account(account_id: int) -> TraceCase | None:
    """The search for whoever answers for an account; None where there never was one."""
    rows = TraceCase.objects.filter(person__accounts=account_id).select_related("owner", "person")
    return rows.first()


def own_case(case_id: int, *, actor: "User") -> TraceCase:
    """A search in the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    rows = TraceCase.objects.filter(pk=case_id, practice__in=practice_ids(actor))
    case = rows.select_related("person", "owner", "practice").first()
    if case is None:
        raise NotFound("There is no such search in your practices.")
    return case


def exhausted_accounts(account_ids: Collection[int]) -> set[int]:
    """Of these accounts those whose guarantor was looked for and not found: candidates for an agency, or for writing
    off. One query."""
    rows = Account.objects.filter(
        Among("pk", account_ids), guarantor__trace_case__state__in=(State.EXHAUSTED, State.STOPPED)
    )
    return set(rows.values_list("pk", flat=True))
