"""Which payer a file means: by identifier first, by name where there is none, else a new unconfirmed payer.

A payer id is a clearinghouse's, and two of them may use one number for different payers, so an identifier
found under one name is trusted anyway: merging two payers that an admin can split is cheaper than collecting
from one payer under two names. Payers opened here are unconfirmed until an admin has looked at them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from arwork.lib import bulk
from claims.payers.models import Payer, PayerClass, PayerIdentifier

_NAME_LENGTH = 80
# SBR09 / CLP06 claim filing indicator -> class. Only the ones that say something; CI and ZZ say little.
_CLASS_OF_FILING = {
    "MA": PayerClass.MEDICARE, "MB": PayerClass.MEDICARE, "16": PayerClass.MEDICARE_ADVANTAGE,
    "MC": PayerClass.MEDICAID, "BL": PayerClass.BCBS, "CH": PayerClass.TRICARE, "VA": PayerClass.VA,
    "WC": PayerClass.WORKERS_COMP, "AM": PayerClass.AUTO_LIABILITY, "LM": PayerClass.AUTO_LIABILITY,
    "CI": PayerClass.COMMERCIAL, "HM": PayerClass.COMMERCIAL, "12": PayerClass.COMMERCIAL,
    "13": PayerClass.COMMERCIAL, "14": PayerClass.COMMERCIAL, "15": PayerClass.COMMERCIAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PayerName:
    """A payer as a file names it: identifiers as (qualifier, value), best first, and its name."""

    name: str
    identifiers: tuple[tuple[str, str], ...] = ()
    filing: str = ""

    def places(self) -> list[tuple[str, str]]:
        """What to look up, in order: usable identifiers, then the upper-case name."""
        found = [
            (qualifier.strip().upper()[:4], value.strip().upper()[:_NAME_LENGTH])
            for qualifier, value in self.identifiers
            if qualifier.strip() and value.strip().strip("0")
        ]
        name = " ".join(self.name.upper().split())[:_NAME_LENGTH]
        return [*found, ("NAME", name)] if name else found


def find_or_open(names: Iterable[PayerName]) -> dict[PayerName, int | None]:
    """The payer id of each name; None for one that names nobody. Call inside a transaction.

    Two queries where all are known. A name seen with a new identifier teaches it to its payer.
    """
    wanted = {name: name.places() for name in dict.fromkeys(names)}
    known = _look_up({place for places in wanted.values() for place in places})
    missing = {name: places for name, places in wanted.items() if places and not _first(places, known)}
    if missing:
        _open(missing)
        known |= _look_up({place for places in missing.values() for place in places})
    _learn(wanted, known)
    return {name: _first(places, known) for name, places in wanted.items()}


def _first(places: list[tuple[str, str]], known: dict[tuple[str, str], int]) -> int | None:
    return next((known[place] for place in places if place in known), None)


def _look_up(places: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    known: dict[tuple[str, str], int] = {}
    for batch in bulk.chunks(sorted({value for _, value in places})):
        rows = PayerIdentifier.objects.filter(value__in=batch).values_list("qualifier", "value", "payer_id")
        known |= {(qualifier, value): payer_id for qualifier, value, payer_id in rows}
    return known


def _open(missing: dict[PayerName, list[tuple[str, str]]]) -> None:
    """Open a payer for each name, one at a time: a new payer is rare, and two imports may meet here."""
    opened: dict[tuple[str, str], int] = {}
    for name, places in missing.items():
        if _first(places, opened):
            continue
        with transaction.atomic():
            shown = name.name.strip() or " ".join(places[0])
            filing = _CLASS_OF_FILING.get(name.filing.strip().upper(), PayerClass.OTHER)
            payer = Payer.objects.create(name=shown[:120], payer_class=filing)
            rows = [PayerIdentifier(payer=payer, qualifier=qualifier, value=value) for qualifier, value in places]
            bulk.insert(PayerIdentifier, rows, ignore_conflicts=True)
            won = dict.fromkeys(PayerIdentifier.objects.filter(payer=payer).values_list("qualifier", "value"), payer.pk)
            if places[0] not in won:  # another import opened it first: use theirs
                payer.delete()
            opened |= won


def _learn(wanted: dict[PayerName, list[tuple[str, str]]], known: dict[tuple[str, str], int]) -> None:
    rows = [
        PayerIdentifier(payer_id=payer_id, qualifier=qualifier, value=value)
        for places in wanted.values()
        if (payer_id := _first(places, known))
        for qualifier, value in places
        if (qualifier, value) not in known and qualifier != "NAME"
    ]
    if rows:
        bulk.insert(PayerIdentifier, rows, ignore_conflicts=True)
