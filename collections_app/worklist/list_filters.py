"""The words of a filter: what they mean, and which open work they find.

`kind:denied payer:meridian age:>90 owner:me deadline:<7 amount:100-500 or state:escalated` reads as it is typed. A name
before a colon asks one thing, commas offer several answers to it, and the word `or` begins another filter of which
either may fit. Words without a colon are claim and account numbers.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.lib.money import NotMoney, money
from arwork.lib.prefixes import begins
from claims.denials.models import Denial
from collections_app.worklist.dispositions import BY_CODE, NEXT_ACTIONS
from collections_app.worklist.kinds import WORK_KINDS
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import mine, stood_in_for

if TYPE_CHECKING:
    from arwork.staff.models import User


DUE = ("today", "overdue", "week", "waiting", "escalated", "pinned", "snoozed")
STATES: dict[str, Q] = {
    "new": Q(last_worked_at=None),
    "asleep": Q(snoozed_until__isnull=False),
    "escalated": Q(escalated_at__isnull=False),
    "pinned": Q(pinned_at__isnull=False),
    "broken": Q(promise_broken_on__isnull=False),
    "held": ~Q(hold=""),
    "woken": ~Q(woken_by=""),
}
LONGEST_FILTER = 500  # characters; as many as a saved filter keeps
MOST_WORDS = 20
# A token begins where a word begins: tried from every letter of a long one, its cost would be the square of its length.
_TOKEN = re.compile(r'(?<!\w)(\w++):("[^"]*"|\S+)|\S+')
_RANGE = re.compile(r"^(?:(?P<op>[<>])(?P<one>[0-9]{1,5})|(?P<low>[0-9]{1,5})-(?P<high>[0-9]{1,5}))$")
_CARC = re.compile(r"^(?:[A-Z]{2}-)?([A-Z]?[0-9]{1,3})$")


class BadFilter(DomainError):
    """A filter word that means nothing here; `facts["field"]` names it."""

    code = "bad_filter"


@dataclass(frozen=True)
class Filters:
    """What to list. Empty fields ask for nothing; an item that fits one of `either` fits as well."""

    kind: str = ""
    payer: str = ""
    practice: str = ""
    owner: str = ""
    lane: str = ""
    due: str = ""
    age: str = ""
    amount: str = ""
    category: str = ""
    carc: str = ""
    next: str = ""
    deadline: str = ""
    state: str = ""
    outcome: str = ""
    touched: str = ""
    hold: str = ""
    words: tuple[str, ...] = field(default=())
    either: "tuple[Filters, ...]" = field(default=())

    def text(self) -> str:
        """The filters as one line of words, for a box or an address."""
        named = [f"{name}:{_quoted(getattr(self, name))}" for name in NAMES]
        own = " ".join([*(word for word in named if not word.endswith(":")), *self.words])
        return " or ".join([own, *(one.text() for one in self.either)])

    def facts(self) -> dict[str, Any]:
        """What is asked for, for the audit trail; nothing of it names a patient."""
        used = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name)}
        return used | ({"either": [one.facts() for one in self.either]} if self.either else {})

    def having(self, **changed: str) -> "Filters":
        """The same filter with some fields changed, in every alternative."""
        return replace(self, **changed, either=tuple(one.having(**changed) for one in self.either))  # type: ignore[arg-type]

    def has(self, name: str, value: str) -> bool:
        """Whether every alternative asks for exactly that."""
        return getattr(self, name) == value and all(one.has(name, value) for one in self.either)


NAMES = tuple(one.name for one in fields(Filters) if one.name not in ("words", "either"))


def parse(text: str) -> Filters:
    """The filters that `text` says. Raises `BadFilter` for a name before a colon that is none, and for too much."""
    text = text.strip()
    if len(text) > LONGEST_FILTER:
        raise BadFilter(f"A filter has {LONGEST_FILTER} characters at most; this one has {len(text):,}.", field="q")
    groups: list[tuple[dict[str, Any], list[str]]] = [({}, [])]
    for token in _TOKEN.finditer(text):
        named, words = groups[-1]
        name = token[1]
        if name is None and token[0].lower() == "or":
            groups.append(({}, []))
        elif name is None:
            words.append(token[0])
        elif name not in NAMES:
            raise BadFilter(f'There is no filter "{name}". Use one of: {", ".join(sorted(NAMES))}.', field=name)
        else:
            named[name] = token[2].strip('"')
    if len(groups) > 1 and not all(named or words for named, words in groups):
        raise BadFilter('Write what may fit on both sides of "or".', field="q")
    _check_words([word for _, words in groups for word in words])
    first, *others = (Filters(**named, words=tuple(words)) for named, words in groups)
    return replace(first, either=tuple(others))


def _check_words(words: list[str]) -> None:
    if len(words) > MOST_WORDS:
        raise BadFilter(f"A filter has {MOST_WORDS} bare words at most; this one has {len(words)}.", field="words")
    if any(not any(letter.isdigit() for letter in word) for word in words):
        raise BadFilter(
            "A bare word finds claim and account numbers. To find a person, use the search box (/): names of "
            "patients do not go into an address.",
            field="words",
        )


def filter_condition(filters: Filters, actor: "User", today: dt.date) -> Q:
    """What a row must be to pass, for what `actor` calls theirs. Raises `BadFilter`."""
    return reduce(or_, (_condition(one, actor, today) for one in (filters, *filters.either)))


def _condition(filters: Filters, actor: "User", today: dt.date) -> Q:
    found = Q()
    for name, condition in _CONDITIONS.items():
        if value := getattr(filters, name):
            found &= condition(value, actor, today)
    for word in filters.words:
        found &= _word(word)
    return found


def _kind(text: str, *_: Any) -> Q:
    return Q(kind__in=_some_of(text, WORK_KINDS, "kind"))


def _lane(text: str, *_: Any) -> Q:
    return Q(lane__in=_some_of(text, [str(lane.value) for lane in LaneChoice], "lane"))


def _payer(text: str, *_: Any) -> Q:
    return _named(text, "payer")


def _practice(text: str, *_: Any) -> Q:
    return _named(text, "practice")


def _named(text: str, column: str) -> Q:
    """Each by its id, or by a part of its name."""
    ids = [(id_of(one), one) for one in _several(text)]
    return reduce(or_, (Q(**{column: pk}) if pk else Q(**{f"{column}__name__icontains": name}) for pk, name in ids))


def _owner(owner: str, actor: "User", *_: Any) -> Q:
    if owner == "me":
        return Q(owner=actor)
    if owner == "mine":  # what the desk offers: one's own and nobody's
        return mine(actor)
    if owner == "cover":  # what the desk offers of those who are away
        return stood_in_for(actor)
    if owner == "none":
        return Q(owner=None)
    return Q(owner=owner_id) if (owner_id := id_of(owner)) else Q(owner__username=owner)


def _due(text: str, _: "User", today: dt.date) -> Q:
    return reduce(or_, (_due_on(one, today) for one in _some_of(text, DUE, "due")))


def _due_on(due: str, today: dt.date) -> Q:
    if due == "today":
        return offerable(today)
    if due == "overdue":
        return offerable(today) & Q(next_on__lt=today)
    if due == "week":
        return Q(next_on__gt=today, next_on__lte=today + dt.timedelta(days=7))
    if due == "waiting":
        return ~offerable(today)
    column = {"escalated": "escalated_at", "pinned": "pinned_at", "snoozed": "snoozed_until"}[due]
    return Q(**{f"{column}__isnull": False})


def _age(text: str, _: "User", today: dt.date) -> Q:
    """`>90`, `<30` or `31-60`, in days."""
    first, last = _ago(text, today, BadFilter("Write an age as >90, <30 or 31-60 days.", field="age"))
    return _between("aged_from", first, last)


def _ago(text: str, today: dt.date, wrong: BadFilter) -> tuple[dt.date | None, dt.date | None]:
    """The first and the last day that lie so many days back; None where there is no end."""
    match = _RANGE.match(text)
    if match is None:
        raise wrong
    if match["op"] == ">":
        return None, today - dt.timedelta(days=int(match["one"]) + 1)
    if match["op"] == "<":
        return today - dt.timedelta(days=int(match["one"]) - 1), None
    return today - dt.timedelta(days=int(match["high"])), today - dt.timedelta(days=int(match["low"]))


def _between(column: str, first: dt.date | None, last: dt.date | None) -> Q:
    ends = {f"{column}__gte": first, f"{column}__lte": last}
    return Q(**{end: day for end, day in ends.items() if day is not None})


def _amount(amount: str, *_: Any) -> Q:
    """`>500` or `500` for at least, `<15` for less, `100-500` for both."""
    low, dash, high = amount.partition("-")
    try:
        if dash:
            return Q(amount__gte=_dollars(low), amount__lte=_dollars(high))
        return Q(amount__lt=_dollars(amount)) if amount.startswith("<") else Q(amount__gte=_dollars(amount))
    except NotMoney as error:
        raise BadFilter("Write an amount as >500, <15 or 100-500.", field="amount") from error


def _dollars(text: str) -> Decimal:
    return money(text.lstrip("<>").replace(",", ""))


def _category(text: str, *_: Any) -> Q:
    return Q(category__in=_several(text))


def _carc(text: str, *_: Any) -> Q:
    """Claims with an open denial for one of these reasons: `197`, `CO-197`, `16,252`."""
    codes = [_CARC.match(one.upper()) for one in _several(text)]
    if not all(codes):
        raise BadFilter("Write a reason code as 197 or CO-197.", field="carc")
    denied = Denial.objects.filter(state=Denial.State.OPEN, carc__in=[code[1] for code in codes if code])
    return Q(claim__in=denied.values("claim"))


def _next(text: str, *_: Any) -> Q:
    return Q(next_action__in=_some_of(text, list(NEXT_ACTIONS), "next"))


def _outcome(text: str, *_: Any) -> Q:
    return Q(last_disposition__in=_some_of(text, list(BY_CODE), "outcome"))


def _state(text: str, *_: Any) -> Q:
    return reduce(or_, (STATES[one] for one in _some_of(text, list(STATES), "state")))


def _deadline(text: str, _: "User", today: dt.date) -> Q:
    """`<7` closes within so many days, `>30` later, `7-30` between; `passed`, `none`."""
    if text == "none":
        return Q(deadline_on=None, overpayment_due_on=None)
    return _closes("deadline_on", text, today) | Q(deadline_on=None) & _closes("overpayment_due_on", text, today)


def _closes(column: str, text: str, today: dt.date) -> Q:
    if text == "passed":
        return Q(**{f"{column}__lt": today})
    match = _RANGE.match(text)
    if match is None:
        raise BadFilter("Write a deadline as <7, >30 or 7-30 days, passed or none.", field="deadline")
    if match["op"] == ">":
        return Q(**{f"{column}__gt": today + dt.timedelta(days=int(match["one"]))})
    low, high = (0, match["one"]) if match["op"] else (match["low"], match["high"])
    return Q(**{f"{column}__range": (today + dt.timedelta(days=int(low)), today + dt.timedelta(days=int(high)))})


def _touched(text: str, _: "User", today: dt.date) -> Q:
    """Last worked `>14` days ago, `<3`, `7-14`; `never`."""
    if text == "never":
        return Q(last_worked_at=None)
    wrong = BadFilter("Write the last touch as >14, <3 or 7-14 days ago, or never.", field="touched")
    first, last = _ago(text, today, wrong)
    begin = timezone.make_aware(dt.datetime.combine(first, dt.time.min)) if first else None
    end = timezone.make_aware(dt.datetime.combine(last, dt.time.max)) if last else None
    return _between("last_worked_at", begin, end)


def _hold(text: str, *_: Any) -> Q:
    return Q(hold__in=_several(text))


def _word(word: str) -> Q:
    """Numbers alone: filters stand in the address, and patient data never does (45 CFR 164.312(e))."""
    columns = ("claim__number", "account__number")
    return reduce(or_, (begins(column, text) for column in columns for text in {word, word.upper()}))


_CONDITIONS: "dict[str, Callable[[str, User, dt.date], Q]]" = {
    "kind": _kind, "lane": _lane, "payer": _payer, "practice": _practice, "owner": _owner, "due": _due, "age": _age,
    "amount": _amount, "category": _category, "carc": _carc, "next": _next, "deadline": _deadline, "state": _state,
    "outcome": _outcome, "touched": _touched, "hold": _hold,
}  # fmt: skip


def _several(text: str) -> list[str]:
    return [one for one in text.split(",") if one] or [text]


def _some_of(text: str, known: Collection[str], name: str) -> list[str]:
    found = _several(text)
    if not set(found) <= set(known):
        raise BadFilter(f'"{name}" is one of: {", ".join(known)}.', field=name)
    return found


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
