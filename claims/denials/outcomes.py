"""How a denial ended, and what brought it: won, won in part, lost; after an appeal, a corrected claim, by the payer.

Won is what the payer paid after all. In part: it still refuses some of the line, or some was given up before. What was
sent to the payer is partly the work's to know: it tells here (`register_answer_source`) when a denial is won.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from arwork.lib.bulk import Among
from claims.billing.buckets import SEQUENCES
from claims.billing.models import Submission
from claims.billing.submitted_claims import is_sent_again
from claims.denials.models import Denial


class SentAnswer(NamedTuple):
    """Something sent to a payer about a claim: what (`Denial.CameBy`), when, and to which bucket (empty: not known)."""

    claim_id: int
    what: str
    on: dt.date
    bucket: str = ""


class Win(NamedTuple):
    """A denial that a payment of a day recovered; `is_part`: the payer goes on refusing some of its line."""

    denial: Denial
    on: dt.date
    is_part: bool


AnswerSource = Callable[[Collection[int]], Iterable[SentAnswer]]
_sources: list[AnswerSource] = []


def register_answer_source(source: AnswerSource) -> None:
    """Ask `source` what was sent about claims of which a denial is won; the apps say so when they are ready."""
    if source not in _sources:
        _sources.append(source)


def outcomes_of(won: Mapping[int, Win]) -> dict[int, tuple[str, dt.date, str]]:
    """By denial: the outcome, its day, and what brought it. One query and those of the sources where any was won."""
    if not won:
        return {}
    sent = answers_sent({one.denial.claim_id for one in won.values()})
    found = {}
    for pk, one in won.items():
        is_part = one.is_part or one.denial.written_off > 0
        outcome = Denial.Outcome.PART if is_part else Denial.Outcome.WON
        brought = brought_by(
            sent.get(one.denial.claim_id, ()), bucket=one.denial.bucket, since=one.denial.initial_on, until=one.on
        )
        found[pk] = (outcome.value, one.on, brought)
    return found


def brought_by(sent: Iterable[SentAnswer], *, bucket: str, since: dt.date, until: dt.date) -> str:
    """What brought an outcome of the day `until` of what `bucket` denied on `since`: the last thing sent to it before;
    the payer itself where nothing was (`Denial.CameBy`)."""
    ours = [one for one in sent if since <= one.on <= until and one.bucket in ("", bucket)]
    return max(ours, key=lambda one: (one.on, one.what)).what if ours else Denial.CameBy.PAYER.value


def answers_sent(claim_ids: Collection[int]) -> dict[int, list[SentAnswer]]:
    """What was sent about claims after their first submission to a payer, by claim."""
    found: dict[int, list[SentAnswer]] = defaultdict(list)
    for source in (_sent_again, *_sources):
        for one in source(claim_ids):
            found[one.claim_id].append(one)
    return found


def _sent_again(claim_ids: Collection[int]) -> Iterable[SentAnswer]:
    rows = Submission.objects.filter(Among("claim", claim_ids)).order_by("claim", "submitted_on", "pk")
    buckets = {sequence: bucket for bucket, sequence in SEQUENCES.items()}
    seen = set()
    for claim_id, sequence, frequency, state, day in rows.values_list(
        "claim_id", "sequence", "frequency", "state", "submitted_on"
    ):
        is_first = (claim_id, sequence) not in seen
        seen.add((claim_id, sequence))
        if state != Submission.State.REJECTED and is_sent_again(frequency, is_first=is_first):
            yield SentAnswer(claim_id, Denial.CameBy.CORRECTED.value, day, buckets.get(sequence, ""))
