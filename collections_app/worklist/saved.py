"""Lists that somebody comes back to: a query under a name, and how much is in each right now."""

from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, require
from collections_app.worklist.models import SavedFilter

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST = 20


class TooManyFilters(DomainError):
    """More lists than anybody comes back to."""

    code = "too_many_filters"


def save_filter(*, actor: "User", name: str, query: str) -> SavedFilter:
    """Keep `query` under `name`; the same name again replaces what it meant. Raises `TooManyFilters`."""
    require(actor, Capability.SEE_CLAIMS)
    name, query = name.strip()[:60], query.strip()[:500]
    if not name or not query:
        raise DomainError("Filter the list first, then give the filter a name.", field="name")
    with transaction.atomic():
        others = SavedFilter.objects.filter(user=actor).exclude(name=name)
        if others.count() >= MOST:
            raise TooManyFilters(f"You keep {MOST} lists already. Remove one first.", field="name")
        kept, _ = SavedFilter.objects.update_or_create(user=actor, name=name, defaults={"query": query})
    return kept


def drop_filter(*, actor: "User", filter_id: int) -> bool:
    """Forget a list; False if there was none of the actor's."""
    return bool(SavedFilter.objects.filter(user=actor, pk=filter_id).delete()[0])
