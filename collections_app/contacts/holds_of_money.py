"""Holds as the books ask for them before money goes to a visit, or a visit to an agency."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from arwork.lib.bulk import Among
from collections_app.contacts.models import Hold
from collections_app.contacts.selectors import holds_in_force


def holds_on_visits(claims: Mapping[int, Iterable[int]], today: dt.date) -> Mapping[int, Sequence[tuple[str, str]]]:
    """Holds in force, by claim: reason and words of each. A hold of an account is one of every claim asked about."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Hold.objects.filter(Among("account", sorted(claims)), holds_in_force(today)).order_by("pk")
    for account_id, claim_id, reason in rows.values_list("account_id", "claim_id", "reason"):
        asked = set(claims[account_id])
        for one in asked if claim_id is None else asked & {claim_id}:
            found[one].append((reason, Hold.Reason(reason).label))
    return found
