"""Appeals as their page lists them, by where they stand; those of a claim; those that nobody may forget."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import tabs
from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_ids, require
from claims.denials.claim_windows import NoticeStanding
from claims.denials.models import Denial
from claims.payers.deadlines import APPEALS
from collections_app.appeals.models import (
    OVER,
    UNSENT,
    WAITING,
    AppealCase,
    AppealedDenial,
    AppealEvent,
    AppealPacket,
)
from collections_app.appeals.services import can_be_appealed, decided_denials
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase

if TYPE_CHECKING:
    from arwork.staff.models import User

WRITE, SEND, WAIT, LATE, DONE = "write", "send", "waiting", "overdue", "decided"
TABS = {WRITE: "To write", SEND: "To send", WAIT: "Waiting", LATE: "Overdue", DONE: "Decided"}
#: Every window that one notice may open beside its appeal is needless while the appeal is out.
_KEPT = frozenset({"corrected", "records", "filing", "filing_secondary", *APPEALS})


@dataclass(frozen=True, slots=True)
class AppealFilter:
    """What the list is narrowed to."""

    payer: int | None = None
    category: str = ""
    owner: int | None = None
    practice: int | None = None
    run: int | None = None


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The appeals of a tab. Overdue: ours whose own day is past, the payer's whose decision is."""
    late = Q(state__in=UNSENT, due_on__lt=today) | Q(state__in=WAITING, decision_due_on__lt=today)
    return {
        WRITE: Q(state="drafting"),
        SEND: Q(state="ready"),
        WAIT: Q(state__in=WAITING),
        LATE: late,
        DONE: Q(state__in=OVER),
    }[tab]


def appeals_seen(
    actor: "User", *, tab: str, today: dt.date, narrowed: AppealFilter = AppealFilter()
) -> QuerySet[AppealCase]:
    """The appeals of a tab in the actor's practices: the nearest day first; what ended last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, narrowed).filter(tab_filter(tab, today=today))
    rows = rows.select_related("claim__patient__person", "payer", "practice", "owner")
    if tab == DONE:
        return rows.order_by("-closed_on", "-pk")
    return rows.order_by("next_on", "pk") if tab == WAIT else rows.order_by("due_on", "pk")


def tab_figures(actor: "User", *, today: dt.date, narrowed: AppealFilter = AppealFilter()) -> list[tabs.TabFigure]:
    """Every tab with its dollars: what is asked for, and of the decided what was won. One query."""
    return tabs.tab_figures(
        _mine(actor, narrowed), TABS, among=partial(tab_filter, today=today),
        adds=lambda code: "won" if code == DONE else "amount",
    )  # fmt: skip


def to_do_count(actor: "User", *, today: dt.date) -> int:
    """How many appeals of the actor's practices wait for us: to write, to send, or to ask after."""
    due = Q(state__in=UNSENT) | Q(state__in=WAITING, next_on__lte=today)
    return _mine(actor, AppealFilter()).filter(due).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who answers for appeals of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor, AppealFilter()))


def payers(actor: "User") -> list[tuple[int, str]]:
    """To whom appeals of the actor's practices go, by name."""
    rows = _mine(actor, AppealFilter()).order_by("payer__name").values_list("payer_id", "payer__name")
    return list(dict.fromkeys(rows))


def appeals_shown(found: AppealCase) -> list[tuple[str, int | None]]:
    """The records that a row about an appeal shows, for the audit trail."""
    return [("claim", found.claim_id)]


def appeal_seen_by(actor: "User", case_id: int) -> AppealCase:
    """One case. Raises `NotFound` where the actor's practices have no such."""
    require(actor, Capability.SEE_CLAIMS)
    rows = AppealCase.objects.select_related("claim__patient__person", "payer", "practice", "owner", "run", "previous")
    found = rows.filter(pk=case_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such appeal in your practices.")
    return found


def appeals_of(claim_id: int) -> QuerySet[AppealCase]:
    """Those of a claim, the latest first."""
    return AppealCase.objects.filter(claim=claim_id).select_related("payer", "owner").order_by("-opened_on", "-pk")


def events_of(case: AppealCase) -> QuerySet[AppealEvent]:
    """What happened to a case, the latest first."""
    return case.events.select_related("by").order_by("-at", "-pk")


def packets_of(case: AppealCase) -> QuerySet[AppealPacket]:
    """What was put together for it, the latest first."""
    return case.packets.select_related("made_by", "document").order_by("-pk")


def denials_to_appeal(claim_id: int) -> list[Denial]:
    """The open denials of a claim that can be appealed and are not, nor were decided. Three queries."""
    rows = Denial.objects.filter(claim=claim_id, state=Denial.State.OPEN).select_related("payer", "rule", "line")
    taken = set(AppealedDenial.objects.filter(denial__claim=claim_id, is_open=True).values_list("denial_id", flat=True))
    taken |= set(decided_denials().filter(denial__claim=claim_id).values_list("denial_id", flat=True))
    return [one for one in rows.order_by("pk") if one.pk not in taken and can_be_appealed(one)]


def standings_of_appeals(claim_ids: Iterable[int]) -> dict[int, dict[str, NoticeStanding]]:
    """What appeals did about the notices of some claims, for the windows that still have to be kept: one that was sent
    leaves none of its notice, one that was lost opens the next level from its decision (RULES 8.3). One query."""
    links = AppealedDenial.objects.filter(Among("case__claim", claim_ids), case__sent_on__isnull=False)
    columns = ("case__claim_id", "denial_id", "case__level", "case__state", "case__outcome", "case__decided_on")
    found: dict[int, dict[str, NoticeStanding]] = {}
    for claim, denial, level, state, outcome, decided_on in links.order_by("case", "pk").values_list(*columns):
        is_against = state == "decided" and outcome != AppealCase.Outcome.WON
        if state == "withdrawn":
            continue
        standing = NoticeStanding(_KEPT, level, decided_on if is_against else None)
        found.setdefault(claim, {})[f"denial:{denial}"] = standing
    return found


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """The appeals that are open, for whoever looks after what nobody follows (`contacts.open_cases`). One query."""
    rows = AppealCase.objects.filter(practice__in=practices).exclude(state__in=OVER).order_by("next_on", "pk")
    columns = ("pk", "claim__account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase("appeal", pk, account_id, "appeal", owner_id, next_action, next_on)
        for pk, account_id, owner_id, next_action, next_on in rows.values_list(*columns)[:MOST_OF_A_SOURCE]
    ]


def _mine(actor: "User", narrowed: AppealFilter) -> QuerySet[AppealCase]:
    rows = AppealCase.objects.filter(practice__in=practice_ids(actor))
    given = {
        "payer": narrowed.payer, "category": narrowed.category, "owner": narrowed.owner,
        "practice": narrowed.practice, "run": narrowed.run,
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in given.items() if value})
