"""Take in one 837: claims with their lines, people, cover, sendings and charges, in bounded batches.

What the claims of a batch do is decided and carried out together (`bills_837`), so that the number of queries does
not depend on the number of claims. One bad claim is a problem of its own; its neighbours are taken in.
"""

from collections.abc import Iterator, Sequence

from claims.billing import selectors as billing_facts
from claims.edi.billed import Around, Billed, billed, too_long
from claims.edi.bills_837 import Batch, Choice
from claims.edi.models import EdiTransaction
from claims.edi.practice import may_bring_files_for, resolve_practice, stranger, unknown
from claims.edi.transactions import Intake, Tally, batch, figures, tried_again
from claims.edi.x12.records import Claim837, ClaimRead, Event, Provider, Submission837, TransactionEnd, TransactionStart

BATCH = 500


def take_837(intake: Intake, row: EdiTransaction, events: Iterator[Event]) -> None:
    """Take in the claims of one transaction that are not in yet; `row` holds status and figures afterwards."""
    taking = Taking(intake, row)
    waiting: list[Claim837] = []
    numbers: set[str] = set()
    seen, end = 0, None
    for event in events:
        if isinstance(event, TransactionStart):
            taking.begin(event)
        elif isinstance(event, ClaimRead) and isinstance(event.claim, Claim837):
            seen += 1
            if seen <= row.done:
                continue
            # A number that comes again within a batch waits for the next one, which finds it in the books.
            if len(waiting) >= BATCH or event.claim.number in numbers:
                taking.take(waiting)
                waiting, numbers = [], set()
            waiting.append(event.claim)
            numbers.add(event.claim.number)
        elif isinstance(event, TransactionEnd):
            end = event
    taking.take(waiting)
    if end:
        taking.finish(end)


class Taking:
    """One transaction on its way into the books; `begin` comes first."""

    def __init__(self, intake: Intake, row: EdiTransaction) -> None:
        self._intake, self._row = intake, row
        self._tally = Tally.resumed(row)
        self._practices: dict[tuple[str, str], int | None] = {}
        self._around: Around | None = None

    def take_one(self, claim: Claim837, choice: Choice) -> Tally:
        """Take in a claim that was in conflict as a person decided, in the caller's transaction; what came of it."""
        return self._take([claim], choice)

    def bill_of(self, claim: Claim837) -> Billed | None:
        """The bill that a claim is, or None where its practice is not among those that the sender brings files for."""
        practice_id = self._practice_of(claim, Tally())
        return billed(claim, practice_id=practice_id, around=self._around) if practice_id and self._around else None

    def begin(self, start: TransactionStart) -> None:
        usage = start.header.usage if isinstance(start.header, Submission837) else ""
        source = f"{self._intake.file.sha256[:40]}/{self._row.position}"
        self._around = Around(start.envelope, usage, source, self._intake.today)

    def take(self, claims: Sequence[Claim837]) -> None:
        if claims:
            self._tally = tried_again(lambda: self._batch(claims))
            if self._intake.progress:
                self._intake.progress(self._intake.file.done_claims, self._intake.file.total_claims)

    def _batch(self, claims: Sequence[Claim837]) -> Tally:
        tally = Tally.resumed(self._row)
        self._practices = {}  # a batch that was rolled back may have opened some of these
        with batch(self._row, size=len(claims)):
            tally.add_all(self._take(claims))
            self._row.summary = {**self._row.summary, "progress": tally.saved()}
            self._row.problems = tally.problems
            self._row.practice_id = self._row.practice_id or min(tally.practices, default=None)
        return tally

    def _take(self, claims: Sequence[Claim837], choice: Choice | None = None) -> Tally:
        tally = Tally()
        sound = [(claim, practice_id) for claim in claims if (practice_id := self._practice_of(claim, tally))]
        if not sound:
            return tally
        assert self._around
        bills = [billed(claim, practice_id=practice_id, around=self._around) for claim, practice_id in sound]
        done = billing_facts.recorded_sources([one.bill.source for one in bills])
        tally.count("taken", sum(one.bill.source in done for one in bills))
        fresh = [one for one in bills if one.bill.source not in done]
        for one in bills:
            tally.note(one.notes if one.bill.source in done else ())
        tally.practices |= {one.bill.practice_id for one in bills}
        segments = {one.bill.source: claim.first_segment for one, (claim, _) in zip(bills, sound, strict=True)}
        while fresh:
            fresh = Batch(self._intake, fresh, tally, segments, choice).run()
        return tally

    def _practice_of(self, claim: Claim837, tally: Tally) -> int | None:
        """The claim's practice, or None with the problem noted why the claim cannot be taken in."""
        tally.note(claim.problems)
        where = f"segment {claim.first_segment}, CLM"
        if any(problem.severity == "error" for problem in claim.problems):
            tally.count("refused")
            return None
        if too_long(claim):
            tally.count("refused")
            tally.add(f"{where}01", "bad_number", "Expected a claim number of at most 38 characters.")
            return None
        practice_id = self._resolve(claim.billing)
        if practice_id is None:
            tally.count("stranger")
            of = claim.billing
            who = stranger(npi=of.npi, tin=of.tin, name=of.name) if of else stranger(npi="", tin="", name="")
            tally.add_stranger(who)
            tally.add(where, "unknown_practice", unknown(who, role="billing provider"))
        return practice_id

    def _resolve(self, provider: Provider | None) -> int | None:
        npi, tin = (provider.npi, provider.tin) if provider else ("", "")
        if (npi, tin) not in self._practices:
            intake = self._intake
            found = resolve_practice(
                npi=npi,
                tin=tin,
                name=provider.name if provider else "",
                forced_id=intake.practice_id,
                may_open=intake.may_open,
                now=intake.now,
                opened_by=intake.actor,
            )
            is_theirs = found and may_bring_files_for(intake.actor, found.pk)
            self._practices[npi, tin] = found.pk if found and is_theirs else None
        return self._practices[npi, tin]

    def finish(self, end: TransactionEnd) -> None:
        tally, row = self._tally, self._row
        tally.note(end.problems)
        counts = tally.counts
        exceptions = counts.get("refused", 0) + counts.get("conflict", 0) + counts.get("stranger", 0)
        taken = counts.get("taken", 0)
        if exceptions:
            row.status = "rejected" if not taken and counts.get("stranger") == exceptions else "partly"
        else:
            row.status = "posted"
        row.kind = end.kind
        row.summary = {**figures(end.totals), "posted": taken, "exceptions": exceptions, "progress": tally.saved()}
        row.problems = tally.problems
        row.save(update_fields=["status", "kind", "summary", "problems"])
