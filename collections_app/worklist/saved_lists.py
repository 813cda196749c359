"""Worklists of one's own: a filter kept under a name, worked item by item, published to people and teams.

A worklist holds no items: what passes its filter today is on it. Its owner is handed out of it what is theirs and
nobody's, as from the queue. Published, it opens what it finds in the practices it is published for to its readers,
whoever owns it; who publishes may give it to them as well. The team of a practice is everybody who works items there.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib.conditions import condition_column
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require, require_no_emergency
from arwork.staff.models import User
from claims.practices.models import Practice, PracticeAccess
from collections_app.worklist import leases
from collections_app.worklist.cover import capacities
from collections_app.worklist.list_filters import LONGEST_FILTER, BadFilter, filter_condition, parse
from collections_app.worklist.loads import Loads, Portion, share
from collections_app.worklist.models import ListReader, SavedFilter, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import mine, stood_in_for, visible
from collections_app.worklist.supervising import MOST_AT_ONCE, reassign
from collections_app.worklist.team import workers

MOST = 20


class TooManyFilters(DomainError):
    """More lists than anybody comes back to."""

    code = "too_many_filters"


@dataclass(frozen=True, slots=True)
class KeptList:
    """A worklist as somebody sees it. `practices` are those it is published to them for; none: it is their own."""

    kept: SavedFilter
    is_own: bool
    practices: tuple[int, ...]
    readers: tuple[str, ...]

    @property
    def is_published(self) -> bool:
        return bool(self.readers)


@dataclass(frozen=True, slots=True)
class ListTotal:
    """What is on a worklist: items, how many of them are due, dollars, and hours of work."""

    items: int = 0
    due: int = 0
    amount: Decimal = ZERO
    expected: Decimal = ZERO
    minutes: int = 0

    @property
    def hours(self) -> Decimal:
        return (Decimal(self.minutes) / 60).quantize(Decimal("0.1"))


def save_filter(*, actor: User, name: str, query: str) -> SavedFilter:
    """Keep `query` under `name`; the same name again replaces what it meant. Raises `TooManyFilters`."""
    require(actor, Capability.SEE_CLAIMS)
    require_no_emergency(actor)
    name, query = name.strip()[:60], query.strip()[:LONGEST_FILTER]
    if not name or not query:
        raise DomainError("Filter the list first, then give the filter a name.", field="name")
    with transaction.atomic():
        known = SavedFilter.objects.filter(user=actor)
        if known.filter(name=name, readers__isnull=False).exclude(query=query).exists():
            raise DomainError("This worklist is published. Withdraw it before you change what it holds.", field="name")
        if known.exclude(name=name).count() >= MOST:
            raise TooManyFilters(f"You keep {MOST} lists already. Remove one first.", field="name")
        kept, _ = SavedFilter.objects.update_or_create(user=actor, name=name, defaults={"query": query})
    return kept


def drop_filter(*, actor: User, filter_id: int) -> bool:
    """Forget a list; False if there was none of the actor's."""
    require_no_emergency(actor)
    return bool(SavedFilter.objects.filter(user=actor, pk=filter_id).delete()[0])


def kept_lists(*, actor: User) -> list[KeptList]:
    """The actor's own worklists and those published to them, by name. Two queries."""
    rows = SavedFilter.objects.filter(Q(user=actor) | Q(pk__in=_reads(actor).values("saved_filter")))
    found = rows.select_related("user").prefetch_related("readers__practice", "readers__user")
    return [_as_kept(one, actor) for one in found.order_by("name", "pk")]


def kept_list(*, actor: User, list_id: int) -> KeptList:
    """One of them; supervisors find what is published for their practices as well. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    published = ListReader.objects.filter(practice__in=practice_ids(actor))
    seen = published if _may_publish(actor) else _reads(actor)
    rows = SavedFilter.objects.filter(Q(user=actor) | Q(pk__in=seen.values("saved_filter")), pk=list_id)
    found = rows.select_related("user").prefetch_related("readers__practice", "readers__user").first()
    if found is None:
        raise NotFound("There is no such worklist of yours.", list_id=list_id)
    return _as_kept(found, actor)


def published_lists(*, actor: User) -> list[KeptList]:
    """What is published for the actor's practices, whoever reads it."""
    require(actor, Capability.ASSIGN_WORK)
    rows = SavedFilter.objects.filter(readers__practice__in=practice_ids(actor)).distinct()
    found = rows.select_related("user").prefetch_related("readers__practice", "readers__user")
    return [_as_kept(one, actor) for one in found.order_by("name", "pk")]


def list_items(*, actor: User, found: KeptList, today: dt.date) -> QuerySet[WorkItem]:
    """What is on the worklist for the actor, in the order of work. Raises `BadFilter`."""
    rows = visible(actor).filter(filter_condition(parse(found.kept.query), actor, today))
    if not found.is_own:
        rows = rows.filter(practice__in=found.practices)
    return rows.order_by("lane", "-rank", "id")


