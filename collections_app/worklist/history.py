"""What `rates` learned, as the score takes it: cases won and tried by segment, minutes and allowed shares by payer."""

from typing import NamedTuple

from django.db.models import QuerySet

from collections_app.worklist.rate_models import PayerPace, SegmentRate


class SegmentHistory(NamedTuple):
    """`won` of `tried` worked cases, in cases weighed by their dollars; `came_alone` of `left_alone` that nobody
    worked."""

    won: float = 0.0
    tried: float = 0.0
    came_alone: float = 0.0
    left_alone: float = 0.0


class PayerHistory(NamedTuple):
    """Mean minutes over `timed` logged pieces of work, and the share of the charge allowed over `remitted` claims."""

    minutes: float = 0.0
    timed: float = 0.0
    allowed: float = 0.0
    remitted: float = 0.0


def segment_histories(rows: QuerySet[SegmentRate]) -> dict[tuple[int, str, str, str, str], SegmentHistory]:
    """What `rates` learned, by segment. One query."""
    columns = ("decided", "at_stake", "recovered", "left_alone", "alone_at_stake", "came_alone")
    return {
        tuple(key): SegmentHistory(
            decided * float(recovered / stake) if stake else 0.0,
            float(decided),
            alone * float(came / alone_stake) if alone_stake else 0.0,
            float(alone),
        )
        for *key, decided, stake, recovered, alone, alone_stake, came in rows.values_list(
            "practice_id", "kind", "payer_class", "category", "age_band", *columns
        )
    }


def payer_histories(rows: QuerySet[PayerPace]) -> dict[tuple[int, int], PayerHistory]:
    """What `rates` learned, by practice and payer. One query."""
    columns = ("minutes", "timed", "charged", "allowed", "remitted")
    return {
        (practice, payer): PayerHistory(
            minutes / timed if timed else 0.0,
            float(timed),
            float(allowed / charged) if charged else 0.0,
            float(remitted),
        )
        for practice, payer, minutes, timed, charged, allowed, remitted in rows.values_list(
            "practice_id", "payer_id", *columns
        )
    }
