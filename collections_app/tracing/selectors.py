"""Questions of other slices: who can't be reached, who was given up, which searches are open."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from django.db.models import Min

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.limits.selectors import limit_book
from collections_app.tracing.facts import people_of_accounts, ways_of
from collections_app.tracing.figures import figures_of
from collections_app.tracing.models import OPEN_STATES, TraceCase
from collections_app.tracing.reachable import why_searched, why_unreachable

if TYPE_CHECKING:
    from arwork.staff.models import User

State = TraceCase.State


def unreachable(account_ids: Collection[int], today: dt.date) -> set[int]:
    """Of these accounts those whose guarantor can't be reached. At most fifteen queries, however many accounts."""
    whose = people_of_accounts(account_ids)
    rows = Account.objects.filter(Among("pk", account_ids)).values_list("guarantor_id", "practice_id")
    lost = unreachable_people(dict(rows), today)
    return {account for account, person in whose.items() if person in lost}


def unreachable_people(practice_of: Mapping[int, int], today: dt.date) -> dict[int, str]:
    """Of these people (with their practice) those who can't be reached, and why."""
    return _judged(practice_of, today, why_unreachable)


def people_to_find(practice_of: Mapping[int, int], today: dt.date) -> dict[int, str]:
    """Of these people those who can't be reached, or at whom no mail arrives any more, and why."""
    return _judged(practice_of, today, why_searched)


def _judged(practice_of: Mapping[int, int], today: dt.date, rule: Callable[..., str]) -> dict[int, str]:
    book = limit_book()
    patience = {pk: figures_of(book, pk, on=today).patience for pk in set(practice_of.values())}
    ways = ways_of(list(practice_of), on=today)
    judged = {pk: rule(one, patience[practice_of[pk]], on=today) for pk, one in ways.items()}
    return {pk: why for pk, why in judged.items() if why}


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
    rows = Account.objects.filter(Among("pk", account_ids), guarantor__trace_case__state=State.EXHAUSTED)
    return set(rows.values_list("pk", flat=True))


def open_searches(practice_ids: Collection[int], today: dt.date) -> list[OpenCase]:
    """The open searches, as the list of all open cases asks for them. One query."""
    rows = TraceCase.objects.filter(
        practice__in=practice_ids, state__in=OPEN_STATES, person__accounts__merged_into=None
    )
    rows = rows.annotate(account=Min("person__accounts")).exclude(account=None).order_by("next_on", "pk")
    return [
        OpenCase("Search for a person", one.pk, one.account, "trace_case", one.owner_id, one.next_action, one.next_on)
        for one in rows[:MOST_OF_A_SOURCE]
    ]
