"""Settlements as their pages list them: by where they stand, with the dollars that are asked for or came off."""

import datetime as dt
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import tabs
from arwork.staff.access import Capability, practice_ids, require
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.settlements.models import OPEN_STATES, Settlement, SettlementEvent, SettlementPayment
from collections_app.settlements.models import SettlementVisit as Visit

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Settlement.State
DUE_WITHIN = 7  # days: what comes due this week
OFFERED, WAITING, ACCEPTED, DUE, BROKEN, SETTLED, ENDED = (
    "offered", "waiting", "accepted", "due", "broken", "settled", "ended",
)  # fmt: skip
TABS = {
    OFFERED: "Offered",
    WAITING: "Waiting for approval",
    DUE: "Due this week",
    ACCEPTED: "Accepted",
    BROKEN: "Broken",
    SETTLED: "Settled",
    ENDED: "Expired or given up",
}
#: Which column a tab adds up; the others what settles them.
_MONEY = {DUE: "next_amount", SETTLED: "written_off", BROKEN: "owed"}
_NEXT = {
    State.OFFERED.value: "Hear what they decide",
    State.WAITING.value: "A second person answers",
    State.ACCEPTED.value: "See that the payment came",
}


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The settlements of a tab."""
    accepted = Q(state=State.ACCEPTED)
    return {
        OFFERED: Q(state=State.OFFERED),
        WAITING: Q(state=State.WAITING),
        ACCEPTED: accepted,
        DUE: accepted & Q(next_due_on__lte=today + dt.timedelta(days=DUE_WITHIN)),
        BROKEN: Q(state=State.BROKEN),
        SETTLED: Q(state=State.SETTLED),
        ENDED: Q(state__in=(State.EXPIRED, State.REFUSED, State.WITHDRAWN, State.GONE)),
    }[tab]


def settlements_seen(
    actor: "User", *, tab: str, today: dt.date, owner: int | None = None, practice: int | None = None
) -> QuerySet[Settlement]:
    """The settlements of a tab in the actor's practices: what is due first, first; what ended last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, owner=owner, practice=practice).filter(tab_filter(tab, today=today))
    rows = rows.select_related("account__guarantor", "practice", "owner")
    if tab in (BROKEN, SETTLED, ENDED):
        return rows.order_by("-ended_on", "-pk")
    return rows.order_by("expires_on" if tab in (OFFERED, WAITING) else "next_due_on", "pk")


def _mine(actor: "User", *, owner: int | None, practice: int | None) -> QuerySet[Settlement]:
    rows = Settlement.objects.filter(practice__in=practice_ids(actor))
    rows = rows.filter(owner=owner) if owner else rows
    return rows.filter(practice=practice) if practice else rows


def tab_figures(
    actor: "User", *, today: dt.date, owner: int | None = None, practice: int | None = None
) -> list[tabs.TabFigure]:
    """Every tab, with the dollars that are due, came off, or settle what stands in it. One query."""
    return tabs.tab_figures(
        _mine(actor, owner=owner, practice=practice),
        TABS,
        among=partial(tab_filter, today=today),
        adds=lambda code: _MONEY.get(code, "offer"),
    )


def waiting_count(actor: "User", *, today: dt.date) -> int:
    """How many settlements of the actor's practices wait for somebody: offered, late or just broken."""
    rows = _mine(actor, owner=None, practice=None)
    pressing = Q(state=State.OFFERED) | Q(state=State.ACCEPTED, late_since__isnull=False)
    return rows.filter(pressing | Q(state=State.BROKEN, ended_on=today)).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who follows the settlements of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor, owner=None, practice=None))


def payments_of(found: Settlement) -> QuerySet[SettlementPayment]:
    """The payments that a settlement asks for, in their order."""
    return SettlementPayment.objects.filter(settlement=found).order_by("number")


def visits_of(found: Settlement) -> QuerySet[Visit]:
    """The visits of a settlement, the oldest service first."""
    rows = Visit.objects.filter(settlement=found).select_related("claim__patient__person")
    return rows.order_by("claim__service_from", "pk")


def history_of(found: Settlement) -> QuerySet[SettlementEvent]:
    """What happened to a settlement, the latest first."""
    return SettlementEvent.objects.filter(settlement=found).select_related("by").order_by("-pk")


def open_settlement_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """Open settlements as cases with their next step: the earliest day first. One query."""
    rows = Settlement.objects.filter(practice__in=practices, state__in=OPEN_STATES)
    columns = ("pk", "account_id", "owner_id", "state", "expires_on", "next_due_on")
    found = [
        OpenCase(
            "Settlement", pk, account, "settlement", owner, _NEXT[state],
            next_due_on if state == State.ACCEPTED else expires_on,
        )
        for pk, account, owner, state, expires_on, next_due_on in rows.values_list(*columns)[:MOST_OF_A_SOURCE]
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.next_on or today, one.pk))
