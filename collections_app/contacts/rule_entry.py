"""Contact rules as they are kept: the book of a day, the list for people, and the owner's own rows.

A rule is never edited: another one begins and this one ends (`arwork.staff.dated_rows`). What the owner enters under
the code of a shipped rule replaces it; one under a code of its own is kept beside all others.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from arwork.lib.dated_rules import DRAFTED, check_dates, ending, standing, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from arwork.staff.dated_rows import DatedTable
from claims.practices.models import Practice
from collections_app.contacts.gate import AT_ONCE, LETTER, Purpose
from collections_app.contacts.gate_models import ContactRule
from collections_app.contacts.rules import (
    CONFIDENCE,
    EXCLUSIONS,
    NUMBERS,
    ContactRuleBook,
    ContactRuling,
    Profile,
    shipped_rules,
)
from collections_app.limits.limit_kinds import NEW_YORK_CITY

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What a row of the owner's can be about; an empty jurisdiction in the words of its code.
_EVERYWHERE = "us"
_MOST_ATTEMPTS, _LONGEST_WINDOW, _LONGEST_WAIT = 100, 365, 60
_LISTS = ("profiles", "channels", "purposes", "exclusions")


class BadContactRule(DomainError):
    """A rule that could never hold, or not as meant. Facts: the `field`."""

    code = "bad_contact_rule"


@dataclass(frozen=True, slots=True)
class ContactRuleDraft:
    """A rule as it was entered; lists are sets of codes, `code` is empty for a new one."""

    valid_from: dt.date
    source: str
    code: str = ""
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
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ListedRule:
    """One row of the list; `holds` while nothing of the same code outranks it and its days have come."""

    rule: ContactRuling
    holds: bool
    stands: str
    practice: str = ""


def contact_rule_book() -> ContactRuleBook:
    """Every rule, the owner's and the shipped. One query: read it once for a batch."""
    return ContactRuleBook((*_own(), *shipped_rules()))


def rule_list(*, actor: "User", today: dt.date) -> list[ListedRule]:
    """Every rule for all practices or for one of the actor's, by jurisdiction and code, what holds first."""
    require(actor, Capability.SEE_CLAIMS)
    book = contact_rule_book()
    names = dict(Practice.objects.filter(pk__in=practice_ids(actor)).values_list("pk", "name"))
    found = [
        ListedRule(
            rule,
            book.look_up(rule.code, on=today, asked=(rule.practice_id,)) is rule,
            standing(rule.valid_from, rule.valid_to, today),
            names.get(rule.practice_id or 0, ""),
        )
        for rule in book.rules
        if rule.practice_id is None or rule.practice_id in names
    ]
    return sorted(found, key=lambda one: (one.rule.jurisdiction, one.rule.code, not one.holds, one.practice))


def contact_rule(rule_id: int, *, actor: "User") -> ContactRule:
    """One of the owner's, of all practices or of one that the actor sees. Raises `NotFound`."""
    require(actor, Capability.CONFIGURE_SHARED)
    mine = Q(practice=None) | Q(practice__in=practice_ids(actor))
    found = ContactRule.objects.filter(mine, pk=rule_id).first()
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    return found


def rule_of_code(code: str, *, today: dt.date) -> ContactRuling:
    """The rule that holds under a code for every practice, else the first of that code. Raises `NotFound`."""
    book = contact_rule_book()
    found = book.look_up(code, on=today, asked=(None,)) or next(iter(book.about(code)), None)
    if found is None:
        raise NotFound("There is no such rule. Choose one from the list.")
    return found


def book_with(draft: ContactRuleDraft, *, actor: "User") -> ContactRuleBook:
    """The book as it will be once a rule was added. Raises `BadContactRule`, `BadDates`."""
    require(actor, Capability.CONFIGURE_SHARED)
    _ensure_mine(draft, actor)
    new, ended = succeed(_own(), _planned(draft))
    kept = [_shortened(one, ended) for one in _own()]
    return ContactRuleBook((new, *kept, *shipped_rules()))


def book_without(
    rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date
) -> tuple[ContactRuleBook, dt.date]:
    """The book as it will be once a rule has ended, and the first day without it. Raises `NotFound`, `BadDates`."""
    found = contact_rule(rule_id, actor=actor)
    last = ending(found.valid_from, found.valid_to, wanted=last_day, today=today)
    kept = [_shortened(one, {rule_id: last} if last else {}) for one in _own() if last or one.rule_id != rule_id]
    first_without = last + dt.timedelta(days=1) if last else found.valid_from
    return ContactRuleBook((*kept, *shipped_rules())), first_without


