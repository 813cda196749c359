"""Holds as the books ask for them before money goes to a visit, or a visit to an agency."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F

from arwork.lib.bulk import Among
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force


def holds_on_visits(claims: Mapping[int, Iterable[int]], today: dt.date) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Holds in force, by claim: reason and words of each. A hold of an account, or of who answers for it, is one of
    every claim asked about."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    in_force = Hold.objects.filter(holds_in_force(today)).order_by("pk")
    own = in_force.filter(Among("account", sorted(claims)))
    people = in_force.filter(Among("person__accounts", sorted(claims)), person__isnull=False)
    rows = [
        *own.values_list("account_id", "claim_id", "reason"),
        *people.exclude(account_id=F("person__accounts")).values_list("person__accounts", "claim_id", "reason"),
    ]
    for account_id, claim_id, reason in rows:
        asked = set(claims[account_id])
        for one in asked if claim_id is None else asked & {claim_id}:
            found[one].append((reason, Hold.Reason(reason).label))
    return found
