"""Contact rules: which law, and which policy, says how often, when and on what terms a person may be contacted. Pure.

A rule is a dated row with its source (`seeds/contact_rules.yaml`); what the owner of the installation enters under the
same code replaces the shipped one from its day to its day. Rules of different codes never replace one another: all
that speak for the places where somebody may live, for the placement and for the channel are kept at once, so the
strictest wins (RULES 10.0).
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from arwork.lib.dated_rules import DAY, Book, DatedRule, read_seed
from collections_app.limits.limit_kinds import NEW_YORK_CITY

SEED = Path(__file__).parent / "seeds" / "contact_rules.yaml"
#: The rules that every call keeps wherever somebody lives.
FEDERAL = ""


class Profile(StrEnum):
    """In whose name a balance is asked for (RULES 10.0). Where nobody says, the rules of all three are kept."""

    FIRST_PARTY = "first_party"
    EARLY_OUT = "early_out"
    THIRD_PARTY = "third_party"


PROFILE_WORDS = {
    Profile.FIRST_PARTY: "the practice itself",
    Profile.EARLY_OUT: "in the practice's name (early out)",
    Profile.THIRD_PARTY: "a collection agency",
}
#: What a rule can leave out of its count.
EXCLUSIONS = {
    "inbound": "what the person began",
    "requested": "what the person asked for",
    "not_connected": "what did not connect",
    "letter": "letters",
}
PERSONAL, WORK = "personal", "work"
NUMBERS = {"": "any number", PERSONAL: "home and mobile numbers", WORK: "numbers at work"}
CONFIDENCE = {"high": "read in its source", "medium": "told by a reliable summary", "low": "not checked yet"}

#: ZIP codes of the five boroughs.
_CITY_ZIPS = ("100", "101", "102", "103", "104", "11004", "11005", "111", "112", "113", "114", "116")


def places_of(*, state: str, zip_code: str) -> tuple[str, ...]:
    """What a rule may call the place where somebody lives, the narrowest first; the last, empty one is everywhere."""
    in_the_city = state == "NY" and zip_code.startswith(_CITY_ZIPS)
    return (*((NEW_YORK_CITY,) if in_the_city else ()), *((state,) if state else ()), FEDERAL)


@dataclass(frozen=True, slots=True)
class ContactRuling(DatedRule):
    """One rule. Empty `profiles`, `channels` and `purposes` speak for all, an empty `jurisdiction` for everywhere.

    `most` attempts in any `window_days` days, counted per `unit` (a person, or each debt) without the `exclusions`;
    `wait_days` from a conversation (day 1) to the next attempt; `opens` to `closes` by every clock where the person may
    be; `needs_consent` to the channel at that number or address; `needs_licence` of an agency. One that does not bind
    takes the rule of its code out of force.
    """

    SCOPE: ClassVar[tuple[str, ...]] = ("practice_id",)
    code: str
    jurisdiction: str = ""
    profiles: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()
    numbers: str = ""
    unit: str = "person"
    most: int | None = None
    window_days: int = 7
    exclusions: frozenset[str] = frozenset()
    wait_days: int | None = None
    opens: dt.time | None = None
    closes: dt.time | None = None
    needs_consent: bool = False
    needs_licence: bool = False
    binds: bool = True
    confidence: str = "low"
    practice_id: int | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    source: str = ""
    rule_id: int | None = None

    @property
    def about(self) -> str:
        return self.code

    def speaks_for(self, *, channel: str, purpose: str) -> bool:
        """Whether the rule bears on a contact through this channel to this end."""
        return (not self.channels or channel in self.channels) and (not self.purposes or purpose in self.purposes)

    @property
    def words(self) -> str:
        """What the rule says, in a line."""
        told = []
        if not self.binds:
            return "does not bind"
        if self.most is not None:
            days = "day" if self.window_days == 1 else f"{self.window_days} days"
            unit = " about one debt" if self.unit == "debt" else ""
            told.append(f"at most {self.most} in any {days}{unit}")
        if self.wait_days is not None:
            told.append(f"none for {self.wait_days} days from a conversation, which is day 1")
        if self.opens is not None:
            told.append(f"not before {self.opens:%H:%M}")
        if self.closes is not None:
            told.append(f"not after {self.closes:%H:%M}")
        if self.needs_consent:
            told.append("only with consent")
        if self.needs_licence:
            told.append("only with a licence")
        return "; ".join(told)


@dataclass(frozen=True)
class ContactRuleBook(Book[ContactRuling]):
    """Every rule, shipped and entered, and which are kept for somebody on a day."""

    _kept: dict[Any, tuple[ContactRuling, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def kept(
        self, places: Collection[str], *, profile: str | None, practice_id: int | None, on: dt.date
    ) -> tuple[ContactRuling, ...]:
        """The rules that are kept on a day for somebody who may live in any of `places`. `profile` None: of all."""
        key = (frozenset(places), profile, practice_id, on)
        if key not in self._kept:
            found = (self.look_up(code, on=on, asked=(practice_id,)) for code in self.codes)
            self._kept[key] = tuple(
                rule
                for rule in found
                if rule is not None
                and rule.binds
                and (not rule.jurisdiction or rule.jurisdiction in key[0])
                and (not rule.profiles or profile is None or profile in rule.profiles)
            )
        return self._kept[key]

    @property
    def codes(self) -> list[str]:
        """The code of every rule, in order."""
        return sorted({rule.code for rule in self.rules})

    def hours(
        self, places: Collection[str], *, profile: str | None, practice_id: int | None, on: dt.date, channel: str
    ) -> tuple[dt.time, dt.time]:
        """The shortest of the days in which the rules allow a contact; midnight to midnight where none says."""
        rules = [
            rule
            for rule in self.kept(places, profile=profile, practice_id=practice_id, on=on)
            if not rule.channels or channel in rule.channels
        ]
        opens = max((rule.opens for rule in rules if rule.opens is not None), default=dt.time.min)
        closes = min((rule.closes for rule in rules if rule.closes is not None), default=dt.time.min)
        return opens, closes

    def changes_after(self, day: dt.date) -> dt.date | None:
        """The next day on which any rule begins, or has ended the day before; None when none does."""
        days = [rule.valid_from for rule in self.rules if rule.valid_from is not None and rule.valid_from > day]
        days += [rule.valid_to + DAY for rule in self.rules if rule.valid_to is not None and rule.valid_to >= day]
        return min(days, default=None)

    def changes_on(self, day: dt.date) -> bool:
        """Whether a rule begins on a day, or ended on the day before."""
        return self.changes_after(day - DAY) == day

    @property
    def bearing_days(self) -> int:
        """How far back an attempt can still bear on the next one."""
        spans = (max(rule.window_days if rule.most is not None else 0, rule.wait_days or 0) for rule in self.rules)
        return max(spans, default=0)


def rulings(entries: Iterable[dict[str, Any]]) -> tuple[ContactRuling, ...]:
    """Seed entries as rules. Raises `ValueError` for one that says nothing, or that nobody would ever read."""
    found = tuple(_ruling(entry) for entry in entries)
    for one in found:
        if not one.words or one.exclusions - EXCLUSIONS.keys() or one.numbers not in NUMBERS:
            raise ValueError(f"a contact rule that says nothing: {one.code}")
        if one.confidence not in CONFIDENCE or not one.source or one.profiles - {*Profile}:
            raise ValueError(f"a contact rule of which nobody knows where it stands: {one.code}")
    return found


def _ruling(entry: dict[str, Any]) -> ContactRuling:
    facts = dict(entry)
    for name in ("profiles", "channels", "purposes", "exclusions"):
        facts[name] = frozenset(str(facts.get(name, "")).split())
    for name in ("opens", "closes"):
        if name in facts:
            facts[name] = dt.time.fromisoformat(facts[name])
    return ContactRuling(**facts)


@cache
def shipped_rules() -> tuple[ContactRuling, ...]:
    """The rules that are kept until the owner enters another (`seeds/contact_rules.yaml`)."""
    return rulings(read_seed(SEED)["rules"])
