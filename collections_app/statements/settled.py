"""Visits that were settled with the patient, as something above the statements knows: no statement asks for them.

One source, registered when the app is ready: settlements. What a payer takes back after a visit was settled is not the
patient's to pay again.
"""

from collections.abc import Callable, Collection

#: Of these accounts the claims whose settlement was paid.
SettledSource = Callable[[Collection[int]], Collection[int]]
_sources: list[SettledSource] = []


def register_settled(source: SettledSource) -> None:
    """Ask `source`."""
    if source not in _sources:
        _sources.append(source)


def settled_claims(account_ids: Collection[int]) -> set[int]:
    """What the sources say of these accounts."""
    found: set[int] = set()
    for source in _sources:
        found.update(source(account_ids))
    return found