def list_total(*, actor: User, found: KeptList, today: dt.date) -> ListTotal:
    """Its figures at this minute. One query. Raises `BadFilter` for a word that only an earlier version knew."""
    return _total(list_items(actor=actor, found=found, today=today), today)


def take_next_of(*, actor: User, list_id: int, now: dt.datetime, today: dt.date) -> WorkItem | None:
    """Lease to `actor` the best item of a worklist that can be worked at this minute, by the rules of `take_next`.

    Raises `NotFound` once it is forgotten or withdrawn.
    """
    found = kept_list(actor=actor, list_id=list_id)
    among = filter_condition(parse(found.kept.query), actor, today)
    if found.is_own:
        return leases.take_next(actor=actor, now=now, today=today, among=among & (mine(actor) | stood_in_for(actor)))
    return leases.take_next(actor=actor, now=now, today=today, among=among & Q(practice__in=found.practices))


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a worklist can be published to: somebody, or (`user_id` None) the team of a practice."""

    key: str
    label: str
    user_id: int | None
    practices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody (or a pool, or another worklist) has of it now, and how many items once it is given."""

    name: str
    items: int
    amount: Decimal
    then: int = 0


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing a worklist would do: what is on it for its readers, and who has it now."""

    total: ListTotal
    owners: list[Holding]
    lists: list[Holding]
    people: list[str]

    @property
    def each(self) -> int:
        """About how many for each reader."""
        return -(-self.total.items // len(self.people)) if self.people else 0


def possible_readers(*, actor: User) -> list[Reader]:
    """The teams of the actor's practices, then everybody who works items in one of them."""
    require(actor, Capability.ASSIGN_WORK)
    practices = _practice_names(actor)
    teams = [Reader(f"team-{pk}", f"The team of {name}", None, (pk,)) for pk, name in practices.items()]
    known = workers(actor=actor)
    seen = _practices_of([pk for pk, _ in known], practices)
    return teams + [Reader(f"user-{pk}", name, pk, seen[pk]) for pk, name in known if seen.get(pk)]


def simulate_publication(*, actor: User, list_id: int, readers: Collection[str], today: dt.date) -> Publication:
    """What is on the worklist in the practices concerned, whose it is now, and which published lists hold it too."""
    found = kept_list(actor=actor, list_id=list_id)
    chosen = _chosen(actor, readers)
    rows = _published_rows(actor, found, chosen, today)
    shares = _shares(actor, found, chosen, today)
    by_owner = rows.order_by().values_list("owner").annotate(count=Count("pk"), total=Sum("amount"))
    now = {owner: (items, amount) for owner, items, amount in by_owner}
    names = {one.pk: str(one) for one in User.objects.filter(pk__in=[*now, *shares])}
    owners = [
        Holding(names[pk] if pk else "Nobody's pool", *now.get(pk, (0, ZERO)), then=len(shares.get(pk or 0, ())))
        for pk in sorted({*now, *shares}, key=lambda pk: (-now.get(pk, (0, ZERO))[0], pk or 0))
    ]
    others = [one for one in published_lists(actor=actor) if one.kept.pk != found.kept.pk]
    shared = [(one, _overlap(rows, one, today)) for one in others]
    return Publication(
        total=_total(rows, today),
        owners=owners,
        lists=[Holding(one.kept.name, total.items, total.amount) for one, total in shared if total.items],
        people=_people_of(actor, chosen),
    )


def publish(
    *, actor: User, list_id: int, readers: Collection[str], gives: bool, now: dt.datetime, today: dt.date
) -> int:
    """Publish the actor's worklist to these readers alone; with `gives`, what is on it becomes theirs in even parts.

    How many items were given. Raises `NotFound` for a list of somebody else.
    """
    found = kept_list(actor=actor, list_id=list_id)
    chosen = _chosen(actor, readers)
    if not found.is_own:
        raise NotFound("Only who keeps a worklist publishes it.", list_id=list_id)
    with transaction.atomic():
        ListReader.objects.filter(saved_filter=found.kept).delete()
        ListReader.objects.bulk_create(
            ListReader(saved_filter=found.kept, practice_id=practice, user_id=one.user_id, by=actor, at=now)
            for one in chosen
            for practice in one.practices
        )
        given = _give(actor, found, chosen, now=now, today=today) if gives else 0
        for practice in sorted({practice for one in chosen for practice in one.practices}):
            told = {"readers": [one.key for one in chosen if practice in one.practices], "given": given}
            audit.record(actor, "list_published", "worklist", found.kept.pk, practice_id=practice, after=told, now=now)
    return given


def withdraw(*, actor: User, list_id: int, now: dt.datetime) -> int:
    """Take a published worklist back in the actor's practices; from how many readers. What was given stays given."""
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        rows = ListReader.objects.filter(saved_filter=list_id, practice__in=practice_ids(actor))
        practices = sorted(set(rows.values_list("practice", flat=True)))
        ended, _ = rows.delete()
        for practice in practices:
            audit.record(actor, "list_withdrawn", "worklist", list_id, practice_id=practice, now=now)
    if not ended:
        raise NotFound("There is no such published worklist among your practices.", list_id=list_id)
    return ended


