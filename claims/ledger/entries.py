"""What a caller asks the ledger to post. Pure: no Django import."""

import datetime as dt
import hashlib
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from claims.billing.buckets import BUCKETS

_OWING = frozenset(BUCKETS)


class Entry(NamedTuple):
    """One movement to post: `amount` dollars (> 0) from `credit` to `debit`.

    `posted_on` is the accounting date, `effective_on` the date of service, deposit or adjudication. `key` comes
    from `posting_key` over the natural key of the source, so that the same event posts once. A tuple in the order of
    its fields, which bear the names of the columns: an import makes half a million of them.
    """

    practice_id: int
    kind: str
    debit: str
    credit: str
    amount: Decimal
    posted_on: dt.date
    effective_on: dt.date
    key: UUID
    claim_id: int | None = None
    line_id: int | None = None
    account_id: int | None = None
    group: str = ""
    carc: str = ""
    remit_claim_id: int | None = None
    remittance_id: int | None = None
    reverses_id: int | None = None
    memo: str = ""

    def bucket_changes(self) -> list[tuple[str, Decimal]]:
        """Signed change of each receivable bucket that this entry touches."""
        changes = []
        if self.debit in _OWING:
            changes.append((self.debit, self.amount))
        if self.credit in _OWING:
            changes.append((self.credit, -self.amount))
        return changes

    def unapplied_change(self) -> Decimal:
        """Signed change of unapplied cash (a liability: a credit raises it)."""
        return self.amount * ((self.credit == "UNAPPLIED") - (self.debit == "UNAPPLIED"))


def posting_key(kind: str, source: object, *parts: object) -> UUID:
    """A 128-bit digest of a natural key; parts are joined by a separator that cannot stand in file data.

    Its first four bytes are of kind and source alone: what one source posts stands together in the index of keys,
    and an import writes to a few of its pages instead of to all of them.
    """
    mark, begun = _begun(f"{kind}\x1f{source}")
    digest = begun.copy()
    digest.update("".join([f"\x1f{part}" for part in parts]).encode())
    return UUID(bytes=mark + digest.digest()[:12])


@lru_cache(maxsize=256)
def _begun(begin: str) -> "tuple[bytes, hashlib._Hash]":
    """The mark of a source, and the digest of its keys as far as all of them are alike: to be copied, not changed."""
    begun = hashlib.sha256(begin.encode())
    return begun.digest()[:4], begun
