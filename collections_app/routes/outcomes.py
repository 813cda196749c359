"""What became of chosen routes: won, lost or open, read from their denials; and how often each route is won here."""

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.denials.models import Denial
from collections_app.routes.models import ChosenDenial, RouteChoice
from collections_app.routes.route_facts import RouteResults

WON, LOST, OPEN, GONE, TAKEN_BACK, REPLACED = "won", "lost", "open", "gone", "taken_back", "replaced"
#: What a payer took back itself was neither won nor lost.
_UNDECIDED = (Denial.State.OPEN, Denial.State.RECOVERED, Denial.State.REVERSED)
#: Decided against us by a payer, whether or not somebody gave it up since.
_LOST = Q(denial__outcome=Denial.Outcome.LOST)
OUTCOMES = {
    OPEN: "Open",
    WON: "Won",
    LOST: "Lost",
    GONE: "The denial is gone",
    REPLACED: "Another route was taken",
    TAKEN_BACK: "Taken back",
}


def with_outcomes(rows: QuerySet[RouteChoice]) -> QuerySet[Any]:
    """`rows` with what has to be known of their outcome: `is_won`, `is_lost`, `is_pending`, `is_replaced`,
    `is_taken_back`. A choice is won once money came for a denial that it named, lost once one was given up and none
    won, and open while one of them is; a later one about the same denial takes its place."""
    named = ChosenDenial.objects.filter(choice=OuterRef("pk"))
    later = ChosenDenial.objects.filter(
        denial__route_choices__choice=OuterRef("pk"), choice__gt=OuterRef("pk"), choice__withdrawn=None
    )
    return rows.annotate(
        is_won=Exists(named.filter(denial__state=Denial.State.RECOVERED)),
        is_lost=Exists(named.filter(~Q(denial__state__in=_UNDECIDED) | _LOST)),
        is_pending=Exists(named.filter(~_LOST, denial__state=Denial.State.OPEN)),
        is_replaced=Exists(later),
        is_taken_back=Exists(RouteChoice.objects.filter(pk=OuterRef("pk"), withdrawn__isnull=False)),
    )


def outcome_of(row: RouteChoice) -> str:
    """The outcome of a row that `with_outcomes` has read, by its code."""
    told = {
        name: bool(getattr(row, name)) for name in ("is_won", "is_lost", "is_pending", "is_replaced", "is_taken_back")
    }
    if told["is_taken_back"]:
        return TAKEN_BACK
    if told["is_replaced"]:
        return REPLACED
    if told["is_pending"]:
        return OPEN
    if told["is_won"]:
        return WON
    return LOST if told["is_lost"] else GONE


def results_by_route(practice_id: int, *, payer_class: str) -> dict[str, dict[str, RouteResults]]:
    """Won of decided, by category and route, of what the practice chose for denials of such payers. One query. The
    choice that was the last one of its claim counts: it is what got the money, or did not."""
    rows = with_outcomes(RouteChoice.objects.filter(practice=practice_id, payer_class=payer_class)).filter(
        Q(is_won=True) | Q(is_lost=True), is_pending=False, is_replaced=False, is_taken_back=False
    )
    won: dict[tuple[str, str], int] = defaultdict(int)
    decided: dict[tuple[str, str], int] = defaultdict(int)
    for category, route, is_won in rows.values_list("category", "route", "is_won"):
        decided[category, route] += 1
        won[category, route] += bool(is_won)
    found: dict[str, dict[str, RouteResults]] = defaultdict(dict)
    for (category, route), count in decided.items():
        found[category][route] = RouteResults(won[category, route], count)
    return dict(found)
