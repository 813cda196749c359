"""Choices as supervisors list them: by how they ended, and route by route."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from arwork.lib import tabs
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from collections_app.routes.models import RouteChoice
from collections_app.routes.outcomes import LOST, OPEN, WON, outcome_of, with_outcomes
from collections_app.routes.route_rules import RouteCode, routes_seed

if TYPE_CHECKING:
    from arwork.staff.models import User

BEHIND = "behind"
TABS = {OPEN: "Open", BEHIND: "Last day passed", WON: "Won", LOST: "Lost", "other": "Replaced, taken back or gone"}
#: The report looks back so many days.
REPORTED = 365


def route_label(code: str) -> str:
    """A route in words, whoever pays."""
    return str(routes_seed()["routes"][code]["label"])


def route_labels() -> list[tuple[str, str]]:
    """Every route with its words, for a form."""
    return [(code.value, route_label(code.value)) for code in RouteCode]


@dataclass(frozen=True, slots=True)
class ChoiceFilter:
    """What the list is narrowed to: a route, who chose, a practice, and whether it was not the best one."""

    route: str = ""
    chooser: int | None = None
    practice: int | None = None
    is_against: bool = False


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The choices of a tab; of rows that `with_outcomes` has read."""
    stands = Q(is_replaced=False, is_taken_back=False)
    return {
        OPEN: stands & Q(is_pending=True),
        BEHIND: stands & Q(is_pending=True, last_on__lt=today),
        WON: stands & Q(is_pending=False, is_won=True),
        LOST: stands & Q(is_pending=False, is_won=False, is_lost=True),
        "other": ~stands | Q(is_pending=False, is_won=False, is_lost=False),
    }[tab]


def choices_seen(
    actor: "User", *, tab: str, today: dt.date, narrowed: ChoiceFilter = ChoiceFilter()
) -> QuerySet[RouteChoice]:
    """The choices of a tab in the actor's practices, the newest first; open ones by their day."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, narrowed).filter(tab_filter(tab, today=today))
    rows = rows.select_related("claim", "practice", "chosen_by")
    return rows.order_by("next_on", "pk") if tab in (OPEN, BEHIND) else rows.order_by("-pk")


def tab_figures(actor: "User", *, today: dt.date, narrowed: ChoiceFilter = ChoiceFilter()) -> list[tabs.TabFigure]:
    """Every tab, with the dollars that were denied. One query."""
    rows = _mine(actor, narrowed)
    return tabs.tab_figures(rows, TABS, among=partial(tab_filter, today=today), adds=lambda _code: "amount")


def open_count(actor: "User") -> int:
    """How many choices of the actor's practices are not decided yet."""
    return _mine(actor, ChoiceFilter()).filter(is_pending=True, is_replaced=False, is_taken_back=False).count()


def choosers(actor: "User") -> list[tuple[int, str]]:
    """Who has chosen routes in the actor's practices, by name."""
    rows = RouteChoice.objects.filter(practice__in=practice_ids(actor)).order_by()
    names = rows.values_list("chosen_by", "chosen_by__first_name", "chosen_by__last_name").distinct()
    return sorted(((pk, f"{first} {last}".strip()) for pk, first, last in names), key=lambda one: one[1])


def choices_shown(found: RouteChoice) -> list[tuple[str, int | None]]:
    """The records that a row shows, for the audit trail."""
    return [("claim", found.claim_id)]


@dataclass(slots=True)
class RouteReport:
    """One route: how often it was chosen, open, won and lost; how often it was not the best; dollars denied and won."""

    code: str
    label: str
    chosen: int = 0
    open_now: int = 0
    won: int = 0
    lost: int = 0
    against: int = 0
    amount: Decimal = ZERO
    amount_won: Decimal = ZERO

    @property
    def percent_won(self) -> int | None:
        """Of those decided; None without any."""
        decided = self.won + self.lost
        return round(100 * self.won / decided) if decided else None


def report(actor: "User", *, today: dt.date, narrowed: ChoiceFilter = ChoiceFilter()) -> list[RouteReport]:
    """What was chosen within a year and stands, route by route, the most often chosen first. One query."""
    since = today - dt.timedelta(days=REPORTED)
    rows = _mine(actor, narrowed).filter(chosen_at__date__gte=since, is_replaced=False, is_taken_back=False)
    found: dict[str, RouteReport] = {}
    for row in rows.only("route", "best", "amount").iterator(chunk_size=2_000):
        one = found.setdefault(row.route, RouteReport(row.route, route_label(row.route)))
        one.chosen += 1
        one.against += row.route != row.best
        one.amount += row.amount
        ended = outcome_of(row)
        one.open_now += ended == OPEN
        one.won += ended == WON
        one.lost += ended == LOST
        one.amount_won += row.amount if ended == WON else ZERO
    return sorted(found.values(), key=lambda one: (-one.chosen, one.label))


def _mine(actor: "User", narrowed: ChoiceFilter) -> QuerySet[Any]:
    rows = with_outcomes(RouteChoice.objects.filter(practice__in=practice_ids(actor)))
    if narrowed.route:
        rows = rows.filter(route=narrowed.route)
    if narrowed.chooser:
        rows = rows.filter(chosen_by=narrowed.chooser)
    if narrowed.practice:
        rows = rows.filter(practice=narrowed.practice)
    if narrowed.is_against:
        rows = rows.exclude(route=F("best"))
    return rows
