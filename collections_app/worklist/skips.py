"""Skipping: giving an item back without an outcome, with a reason, and what the supervisor sees of it.

What is skipped is work that nobody did: by reason, age and value it shows what people pass by, and why.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, Count, Max, Q, QuerySet, Sum, Value, When

from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.worklist import leases
from collections_app.worklist.answers import MissingField
from collections_app.worklist.models import Skip

if TYPE_CHECKING:
    from arwork.staff.models import User

#: The last day (exclusive beyond it) of each age band, and the amount below which each band of value lies.
AGES = ((30, "0-30 days"), (60, "31-60 days"), (90, "61-90 days"), (120, "91-120 days"))
OLDEST = "121 days and more"
VALUES = ((100, "below $100"), (500, "$100 to $500"), (2_500, "$500 to $2,500"))
LARGEST = "$2,500 and more"
SHOWN = 500
REASONS = list(Skip.Reason.choices)


def skip_item(*, actor: "User", item_id: int, reason: str, words: str = "", now: dt.datetime, today: dt.date) -> bool:
    """Give an item back without an outcome, and say why; False (and nothing kept) if the actor did not hold it.

    Raises `MissingField` without a reason from the list, or for "something else" without words; `SensitiveText`.
    """
    words = words.strip()
    ensure_not_sensitive(words=words)
    item = leases.access_item(actor, item_id)
    if not leases.holding(actor=actor, now=now).filter(pk=item_id).exists():
        return False
    if reason not in Skip.Reason.values:
        raise MissingField("Choose why you give it back.", field="reason")
    if reason == Skip.Reason.OTHER and not words:
        raise MissingField("Say in your own words why you give it back.", field="words")
    with transaction.atomic():
        if not leases.release_item(actor=actor, item_id=item_id):
            return False
        Skip.objects.create(
            practice_id=item.practice_id,
            item=item,
            by=actor,
            at=now,
            reason=reason,
            words=words[:300],
            kind=item.kind,
            amount=item.amount,
            age_days=max((today - item.aged_from).days, 0),
        )
        told = {"reason": reason}
        audit.record(actor, "skipped", "work_item", item.pk, practice_id=item.practice_id, after=told, now=now)
    return True


@dataclass(frozen=True, slots=True)
class SkipFigure:
    """How often something was skipped: by a reason, an age or a value."""

    label: str
    count: int
    amount: Decimal
    oldest: int
    people: int


@dataclass(frozen=True, slots=True)
class SkipFigures:
    """What was skipped in the actor's practices, cut three ways."""

    by_reason: Sequence[SkipFigure]
    by_age: Sequence[SkipFigure]
    by_value: Sequence[SkipFigure]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.by_reason)

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.by_reason), ZERO)


def skips_since(*, actor: "User", since: dt.datetime) -> QuerySet[Skip]:
    """What was skipped in the actor's practices, the latest first."""
    require(actor, Capability.SEE_TEAM)
    rows = Skip.objects.filter(practice__in=practice_ids(actor), at__gte=since)
    return rows.select_related("by", "item__claim", "item__account", "item__payer").order_by("-at", "-pk")


def skip_figures(*, actor: "User", since: dt.datetime) -> SkipFigures:
    """The same in figures: most often skipped reasons first, ages and values in their order. Three queries."""
    rows = skips_since(actor=actor, since=since)
    labels = dict(Skip.Reason.choices)
    reasons = [SkipFigure(labels[code], *rest) for code, *rest in _counted(rows, "reason")]
    ages = Case(*(When(age_days__lte=last, then=Value(label)) for last, label in AGES), default=Value(OLDEST))
    steps = [When(Q(amount__lt=Decimal(top)), then=Value(label)) for top, label in VALUES]
    values = Case(*steps, default=Value(LARGEST))
    return SkipFigures(
        by_reason=sorted(reasons, key=lambda one: (-one.count, one.label)),
        by_age=_in_order(_counted(rows.annotate(band=ages), "band"), [*(label for _, label in AGES), OLDEST]),
        by_value=_in_order(_counted(rows.annotate(band=values), "band"), [*(label for _, label in VALUES), LARGEST]),
    )


def _counted(rows: QuerySet[Skip], by: str) -> list[tuple]:
    counts = {"count": Count("pk"), "money": Sum("amount"), "oldest": Max("age_days")}
    return list(rows.order_by().values_list(by).annotate(**counts, people=Count("by", distinct=True)))


def _in_order(found: list[tuple], labels: Sequence[str]) -> list[SkipFigure]:
    return [SkipFigure(*row) for row in sorted(found, key=lambda row: labels.index(row[0]))]
