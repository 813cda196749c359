"""The shipped directory of known payers: which one a payer of ours may be, and taking over what is known of it."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.staff import audit
from claims.payers.directory import locked_payer
from claims.payers.models import Payer, PayerIdentifier, PayerRule
from claims.payers.rules import KnownPayer, known_payers

if TYPE_CHECKING:
    from arwork.staff.models import User

_WORD = re.compile(r"[A-Z0-9]+")
_NOISE = frozenset(
    {
        "INC",
        "LLC",
        "CORP",
        "CO",
        "COMPANY",
        "OF",
        "THE",
        "AND",
        "INSURANCE",
        "HEALTH",
        "HEALTHCARE",
        "PLAN",
        "PLANS",
        "PART",
    }
)
_ID_QUALIFIERS = ("PI", "XV", "2U")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A known payer that this one may be, and why."""

    known: KnownPayer
    because: str


def suggestion_for(payer: Payer) -> Suggestion | None:
    """By identifier, else by name; None where nothing fits. One query."""
    rows = payer.identifiers.values_list("qualifier", "value")
    return _suggest(payer.name, {value for qualifier, value in rows if qualifier in _ID_QUALIFIERS})


def suggestions_for(payers: list[Payer]) -> dict[int, Suggestion]:
    """For many payers with one query."""
    values: dict[int, set[str]] = {payer.pk: set() for payer in payers}
    rows = PayerIdentifier.objects.filter(payer__in=values, qualifier__in=_ID_QUALIFIERS)
    for payer_id, value in rows.values_list("payer_id", "value"):
        values[payer_id].add(value)
    found = {payer.pk: _suggest(payer.name, values[payer.pk]) for payer in payers}
    return {pk: one for pk, one in found.items() if one}


def known_by_name(name: str) -> KnownPayer:
    """Raises `NotFound` for a name that the directory does not have."""
    for known in known_payers():
        if known.name == name:
            return known
    raise NotFound("The shipped directory has no payer of that name.")


@transaction.atomic
def adopt(payer_id: int, known_name: str, *, actor: "User", now: dt.datetime) -> int:
    """Take name, class, state, identifiers and rules of a known payer over; how many rules were new.

    Rules keep their source and confidence. Identifiers that mean another payer already, and kinds for which this
    payer has a rule, stay as they are. Doing it twice changes nothing.
    """
    payer = locked_payer(payer_id, actor=actor)
    known = known_by_name(known_name)
    before = {"name": payer.name, "payer_class": payer.payer_class, "state": payer.state}
    payer.name, payer.payer_class, payer.state = known.name, known.payer_class, known.state or payer.state
    payer.is_confirmed = True
    payer.save()
    names = [("PI", value) for value in known.identifiers] + [("NAME", " ".join(known.name.upper().split())[:80])]
    rows = [PayerIdentifier(payer=payer, qualifier=qualifier, value=value) for qualifier, value in names]
    bulk.insert(PayerIdentifier, rows, ignore_conflicts=True)
    has = set(PayerRule.objects.filter(payer=payer, plan=None).values_list("kind", flat=True))
    fresh = [
        PayerRule(
            payer=payer,
            kind=rule.kind,
            value=rule.value,
            basis=rule.basis,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            source=rule.source[:300],
            confidence=rule.confidence,
            note=rule.note[:300],
        )
        for rule in known.rules
        if rule.kind not in has
    ]
    PayerRule.objects.bulk_create(fresh)
    after = {"name": payer.name, "payer_class": payer.payer_class, "state": payer.state, "rules": len(fresh)}
    audit.record(actor, "payer_adopted", "payer", payer.pk, practice_id=None, before=before, after=after, now=now)
    return len(fresh)


def _suggest(name: str, identifiers: set[str]) -> Suggestion | None:
    for known in known_payers():
        if shared := identifiers & set(known.identifiers):
            return Suggestion(known, f"uses payer id {min(shared)}")
    words = _words(name)
    for known in known_payers():
        if words and words == _words(known.name):
            return Suggestion(known, "has the same name")
    return None


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.upper())) - _NOISE
