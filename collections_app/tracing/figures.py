"""The dated figures by which people are looked for, of one practice on one day."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from collections_app.limits.figures import LimitBook
from collections_app.limits.patient_limits import LEAD_SOURCES
from collections_app.tracing.confidence import LeadWeights
from collections_app.tracing.reachable import PatienceFigures
from collections_app.tracing.stopping import StopFigures


@dataclass(frozen=True, slots=True)
class TraceFigures:
    """All that a search needs to know; money in dollars."""

    patience: PatienceFigures
    stop: StopFigures
    weights: LeadWeights
    next_days: int
    vendor_hit: Decimal
    ncoa_hit: Decimal
    is_applied_at_once: bool


def figures_of(book: LimitBook, practice_id: int, *, on: dt.date) -> TraceFigures:
    """The figures that hold for a practice on a day."""

    def value(name: str) -> int:
        return book.value(name, on=on, practice_id=practice_id)

    def dollars(name: str) -> Decimal:
        return book.dollars(name, on=on, practice_id=practice_id)

    return TraceFigures(
        patience=PatienceFigures(calls=value("trace_calls"), days=value("trace_call_days")),
        stop=StopFigures(
            tries=value("trace_tries"), days=value("trace_days"), quiet_days=value("trace_quiet_days"),
            share=value("trace_share"), least=dollars("trace_least"),
        ),
        weights=LeadWeights(
            weights={code: value(f"lead_{code}") for code in LEAD_SOURCES},
            half_life=value("lead_half_life"),
            failure=value("lead_failure"),
        ),
        next_days=value("trace_next_days"),
        vendor_hit=dollars("trace_hit"),
        ncoa_hit=dollars("ncoa_hit"),
        is_applied_at_once=value("ncoa_at_once") == 1,
    )  # fmt: skip
