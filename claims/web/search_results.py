"""Looking for one text everywhere: accounts, claims, remittances, people, payers, and what the work has (`elsewhere`).
Each group is limited and says so.

Every lookup goes through an index by equality or by prefix, so it costs the same in a practice of a thousand claims and
in a million.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.lib.money import ZERO
from claims.billing import selectors as billing
from claims.ledger.guarantor_accounts import balances_of_accounts
from claims.parties import selectors as parties
from claims.parties.search_query import SearchReading, read_search
from claims.payers import selectors as payers
from claims.remits import selectors as remits

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

FEW, MANY = 8, 100
ENOUGH = 3  # people of exactly that name: nobody asked for one that is like it
GROUPS = ("accounts", "claims", "remittances", "people", "payers", "elsewhere")


@dataclass(frozen=True, slots=True)
class FoundElsewhere:
    """A hit that the books know nothing of: what it is, where it leads, and the record that it shows, if any."""

    pk: str  # unlike any other hit's
    kind: str
    label: str
    note: str
    url: str
    shows: tuple[str, int] | None = None


Finder = Callable[["User", SearchReading, int], list[FoundElsewhere]]
_finders: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Have `finder(actor, asked, limit)` look as well. Called by the apps when they are ready."""
    _finders.append(finder)


#: What to know of accounts before they are opened, in words, by account.
NoteSource = Callable[[Collection[int], dt.date], Mapping[int, str]]
_notes: list[NoteSource] = []


def register_account_note(source: NoteSource) -> None:
    """Have `source` say what is so about accounts that are found. Called by the apps when they are ready."""
    _notes.append(source)


@dataclass
class ResultGroup:
    """The hits of one kind, and whether there are more than are shown."""

    name: str
    rows: list[Any] = field(default_factory=list)
    has_more: bool = False

    def add(self, rows: "QuerySet[Any] | Sequence[Any]", limit: int) -> list[Any]:
        """Take up to `limit` rows in all, each once; those that were added."""
        known = {_identity(row) for row in self.rows}
        found = [row for row in rows[: limit + 1] if _identity(row) not in known]
        room = limit - len(self.rows)
        self.has_more |= len(found) > room
        self.rows += found[:room]
        return found[:room]


def _identity(row: Any) -> tuple[str, int]:
    """What tells a hit from another of its group: those from elsewhere are of several kinds."""
    return (row.kind if isinstance(row, FoundElsewhere) else "", row.pk)


@dataclass
class SearchResults:
    """What was found, and the one thing it must be when an id hits exactly one."""

    asked: SearchReading
    groups: dict[str, ResultGroup]
    exact: tuple[str, int] | None = None

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups.values())

    def show_people_once(self) -> None:
        """Leave out of the people those who are there with all their accounts."""
        listed = {account.pk for account in self.groups["accounts"].rows}
        people = self.groups["people"]
        people.rows = [one for one in people.rows if not {pk for pk, _ in one.found_accounts} <= listed]

    def shown(self) -> list[tuple[str, Any]]:
        """Every hit with the name of its group."""
        return [(group.name, row) for group in self.groups.values() for row in group.rows]


def find(text: str, *, actor: "User", only: str = "", few: int = FEW) -> SearchResults:
    """Look everywhere for `text`; with `only`, one group is shown at length. Two dozen queries at most."""
    asked = read_search(text)
    groups = {name: ResultGroup(name) for name in GROUPS}
    if asked.is_empty:
        return SearchResults(asked, groups)
    limit = {name: MANY if name == only else few for name in GROUPS}
    if asked.number:
        _by_number(asked, groups, limit, actor)
    elif asked.account:
        groups["accounts"].add(parties.accounts_numbered(actor=actor, asked=asked), limit["accounts"])
    if asked.amount is not None:
        groups["claims"].add(billing.claims_charged(actor=actor, amount=asked.amount), limit["claims"])
        groups["remittances"].add(remits.remittances_over(actor=actor, amount=asked.amount), limit["remittances"])
    if asked.is_about_people or asked.phone or asked.phone_end:
        _by_person(asked, groups, limit, actor)
    if asked.names:
        groups["payers"].add(payers.payers(actor=actor, search=asked.text), limit["payers"])
    for finder in _finders:
        groups["elsewhere"].add(finder(actor, asked, limit["elsewhere"] + 1), limit["elsewhere"])
    _complete(groups)
    return SearchResults(asked, groups, _exact(asked, groups))


