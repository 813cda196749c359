"""Questions to the worklist: what somebody sees, the same call, why items are where they are."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, QuerySet, When

from arwork.lib.bulk import Among
from arwork.staff.access import Capability, practice_ids, require
from collections_app.worklist import facts, item_score, score_words
from collections_app.worklist.leases import access_item, holding, who_holds_what
from collections_app.worklist.models import Lease, WorkAction, WorkItem
from collections_app.worklist.queue import offerable
from collections_app.worklist.window_counts import escalated_window

if TYPE_CHECKING:
    from arwork.staff.models import User

__all__ = [
    "access_item", "actions_of", "escalated", "holding", "mine", "newest_items", "same_call", "stood_in_for", "visible",
    "who_holds_what", "whys",
]  # fmt: skip


def visible(actor: "User") -> QuerySet[WorkItem]:
    """Open items of the actor's practices."""
    return WorkItem.objects.filter(state=WorkItem.State.OPEN, practice__in=practice_ids(actor))


def items_shown(item: WorkItem) -> list[tuple[str, int | None]]:
    """The records that a row of items shows, for the audit trail."""
    return [("claim", item.claim_id), ("account", item.account_id), ("remit_exception", item.exception_id)]


def newest_items(claim_ids: Collection[int]) -> dict[int, WorkItem]:
    """By claim, of claims that the caller may see: the open item, else the one that was closed last. One query."""
    rows = WorkItem.objects.filter(Among("claim", claim_ids))
    rows = rows.order_by("claim", F("closed_on").asc(nulls_last=True), "pk")
    return {item.claim_id or 0: item for item in rows}


def mine(actor: "User") -> Q:
    """What the desk offers somebody: their own items and those of nobody."""
    return Q(owner=actor) | Q(owner=None)


def stood_in_for(actor: "User") -> Q:
    """What the desk offers somebody of those who are away."""
    return Q(entry__shelf__owner=actor, owner__isnull=False) & ~Q(owner=actor)


def same_call(*, actor: "User", item: WorkItem, today: dt.date, now: dt.datetime, limit: int = 50) -> list[WorkItem]:
    """Other due claims of the same payer and practice that one call can settle, the best first; those of somebody away
    where the item is one of theirs.

    Nothing that somebody else holds, nor of a guarantor account that somebody else works on. Three queries.
    """
    if item.payer_id is None:
        return []
    # There are as many leases as desks: naming them is quicker than two more tables in the search.
    held = Lease.objects.filter(expires_at__gt=now).exclude(holder=actor).values_list("item_id", "household_id")
    items, held_accounts = zip(*held, strict=True) if held else ((), ())
    rows = (
        visible(actor)
        .filter(offerable(today), payer=item.payer_id, practice=item.practice_id)
        .exclude(pk__in=[item.pk, *items])
        .exclude(account__in=[account for account in held_accounts if account])
        .exclude(kind="remit_exception")  # all others that have a payer have a claim
    )
    # One's own and nobody's are asked for in turn: each stands in its order in an index, both together in none.
    best = rows.order_by("lane", "-rank", "pk")
    found = [*best.filter(owner=actor)[:limit], *best.filter(owner=None)[:limit]]
    if item.owner_id not in (None, actor.pk):
        found += best.filter(stood_in_for(actor), owner=item.owner_id)[:limit]
    return sorted(found, key=lambda one: (one.lane, -one.rank, one.pk))[:limit]


def whys(*, items: Iterable[WorkItem], today: dt.date, now: dt.datetime) -> dict[int, str]:
    """One line of why for each of some items (a page of a list). A handful of queries."""
    rows = list(items)
    around = facts.load_context(today=today, now=now, payer_ids={item.payer_id for item in rows if item.payer_id})
    return {item.pk: score_words.score(item_score.scoring_facts(item, around), today=today).why for item in rows}


def actions_of(*, actor: "User", item: WorkItem) -> QuerySet[WorkAction]:
    """What was recorded on an item, the newest first."""
    rows = WorkAction.objects.filter(item=item, practice__in=practice_ids(actor))
    return rows.select_related("by", "contact", "promise", "undone_by").order_by("-pk")


def escalated(*, actor: "User", today: dt.date) -> QuerySet[WorkItem]:
    """Items that wait for a supervisor's answer, handed up or with a window that closes within two weeks and that
    nothing has kept: those whose window still closes by its day, then the oldest."""
    require(actor, Capability.ASSIGN_WORK)
    still = Case(When(deadline_on__gte=today, then="deadline_on"))
    waiting = Q(escalated_at__isnull=False) | escalated_window(today)
    rows = visible(actor).filter(waiting).annotate(closes_on=still)
    return rows.select_related(
        "claim__patient__person", "account__guarantor", "payer", "owner", "escalated_by"
    ).order_by(F("closes_on").asc(nulls_last=True), "escalated_at", "pk")
