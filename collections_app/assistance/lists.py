"""Applications as their pages list them: by where they stand, by practice and by who works them."""

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import tabs
from arwork.staff.access import Capability, practice_ids, require
from collections_app.assistance.models import OPEN_STATES, AssistanceApplication, AssistanceDocument, AssistanceEvent

if TYPE_CHECKING:
    from arwork.staff.models import User

State = AssistanceApplication.State
#: An approval is listed so many days before it ends: time to ask whether things have changed.
ENDS_WITHIN = 30
COMPLETE, DECIDE, SECOND, FOLLOW, DECIDED, EXPIRING = "complete", "decide", "second", "follow", "decided", "expiring"
TABS = {
    COMPLETE: "To complete",
    DECIDE: "To decide",
    SECOND: "Waiting for a second person",
    FOLLOW: "To follow up",
    DECIDED: "Decided",
    EXPIRING: "Ends soon",
}


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The applications of a tab."""
    return {
        COMPLETE: Q(state=State.INCOMPLETE),
        DECIDE: Q(state=State.READY),
        SECOND: Q(state=State.WAITING),
        FOLLOW: Q(state__in=(State.APPROVED, State.DENIED)) & ~Q(next_action=""),
        DECIDED: Q(state__in=(State.APPROVED, State.DENIED, State.WITHDRAWN)),
        EXPIRING: Q(
            state=State.APPROVED, valid_until__gte=today, valid_until__lte=today + dt.timedelta(days=ENDS_WITHIN)
        ),
    }[tab]


def applications_seen(
    actor: "User", *, tab: str, today: dt.date, owner: int | None = None, practice: int | None = None
) -> QuerySet[AssistanceApplication]:
    """The applications of a tab in the actor's practices: what is due first, first; what was decided last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, owner=owner, practice=practice).filter(tab_filter(tab, today=today))
    rows = rows.select_related("account__guarantor", "practice", "owner", "decided_by")
    if tab == DECIDED:
        return rows.order_by("-decided_on", "-pk")
    return rows.order_by("valid_until" if tab == EXPIRING else "next_on", "pk")


def _mine(actor: "User", *, owner: int | None = None, practice: int | None = None) -> QuerySet[AssistanceApplication]:
    rows = AssistanceApplication.objects.filter(practice__in=practice_ids(actor))
    rows = rows.filter(owner=owner) if owner else rows
    return rows.filter(practice=practice) if practice else rows


def tab_figures(
    actor: "User", *, today: dt.date, owner: int | None = None, practice: int | None = None
) -> list[tabs.TabFigure]:
    """Every tab; what was decided with how many dollars were taken off. One query."""
    return tabs.tab_figures(
        _mine(actor, owner=owner, practice=practice),
        TABS,
        among=partial(tab_filter, today=today),
        adds=lambda code: "covered" if code == DECIDED else "",
    )


def waiting_count(actor: "User", *, today: dt.date) -> int:
    """How many applications of the actor's practices wait for something to be done today."""
    mine = _mine(actor).filter(Q(next_on=None) | Q(next_on__lte=today))
    return mine.filter(Q(state__in=OPEN_STATES) | ~Q(next_action="")).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who works the applications of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor))


def documents_of(application: AssistanceApplication) -> QuerySet[AssistanceDocument]:
    """The checklist of an application."""
    return AssistanceDocument.objects.filter(application=application).select_related("document", "changed_by")


def history_of(application: AssistanceApplication) -> QuerySet[AssistanceEvent]:
    """What happened to an application, the latest first."""
    return AssistanceEvent.objects.filter(application=application).select_related("by").order_by("-pk")


#: Where a document may stand, for forms.
DOCUMENT_STATES = AssistanceDocument.State.choices
