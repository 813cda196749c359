"""Accounts that went further than asking: placed with an agency, referred for a suit.

Sources are registered when the app is ready (`register_reached`): what stands in an agency's bucket, and what slices
above know.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.db.models import Min

from arwork.lib.bulk import Among
from claims.ledger.models import Receivable


@dataclass(frozen=True, slots=True)
class Reached:
    """What an account reached, in words, and since when."""

    words: str
    on: dt.date


#: practices -> what their accounts reached, by account.
ReachedSource = Callable[[Collection[int]], Mapping[int, Reached]]
_sources: dict[str, ReachedSource] = {}


def register_reached(name: str, source: ReachedSource) -> None:
    """Ask `source` as well. A name stands once: the last one counts."""
    _sources[name] = source


def at_agencies(practice_ids: Collection[int]) -> dict[int, Reached]:
    """The accounts of which something is placed with an agency, since the first day of it. One query."""
    rows = Receivable.objects.filter(Among("practice", practice_ids), bucket="AGENCY", amount__gt=0).order_by()
    since = rows.values_list("account_id").annotate(on=Min("since_on"))
    return {account: Reached("Placed with an agency", on) for account, on in since}


def reached_by(practice_ids: Collection[int]) -> dict[int, Reached]:
    """By account, of several steps the earliest. As many queries as there are sources."""
    found: dict[int, Reached] = {}
    for source in _sources.values():
        for account, one in source(practice_ids).items():
            if account not in found or one.on < found[account].on:
                found[account] = one
    return found
