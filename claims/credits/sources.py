"""Where a credit lies: a bucket of a claim, unapplied cash of a guarantor account, or of a payer's deposit. Pure."""

import re
from typing import NamedTuple

from arwork.lib.errors import NotFound
from claims.billing.buckets import BUCKETS, Bucket

CLAIM, ACCOUNT, DEPOSIT = "claim", "account", "deposit"
_KEY = re.compile(r"(claim)-(\d{1,18})-(\w+)|(account|deposit)-(\d{1,18})")


class CreditSource(NamedTuple):
    """The place of a credit: what it is, its id, and of a claim the bucket."""

    kind: str
    source_id: int
    bucket: str = ""

    @property
    def key(self) -> str:
        """As addresses name it: `claim-12-payer1`, `account-7`, `deposit-3`."""
        return "-".join(part for part in (self.kind, str(self.source_id), self.bucket.lower()) if part)

    @property
    def party(self) -> str:
        """Whose money it is, in words."""
        if self.kind == CLAIM:
            return Bucket(self.bucket).label
        return "Unapplied, patient" if self.kind == ACCOUNT else "Unapplied, payer"

    @property
    def claim_id(self) -> int | None:
        return self.source_id if self.kind == CLAIM else None

    @property
    def account_id(self) -> int | None:
        return self.source_id if self.kind == ACCOUNT else None

    @property
    def remittance_id(self) -> int | None:
        return self.source_id if self.kind == DEPOSIT else None


def source_of(key: str) -> CreditSource:
    """What an address names. Raises `NotFound`."""
    found = _KEY.fullmatch(key)
    if found is None or (found[1] and found[3].upper() not in BUCKETS):
        raise NotFound("There is no such credit.")
    if found[1]:
        return CreditSource(CLAIM, int(found[2]), found[3].upper())
    return CreditSource(found[4], int(found[5]))
