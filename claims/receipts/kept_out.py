"""Holds that the work keeps on accounts and visits, as far as money heeds them (RULES 4.4).

The books know nothing of holds; the work says so when it is ready. No patient money goes by itself to a visit that is
disputed or for which assistance was asked.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

#: Why money does not go to a visit, by reason of the hold.
_KEEPS_OUT = {
    "dispute": "it is disputed",
    "nsa": "it is disputed under the No Surprises Act",
    "assistance": "assistance was applied for",
}
#: Holds in force on a day, by claim: reason and words of each, of the claims of some accounts.
HoldSource = Callable[[Mapping[int, Iterable[int]], dt.date], Mapping[int, Sequence[tuple[str, str]]]]
_sources: list[HoldSource] = []


def register_hold_source(source: HoldSource) -> None:
    """Ask `source` as well; the app of the work says so when it is ready."""
    if source not in _sources:
        _sources.append(source)


def kept_out(claims: Mapping[int, Iterable[int]], *, today: dt.date) -> dict[int, str]:
    """Why nothing goes to a visit, by claim; `claims` are those that are asked about, by account."""
    found: dict[int, str] = {}
    for claim_id, holds in _holds(claims, today):
        for reason, _ in holds:
            if reason in _KEEPS_OUT:
                found.setdefault(claim_id, _KEEPS_OUT[reason])
    return found


def holds_on(account_id: int, claim_id: int, *, today: dt.date) -> list[str]:
    """Why nobody may be asked for a visit now, in words."""
    return sorted({words.lower() for _, holds in _holds({account_id: [claim_id]}, today) for _, words in holds})


def _holds(claims: Mapping[int, Iterable[int]], today: dt.date) -> Iterable[tuple[int, Sequence[tuple[str, str]]]]:
    if claims:
        for source in _sources:
            yield from source(claims, today).items()
