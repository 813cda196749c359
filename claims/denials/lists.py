"""Denials as their page lists them: by how they stand, narrowed, with sums that open the rows behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum

from arwork.lib import tabs
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.denials.causes import CURES, ROOT_CAUSES
from claims.denials.models import Denial
from claims.denials.routing import category_label

if TYPE_CHECKING:
    from arwork.staff.models import User

OPEN, WON, LOST, ACCEPTED, REVERSED = "open", "won", "lost", "accepted", "reversed"
TABS = {OPEN: "Open", WON: "Won", LOST: "Lost", ACCEPTED: "Accepted", REVERSED: "Reversed"}
_LOST = Q(outcome=Denial.Outcome.LOST)
_AMONG: dict[str, Q] = {
    OPEN: Q(state=Denial.State.OPEN) & ~_LOST,
    WON: Q(state=Denial.State.RECOVERED),
    LOST: _LOST,
    ACCEPTED: Q(state=Denial.State.ACCEPTED) & ~_LOST,
    REVERSED: Q(state=Denial.State.REVERSED) & ~_LOST,
}


@dataclass(frozen=True, slots=True)
class DenialFilter:
    """What the list is narrowed to; empty: to nothing."""

    payer: int | None = None
    practice: int | None = None
    category: str = ""
    root_cause: str = ""
    cure: str = ""
    preventable: str = ""
    carc: str = ""


@dataclass(frozen=True, slots=True)
class CauseSum:
    """Denials that have one thing in common: `value` of a column of the filter, in words, how many, how much."""

    value: str
    label: str
    count: int
    amount: Decimal


def denials_seen(actor: "User", *, tab: str, narrowed: DenialFilter = DenialFilter()) -> QuerySet[Denial]:
    """The denials of a tab in the actor's practices: of open ones the largest first, of others the latest."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, narrowed).filter(_AMONG[tab])
    rows = rows.select_related("claim__patient__person", "line", "payer", "practice")
    return rows.order_by("-amount", "pk") if tab == OPEN else rows.order_by("-closed_on", "-decided_on", "-pk")


def tab_figures(actor: "User", *, narrowed: DenialFilter = DenialFilter()) -> list[tabs.TabFigure]:
    """Every tab, with the dollars denied; of those won, what came. One query."""
    return tabs.tab_figures(
        _mine(actor, narrowed), TABS, among=_AMONG.__getitem__, adds=lambda tab: "recovered" if tab == WON else "amount"
    )


def open_count(actor: "User") -> int:
    """How many denials of the actor's practices are open."""
    return _mine(actor, DenialFilter()).filter(_AMONG[OPEN]).count()


def sums_by(actor: "User", column: str, *, tab: str, narrowed: DenialFilter = DenialFilter()) -> list[CauseSum]:
    """The denials of a tab by one `column` of the filter (cure, root_cause, category), the most dollars first. One
    query."""
    words = {"cure": CURES, "root_cause": ROOT_CAUSES}.get(column, {})
    rows = _mine(actor, narrowed).filter(_AMONG[tab]).order_by()
    found = [
        CauseSum(value, words.get(value) or category_label(value), count, amount or ZERO)
        for value, count, amount in rows.values_list(column).annotate(count=Count("pk"), total=Sum("amount"))
    ]
    return sorted(found, key=lambda one: (-one.amount, one.label))


def payers_denying(actor: "User") -> list[tuple[int, str]]:
    """Payers that denied anything of the actor's practices, by name."""
    rows = _mine(actor, DenialFilter()).exclude(payer=None).order_by("payer__name")
    return [(pk or 0, name) for pk, name in rows.values_list("payer_id", "payer__name").distinct()]


def denial_seen_by(actor: "User", denial_id: int) -> Denial:
    """One denial with its claim. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, DenialFilter()).select_related(
        "claim__patient__person", "claim__account", "line", "payer", "practice", "rule", "remit_claim__remittance"
    )
    found = rows.filter(pk=denial_id).first()
    if found is None:
        raise NotFound("There is no such denial in your practices.")
    return found


def denials_shown(row: Denial) -> list[tuple[str, int | None]]:
    """The records that a row about a denial shows, for the audit trail."""
    return [("claim", row.claim_id)]


def outcome_words(row: Denial) -> tuple[str, str]:
    """How a denial stands, for people, with the colour of its tag."""
    if row.state == Denial.State.RECOVERED:
        is_part = row.outcome == Denial.Outcome.PART
        return f"won{' in part' if is_part else ''} ${row.recovered:,.2f}", "tag-green"
    if row.outcome == Denial.Outcome.LOST:
        return ("lost, written off" if row.state == Denial.State.ACCEPTED else "lost"), "tag-red"
    if row.state == Denial.State.OPEN and row.recovered:
        return f"open, ${row.recovered:,.2f} paid", "tag-amber"
    return {
        Denial.State.OPEN.value: ("open", "tag-amber"),
        Denial.State.ACCEPTED.value: ("accepted", ""),
        Denial.State.REVERSED.value: ("reversed by the payer", ""),
    }[row.state]


def _mine(actor: "User", narrowed: DenialFilter) -> QuerySet[Denial]:
    mine: Sequence[int] = list(practice_ids(actor))
    rows = Denial.objects.filter(practice__in=mine)
    given = {one.name: getattr(narrowed, one.name) for one in fields(narrowed)}
    return rows.filter(**{name: value for name, value in given.items() if value})
