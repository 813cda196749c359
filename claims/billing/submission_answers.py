"""Receipts for submissions: find what they answer, keep them as rows, move the submissions on. Set-based."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import cast

from arwork.lib import bulk
from claims.billing import selectors
from claims.billing.buckets import SEQUENCES
from claims.billing.claim_numbers import remember_icns
from claims.billing.models import Acknowledgment, Claim, Submission
from claims.billing.selectors import AnsweredDays
from claims.billing.submission_progress import Verdict, after

_CLAIM_LEVEL = ("277CA", "277")
_FIRST = SEQUENCES["PAYER1"]


@dataclass(frozen=True, slots=True)
class ReceivedAcknowledgment:
    """One acknowledgment of one submission; without claim it is kept for the day the claim is read."""

    submission: Submission | None
    claim: Claim | None
    kind: str
    verdict: Verdict
    text: str
    on: dt.date
    source: str
    category: str = ""
    status_code: str = ""
    entity: str = ""
    icn: str = ""
    amount: Decimal | None = None
    is_syntax: bool = False

    @property
    def practice_id(self) -> int | None:
        return self.claim.practice_id if self.claim else None


@dataclass(frozen=True, slots=True)
class FoundSubmissions:
    """Submissions under a control number; none, and `is_ambiguous`, where several practices used it."""

    submissions: Sequence[Submission] = ()
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class SubmittedClaims:
    """Claims by number and by payer number, with their submissions."""

    by_number: Mapping[str, Sequence[Claim]]
    by_icn: Mapping[str, Sequence[Claim]]
    submissions: Mapping[int, Sequence[Submission]]

    def of(self, number: str, icn: str, *, on: dt.date) -> tuple[Claim | None, Submission | None]:
        """The one claim of that number (else of that payer number), and its last submission on or before `on`."""
        claims = self.by_number.get(number, ()) or self.by_icn.get(icn, ())
        if len(claims) != 1:
            return None, None
        return claims[0], _answered(self.submissions.get(claims[0].pk, ()), on)


def latest_submissions_in_group(
    gs: str, st: str, practice_ids: Sequence[int] | None, *, answered: AnsweredDays
) -> FoundSubmissions:
    """The latest submissions in functional group `gs` (and set `st` unless blank) that can be meant."""
    if not gs:
        return FoundSubmissions()
    rows = selectors.submissions_in_group(gs_control=gs, st_control=st, practice_ids=practice_ids, answered=answered)
    return _latest(rows)


def latest_submissions_in_interchange(
    isa: str, practice_ids: Sequence[int] | None, *, answered: AnsweredDays
) -> FoundSubmissions:
    """The latest submissions in interchange `isa` that can be meant."""
    if not isa:
        return FoundSubmissions()
    return _latest(selectors.submissions_in_interchange(isa_control=isa, practice_ids=practice_ids, answered=answered))


def submitted_claims(named: Iterable[tuple[str, str]], *, practice_ids: Sequence[int] | None) -> SubmittedClaims:
    """What statuses name: (our claim number, the payer's number)."""
    pairs = list(named)
    by_number = selectors.claims_by_number((number for number, _ in pairs if number), practice_ids=practice_ids)
    unknown = {icn for number, icn in pairs if icn and number not in by_number}
    by_icn = selectors.claims_by_icn(unknown, practice_ids=practice_ids)
    claims = [claim for found in (*by_number.values(), *by_icn.values()) for claim in found]
    return SubmittedClaims(by_number, by_icn, selectors.submissions_of(claim.pk for claim in claims))


def record_acknowledgments(receipts: Sequence[ReceivedAcknowledgment]) -> set[int]:
    """Keep the receipts and move their submissions on; the ids of claims they answer.

    A receipt kept before is left alone, so keeping twice changes nothing.
    """
    bulk.insert(Acknowledgment, [_row(receipt) for receipt in receipts], ignore_conflicts=True)
    states: dict[int, tuple[str, dt.date]] = {}
    for receipt in receipts:
        if submission := receipt.submission:
            before = states.get(submission.pk, (submission.state, submission.state_on))
            step = after(*before, verdict=receipt.verdict, on=receipt.on, is_syntax=receipt.is_syntax)
            if step != before:
                states[submission.pk] = step
    bulk.write(Submission, ["state", "state_on"], states)
    given = {(receipt.claim.pk, receipt.icn[:50]) for receipt in receipts if receipt.claim and receipt.icn}
    _note_icns(given)
    return {receipt.claim.pk for receipt in receipts if receipt.claim}


def _note_icns(given: Collection[tuple[int, str]]) -> None:
    """Give submissions that nobody adjudicated yet, and the claims of which the first payer adjudicated none, the
    payer's number that was acknowledged last. The number of an adjudication stands: appeals name it (REF*F8). Any other
    finds the claim."""
    for batch in bulk.chunks(sorted({claim_id for claim_id, _ in given})):
        before = dict(Claim.objects.filter(bulk.Among("id", batch)).values_list("id", "icn"))
        submissions, sent, standing = selectors.submissions_of(batch), {}, {}
        receipts: dict[int, list[Acknowledgment]] = {}
        for row in Acknowledgment.objects.filter(claim__in=batch, submission__isnull=False).exclude(icn=""):
            receipts.setdefault(row.submission_id or 0, []).append(row)
        for claim_id, rows in submissions.items():
            for one in rows:
                if one.state != Submission.State.ADJUDICATED and (icn := _newest_icn(receipts.get(one.pk, ()))):
                    sent[one.pk] = (icn,)
            first = [one for one in rows if one.sequence == _FIRST]
            if all(one.state != Submission.State.ADJUDICATED for one in first) and (
                icn := _newest_icn([row for one in first for row in receipts.get(one.pk, ())])
            ):
                standing[claim_id] = (icn,)
        bulk.write(Submission, ["icn"], sent)
        bulk.write(Claim, ["icn"], standing)
        after = before | {claim_id: icn for claim_id, (icn,) in standing.items()}
        known = {*before.items(), *(pair for pair in given if pair[0] in before)}
        remember_icns((claim_id, icn) for claim_id, icn in known if after[claim_id] != icn)


def _newest_icn(receipts: Sequence[Acknowledgment]) -> str:
    """The number given last; of one day's that of an acceptance."""
    named = [(row.effective_on, row.verdict != "rejected", row.icn) for row in receipts if row.icn]
    return max(named)[2] if named else ""


def reattach_acknowledgments(claim_ids: Iterable[int]) -> None:
    """Give claim-level receipts to the submission they answer, after an earlier unknown submission was recorded.

    A 277CA names a claim, not a submission: it answers the last one before its day. Read in order, nothing changes.
    """
    submissions = selectors.submissions_of(claim_ids)
    many = {claim_id: rows for claim_id, rows in submissions.items() if len(rows) > 1}
    receipts: dict[int, list[Acknowledgment]] = {}
    moved: dict[int, tuple[int]] = {}
    involved: set[int] = set()
    for batch in bulk.chunks(sorted(many)):
        rows = Acknowledgment.objects.filter(claim__in=batch, submission__isnull=False).order_by("effective_on", "id")
        for row in rows:
            was, claim_id = row.submission_id or 0, row.claim_id or 0
            answered = _answered(many[claim_id], row.effective_on) if row.kind in _CLAIM_LEVEL else None
            now = answered.pk if answered else was
            if now != was:
                moved[row.pk] = (now,)
                involved |= {now, was}
            receipts.setdefault(now, []).append(row)
    again = [one for rows in many.values() for one in rows if one.pk in involved]
    bulk.write(Acknowledgment, ["submission"], moved)
    steps = {one.pk: _standing(one, receipts.get(one.pk, [])) for one in again}
    bulk.write(Submission, ["state", "state_on", "icn"], steps)


def _answered(submissions: Sequence[Submission], on: dt.date) -> Submission | None:
    earlier = [one for one in submissions if one.submitted_on <= on]
    return earlier[-1] if earlier else next(iter(submissions), None)


def _standing(submission: Submission, receipts: Sequence[Acknowledgment]) -> tuple[str, dt.date, str]:
    """State, its day and the payer's number of a submission, from all of its receipts."""
    if submission.state in (Submission.State.PENDED, Submission.State.ADJUDICATED):
        return submission.state, submission.state_on, submission.icn
    state, since = str(Submission.State.SENT), submission.submitted_on
    for row in receipts:
        verdict, is_syntax = cast(Verdict, row.verdict), row.kind not in _CLAIM_LEVEL
        state, since = after(state, since, verdict=verdict, on=row.effective_on, is_syntax=is_syntax)
    return state, since, _newest_icn(receipts)


def drop_unmatched_acknowledgments(prefix: str) -> None:
    """Drop receipts without a claim from one transaction, before it is read again."""
    Acknowledgment.objects.filter(source__startswith=prefix, claim=None).delete()


def _latest(rows: Iterable[Submission]) -> FoundSubmissions:
    """Control numbers come round again: only the latest day's submissions are meant, and of one practice."""
    found: list[Submission] = []
    iterator = iter(rows)
    first = next(iterator, None)
    if first:
        found = [first, *takewhile(lambda one: one.submitted_on == first.submitted_on, iterator)]
    if len({one.claim.practice_id for one in found}) > 1:
        return FoundSubmissions(is_ambiguous=True)
    return FoundSubmissions(found)


def _row(receipt: ReceivedAcknowledgment) -> Acknowledgment:
    return Acknowledgment(
        practice_id=receipt.practice_id,
        claim=receipt.claim,
        submission=receipt.submission,
        kind=receipt.kind[:6],
        verdict=receipt.verdict,
        category=receipt.category[:4],
        status_code=receipt.status_code[:6],
        entity=receipt.entity[:4],
        text=receipt.text[:300],
        icn=receipt.icn[:50],
        amount=receipt.amount,
        effective_on=receipt.on,
        source=receipt.source,
    )
