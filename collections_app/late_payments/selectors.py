"""Questions of pages about late payments and demands: lists, sums by payer, what needs a next step."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, ExpressionWrapper, F, Q, QuerySet, Sum

from arwork.lib import tabs
from arwork.lib.errors import NotFound
from arwork.lib.money import MoneyField
from arwork.staff.access import practice_ids
from collections_app.contacts.open_cases import MOST_OF_A_SOURCE, OpenCase
from collections_app.late_payments.models import InterestDemand, InterestDemandEvent, LatePayment

if TYPE_CHECKING:
    from arwork.staff.models import User

Late = LatePayment.State
OPEN = "open"
TABS: dict[str, tuple[str, Q]] = {
    OPEN: ("To demand", Q(state=Late.OPEN, doubt="")),
    "doubtful": ("To look at first", Q(state=Late.OPEN) & ~Q(doubt="")),
    "demanded": ("Demanded", Q(state=Late.DEMANDED)),
    "paid": ("Paid", Q(state__in=(Late.PAID, Late.PART))),
    "waived": ("Not pursued", Q(state__in=(Late.WAIVED, Late.GONE))),
}
OWED = ExpressionWrapper(F("interest") - F("interest_paid"), output_field=MoneyField())


@dataclass(frozen=True, slots=True)
class PayerLateness:
    """What one payer owes one practice in interest: payments, dollars, and how late the latest of them came."""

    practice_id: int
    practice: str
    payer_id: int
    payer: str
    count: int
    owed: Decimal


def late_payments(*, actor: "User", tab: str = OPEN, payer_id: int | None = None) -> "QuerySet[LatePayment]":
    """Those of the actor's practices in a tab, the most owed first."""
    rows = LatePayment.objects.filter(TABS[tab][1], practice__in=practice_ids(actor))
    if payer_id:
        rows = rows.filter(payer=payer_id)
    rows = rows.select_related("claim__patient__person", "payer", "practice", "demand", "remit_claim__remittance")
    return rows.annotate(due=OWED).order_by("-due", "pk")


def tab_figures(*, actor: "User") -> list[tabs.TabFigure]:
    """How many payments stand in each tab, and what they owe. One query."""
    rows = LatePayment.objects.filter(practice__in=practice_ids(actor)).annotate(due=OWED)
    return tabs.tab_figures(
        rows, {code: label for code, (label, _) in TABS.items()}, among=lambda code: TABS[code][1],
        adds=lambda _: "due",
    )  # fmt: skip


def by_payer(*, actor: "User") -> list[PayerLateness]:
    """Of what is to be demanded, by practice and payer, the most owed first. One query."""
    rows = LatePayment.objects.filter(TABS[OPEN][1], practice__in=practice_ids(actor)).order_by()
    found = rows.values_list("practice_id", "practice__name", "payer_id", "payer__name").annotate(
        count=Count("pk"), sum_owed=Sum(OWED)
    )
    return sorted((PayerLateness(*row) for row in found), key=lambda one: (-one.owed, one.payer, one.practice_id))


def demands(*, actor: "User") -> "QuerySet[InterestDemand]":
    """The demands of the actor's practices, what is open first."""
    rows = InterestDemand.objects.filter(practice__in=practice_ids(actor)).select_related("payer", "practice", "owner")
    return rows.order_by("closed_on", "-pk")


def own_demand(demand_id: int, *, actor: "User") -> InterestDemand:
    """One of them. Raises `NotFound`."""
    found = demands(actor=actor).select_related("document").filter(pk=demand_id).first()
    if found is None:
        raise NotFound("There is no such demand in your practices.")
    return found


def demand_history(demand: InterestDemand) -> "QuerySet[InterestDemandEvent]":
    """Its steps, the latest first. One query."""
    return InterestDemandEvent.objects.filter(demand=demand).select_related("by").order_by("-pk")


def to_demand_count(actor: "User", today: dt.date) -> int:  # noqa: ARG001 - the hub asks with the day
    """How many late payments wait to be demanded. One query."""
    return LatePayment.objects.filter(TABS[OPEN][1], practice__in=practice_ids(actor)).count()


def open_demands(practices: Collection[int], today: dt.date) -> list[OpenCase]:  # noqa: ARG001 - as every source
    """The open demands, for the list of what nobody follows. One query."""
    rows = InterestDemand.objects.filter(practice__in=practices, state__in=("draft", "sent")).order_by("next_on", "pk")
    return [
        OpenCase("Interest demand", one.pk, None, "interest_demand", one.owner_id, one.next_action, one.next_on)
        for one in rows[:MOST_OF_A_SOURCE]
    ]
