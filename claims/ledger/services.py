"""Posting: the one door through which money moves.

`post` is set-based: whatever the number of entries, it locks the claims in order, leaves out what is already
posted, inserts the rest, and brings lines, receivables, claims and accounts to the new balances in the same
transaction. Query count depends on batches of 1,000, never on rows.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from arwork.lib import bulk, locks
from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.webhooks.listening import PAYMENT_POSTED
from arwork.webhooks.publishing import Subject, publish
from claims.billing.buckets import BUCKETS
from claims.billing.models import ClaimLine
from claims.ledger.balances import LockedClaim, apply_changes, lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Period, Posting
from claims.parties.models import Account

if TYPE_CHECKING:
    from arwork.staff.models import User


#: What is locked while money moves: the books of a practice.
BOOKS = 13


class PeriodClosed(DomainError):
    """The accounting date lies in a period that is closed for this practice."""

    code = "period_closed"


class ClaimMerged(Conflict):
    """Somebody merged the claim into another one at this very moment: its money stands there."""

    code = "claim_merged"


#: The reason of postings that bring money from one claim or account to the one that stands for it: none came in.
MERGED = "merge"


@dataclass(frozen=True)
class PostResult:
    """What `post` did: rows inserted, rows that were there already, claims whose balances changed."""

    inserted: int
    skipped: int
    claim_ids: frozenset[int]


def post(
    entries: Iterable[Entry],
    *,
    now: dt.datetime,
    actor: "User | None" = None,
    reason: str = "posting",
    also: Iterable[int] = (),
    icns: Mapping[int, str] | None = None,
    locked: Mapping[int, LockedClaim] | None = None,
) -> PostResult:
    """Post entries once each, keep every balance in step, announce what changed.

    `also` names claims of which something else changed (a denial was noted), so that one announcement serves both.
    `icns` are the control numbers that a payer gave claims with its answer (CLP07): written with their balances, for
    a claim stands in a dozen indexes and is better written once. `locked` are claims that the caller has locked with
    `lock_claims` in the same transaction, and posted nothing to since: what was judged is not read a second time.
    Raises `PeriodClosed`, and `ClaimMerged` for a claim that another one stands for (nothing is posted then).
    Constraint violations propagate: they are defects of the caller, not of the user.
    """
    asked = list({entry.key: entry for entry in entries}.values())
    with transaction.atomic():
        if reason != MERGED:
            asked = _on_standing_accounts(asked)
        known = locked or {}
        met = {entry.claim_id for entry in asked if entry.claim_id}.union(icns or ())
        standing = {**known, **lock_claims(met - known.keys())}
        fresh = _not_yet_posted(asked)
        _ensure_claims_stand(fresh, standing)
        _ensure_periods_open(fresh)
        by = actor.pk if actor else None
        bulk.insert_rows(Posting, _COLUMNS, [(*entry, now, by) for entry in fresh])
        _add_to_lines(fresh)
        _add_to_accounts(fresh)
        apply_changes(standing, fresh, icns or {})
        if reason != MERGED:
            publish(PAYMENT_POSTED, (_paid(entry) for entry in fresh if _is_payment(entry)))
    claim_ids = frozenset(entry.claim_id for entry in fresh if entry.claim_id)
    accounts = {standing[claim].account_id for claim in claim_ids} | {e.account_id for e in fresh if e.account_id}
    announce(reason, claims=claim_ids.union(also), accounts=accounts)
    return PostResult(inserted=len(fresh), skipped=len(asked) - len(fresh), claim_ids=claim_ids)


def reverse(
    posting_ids: Iterable[int],
    *,
    posted_on: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    memo: str = "",
    reason: str = "reversal",
) -> PostResult:
    """Post the mirror image of each posting, once; postings reversed before are skipped."""
    originals = Posting.objects.filter(id__in=list(posting_ids)).order_by("id")
    return post((mirror(row, posted_on=posted_on, memo=memo) for row in originals), now=now, actor=actor, reason=reason)


def mirror(original: Posting, *, posted_on: dt.date, memo: str = "") -> Entry:
    """The entry that undoes `original`: same amount, same line, accounts swapped, naming what it reverses."""
    return Entry(
        practice_id=original.practice_id,
        kind=original.kind,
        debit=original.credit,
        credit=original.debit,
        amount=original.amount,
        posted_on=posted_on,
        effective_on=posted_on,
        key=posting_key("reversal", original.key),
        claim_id=original.claim_id,
        line_id=original.line_id,
        account_id=original.account_id,
        group=original.group,
        carc=original.carc,
        remit_claim_id=original.remit_claim_id,
        remittance_id=original.remittance_id,
        reverses_id=original.pk,
        memo=memo,
    )


def _is_payment(entry: Entry) -> bool:
    """Whether money came in: no takeback, no reversal, no money moved that had come before."""
    return entry.kind in _PAYMENTS and entry.debit == "CASH" and entry.reverses_id is None


def _paid(entry: Entry) -> Subject:
    return entry.practice_id, {"claims": entry.claim_id, "accounts": entry.account_id}


def _not_yet_posted(entries: Sequence[Entry]) -> list[Entry]:
    asked = bulk.Among("key", (entry.key for entry in entries))
    known = set(Posting.objects.filter(asked).values_list("key", flat=True))
    return [entry for entry in entries if entry.key not in known] if known else list(entries)


def _on_standing_accounts(entries: list[Entry]) -> list[Entry]:
    """Unapplied cash of an account that is part of another one by now is that one's."""
    ids = {entry.account_id for entry in entries if entry.account_id and entry.unapplied_change()}
    stands: dict[int, int] = {}
    while ids:
        merged = Account.objects.filter(bulk.Among("id", ids), merged_into__isnull=False)
        step = {row.pk: row.merged_into_id or 0 for row in merged.only("merged_into")}
        stands |= step
        ids = set(step.values())
    if not stands:
        return entries
    found = []
    for entry in entries:
        account_id = entry.account_id
        while entry.unapplied_change() and account_id and account_id in stands:
            account_id = stands[account_id]
        found.append(entry._replace(account_id=account_id))
    return found


