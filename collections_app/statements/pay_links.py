"""Where a statement on paper leads: the patient's own page, which a higher room knows and registers. Asked for a set of
accounts at once, for a run makes thousands."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from claims.parties.models import Account

PayLinks = Callable[[Collection[Account], dt.datetime, dt.date], Mapping[int, str]]
_sources: list[PayLinks] = []


def register_pay_links(source: PayLinks) -> None:
    """Let `source` say where the patients of accounts read and pay; the app does when it is ready."""
    if source not in _sources:
        _sources.append(source)


def pay_links(accounts: Collection[Account], *, now: dt.datetime, today: dt.date) -> dict[int, str]:
    """A link by account; one whose page could not be opened has none. A link lets in who holds it: keep none."""
    found: dict[int, str] = {}
    for source in _sources:
        found.update(source(accounts, now, today))
    return found
