"""The list: open work with filters that can be said in words and kept in an address.

`kind:denied payer:meridian age:>90 owner:me due:overdue amount:>500 lane:1 smith` reads as it is typed. Words without
a colon search: names, account and claim numbers. Pages follow each other by key, not by offset, so page 900 costs as
much as page 1.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.lib.money import NotMoney, money
from arwork.lib.paging import KeysetPage, NoSuchPage, Order, page_by_key
from arwork.lib.prefixes import begins
from arwork.staff.access import Capability, require, require_no_emergency
from claims.billing.models import Claim
from claims.parties.models import Account
from collections_app.worklist.kinds import WORK_KINDS
from collections_app.worklist.lanes import LaneChoice
from collections_app.worklist.models import SavedFilter, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import mine, visible

if TYPE_CHECKING:
    from arwork.staff.models import User


PAGE = 50
DUE = ("today", "overdue", "week", "waiting", "escalated", "pinned", "snoozed")
LONGEST_FILTER = 500  # characters; as many as a saved filter keeps
MOST_WORDS = 20
# Tried at the beginnings of words alone: from every letter of a long word, its cost would be the square of its length.
_TERM = re.compile(r'(?<!\w)(\w++):("[^"]*"|\S+)')
_RANGE = re.compile(r"^(?:(?P<op>[<>])(?P<one>[0-9]{1,5})|(?P<low>[0-9]{1,5})-(?P<high>[0-9]{1,5}))$")


#: What can be sorted by: name in the address, and column.
SORT_COLUMNS: dict[str, str] = {
    "amount": "amount",
    "expected": "expected",
    "age": "aged_from",
    "deadline": "deadline_on",
    "next": "next_on",
    "worked": "last_worked_at",
    "payer": "payer__name",
    "kind": "kind",
}
_REVERSED = ("age",)  # the older, the earlier its day
#: The orders of the list by how an address names them, a minus before what falls; "" is the order of work.
ORDERS = {"": Order("lane", "-rank", "id")} | {
    f"{sign}{name}": Order(f"-{column}" if bool(sign) != (name in _REVERSED) else column, "pk")
    for name, column in SORT_COLUMNS.items()
    for sign in ("", "-")
}
#: What a row of the list shows, and no more: a wide row read in full costs more than it takes to find it.
_SHOWN = (
    "kind", "amount", "expected", "lane", "rank", "category", "hold", "aged_from", "deadline_on", "overpayment_due_on",
    "next_action", "next_on", "snoozed_until", "pinned_at", "promise_broken_on", "escalated_at", "last_disposition",
    "last_worked_at", "touches", "exception", "practice", "claim", "account", "payer", "owner",
)  # fmt: skip


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
    """The filters that `text` says. Raises `BadFilter` for a name before a colon that is none, and for too much."""
    text = text.strip()
    if len(text) > LONGEST_FILTER:
        raise BadFilter(f"A filter has {LONGEST_FILTER} characters at most; this one has {len(text):,}.", field="q")
    known = {one.name for one in fields(Filters)} - {"words"}
    named = {}
    for name, value in _TERM.findall(text):
        if name not in known:
            raise BadFilter(f'There is no filter "{name}". Use one of: {", ".join(sorted(known))}.', field=name)
        named[name] = value.strip('"')
    words = tuple(_TERM.sub(" ", text).split())
    if len(words) > MOST_WORDS:
        raise BadFilter(f"A filter has {MOST_WORDS} bare words at most; this one has {len(words)}.", field="words")
    if any(not any(letter.isdigit() for letter in word) for word in words):
        raise BadFilter(
            "A bare word finds claim and account numbers. To find a person, use the search box (/): names of "
            "patients do not go into an address.",
            field="words",
        )
    return Filters(**named, words=words)


def items(*, actor: "User", filters: Filters, today: dt.date) -> QuerySet[WorkItem]:
    """Open items that pass every filter, in the order of work, without `row_prefetches`. Raises `BadFilter`."""
    require(actor, Capability.SEE_CLAIMS)
    return visible(actor).filter(_condition(filters, actor, today)).order_by("lane", "-rank", "id")


def row_prefetches() -> "tuple[str | Prefetch[Any], ...]":
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


def items_page(
    rows: QuerySet[WorkItem], *, sort: str = "", after: str = "", before: str = "", size: int = PAGE
) -> KeysetPage[WorkItem]:
    """One page of `items`, in the order of work where no `sort` is asked for. Raises `BadFilter`."""
    if sort not in ORDERS:
        raise BadFilter(f"The list can be sorted by: {', '.join(SORT_COLUMNS)}.", field="sort")
    try:
        return page_by_key(rows, ORDERS[sort], after=after, before=before, size=size, mark="|" if sort else ".")
    except NoSuchPage as error:
        raise BadFilter(error.message, **error.facts) from error


def sorted_page(
    rows: QuerySet[WorkItem], *, sort: str = "", after: str = "", before: str = "", size: int = PAGE
) -> KeysetPage[WorkItem]:
    """As `items_page`, with what a row of the list shows."""
    shown = rows.only(*_SHOWN).prefetch_related(*row_prefetches())
    return items_page(shown, sort=sort, after=after, before=before, size=size)


def sorted_items(rows: QuerySet[WorkItem], *, sort: str = "") -> QuerySet[WorkItem]:
    """All of them in that order, with `row_prefetches`, for a file."""
    return ORDERS.get(sort, ORDERS[""]).of(rows).prefetch_related(*row_prefetches())


def _condition(filters: Filters, actor: "User", today: dt.date) -> Q:
    found = Q()
    if filters.kind:
        found &= Q(kind=_one_of(filters.kind, WORK_KINDS, "kind"))
    if filters.lane:
        found &= Q(lane=_one_of(filters.lane, [str(lane.value) for lane in LaneChoice], "lane"))
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


def count_up_to(rows: QuerySet[WorkItem], *, most: int) -> tuple[int, bool]:
    """How many there are, counting no further than `most`; and whether there are more."""
    ids: Sequence[int] = rows.order_by().values_list("pk", flat=True)[: most + 1]  # type: ignore[assignment]
    found = ids.count()  # type: ignore[call-arg]
    return min(found, most), found > most


MOST = 20


class TooManyFilters(DomainError):
    """More lists than anybody comes back to."""

    code = "too_many_filters"


def save_filter(*, actor: "User", name: str, query: str) -> SavedFilter:
    """Keep `query` under `name`; the same name again replaces what it meant. Raises `TooManyFilters`."""
    require(actor, Capability.SEE_CLAIMS)
    require_no_emergency(actor)
    name, query = name.strip()[:60], query.strip()[:LONGEST_FILTER]
    if not name or not query:
        raise DomainError("Filter the list first, then give the filter a name.", field="name")
    with transaction.atomic():
        others = SavedFilter.objects.filter(user=actor).exclude(name=name)
        if others.count() >= MOST:
            raise TooManyFilters(f"You keep {MOST} lists already. Remove one first.", field="name")
        kept, _ = SavedFilter.objects.update_or_create(user=actor, name=name, defaults={"query": query})
    return kept


def drop_filter(*, actor: "User", filter_id: int) -> bool:
    """Forget a list; False if there was none of the actor's."""
    require_no_emergency(actor)
    return bool(SavedFilter.objects.filter(user=actor, pk=filter_id).delete()[0])