def _ensure_claims_stand(entries: Sequence[Entry], standing: Mapping[int, LockedClaim]) -> None:
    if any(entry.claim_id and standing[entry.claim_id].facts["merged_into_id"] for entry in entries):
        raise ClaimMerged("This claim was merged into another one just now. Look at that one, and try again.")


def _ensure_periods_open(entries: Sequence[Entry]) -> None:
    """A period can't be closed while this transaction lasts: whoever closes one waits for who posts."""
    earliest: dict[int, dt.date] = {}
    for entry in entries:
        earliest[entry.practice_id] = min(entry.posted_on, earliest.get(entry.practice_id, entry.posted_on))
    locks.share(BOOKS, earliest)
    closed = Period.objects.filter(practice__in=earliest, reopened_at=None)
    for practice_id, ends_on in closed.values_list("practice").annotate(Max("ends_on")):
        if earliest[practice_id] <= ends_on:
            raise PeriodClosed(
                f"The books are closed through {ends_on:%b %d, %Y}. Choose a later accounting date.",
                closed_through=ends_on.isoformat(),
            )


_PAYMENTS = ("payer_payment", "patient_payment", "unapplied")
_COLUMNS = (*Entry._fields, "created_at", "created_by_id")


def _add_to_lines(entries: Sequence[Entry]) -> None:
    changes: dict[int, dict[str, Decimal]] = {}
    for entry in entries:
        if entry.line_id:
            line = changes.setdefault(entry.line_id, {})
            for bucket, change in entry.bucket_changes():
                column = _LINE_COLUMNS[bucket]
                line[column] = line.get(column, ZERO) + change
    bulk.add(ClaimLine, changes)


_LINE_COLUMNS = {bucket: bucket.lower() for bucket in BUCKETS}


def _add_to_accounts(entries: Sequence[Entry]) -> None:
    changes: dict[int, dict[str, Decimal]] = defaultdict(lambda: {"unapplied": ZERO})
    for entry in entries:
        if entry.account_id and entry.unapplied_change():
            changes[entry.account_id]["unapplied"] += entry.unapplied_change()
    bulk.add(Account, changes)


__all__ = [
    "MERGED",
    "ClaimMerged",
    "LockedClaim",
    "PeriodClosed",
    "PostResult",
    "mirror",
    "post",
    "reverse",
]