@transaction.atomic
def add_contact_rule(draft: ContactRuleDraft, *, actor: "User", now: dt.datetime) -> ContactRule:
    """Let a rule hold from its day on; one of the same code ends the day before. Raises `BadContactRule`, `BadDates`,
    `Forbidden`."""
    require(actor, Capability.CONFIGURE_SHARED)
    _ensure_mine(draft, actor)
    new, ended = succeed(_own(), _planned(draft))
    stored = {name: " ".join(sorted(value)) if name in _LISTS else value for name, value in _drafted(new).items()}
    return _TABLE.add(ContactRule(**stored, entered_by=actor), ended=ended, actor=actor, now=now)


@transaction.atomic
def end_contact_rule(
    rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End a rule after `last_day`, or as soon as may be; one that has not begun is withdrawn (None)."""
    contact_rule(rule_id, actor=actor)
    return _TABLE.end(rule_id, last_day=last_day, actor=actor, today=today, now=now)


def as_ruling(row: ContactRule) -> ContactRuling:
    """A stored rule as the pure modules want it."""
    facts = {one.name: getattr(row, one.name) for one in fields(ContactRuleDraft)}
    facts |= {name: frozenset(facts[name].split()) for name in _LISTS}
    return ContactRuling(**facts, rule_id=row.pk)


def _own() -> Sequence[ContactRuling]:
    return [as_ruling(row) for row in ContactRule.objects.order_by("pk")]


def _ensure_mine(draft: ContactRuleDraft, actor: "User") -> None:
    if draft.practice_id is not None and draft.practice_id not in practice_ids(actor):
        raise BadContactRule("This practice is not among yours.", field="practice_id")


def _drafted(rule: ContactRuling) -> dict[str, Any]:
    return {one.name: getattr(rule, one.name) for one in fields(ContactRuleDraft)}


def _shortened(rule: ContactRuling, ended: dict[int, dt.date]) -> ContactRuling:
    if rule.rule_id not in ended:
        return rule
    return ContactRuling(**{**_drafted(rule), "valid_to": ended[rule.rule_id]}, rule_id=rule.rule_id)


def _planned(draft: ContactRuleDraft) -> ContactRuling:
    _check(draft)
    facts = asdict(draft)
    facts["code"] = draft.code or _new_code(draft)
    return ContactRuling(**facts, rule_id=DRAFTED)


def _new_code(draft: ContactRuleDraft) -> str:
    """`tx-own-2`: the next one of the owner's for the place."""
    place = (draft.jurisdiction or _EVERYWHERE).lower()
    taken = {rule.code for rule in contact_rule_book().rules}
    return next(code for number in range(1, len(taken) + 2) if (code := f"{place}-own-{number}") not in taken)


def _check(draft: ContactRuleDraft) -> None:
    if draft.code:
        known = next((rule for rule in contact_rule_book().about(draft.code)), None)
        if known is None or known.jurisdiction != draft.jurisdiction:
            raise BadContactRule("This rule speaks for another place. Add a new one instead.", field="jurisdiction")
    place = draft.jurisdiction
    if place and place != NEW_YORK_CITY and not (len(place) == 2 and place.isascii() and place.isupper()):
        raise BadContactRule("Name a state by its two letters, or NYC.", field="jurisdiction")
    for name, known_codes in (
        ("profiles", {*Profile}), ("channels", AT_ONCE | {LETTER}), ("purposes", {*Purpose}), ("exclusions", EXCLUSIONS)
    ):  # fmt: skip
        if getattr(draft, name) - {str(code) for code in known_codes}:
            raise BadContactRule("Choose from the list.", field=name)
    if draft.numbers not in NUMBERS or draft.unit not in ("person", "debt") or draft.confidence not in CONFIDENCE:
        raise BadContactRule("Choose from the list.", field="unit")
    if draft.most is not None and not 0 <= draft.most <= _MOST_ATTEMPTS:
        raise BadContactRule(f"Choose up to {_MOST_ATTEMPTS} attempts.", field="most")
    if not 1 <= draft.window_days <= _LONGEST_WINDOW:
        raise BadContactRule(f"Choose between 1 and {_LONGEST_WINDOW} days.", field="window_days")
    if draft.wait_days is not None and not 0 <= draft.wait_days <= _LONGEST_WAIT:
        raise BadContactRule(f"Choose up to {_LONGEST_WAIT} days.", field="wait_days")
    if draft.opens and draft.closes and draft.closes <= draft.opens:
        raise BadContactRule("The day closes before it opens.", field="closes")
    says = (draft.most, draft.wait_days, draft.opens, draft.closes)
    if draft.binds and not (draft.needs_consent or draft.needs_licence) and all(one is None for one in says):
        raise BadContactRule("Say what the rule demands, or that it does not bind.", field="most")
    if not draft.source.strip():
        raise BadContactRule("Say where it is written, or who decided it.", field="source")
    ensure_not_sensitive(source=draft.source)
    check_dates(draft.valid_from, draft.valid_to)


def _facts(row: ContactRule) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(ContactRuleDraft)}


_TABLE = DatedTable(ContactRule, subject="contact_rule", deed="contact_rule", facts=_facts)
