"""The team: who has how much, who holds what at this minute, and what waits for a supervisor."""

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from collections_app.contacts import against_the_rule as overrides
from collections_app.day import selectors as day
from collections_app.web.undo_bar import undoable
from collections_app.worklist import selectors, services, window_counts
from collections_app.worklist import team as teams
from collections_app.worklist.supervising import MOST_AT_ONCE

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.worklist.models import WorkItem

_FIGURES = {
    "open": "Open",
    "amount": "At stake",
    "due": "Due",
    "due_minutes": "Minutes due",
    "overdue": "Overdue",
    "escalated": "Escalated",
    "done_today": "Done today",
    "done_week": "This week",
    "worked_today": "Worked today",
    "promised_week": "Promised this week",
}
ESCALATED_SHOWN = 50
#: Hand over to everybody who is there, by their load.
SHARED = "shared"
_MONEY = ("amount", "worked_today", "promised_week")


@page(Capability.SEE_TEAM)
def team(request: StaffRequest) -> HttpResponseBase:
    """Everybody's load, holds and deeds; escalations that wait for an answer."""
    now, today, actor = clock.now(), clock.today(), request.user
    members = teams.team_members(actor=actor, today=today, now=now)
    may_assign = may(actor, Capability.ASSIGN_WORK)
    if kind := asked_for(request):
        audit.record(actor, "exported", "team", None, practice_id=None, now=now)
        return table_response(kind, f"team-{today}", _sheet(members))
    context = {
        "members": members,
        "leases": sorted((lease for one in members for lease in one.leases), key=lambda lease: lease.taken_at),
        "escalated": _escalated(actor, today) if may_assign else [],
        "may_assign": may_assign,
        "may_work": may(actor, Capability.WORK_ITEMS),
        "workers": teams.workers(actor=actor) if may_assign else (),
        "totals": {name: sum(getattr(one, name) for one in members) for name in _FIGURES},
        "undoable": undoable(actor=actor, now=now) if may_assign else None,
        "today": today,
        "now": now,
        "is_day_open": day.is_day_open(today),
        "against_the_rule": overrides.waiting_count(actor=actor),
        "unbilled": teams.waiting_for_a_statement(actor=actor, today=today),
    }
    return TemplateResponse(request, "collections/team.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def hand_over(request: StaffRequest) -> HttpResponseBase:
    """Give everything (or what is due) of one person to another, or to all who are there by their load; confirmed with
    its numbers first."""
    now, today, actor = clock.now(), clock.today(), request.user
    names: dict[int | None, str] = {None: "nobody", **dict(teams.workers(actor=actor))}
    source, target = _person(request, "from"), _person(request, "to")
    is_shared = request.POST.get("to") == SHARED
    if not is_shared and (target not in names or source == target):
        raise DomainError("Choose somebody else to give the work to.")
    only_due = request.POST.get("which") == "due"
    ids = teams.owned_ids(actor=actor, owner_id=source, only_due=only_due, today=today, most=MOST_AT_ONCE)
    shares: dict[int | None, list[int]] = {} if is_shared else {target: ids}
    if is_shared:
        shares.update(teams.shares_of(actor=actor, item_ids=ids, owner_id=source, today=today).items())
    to = "the others" if is_shared else names[target]
    if not request.POST.get("confirmed"):
        context = {
            "count": sum(map(len, shares.values())),
            "is_most": len(ids) == MOST_AT_ONCE,
            "source": source,
            "target": SHARED if is_shared else target,
            "shares": [(names[one], len(got)) for one, got in sorted(shares.items())] if is_shared else (),
            "left": len(ids) - sum(map(len, shares.values())),
            "source_name": names.get(source) or teams.staff_name(source or 0, actor=actor),
            "target_name": to,
            "only_due": only_due,
        }
        return TemplateResponse(request, "collections/hand_over.html", context)
    with transaction.atomic():
        moved = sum(
            services.reassign(actor=actor, item_ids=part, owner_id=one, now=now, today=today)
            for one, part in shares.items()
        )
    messages.success(request, f"{moved:,} item{'s' * (moved != 1)} went to {to}.")
    return redirect("team")


@require_POST
@page(Capability.ASSIGN_WORK)
def free(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """End somebody's hold on an item."""
    holder = teams.free_item(actor=request.user, item_id=item_id, now=clock.now())
    messages.success(request, f"Freed. {holder} no longer holds it; others can take it now.")
    return redirect("team")


def _escalated(actor: "User", today: dt.date) -> "list[tuple[WorkItem, str]]":
    """The first of what waits for an answer, each with its reason."""
    rows = selectors.escalated(actor=actor, today=today)[:ESCALATED_SHOWN]
    return [(item, item.because if item.escalated_at else window_counts.closing_words(item, today)) for item in rows]


def _sheet(members: list[teams.TeamMember]) -> Sheet:
    kinds = [Kind.MONEY if name in _MONEY else Kind.NUMBER for name in _FIGURES]
    columns = [Column("Who"), *(Column(title, kind) for title, kind in zip(_FIGURES.values(), kinds, strict=True))]
    rows = [(one.name, *(getattr(one, name) for name in _FIGURES)) for one in members]
    return Sheet("Team", columns, rows, ("Together", *map(sum, list(zip(*rows, strict=True))[1:])) if rows else None)


def _person(request: StaffRequest, name: str) -> int | None:
    return id_of(request.POST.get(name, ""))
