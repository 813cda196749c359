"""Opening balances: what was still owed when the books of a practice began here, bucket by bucket, with its own dates.

Whoever brings claims out of books kept elsewhere opens them uncharged (`billing.services.open_claims`) and says here
what of each line is open, who owes it and since when. The charge was posted in the books before and never becomes
revenue here: a line remembers it (`OpenedLine`), so that charges still tie out and a replacement charges the
difference only. Age counts from the original days: service and billing days stand on the claim, the day since when a
bucket owes is that of its entry. A claim settled before is opened with no balance and nothing to do.

One source opens once, all of it or nothing, and all of it can be reversed while nobody has built on it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import OpenedLine, OpeningSet, Posting
from claims.parties.models import Account

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What one bucket owes of a line, in dollars (below zero: a credit), and since when."""

    line_id: int
    bucket: str
    amount: Decimal
    since_on: dt.date


@dataclass(frozen=True, slots=True)
class OpeningClaim:
    """A claim of the books before, which stands here uncharged; without balances it was settled there."""

    claim_id: int
    balances: tuple[OpeningBalance, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningCredit:
    """A guarantor's cash that no claim had got yet, in dollars."""

    account_id: int
    amount: Decimal
    received_on: dt.date


def open_balances(
    claims: Sequence[OpeningClaim],
    *,
    practice_id: int,
    cut_over_on: dt.date,
    source: str,
    actor: "User",
    now: dt.datetime,
    credits: Sequence[OpeningCredit] = (),
) -> OpeningSet:
    """Bring balances forward with the accounting date `cut_over_on`. Set-based.

    Raises `Conflict` where the source was opened before or a claim has postings already, `DomainError` naming what
    does not fit, `NotFound` outside the actor's practices, `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                opening = OpeningSet.objects.create(
                    practice_id=practice_id, cut_over_on=cut_over_on, source=source[:80], posted_at=now, posted_by=actor
                )
        except IntegrityError as error:
            raise Conflict(f"{source} was opened before. Reverse that opening first.") from error
        lines = _lines([one.claim_id for one in claims], practice_id)
        _ensure_fitting(claims, lines, cut_over_on)
        _ensure_accounts(credits, practice_id, cut_over_on)
        _remember(opening, lines)
        ledger.post(
            [*_claim_entries(opening, claims), *_credit_entries(opening, credits)],
            now=now, actor=actor, reason="opening",
        )  # fmt: skip
        settled = [one.claim_id for one in claims if not one.balances]
        _close(settled)
        audit.record(
            actor, "opening_posted", "opening", opening.pk, practice_id=practice_id, now=now,
            after={"source": opening.source, "claims": len(claims), "settled": len(settled), "credits": len(credits)},
        )  # fmt: skip
    return opening


def reverse_opening(opening_id: int, *, why: str, actor: "User", today: dt.date, now: dt.datetime) -> OpeningSet:
    """Take back everything that one opening brought. Its claims stand at nothing; the source may be opened anew.

    Raises `Conflict` where it is reversed already, or something was posted to its claims or its cash was used since.
    """
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        opening = OpeningSet.objects.select_for_update().filter(pk=opening_id, practice__in=practice_ids(actor)).first()
        if opening is None:
            raise NotFound("There is no such opening in your practices.")
        if opening.reversed_at is not None:
            raise Conflict("This opening is reversed already.")
        postings = _postings(opening)
        _ensure_untouched(opening, postings)
        ids = [row.pk for row in postings]
        ledger.reverse(ids, posted_on=today, now=now, actor=actor, memo=why[:120], reason="opening")
        opening.reversed_at, opening.reversed_by, opening.reversed_why = now, actor, why.strip()[:300]
        opening.save(update_fields=["reversed_at", "reversed_by", "reversed_why"])
        facts = {"source": opening.source, "postings": len(ids), "why": opening.reversed_why}
        audit.record(
            actor, "opening_reversed", "opening", opening.pk, practice_id=opening.practice_id, after=facts, now=now
        )
    return opening


def _lines(claim_ids: Sequence[int], practice_id: int) -> dict[int, dict[int, Decimal]]:
    """Of each claim its lines with their charges, all locked."""
    ours = Claim.objects.select_for_update().filter(bulk.Among("pk", sorted(claim_ids)), practice=practice_id)
    found: dict[int, dict[int, Decimal]] = {pk: {} for pk in ours.order_by("pk").values_list("pk", flat=True)}
    rows = ClaimLine.objects.filter(bulk.Among("claim", sorted(found))).order_by("pk")
    for pk, claim_id, charge in rows.values_list("pk", "claim_id", "charge"):
        found[claim_id][pk] = charge
    return found


def _ensure_fitting(claims: Sequence[OpeningClaim], lines: dict[int, dict[int, Decimal]], cut_over_on: dt.date) -> None:
    if len({one.claim_id for one in claims}) != len(claims):
        raise DomainError("A claim is named twice. Name each claim once, with all its balances.")
    for one in claims:
        if one.claim_id not in lines:
            raise NotFound(f"Claim {one.claim_id} is not in this practice.")
        places = [(balance.line_id, balance.bucket) for balance in one.balances]
        if len(set(places)) != len(places):
            raise DomainError(f"Claim {one.claim_id} names a bucket of a line twice. Add the amounts up.")
        for balance in one.balances:
            if balance.line_id not in lines[one.claim_id] or balance.bucket not in BUCKETS:
                raise DomainError(f"Claim {one.claim_id} has no line {balance.line_id} or no bucket {balance.bucket}.")
            if balance.amount == ZERO or balance.since_on > cut_over_on:
                raise DomainError(
                    f"Claim {one.claim_id}: a balance is not zero, and owed since {cut_over_on} at the latest."
                )
    touched = Posting.objects.filter(bulk.Among("claim", sorted(lines)), reverses=None, reversed_by=None)
    if known := touched.values_list("claim__number", flat=True).order_by("claim_id").first():
        raise Conflict(f"Claim {known} has postings in these books already: it is open here, not brought forward.")


def _ensure_accounts(credits: Sequence[OpeningCredit], practice_id: int, cut_over_on: dt.date) -> None:
    named = {one.account_id for one in credits}
    ours = set(
        Account.objects.filter(bulk.Among("pk", sorted(named)), practice=practice_id).values_list("pk", flat=True)
    )
    if named - ours:
        raise NotFound(f"Account {min(named - ours)} is not in this practice.")
    if len(named) != len(credits):
        raise DomainError("An account is named twice. Add its credits up.")
    if any(one.amount <= ZERO or one.received_on > cut_over_on for one in credits):
        raise DomainError(f"A credit is more than zero, and received by {cut_over_on}.")


def _remember(opening: OpeningSet, lines: dict[int, dict[int, Decimal]]) -> None:
    """Note the charge of each line; of one that an opening brought before, anew."""
    charges = {pk: charge for of_claim in lines.values() for pk, charge in of_claim.items()}
    for batch in bulk.chunks(sorted(charges)):
        OpenedLine.objects.filter(line__in=batch).delete()
        OpenedLine.objects.bulk_create(OpenedLine(opening=opening, line_id=pk, charge=charges[pk]) for pk in batch)


def _claim_entries(opening: OpeningSet, claims: Sequence[OpeningClaim]) -> Iterator[Entry]:
    for one in claims:
        for balance in one.balances:
            owes = balance.amount > ZERO
            yield Entry(
                practice_id=opening.practice_id,
                kind="opening",
                debit=balance.bucket if owes else "OPENING",
                credit="OPENING" if owes else balance.bucket,
                amount=abs(balance.amount),
                posted_on=opening.cut_over_on,
                effective_on=balance.since_on,
                key=posting_key("opening", opening.pk, balance.line_id, balance.bucket),
                claim_id=one.claim_id,
                line_id=balance.line_id,
                memo=_memo(opening),
            )


def _credit_entries(opening: OpeningSet, credits: Sequence[OpeningCredit]) -> Iterator[Entry]:
    for one in credits:
        yield Entry(
            practice_id=opening.practice_id,
            kind="opening",
            debit="OPENING",
            credit="UNAPPLIED",
            amount=one.amount,
            posted_on=opening.cut_over_on,
            effective_on=one.received_on,
            key=posting_key("opening", opening.pk, "account", one.account_id),
            account_id=one.account_id,
            memo=_memo(opening),
        )


def _memo(opening: OpeningSet) -> str:
    return f"Opening {opening.pk}"


def _postings(opening: OpeningSet) -> list[Posting]:
    rows = Posting.objects.filter(practice=opening.practice_id, posted_on=opening.cut_over_on, kind="opening")
    return list(rows.filter(memo=_memo(opening), reverses=None, reversed_by=None).order_by("pk"))


def _ensure_untouched(opening: OpeningSet, postings: Sequence[Posting]) -> None:
    claims = OpenedLine.objects.filter(opening=opening).values("line__claim")
    standing = Posting.objects.filter(claim__in=claims, reverses=None, reversed_by=None).exclude(memo=_memo(opening))
    if count := standing.aggregate(found=Count("claim", distinct=True))["found"]:
        raise Conflict(f"{count} of its claims have later postings. Reverse those first; nothing was changed.")
    credits = {row.account_id: row.amount for row in postings if row.credit == "UNAPPLIED"}
    held = dict(
        Account.objects.filter(bulk.Among("pk", sorted(pk for pk in credits if pk))).values_list("pk", "unapplied")
    )
    if any(held[pk] < amount for pk, amount in credits.items() if pk):
        raise Conflict("Cash that it brought was applied since. Take that back first; nothing was changed.")


def _close(claim_ids: Sequence[int]) -> None:
    """Claims settled before: nothing is open of them, and nobody has to work them."""
    for batch in bulk.chunks(sorted(claim_ids)):
        Claim.objects.filter(pk__in=batch).exclude(state=Claim.State.VOID).update(
            state=Claim.State.CLOSED, balance=ZERO
        )
    announce("opening", claims=frozenset(claim_ids), accounts=frozenset())


def opened_charges(claim_ids: Sequence[int]) -> dict[int, Decimal]:
    """What lines of these claims were charged in the books before, by line."""
    rows = OpenedLine.objects.filter(bulk.Among("line__claim", sorted(claim_ids)))
    return dict(rows.values_list("line_id", "charge"))


__all__ = ["OpeningBalance", "OpeningClaim", "OpeningCredit", "open_balances", "opened_charges", "reverse_opening"]