def _may_publish(actor: User) -> bool:
    return may(actor, Capability.ASSIGN_WORK)


def _reads(actor: User) -> QuerySet[ListReader]:
    return ListReader.objects.filter(Q(user=actor) | Q(user=None), practice__in=practice_ids(actor))


def _as_kept(row: SavedFilter, actor: User) -> KeptList:
    is_own, allowed = row.user_id == actor.pk, practice_ids(actor)
    seen = [one for one in row.readers.all() if one.practice_id in allowed]
    for_actor = {one.practice_id for one in seen if _may_publish(actor) or one.user_id in (None, actor.pk)}
    names = dict.fromkeys(str(one.user or f"the team of {one.practice}") for one in seen)
    return KeptList(row, is_own, () if is_own else tuple(sorted(for_actor)), tuple(names))


def _total(rows: QuerySet[WorkItem], today: dt.date) -> ListTotal:
    due = offerable(today)
    found = rows.order_by().aggregate(
        items=Count("pk"), due=Count("pk", filter=due), amount=Sum("amount"), expected=Sum("expected"),
        minutes=Sum("minutes"),
    )  # fmt: skip
    return ListTotal(
        found["items"], found["due"], found["amount"] or ZERO, found["expected"] or ZERO, found["minutes"] or 0
    )


def _overlap(rows: QuerySet[WorkItem], other: KeptList, today: dt.date) -> ListTotal:
    try:
        theirs = filter_condition(parse(other.kept.query), other.kept.user, today)
    except BadFilter:  # kept by an earlier version that knew the word
        return ListTotal()
    practices = {one.practice_id for one in other.kept.readers.all()}
    return _total(rows.filter(theirs, practice__in=practices), today)


def _chosen(actor: User, readers: Collection[str]) -> list[Reader]:
    known = {one.key: one for one in possible_readers(actor=actor)}
    if not readers or set(readers) - known.keys():
        raise DomainError("Choose whom to publish it to.", field="to")
    return [one for key, one in known.items() if key in set(readers)]


def _published_rows(actor: User, found: KeptList, chosen: Sequence[Reader], today: dt.date) -> QuerySet[WorkItem]:
    practices = {practice for one in chosen for practice in one.practices}
    return list_items(actor=actor, found=found, today=today).filter(practice__in=practices)


def _people_of(actor: User, chosen: Sequence[Reader]) -> list[str]:
    names = dict(workers(actor=actor))
    return [names[pk] for pk in _ids_of(actor, chosen)]


def _ids_of(actor: User, chosen: Sequence[Reader]) -> dict[int, tuple[int, ...]]:
    """The readers with the practices in which they read; of a team those who work items there as their trade."""
    found = {one.user_id: one.practices for one in chosen if one.user_id is not None}
    teams = {practice for one in chosen if one.user_id is None for practice in one.practices}
    if teams:
        collectors = _practices_of([pk for pk, _ in workers(actor=actor)], teams, only_collectors=True)
        for pk, practices in collectors.items():
            found[pk] = tuple({*found.get(pk, ()), *practices})
    return found


def _give(actor: User, found: KeptList, chosen: Sequence[Reader], *, now: dt.datetime, today: dt.date) -> int:
    shares = sorted(_shares(actor, found, chosen, today).items())
    return sum(reassign(actor=actor, item_ids=ids, owner_id=pk, now=now, today=today) for pk, ids in shares)


def _shares(actor: User, found: KeptList, chosen: Sequence[Reader], today: dt.date) -> dict[int, list[int]]:
    """Who would get which items: accounts stay together, and the minutes level with
    what each works in a day.

    `MOST_AT_ONCE` at most: what is left stays with whoever has it.
    """
    people, shares = _ids_of(actor, chosen), dict[int, list[int]]()
    rows = _published_rows(actor, found, chosen, today)
    is_due = condition_column(offerable(today))
    taken = list(rows.values_list("pk", "account_id", "minutes", is_due, "practice_id")[:MOST_AT_ONCE])
    loads = Loads.none_yet(capacities(people, on=today))
    for practice in sorted({practice for *_, practice in taken}):
        able = [pk for pk, practices in people.items() if practice in practices]
        portions = [Portion(*row[:4]) for row in taken if row[4] == practice]
        for pk, owner in share(portions, loads, among=able):
            shares.setdefault(owner, []).append(pk)
    return shares


def _practice_names(actor: User) -> dict[int, str]:
    rows = Practice.objects.filter(pk__in=practice_ids(actor))
    return dict(rows.order_by("name").values_list("pk", "name"))


def _practices_of(
    user_ids: Sequence[int], practices: Collection[int], *, only_collectors: bool = False
) -> dict[int, tuple[int, ...]]:
    rows: Any = PracticeAccess.objects.filter(user__in=user_ids, practice__in=list(practices))
    if only_collectors:
        rows = rows.filter(user__role="collector")
    found: dict[int, list[int]] = {}
    for user, practice in rows.order_by("user", "practice").values_list("user_id", "practice_id"):
        found.setdefault(user, []).append(practice)
    return {user: tuple(seen) for user, seen in found.items()}
