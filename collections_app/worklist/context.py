"""What scoring a batch needs beside the items: rules, payer classes, call windows, rates and pace. Read once.

A nightly run makes one context for everything; an event makes a small one for its payers.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from claims.billing.models import Acknowledgment
from claims.payers.books import rule_book
from claims.payers.deadlines import Scope, governing_state
from claims.payers.models import Payer
from claims.payers.rules import RuleBook
from claims.practices.models import Practice
from collections_app.worklist import windows
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import PayerPace, SegmentRate
from collections_app.worklist.scoring import age_limits


@dataclass
class Context:
    """The surroundings of a batch on one day."""

    today: dt.date
    now: dt.datetime
    rules: RuleBook
    payer_class: dict[int, str] = field(default_factory=dict)
    payer_window: dict[int, int] = field(default_factory=dict)
    payer_state: dict[int, str] = field(default_factory=dict)
    practice_state: dict[int, str] = field(default_factory=dict)
    acknowledged: frozenset[int] = frozenset()
    rates: dict[tuple[int, str, str, str, str], tuple[float, float]] = field(default_factory=dict)
    pace: dict[tuple[int, int], tuple[float, float]] = field(default_factory=dict)

    def scope(self, *, practice_id: int, payer_id: int | None, plan_id: int | None) -> Scope:
        """Whose rules apply to a claim."""
        return Scope(
            payer_class=self.payer_class.get(payer_id or 0),
            payer_id=payer_id,
            plan_id=plan_id,
            state=governing_state(
                payer=self.payer_state.get(payer_id or 0, ""), practice=self.practice_state.get(practice_id, "")
            ),
        )

    def won_of(self, practice_id: int, kind: str, payer_id: int | None, category: str, age: int) -> tuple[float, float]:
        """Won and tried of the practice's own segment; nothing where there is no history."""
        key = (practice_id, kind, self.payer_class.get(payer_id or 0, ""), category, band(age))
        return self.rates.get(key, (0.0, 0.0))

    def pace_of(self, practice_id: int, payer_id: int | None) -> tuple[float, float]:
        """Mean minutes with a payer, and how many pieces of work they come from."""
        return self.pace.get((practice_id, payer_id or 0), (0.0, 0.0))


def band(age_days: int) -> str:
    """The age bracket in which rates are kept, by its last day; `over` beyond the last."""
    limits = age_limits()
    index = bisect_left(limits, age_days)
    return str(limits[index]) if index < len(limits) else "over"


def of_item(item: WorkItem, *, today: dt.date, now: dt.datetime) -> Context:
    """The context of a day for one item."""
    return load(today=today, now=now, payer_ids=[item.payer_id] if item.payer_id else [])


def load(*, today: dt.date, now: dt.datetime, payer_ids: Iterable[int] | None = None) -> Context:
    """The context of a day, for some payers or (None) for all. Nine queries."""
    payers = Payer.objects.all() if payer_ids is None else Payer.objects.filter(pk__in=set(payer_ids))
    facts = list(payers.values_list("pk", "payer_class", "state"))
    payer_class = {pk: of_class for pk, of_class, _ in facts}
    keys = windows.payer_keys(payer_class)
    ids = windows.ids_of(keys.values())
    return Context(
        today=today,
        now=now,
        rules=rule_book(),
        payer_class=payer_class,
        payer_window={payer: ids[key] for payer, key in keys.items()},
        payer_state={pk: state for pk, _, state in facts if state},
        practice_state=dict(Practice.objects.values_list("pk", "state")),
        acknowledged=_with_acknowledgments(),
        rates=_rates(),
        pace=_pace(payer_class),
    )


def _with_acknowledgments() -> frozenset[int]:
    """Practices whose clearinghouse reports back: only they can miss an acknowledgment."""
    known = Acknowledgment.objects.filter(kind__in=("277CA", "277")).order_by()
    return frozenset(
        practice
        for practice in Practice.objects.values_list("pk", flat=True)
        if known.filter(practice=practice).exists()
    )


def _rates() -> dict[tuple[int, str, str, str, str], tuple[float, float]]:
    rows = SegmentRate.objects.filter(at_stake__gt=0).values_list(
        "practice_id", "kind", "payer_class", "category", "age_band", "decided", "at_stake", "recovered"
    )
    return {
        (practice, kind, payer_class, category, age): (decided * float(recovered / stake), float(decided))
        for practice, kind, payer_class, category, age, decided, stake, recovered in rows
    }


def _pace(payer_class: dict[int, str]) -> dict[tuple[int, int], tuple[float, float]]:
    rows = PayerPace.objects.filter(timed__gt=0, payer__in=payer_class).values_list(
        "practice_id", "payer_id", "minutes", "timed"
    )
    return {(practice, payer): (minutes / timed, float(timed)) for practice, payer, minutes, timed in rows}
