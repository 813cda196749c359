"""Receipts for sendings: find what they answer, keep them as rows, move the sendings on. Set-based."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from arwork.lib import bulk
from claims.billing import selectors
from claims.billing.models import Acknowledgment, Claim, Submission
from claims.billing.progress import Verdict, after


@dataclass(frozen=True, slots=True)
class Receipt:
    """One acknowledgment of one sending; without claim it is kept for the day the claim is read."""

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
class Found:
    """Sendings under a control number; none, and `is_ambiguous`, where several practices used it."""

    submissions: Sequence[Submission] = ()
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """Claims by number and by payer number, with their sendings."""

    by_number: Mapping[str, Sequence[Claim]]
    by_icn: Mapping[str, Sequence[Claim]]
    sendings: Mapping[int, Sequence[Submission]]

    def of(self, number: str, icn: str, *, on: dt.date) -> tuple[Claim | None, Submission | None]:
        """The one claim of that number (else of that payer number), and its last sending on or before `on`."""
        claims = self.by_number.get(number, ()) or self.by_icn.get(icn, ())
        if len(claims) != 1:
            return None, None
        sendings = self.sendings.get(claims[0].pk, ())
        earlier = [one for one in sendings if one.submitted_on <= on]
        return claims[0], earlier[-1] if earlier else next(iter(sendings), None)


def sent_in_group(gs: str, st: str, practice_ids: Sequence[int] | None, *, until: dt.date) -> Found:
    """The latest sendings in functional group `gs` (and set `st` unless blank) on or before `until`."""
    if not gs:
        return Found()
    return _latest(selectors.submissions_in_group(gs_control=gs, st_control=st, practice_ids=practice_ids, until=until))


def sent_in_interchange(isa: str, practice_ids: Sequence[int] | None, *, until: dt.date) -> Found:
    """The latest sendings in interchange `isa` on or before `until`."""
    if not isa:
        return Found()
    return _latest(selectors.submissions_in_interchange(isa_control=isa, practice_ids=practice_ids, until=until))


def claims_sent(named: Iterable[tuple[str, str]], *, practice_ids: Sequence[int] | None) -> Sent:
    """What statuses name: (our claim number, the payer's number)."""
    pairs = list(named)
    by_number = selectors.claims_by_number((number for number, _ in pairs if number), practice_ids=practice_ids)
    unknown = {icn for number, icn in pairs if icn and number not in by_number}
    by_icn = selectors.claims_by_icn(unknown, practice_ids=practice_ids)
    claims = [claim for found in (*by_number.values(), *by_icn.values()) for claim in found]
    return Sent(by_number, by_icn, selectors.submissions_of(claim.pk for claim in claims))


def keep(receipts: Sequence[Receipt]) -> set[int]:
    """Keep the receipts and move their sendings on; the ids of claims they answer.

    A receipt kept before is left alone, so keeping twice changes nothing.
    """
    bulk.insert(Acknowledgment, [_row(receipt) for receipt in receipts], ignore_conflicts=True)
    states: dict[int, tuple[str, dt.date]] = {}
    sent_icns: dict[int, str] = {}
    claim_icns: dict[int, str] = {}
    for receipt in receipts:
        submission, claim = receipt.submission, receipt.claim
        if submission:
            before = states.get(submission.pk, (submission.state, submission.state_on))
            step = after(*before, verdict=receipt.verdict, on=receipt.on, is_syntax=receipt.is_syntax)
            if step != before:
                states[submission.pk] = step
            if receipt.icn and receipt.icn != submission.icn:
                sent_icns[submission.pk] = receipt.icn[:50]
        if claim and receipt.icn and (not claim.icn or receipt.kind == "277CA"):
            claim_icns[claim.pk] = receipt.icn[:50]
    bulk.write(Submission, ["state", "state_on"], states)
    bulk.write(Submission, ["icn"], {pk: (icn,) for pk, icn in sent_icns.items()})
    bulk.write(Claim, ["icn"], {pk: (icn,) for pk, icn in claim_icns.items()})
    return {receipt.claim.pk for receipt in receipts if receipt.claim}


def forget_unmatched(prefix: str) -> None:
    """Drop receipts without a claim from one transaction, before it is read again."""
    Acknowledgment.objects.filter(source__startswith=prefix, claim=None).delete()


def _latest(rows: Iterable[Submission]) -> Found:
    """Control numbers come round again: only the latest day's sendings are meant, and of one practice."""
    found: list[Submission] = []
    iterator = iter(rows)
    first = next(iterator, None)
    if first:
        found = [first, *takewhile(lambda one: one.submitted_on == first.submitted_on, iterator)]
    if len({one.claim.practice_id for one in found}) > 1:
        return Found(is_ambiguous=True)
    return Found(found)


def _row(receipt: Receipt) -> Acknowledgment:
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
