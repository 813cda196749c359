"""The list: open work with filters that can be said in words and kept in an address.

`kind:denied payer:meridian age:>90 owner:me due:overdue amount:>500 lane:1 smith` reads as it is typed. Words without
a colon search: names, account and claim numbers. Pages follow each other by key, not by offset, so page 900 costs as
much as page 1.
"""

import datetime as dt
import re
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.lib.money import NotMoney, money
from arwork.lib.prefixes import begins
from arwork.staff.access import Capability, require
from claims.billing.models import Claim
from claims.parties.models import Account
from collections_app.worklist.models import Kind, Lane, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import mine, visible

if TYPE_CHECKING:
    from arwork.staff.models import User

PAGE = 50
DUE = ("today", "overdue", "week", "waiting", "escalated", "pinned", "snoozed")
_TERM = re.compile(r'(\w+):("[^"]*"|\S+)')
_RANGE = re.compile(r"^(?:(?P<op>[<>])(?P<one>[0-9]{1,5})|(?P<low>[0-9]{1,5})-(?P<high>[0-9]{1,5}))$")


class BadFilter(DomainError):
    """A filter word that means nothing here; `facts["field"]` names it."""

    code = "bad_filter"


@dataclass(frozen=True)
class Filters:
    """What to list. Empty fields ask for nothing."""

    kind: str = ""
    payer: str = ""
    practice: str = ""
    owner: str = ""
    lane: str = ""
    due: str = ""
    age: str = ""
    amount: str = ""
    category: str = ""
    hold: str = ""
    words: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """The filters as one line of words, for a box or an address."""
        named = [f"{one.name}:{_quoted(getattr(self, one.name))}" for one in fields(self) if one.name != "words"]
        return " ".join([*(word for word in named if not word.endswith(":")), *self.words])


def parse(text: str) -> Filters:
    """The filters that `text` says. Raises `BadFilter` for a name before a colon that is no filter."""
    known = {one.name for one in fields(Filters)} - {"words"}
    named = {}
    for name, value in _TERM.findall(text):
        if name not in known:
            raise BadFilter(f'There is no filter "{name}". Use one of: {", ".join(sorted(known))}.', field=name)
        named[name] = value.strip('"')
    words = tuple(_TERM.sub(" ", text).split())
    if any(not any(letter.isdigit() for letter in word) for word in words):
        raise BadFilter(
            "A bare word finds claim and account numbers. To find a person, use the search box (/): names of "
            "patients do not go into an address.",
            field="words",
        )
    return Filters(**named, words=words)


def items(*, actor: "User", filters: Filters, today: dt.date) -> QuerySet[WorkItem]:
    """Open items that pass every filter, in the order of work, without `names`. Raises `BadFilter`."""
    require(actor, Capability.SEE_CLAIMS)
    return visible(actor).filter(_condition(filters, actor, today)).order_by("lane", "-rank", "id")


def names() -> "tuple[str | Prefetch[Any], ...]":
    """What a row shows of others, to be fetched for the rows that were found.

    Not joined: beneath a LIMIT PostgreSQL plans a join of ten tables for all rows, and sets up its caches for them.
    """
    claims = Claim.objects.select_related("patient__person")
    accounts = Account.objects.select_related("guarantor")
    return (
        "practice",
        "payer",
        "owner",
        "lease__holder",
        Prefetch("claim", claims.only("number", "patient__person__last", "patient__person__first")),
        Prefetch("account", accounts.only("number", "guarantor__last", "guarantor__first")),
    )


def page(rows: QuerySet[WorkItem], *, after: str = "", size: int = PAGE) -> tuple[list[WorkItem], str]:
    """One page of `items`, and the key of the next one ("" when this is the last)."""
    if after:
        try:
            lane, rank, pk = (int(part) for part in after.split("."))
        except ValueError as error:
            raise BadFilter("This page does not exist. Start from the first.", field="after") from error
        rows = rows.filter(lane__gte=lane).filter(
            Q(lane__gt=lane) | Q(lane=lane, rank__lt=rank) | Q(lane=lane, rank=rank, pk__gt=pk)
        )
    found = list(rows[: size + 1])
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], f"{last.lane}.{last.rank}.{last.pk}"


def _condition(filters: Filters, actor: "User", today: dt.date) -> Q:
    found = Q()
    if filters.kind:
        found &= Q(kind=_one_of(filters.kind, Kind.values, "kind"))
    if filters.lane:
        found &= Q(lane=_one_of(filters.lane, [str(lane) for lane in Lane.values], "lane"))
    if filters.payer:
        payer_id = id_of(filters.payer)
        found &= Q(payer=payer_id) if payer_id else Q(payer__name__icontains=filters.payer)
    if filters.practice:
        practice_id = id_of(filters.practice)
        found &= Q(practice=practice_id) if practice_id else Q(practice__name__icontains=filters.practice)
    if filters.category:
        found &= Q(category=filters.category)
    if filters.hold:
        found &= Q(hold=filters.hold)
    if filters.owner:
        found &= _owner(filters.owner, actor)
    if filters.due:
        found &= _due(_one_of(filters.due, DUE, "due"), today)
    if filters.age:
        found &= _age(filters.age, today)
    if filters.amount:
        found &= _amount(filters.amount)
    for word in filters.words:
        found &= _word(word)
    return found


def _owner(owner: str, actor: "User") -> Q:
    if owner == "me":
        return Q(owner=actor)
    if owner == "mine":  # what the desk offers: one's own and nobody's
        return mine(actor)
    if owner == "none":
        return Q(owner=None)
    return Q(owner=owner_id) if (owner_id := id_of(owner)) else Q(owner__username=owner)


def _due(due: str, today: dt.date) -> Q:
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


def _age(age: str, today: dt.date) -> Q:
    """`>90`, `<30` or `31-60`, in days."""
    match = _RANGE.match(age)
    if match is None:
        raise BadFilter("Write an age as >90, <30 or 31-60 days.", field="age")
    if match["op"] == ">":
        return Q(aged_from__lt=today - dt.timedelta(days=int(match["one"])))
    if match["op"] == "<":
        return Q(aged_from__gt=today - dt.timedelta(days=int(match["one"])))
    low, high = int(match["low"]), int(match["high"])
    return Q(aged_from__lte=today - dt.timedelta(days=low), aged_from__gte=today - dt.timedelta(days=high))


def _amount(amount: str) -> Q:
    """`>500` or `500` for at least, `<15` for less."""
    try:
        limit: Decimal = money(amount.lstrip("<>").replace(",", ""))
    except NotMoney as error:
        raise BadFilter("Write an amount as >500 or <15.", field="amount") from error
    return Q(amount__lt=limit) if amount.startswith("<") else Q(amount__gte=limit)


def _word(word: str) -> Q:
    """Numbers alone: filters stand in the address, and patient data never does (45 CFR 164.312(e))."""
    columns = ("claim__number", "account__number")
    return reduce(or_, (begins(column, text) for column in columns for text in {word, word.upper()}))


def _one_of(value: str, known: "list[str] | tuple[str, ...]", name: str) -> str:
    if value not in known:
        raise BadFilter(f'"{name}" is one of: {", ".join(known)}.', field=name)
    return value


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
