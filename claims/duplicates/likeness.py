"""How likely two people of a practice are one, and by what.

A name alone says nothing: what counts is a name beside a birth date, a member id or a phone. Two birth dates that
differ are two people (a father and his son share name, policy and phone), unless one is a slip of the other.

    same birth date, same name                          likely
    same birth date, name misspelled                    possible; likely with a member id or phone in common
    same birth date, same given name, same member id    likely: another surname since
    same birth date, same given name, same phone        possible
    one birth date unknown, same name, id or phone      possible
    birth dates a slip apart, same name, same id        possible; with the same phone faint
"""

import datetime as dt
from dataclasses import dataclass

from claims.parties.name_index import edits, words_of
from claims.remits.identity import names_agree

LIKELY, POSSIBLE, FAINT = 3, 2, 1
#: Of a word: shorter ones are other names when a letter differs (ANN, AMY).
_SHORTEST_MISSPELLED, _SHORTEST_TWICE = 4, 8


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What two people are compared by; `birth_on` None where nobody knows it."""

    last: str
    first: str
    birth_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PersonLikeness:
    """How likely, and what agrees, in words."""

    strength: int
    reasons: tuple[str, ...]


def likeness(one: KnownPerson, other: KnownPerson, *, has_member: bool, has_phone: bool) -> PersonLikeness | None:
    """Whether two people may be one; `has_member` and `has_phone` say that they share a member id, a phone."""
    last, first = _last_agrees(one, other), _first_agrees(one, other)
    born = _births(one.birth_on, other.birth_on)
    shared = [word for has, word in ((has_member, "member id"), (has_phone, "phone")) if has]
    strength = 0
    if born == "birth date":
        strength = _strength_of_one_birth(last, first, has_member=has_member, has_phone=has_phone)
    elif last == first == "same" and shared:
        strength = POSSIBLE if born == "" or has_member else FAINT
        strength = 0 if born == "another" else strength
    if not strength:
        return None
    name = _name_words(last, first)
    return PersonLikeness(strength, tuple(word for word in (born, name, *shared) if word))


def _strength_of_one_birth(last: str, first: str, *, has_member: bool, has_phone: bool) -> int:
    if last == first == "same":
        return LIKELY
    if last and first:
        return LIKELY if has_member or has_phone else POSSIBLE
    if first == "same":
        return LIKELY if has_member else POSSIBLE if has_phone else 0
    return 0


def _name_words(last: str, first: str) -> str:
    if last == first == "same":
        return "name"
    return "name, but for its spelling" if last and first else "given name"


def _last_agrees(one: KnownPerson, other: KnownPerson) -> str:
    agrees, _ = names_agree((one.last, one.first), (other.last, other.first))
    return "same" if agrees else "alike" if _is_misspelled(one.last, other.last) else ""


def _first_agrees(one: KnownPerson, other: KnownPerson) -> str:
    _, agrees = names_agree((one.last, one.first), (other.last, other.first))
    return "same" if agrees else "alike" if _is_misspelled(one.first, other.first) else ""


def _is_misspelled(one: str, other: str) -> bool:
    ours, theirs = "".join(words_of(one)), "".join(words_of(other))
    shorter = min(len(ours), len(theirs))
    if shorter < _SHORTEST_MISSPELLED:
        return False
    return edits(ours, theirs) <= (2 if shorter >= _SHORTEST_TWICE else 1)


def _births(one: dt.date | None, other: dt.date | None) -> str:
    """What the dates say: the same, nothing (one is unknown), a slip, or another person's."""
    if one is None or other is None:
        return ""
    if one == other:
        return "birth date"
    is_turned = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    is_slip = sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1
    return "birth date, but for a slip" if is_turned or is_slip else "another"
