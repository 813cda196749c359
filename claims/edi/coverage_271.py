"""Take in one 271: what payers say of coverage goes to whoever asked; the books themselves stay as they are.

An answer about a person is no bill and no payment: nothing is posted, and no coverage is written from it here.
"""

from collections.abc import Iterator, Sequence

from claims.edi.answer_listeners import HeardCoverage, tell_coverages
from claims.edi.files import ImportRequest, TransactionTally, batch, figures_of, take_items, with_retries
from claims.edi.models import EdiTransaction
from claims.edi.practice_lookup import practice_of_npi, practices_of_sender
from claims.edi.x12.records import CoverageRead, Event, TransactionEnd, TransactionStart


def take_271(intake: ImportRequest, row: EdiTransaction, events: Iterator[Event]) -> None:
    """Take in the answers of one transaction; `row` holds status and figures afterwards."""
    taking = _Taking(intake, row)
    if end := take_items(row, events, begin=taking.begin, items_of=_answers_in, take=taking.take):
        taking.finish(end)


def _answers_in(event: Event) -> Sequence[CoverageRead]:
    return [event] if isinstance(event, CoverageRead) else []


class _Taking:
    def __init__(self, intake: ImportRequest, row: EdiTransaction) -> None:
        self._intake, self._row = intake, row
        self._tally = TransactionTally.resumed(row)
        self._source = f"{intake.file.sha256[:40]}/{row.position}"
        self._on = intake.today

    def begin(self, start: TransactionStart) -> None:
        self._on = start.envelope.date or self._intake.today

    def take(self, items: Sequence[CoverageRead]) -> None:
        if items:
            self._tally = with_retries(lambda: self._batch(items))

    def _batch(self, items: Sequence[CoverageRead]) -> TransactionTally:
        row, tally = self._row, TransactionTally.resumed(self._row)
        with batch(row, size=len(items)):
            heard = []
            for item in items:
                tally.note(item.answer.problems)
                source = f"{self._source}/{item.answer.first_segment}"
                heard.append(HeardCoverage(item.answer, self._scope(item.answer.provider_npi), self._on, source))
            matched = tell_coverages(heard, today=self._intake.today, now=self._intake.now)
            tally.count("matched", matched)
            if missed := len(heard) - matched:
                tally.count("unmatched", missed)
                message = f"{missed} answers name no question of ours; nothing was done with them."
                tally.add(f"segment {items[0].answer.first_segment}, TRN02", "unmatched", message)
            row.summary = {**row.summary, "progress": tally.saved()}
            row.problems = tally.problems
            row.practice_id = row.practice_id or self._intake.practice_id
        return tally

    def _scope(self, npi: str) -> tuple[int, ...] | None:
        allowed = [self._intake.practice_id] if self._intake.practice_id else practices_of_sender(self._intake.actor)
        own = practice_of_npi(npi) if npi and not self._intake.practice_id else None
        if own is not None and (allowed is None or own in allowed):
            return (own,)
        return None if allowed is None else tuple(allowed)

    def finish(self, end: TransactionEnd) -> None:
        row, tally = self._row, self._tally
        tally.note(end.problems)
        unmatched = tally.counts.get("unmatched", 0)
        row.status = "partly" if unmatched else "posted"
        row.summary = {
            **figures_of(end.totals),
            "posted": tally.counts.get("matched", 0),
            "exceptions": unmatched,
            "progress": tally.saved(),
        }
        row.problems = tally.problems
        row.save(update_fields=["status", "summary", "problems"])
