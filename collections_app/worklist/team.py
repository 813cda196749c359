"""The team: who has how much, who holds what, what was done; and freeing what somebody left behind."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Sum
from django.utils import timezone

from arwork.lib import bulk
from arwork.lib.conditions import condition_column
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require
from arwork.staff.models import User as Person
from collections_app.limits.selectors import limit_book
from collections_app.worklist.cover import away_on, capacities
from collections_app.worklist.first_calls import SENT_ELSEWHERE, UNBILLED
from collections_app.worklist.leases import end_leases_of_closed, who_holds_what
from collections_app.worklist.loads import Portion, collectors_there, read_loads, share
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.selectors import visible

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(slots=True)
class TeamMember:
    """One person (or nobody: `user_id` None) with what is theirs and what they did."""

    user_id: int | None
    name: str
    role: str = ""
    open: int = 0
    amount: Decimal = ZERO
    due: int = 0
    due_minutes: int = 0
    overdue: int = 0
    escalated: int = 0
    done_today: int = 0
    done_week: int = 0
    worked_today: Decimal = ZERO
    promised_week: Decimal = ZERO
    last_at: dt.datetime | None = None
    leases: list[Lease] = field(default_factory=list)
    away_until: dt.date | None = None
    day_minutes: int = 0


def team_members(*, actor: "User", today: dt.date, now: dt.datetime) -> list[TeamMember]:
    """Everybody who works items in the actor's practices, those with most to do first, nobody last.

    Six queries, and one for the names of those who left work behind."""
    require(actor, Capability.SEE_TEAM)
    people = Person.objects.filter(practices__in=practice_ids(actor), is_active=True, is_service=False).distinct()
    found: dict[int | None, TeamMember] = {
        one.pk: TeamMember(one.pk, str(one), one.get_role_display())
        for one in people.order_by("first_name", "last_name", "pk")
        if may(one, Capability.WORK_ITEMS)
    }
    known = [one for one in found if one is not None]
    minutes, away = capacities(known, on=today), away_on(today)
    for person in known:
        found[person].day_minutes, found[person].away_until = minutes[person], away.get(person)
    loads = _loads(actor, today)
    left = Person.objects.in_bulk([row[0] for row in loads if row[0] is not None and row[0] not in found])
    for owner, *figures in loads:
        gone = f"{left[owner]} (left)" if owner in left else "Nobody"
        member = found.setdefault(owner, TeamMember(owner, gone))
        member.open, amount, member.due, member.overdue, member.escalated, member.due_minutes = figures
        member.amount = amount or ZERO
    for by, today_, week, worked, promised, last in _deeds(actor, today):
        if by in found:
            member = found[by]
            member.done_today, member.done_week, member.last_at = today_, week, last
            member.worked_today, member.promised_week = worked or ZERO, promised or ZERO
    for lease in who_holds_what(actor=actor, now=now):
        if lease.holder_id in found:
            found[lease.holder_id].leases.append(lease)
    shown = [one for one in found.values() if one.role in ("", "Collector") or one.open or one.done_week or one.leases]
    return sorted(shown, key=lambda one: (one.user_id is None, -one.open, one.name))


def staff_name(user_id: int, *, actor: "User") -> str:
    """What somebody is called whose work the actor sees, and who may have left; anybody else is somebody."""
    theirs = WorkItem.objects.filter(owner=user_id, practice__in=practice_ids(actor)).select_related("owner").first()
    return str(theirs.owner if theirs else "somebody")


def workers(*, actor: "User") -> Sequence[tuple[int, str]]:
    """Who can be given work: id and name, collectors first."""
    people = Person.objects.filter(practices__in=practice_ids(actor), is_active=True, is_service=False).distinct()
    rows = [one for one in people.order_by("first_name", "last_name", "pk") if may(one, Capability.WORK_ITEMS)]
    return [(one.pk, str(one)) for one in sorted(rows, key=lambda one: one.role != "collector")]


def owned_ids(*, actor: "User", owner_id: int | None, only_due: bool, today: dt.date, most: int) -> list[int]:
    """Open items of somebody (None: of nobody), the first `most` in the order of work: what is handed over."""
    require(actor, Capability.ASSIGN_WORK)
    rows = visible(actor).filter(owner=owner_id)
    if only_due:
        rows = rows.filter(offerable(today))
    return list(rows.order_by("lane", "-rank", "pk").values_list("pk", flat=True)[:most])


def shares_of(*, actor: "User", item_ids: Sequence[int], owner_id: int | None, today: dt.date) -> dict[int, list[int]]:
    """Who would get which of these items of somebody, shared among the collectors who see them and are there: by
    minutes beside what each has and works in a day, an account to one person. Five queries."""
    require(actor, Capability.ASSIGN_WORK)
    rows = visible(actor).filter(bulk.Among("pk", item_ids)).order_by("practice", "payer", "account", "pk")
    is_due = condition_column(offerable(today))
    pieces = list(rows.values_list("pk", "account_id", "minutes", is_due, "practice_id"))
    there = collectors_there({row[4] for row in pieces}, today=today)
    loads = read_loads({one for able in there.values() for one in able} - {owner_id}, today=today)
    found: dict[int, list[int]] = {}
    for practice, able in there.items():
        portions = [Portion(*row[:4]) for row in pieces if row[4] == practice]
        for item, person in share(portions, loads, among=able):
            found.setdefault(person, []).append(item)
    return found


def waiting_for_a_statement(*, actor: "User", today: dt.date) -> int:
    """Patient balances that nobody is handed, for nobody has said of their practice when statements are sent."""
    require(actor, Capability.SEE_TEAM)
    silent = practices_without_statements(actor=actor, today=today)
    return visible(actor).filter(practice__in=silent, hold=UNBILLED).count() if silent else 0


def practices_without_statements(*, actor: "User", today: dt.date) -> list[int]:
    """The practices of which nobody has said when their statements are sent."""
    book = limit_book()
    return [one for one in practice_ids(actor) if book.pick(SENT_ELSEWHERE, on=today, practice_id=one) is None]


def free_item(*, actor: "User", item_id: int, now: dt.datetime) -> str:
    """End somebody's hold on an item, so that others can take it; whose it was. Raises `NotFound`."""
    require(actor, Capability.ASSIGN_WORK)
    with transaction.atomic():
        lease = (
            Lease.objects.filter(item=item_id, item__practice__in=practice_ids(actor))
            .select_related("holder", "item")
            .first()
        )
        if lease is None:
            raise NotFound("Nobody holds this item any more.", item_id=item_id)
        end_leases_of_closed(item_id)
        before = {"holder": lease.holder_id}
        audit.record(actor, "freed", "work_item", item_id, practice_id=lease.item.practice_id, before=before, now=now)
    return str(lease.holder)


def _loads(actor: "User", today: dt.date) -> list[tuple]:
    due = offerable(today)
    rows = visible(actor).order_by().values_list("owner")
    return list(
        rows.annotate(
            open=Count("pk"),
            total=Sum("amount"),
            due=Count("pk", filter=due),
            overdue=Count("pk", filter=due & Q(next_on__lt=today)),
            escalated=Count("pk", filter=Q(escalated_at__isnull=False)),
            due_minutes=Sum("minutes", filter=due, default=0),
        )
    )


def _deeds(actor: "User", today: dt.date) -> list[tuple]:
    midnight = timezone.make_aware(dt.datetime.combine(today, dt.time.min))
    monday = midnight - dt.timedelta(days=today.weekday())
    rows = WorkAction.objects.filter(practice__in=practice_ids(actor), at__gte=monday, reverses=None).filter(
        ~Exists(WorkAction.objects.filter(reverses=OuterRef("pk")))
    )
    return list(
        rows.order_by()
        .values_list("by")
        .annotate(
            today=Count("pk", filter=Q(at__gte=midnight)),
            week=Count("pk"),
            worked=Sum("amount", filter=Q(at__gte=midnight)),
            promised=Sum("promise__amount"),
            last=Max("at"),
        )
    )
