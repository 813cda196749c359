"""At which hours people answer the phone, learned from the practice's own calls (`answer_odds` says what follows)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from arwork.lib.bulk import Among
from arwork.lib.compiled_query import AmongSlot, CompiledQuery
from collections_app.contacts import windows
from collections_app.contacts.models import CallWindow, Channel, Contact, ContactOutcome, Direction
from collections_app.worklist.answer_odds import (
    NO_ODDS,
    AnswerHistories,
    AnswerHistory,
    AnswerOdds,
    answer_odds,
    part_of_day,
)
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import AnswerRate

_CALLED = (ContactOutcome.REACHED, ContactOutcome.THIRD_PARTY, ContactOutcome.VOICEMAIL, ContactOutcome.NO_ANSWER)


_KNOWN = CompiledQuery(
    lambda: AnswerRate.objects.filter(AmongSlot("practice", "practices")).values_list(
        "practice_id", "hours", "reached", "called"
    )
)


def answer_histories(practices: Sequence[int]) -> AnswerHistories:
    """What `learn_answers` learned of these practices. One query."""
    rows = _KNOWN.rows(practices=practices)
    return {(practice, hours): AnswerHistory(reached, called) for practice, hours, reached, called in rows}


def odds_in_window(
    practice_id: int, window: CallWindow | windows.WindowKey | None, known: AnswerHistories, *, now: dt.datetime
) -> AnswerOdds:
    """What this minute makes of a call in a person's window. A payer's people are there in all its hours."""
    if window is None or window.rests_on_holidays:
        return NO_ODDS
    return answer_odds(practice_id, part_of_day(windows.minute_of(now), window.zones), known)


def learn_answers(*, today: dt.date, since: dt.date, half_life: int) -> list[AnswerRate]:
    """Rates of the calls to people from `since` on; a call weighs half after `half_life` days. Two queries."""
    calls = Contact.objects.filter(
        channel=Channel.PHONE, direction=Direction.OUT, person__isnull=False, account__isnull=False, retold_by=None,
        outcome__in=_CALLED, at__date__gte=since,
    )  # fmt: skip
    rows = list(calls.values_list("practice_id", "account_id", "outcome", "at").iterator(chunk_size=2_000))
    zones = _zones(account or 0 for _, account, _, _ in rows)
    called: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for practice, account, outcome, at in rows:
        part = part_of_day(at, zones.get(account or 0, ""))
        if part is None:
            continue
        weight = 0.5 ** (max((today - at.date()).days, 0) / half_life)
        tally = called[practice, part.name]
        tally[0] += weight
        tally[1] += weight * (outcome == ContactOutcome.REACHED)
    return [
        AnswerRate(practice_id=practice, hours=name, called=round(all_), reached=round(reached), computed_on=today)
        for (practice, name), (all_, reached) in sorted(called.items())
        if round(all_)
    ]


def _zones(accounts: Iterable[int]) -> dict[int, str]:
    """The zones of the call window of each account's last item."""
    rows = WorkItem.objects.filter(Among("account", set(accounts)), claim=None, window__isnull=False).order_by("pk")
    return {account or 0: zones for account, zones in rows.values_list("account_id", "window__zones")}
