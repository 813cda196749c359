"""Disputes as their page lists them, by where they stand; and how they ended, kind by kind."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib import tabs
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from collections_app.contacts.open_cases import OpenCase
from collections_app.disputes.models import BillingDispute
from collections_app.disputes.states import ANSWERED, ASKED, CLOSED, CORRECTED, OPEN, STANDING, UPHELD, WITHDRAWN

if TYPE_CHECKING:
    from arwork.staff.models import User

TO_DO, WAITING, OVERDUE, DONE = "todo", "asked", "overdue", "closed"
TABS = {TO_DO: "To do", WAITING: "Asked", OVERDUE: "Overdue", DONE: "Closed"}
#: The report looks back so many days.
REPORTED = 365


@dataclass(frozen=True, slots=True)
class DisputeFilter:
    """What the list is narrowed to."""

    kind: str = ""
    owner: int | None = None
    practice: int | None = None


def tab_filter(tab: str, *, today: dt.date) -> Q:
    """The disputes of a tab. One whose asked person is late is to be done again."""
    return {
        TO_DO: Q(state__in=(OPEN, ANSWERED)) | Q(state=ASKED, next_on__lt=today),
        WAITING: Q(state=ASKED),
        OVERDUE: Q(state__in=STANDING, answer_by__lt=today),
        DONE: Q(state__in=CLOSED),
    }[tab]


def disputes_seen(
    actor: "User", *, tab: str, today: dt.date, narrowed: DisputeFilter = DisputeFilter()
) -> QuerySet[BillingDispute]:
    """The disputes of a tab in the actor's practices: what is due first, first; what was closed last, first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, narrowed).filter(tab_filter(tab, today=today))
    rows = rows.select_related("account__guarantor", "claim", "practice", "owner")
    return rows.order_by("-closed_on", "-pk") if tab == DONE else rows.order_by("answer_by", "pk")


def tab_figures(actor: "User", *, today: dt.date, narrowed: DisputeFilter = DisputeFilter()) -> list[tabs.TabFigure]:
    """Every tab, with the dollars that are disputed. One query."""
    return tabs.tab_figures(
        _mine(actor, narrowed), TABS, among=partial(tab_filter, today=today), adds=lambda _code: "amount"
    )


def to_do_count(actor: "User", *, today: dt.date) -> int:
    """How many disputes of the actor's practices wait for us."""
    return _mine(actor, DisputeFilter()).filter(tab_filter(TO_DO, today=today)).count()


def owners(actor: "User") -> list[tuple[int, str]]:
    """Who answers for disputes of the actor's practices, by name."""
    return tabs.owners_of(_mine(actor, DisputeFilter()))


def disputes_shown(found: BillingDispute) -> list[tuple[str, int | None]]:
    """The records that a row about a dispute shows, for the audit trail."""
    return [("account", found.account_id), ("claim", found.claim_id)]


@dataclass(slots=True)
class KindReport:
    """How the disputes of one kind ended: counts, dollars disputed, days from the day they came to the answer."""

    label: str
    open_now: int = 0
    corrected: int = 0
    upheld: int = 0
    withdrawn: int = 0
    late: int = 0
    amount: Decimal = ZERO
    days: list[int] = field(default_factory=list)

    @property
    def average_days(self) -> int | None:
        """Days to the answer, on the average; None where none was answered."""
        return round(sum(self.days) / len(self.days)) if self.days else None

    @property
    def share_corrected(self) -> int | None:
        """Of those that were decided, how many percent led to a correction."""
        decided = self.corrected + self.upheld
        return round(100 * self.corrected / decided) if decided else None


def report(actor: "User", *, today: dt.date, narrowed: DisputeFilter = DisputeFilter()) -> list[KindReport]:
    """By kind: what is open now, and how those of the last year ended. The most first. One query."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _mine(actor, narrowed).filter(
        Q(state__in=STANDING) | Q(closed_on__gt=today - dt.timedelta(days=REPORTED), closed_on__lte=today)
    )
    labels = dict(BillingDispute.Kind.choices)
    found: dict[str, KindReport] = defaultdict(lambda: KindReport(""))
    columns = ("kind", "state", "amount", "received_on", "closed_on", "answer_by")
    for kind, state, amount, received_on, closed_on, answer_by in rows.order_by().values_list(*columns):
        row = found[kind]
        row.label = str(labels[kind])
        row.amount += amount
        row.open_now += state in STANDING
        row.corrected += state == CORRECTED
        row.upheld += state == UPHELD
        row.withdrawn += state == WITHDRAWN
        row.late += (closed_on or today) > answer_by
        if closed_on:
            row.days.append((closed_on - received_on).days)
    return sorted(found.values(), key=lambda one: (-(one.open_now + len(one.days)), one.label))


def open_cases(practices: Collection[int], today: dt.date) -> list[OpenCase]:
    """The disputes that are open, for whoever looks after what nobody follows (`contacts.open_cases`). One query."""
    rows = BillingDispute.objects.filter(practice__in=practices, state__in=STANDING).order_by("next_on", "pk")
    columns = ("pk", "account_id", "owner_id", "next_action", "next_on")
    return [
        OpenCase("dispute", pk, account_id, "billing_dispute", owner_id, next_action, next_on)
        for pk, account_id, owner_id, next_action, next_on in rows.values_list(*columns)[:2_000]
    ]


def _mine(actor: "User", narrowed: DisputeFilter) -> QuerySet[BillingDispute]:
    rows = BillingDispute.objects.filter(practice__in=practice_ids(actor))
    given = {"kind": narrowed.kind, "owner": narrowed.owner, "practice": narrowed.practice}
    return rows.filter(**{name: value for name, value in given.items() if value})
