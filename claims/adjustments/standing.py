"""Claims as they stand under their locks: what is open in which bucket of which line, and what of it waits already."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.adjustments.allocation import WriteOffLine
from claims.adjustments.models import WriteOff
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.denials.models import Denial
from claims.ledger.balances import LockedClaim, lock_claims
from claims.ledger.models import Receivable

_COLUMNS = tuple(bucket.lower() for bucket in BUCKETS)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be adjusted: a line, a claim, or (without a claim) everything that the patients of an account owe."""

    bucket: str
    amount: Decimal
    claim_id: int | None = None
    line_id: int | None = None
    account_id: int | None = None


@dataclass(slots=True)
class Standing:
    """Locked claims, what each line owes now (changed as parts are taken), and what waits for approval."""

    locked: dict[int, LockedClaim]
    lines: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # of a claim, in order
    owed: dict[tuple[int, str], Decimal] = field(default_factory=dict)  # (line, bucket)
    denied: dict[tuple[int, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    of_account: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # claims, the oldest first
    claim_of: dict[int, int] = field(default_factory=dict)
    waiting_on_claims: dict[tuple[int, str], Decimal] = field(default_factory=dict)
    waiting_on_accounts: dict[int, Decimal] = field(default_factory=dict)
    posted: dict[tuple[int, str], Decimal] = field(default_factory=dict)

    def account_of(self, target: Target) -> int:
        """The account of the target's claim, or the target's own."""
        return self.locked[target.claim_id].account_id if target.claim_id else int(target.account_id or 0)

    def open_lines(self, target: Target) -> list[WriteOffLine]:
        """The lines that the target's bucket owes anything of, in order, each as far as its claim owes it there."""
        claims = [target.claim_id] if target.claim_id else self.of_account[int(target.account_id or 0)]
        found = []
        for claim_id in claims:
            if claim_id not in self.locked:
                continue
            left = self.locked[claim_id].owed(target.bucket) - self.posted.get((claim_id, target.bucket), ZERO)
            for line_id in self.lines[claim_id]:
                owed = min(self.owed.get((line_id, target.bucket), ZERO), left)
                if owed > ZERO and target.line_id in (None, line_id):
                    left -= owed
                    found.append(WriteOffLine(claim_id, line_id, owed, self.denied[line_id, target.bucket]))
        return found

    def open_now(self, target: Target) -> Decimal:
        """What is open of the target."""
        return sum((line.open for line in self.open_lines(target)), ZERO)

    def available(self, target: Target) -> Decimal:
        """What of the target may be proposed yet: what is open less what waits."""
        total, account = self.open_now(target), self.account_of(target)
        if target.claim_id:
            waits = self.waiting_on_claims.get((target.claim_id, target.bucket), ZERO)
        else:
            waits = self.waiting_on_accounts.get(account, ZERO)
        return max(total - waits, ZERO)

    def take(self, line_id: int, bucket: str, amount: Decimal) -> None:
        """Note that a part was taken: what comes after it sees less."""
        self.owed[line_id, bucket] -= amount
        place = self.claim_of[line_id], bucket
        self.posted[place] = self.posted.get(place, ZERO) + amount

    def wait(self, target: Target) -> None:
        """Note that a proposal waits: what comes after it sees less."""
        account = self.account_of(target)
        if target.claim_id:
            place = target.claim_id, target.bucket
            self.waiting_on_claims[place] = self.waiting_on_claims.get(place, ZERO) + target.amount
        if target.bucket == "PATIENT":
            self.waiting_on_accounts[account] = self.waiting_on_accounts.get(account, ZERO) + target.amount


def claims_of(targets: Iterable[Target]) -> set[int]:
    """The claims that the targets stand on. One query where an account is among them."""
    rows = list(targets)
    found = {one.claim_id for one in rows if one.claim_id}
    accounts = {one.account_id for one in rows if not one.claim_id and one.account_id}
    if accounts:
        owing = Receivable.objects.filter(bulk.Among("account", accounts), bucket="PATIENT", amount__gt=0)
        found.update(owing.values_list("claim_id", flat=True))
    return found


def locked_standing(targets: Sequence[Target]) -> Standing:
    """Lock the claims of the targets, in id order, and read how they stand. Seven queries, however many."""
    return _read(lock_claims(claims_of(targets)), targets)


def seen_standing(targets: Sequence[Target]) -> Standing:
    """How the targets stand for somebody who only looks: the same without a lock, so nobody waits for an import."""
    ids = claims_of(targets)
    facts = Claim.objects.filter(bulk.Among("id", ids)).values("id", "practice_id", "account_id", "state")
    claims = {one["id"]: LockedClaim({**one}) for one in facts}
    owed = Receivable.objects.filter(bulk.Among("claim", ids)).values_list("pk", "claim_id", "bucket", "amount")
    for row_id, claim_id, bucket, amount in owed:
        claims[claim_id].buckets[bucket] = (row_id, amount)
    return _read(claims, targets)


def _read(claims: dict[int, LockedClaim], targets: Sequence[Target]) -> Standing:
    standing, ids = Standing(claims), list(claims)
    columns = ("pk", "claim_id", *_COLUMNS)
    claims_in_order: dict[int, None] = {}
    rows = ClaimLine.objects.filter(bulk.Among("claim", ids)).order_by("service_from", "claim_id", "number")
    for line_id, claim_id, *amounts in rows.values_list(*columns):
        claims_in_order.setdefault(claim_id)
        standing.lines[claim_id].append(line_id)
        standing.claim_of[line_id] = claim_id
        standing.owed.update({(line_id, bucket): amount for bucket, amount in zip(BUCKETS, amounts, strict=True)})
    for claim_id in claims_in_order:
        standing.of_account[standing.locked[claim_id].account_id].append(claim_id)
    denied = Denial.objects.filter(bulk.Among("claim", ids), state=Denial.State.OPEN, line__isnull=False)
    for line_id, bucket, amount in denied.values_list("line_id", "bucket", "amount"):
        standing.denied[line_id or 0, bucket] += amount
    _add_waiting(standing, targets)
    return standing


def _add_waiting(standing: Standing, targets: Sequence[Target]) -> None:
    waiting = WriteOff.objects.filter(state=WriteOff.State.WAITING).order_by()
    on_claims = waiting.filter(bulk.Among("claim", standing.locked))
    for claim_id, bucket, total in on_claims.values_list("claim_id", "bucket").annotate(total=Sum("amount")):
        standing.waiting_on_claims[claim_id or 0, bucket] = total
    accounts = {one.account_id for one in targets if not one.claim_id and one.account_id}
    if accounts:
        theirs = waiting.filter(Q(bulk.Among("account", accounts)), bucket="PATIENT")
        sums = theirs.values_list("account_id").annotate(total=Sum("amount"))
        standing.waiting_on_accounts.update(dict(sums))