def _complete(groups: dict[str, ResultGroup]) -> None:
    """What tells one hit from another: whose account, where they live, at which number, what is owed, what else is
    known. Five queries, and one of each source of notes."""
    people, accounts = groups["people"].rows, groups["accounts"].rows
    by_person = parties.accounts_by_person([one.pk for one in people]) if people else {}
    shown = {pk for one in people for pk, _ in by_person[one.pk]} | {one.pk for one in accounts}
    owing = balances_of_accounts(sorted(shown)) if shown else {}
    ids = {one.pk for one in people} | {one.guarantor_id for one in accounts}
    reach = parties.reach_of(ids) if ids else {}
    for one in people:
        one.found_accounts = by_person[one.pk]
        one.reach, one.owed = reach[one.pk], sum((owing[pk].owed for pk, _ in by_person[one.pk]), ZERO)
    noted = [source(shown, clock.today()) for source in _notes] if shown else []
    notes = {pk: ". ".join(words[pk] for words in noted if pk in words) for pk in shown}
    for account in accounts:
        account.reach, account.owed = reach[account.guarantor_id], owing[account.pk].owed
        account.note = notes[account.pk]
    for one in people:
        one.note = ". ".join(dict.fromkeys(notes[pk] for pk, _ in one.found_accounts if notes[pk]))


def _by_number(asked: SearchReading, groups: dict[str, ResultGroup], limit: dict[str, int], actor: "User") -> None:
    groups["accounts"].add(parties.accounts_numbered(actor=actor, asked=asked), limit["accounts"])
    groups["claims"].add(billing.claims_numbered(actor=actor, text=asked.number), limit["claims"])
    if len(groups["claims"].rows) < limit["claims"]:
        groups["claims"].add(billing.claims_ending(actor=actor, text=asked.number), limit["claims"])
    icns = {asked.number, asked.number.upper()}
    if earlier := remits.claim_ids_by_icn(actor=actor, icns=icns, limit=limit["claims"]):
        groups["claims"].add(billing.claims_among(actor=actor, claim_ids=earlier), limit["claims"])
    groups["remittances"].add(remits.remittances_traced(actor=actor, text=asked.number), limit["remittances"])
    if any(char.isdigit() for char in asked.number):  # a member id; words alone are names
        few = limit["people"] + 1
        for cover in parties.coverages_numbered(actor=actor, text=asked.number, limit=few):
            groups["people"].add([cover.patient.person], limit["people"])


def _by_person(asked: SearchReading, groups: dict[str, ResultGroup], limit: dict[str, int], actor: "User") -> None:
    """By what was typed; where few are called so, by first name, and then by what it may be a misspelling of."""
    people, room = groups["people"], limit["people"]
    people.add(parties.people(actor=actor, asked=asked), room)
    if asked.phone_end:
        people.add(parties.people_phoned(actor=actor, digits=asked.phone_end, limit=room + 1), room)
    if asked.names and len(people.rows) < room:
        people.add(parties.people_called(actor=actor, asked=asked), room)
    if asked.names and len(people.rows) < ENOUGH:
        people.add(parties.people_spelled_like(actor=actor, asked=asked), room)
    if people.rows:
        ids = [one.pk for one in people.rows]
        groups["accounts"].add(parties.accounts_of_people(actor=actor, person_ids=ids), limit["accounts"])
        shown = [one.pk for one in groups["accounts"].rows]
        groups["claims"].add(billing.claims_of_accounts(actor=actor, account_ids=shown), limit["claims"])


def _exact(asked: SearchReading, groups: dict[str, ResultGroup]) -> tuple[str, int] | None:
    """The address name and id of the one thing whose whole number was typed; None when it is none or several."""
    typed = {asked.number, asked.number.upper(), asked.account} - {""}
    hits = [("account", one.pk) for one in groups["accounts"].rows if one.number in typed]
    hits += [("claim", one.pk) for one in groups["claims"].rows if one.number in typed or one.icn in typed]
    hits += [("remittance", one.pk) for one in groups["remittances"].rows if one.trace in typed]
    return hits[0] if len(hits) == 1 else None
