"""Applying a takeback to the claim that it took back: the payer owes that claim again, line by line and never more than
it paid there.

No cash moves, so the deposit ties out before and after. Only a bucket that this payer paid gives anything back; what
was applied by mistake is undone by reversing it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO, split
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.remits.era import figure
from claims.remits.models import ProviderAdjustment, Remittance
from claims.remits.provider_adjustments import (
    RECOUPMENT,
    RECOUPMENT_KIND,
    memo_of,
    recoupment_left,
    standing_recoupments,
)
from claims.remits.takebacks import follow_takebacks

if TYPE_CHECKING:
    from arwork.staff.models import User


#: The buckets of claims that were taken back, with `today` and `now`.
TakebackFollower = Callable[..., None]
_followers: list[TakebackFollower] = []


def register_takeback_follower(follower: TakebackFollower) -> None:
    """Tell `follower`, in the same transaction, of what was taken back; the app says so when it is ready."""
    _followers.append(follower)


class RecoupmentImpossible(DomainError):
    """A recoupment that the provider adjustment or the claim does not bear."""

    code = "no_recoupment"


def apply_recoupment(
    adjustment_id: int,
    *,
    claim: str,
    amount: Decimal,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> Claim:
    """Apply `amount` dollars of a provider adjustment to the claim with this number or payer control number.

    Raises `RecoupmentImpossible` where the adjustment has less left, or this payer paid less on the claim, and
    `NotFound` or `Conflict` where no claim, or more than one, is meant.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        row = _locked(adjustment_id, actor)
        left = recoupment_left(row.remittance).get(row.pk, ZERO)
        if not ZERO < amount <= left:
            raise RecoupmentImpossible(
                f"Enter an amount between 0.01 and {figure(left)}, what is left of this adjustment."
            )
        found = _claim(row.remittance.practice_id, claim)
        entries = _entries(row, found, amount, left, today)
        ledger.post(entries, now=now, actor=actor, reason="remit")
        for follower in _followers:
            follower({(found.pk, one.debit) for one in entries}, today=today, now=now)
        follow_takebacks(row.remittance, now=now)
        after = {"claim": found.pk, "amount": amount}
        practice_id = row.remittance.practice_id
        audit.record(
            actor, "remit_recoup", "remittance", row.remittance_id, practice_id=practice_id, after=after, now=now
        )
    return found


def undo_recoupment(adjustment_id: int, *, claim_id: int, actor: "User", today: dt.date, now: dt.datetime) -> Claim:
    """Reverse what stands applied of a provider adjustment to a claim: it can be applied to the right one then.

    Raises `NotFound` where nothing stands applied, so a second press changes nothing.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with transaction.atomic():
        row = _locked(adjustment_id, actor)
        rows = list(
            standing_recoupments([row.remittance_id]).filter(memo=memo_of(row), claim=claim_id).select_related("claim")
        )
        if not rows or (found := rows[0].claim) is None:
            raise NotFound("Nothing of this adjustment is applied to that claim any more.")
        ids = [one.pk for one in rows]
        ledger.reverse(ids, posted_on=today, now=now, actor=actor, memo=memo_of(row), reason="remit")
        follow_takebacks(row.remittance, now=now)
        before = {"claim": found.pk, "amount": sum((one.amount for one in rows), ZERO)}
        practice_id = row.remittance.practice_id
        audit.record(
            actor, "remit_recoup_undo", "remittance", row.remittance_id, practice_id=practice_id, before=before, now=now
        )
    return found


def _locked(adjustment_id: int, actor: "User") -> ProviderAdjustment:
    ours = ProviderAdjustment.objects.filter(pk=adjustment_id, remittance__practice__in=practice_ids(actor))
    row = ours.select_related("remittance").first()
    if row is None:
        raise NotFound("There is no such provider adjustment in your practices.")
    Remittance.objects.select_for_update().get(pk=row.remittance_id)
    return row


def _claim(practice_id: int, wanted: str) -> Claim:
    word = wanted.strip()
    ours = Claim.objects.select_for_update().filter(practice_id=practice_id)
    found = list(ours.filter(Q(number=word) | Q(icn=word) & ~Q(icn=""))[:2])
    if not found:
        raise NotFound("No claim of this practice has that number or payer control number.")
    if len(found) > 1:
        raise Conflict("Two claims share that payer control number. Enter our claim number instead.")
    return found[0]


def _entries(row: ProviderAdjustment, claim: Claim, amount: Decimal, left: Decimal, today: dt.date) -> list[Entry]:
    theirs = _buckets_of(row.remittance, claim)
    paid = {bucket: lines for bucket, lines in _paid(claim).items() if bucket in theirs}
    bucket = next((bucket for bucket in PAYERS if sum(paid.get(bucket, {}).values(), ZERO) >= amount), "")
    if not bucket:
        most = max((sum(lines.values(), ZERO) for lines in paid.values()), default=ZERO)
        payer = row.remittance.payer or row.remittance.payer_name or "The payer"
        raise RecoupmentImpossible(
            f"{payer} has paid {figure(most)} on claim {claim.number}, less than is to be recouped."
        )
    lines = {line_id: money for line_id, money in paid[bucket].items() if money > 0}
    parts = split(amount, list(lines.values()))
    source = row.remittance
    undone = Posting.objects.filter(remittance_id=source.pk, kind=RECOUPMENT_KIND, reverses__isnull=False).count()
    return [
        Entry(
            practice_id=source.practice_id,
            kind=RECOUPMENT_KIND,
            debit=bucket,
            credit=RECOUPMENT,
            amount=part,
            posted_on=today,
            effective_on=source.paid_on,
            key=posting_key(
                RECOUPMENT_KIND, source.key, row.position, left, claim.pk, line_id, *([undone] if undone else [])
            ),
            claim_id=claim.pk,
            line_id=line_id,
            remittance_id=source.pk,
            memo=memo_of(row),
        )
        for line_id, part in zip(lines, parts, strict=True)
        if part
    ]


def _buckets_of(remittance: Remittance, claim: Claim) -> set[str]:
    """The buckets that the payer of `remittance` stands for on a claim: by coverage, or by what it has paid there.

    Payers sign remittances with other ids than claims bear, so a bucket that a remittance of the same payer or tax
    id has paid counts too. A remittance whose payer is not known says nothing, and any bucket will do.
    """
    if remittance.payer_id is None and not remittance.payer_tin:
        return set(PAYERS)
    ranks = (claim.coverage1, claim.coverage2, claim.coverage3)
    payer_id = remittance.payer_id
    found = {PAYERS[rank] for rank, one in enumerate(ranks) if one and payer_id and one.payer_id == payer_id}
    who = Q(payer_id=payer_id, payer__isnull=False) | Q(payer_tin=remittance.payer_tin) & ~Q(payer_tin="")
    payments = Posting.objects.filter(claim=claim, kind="payer_payment", credit__in=PAYERS)
    theirs = Remittance.objects.filter(who, pk__in=payments.values("remittance_id"))
    return found | set(payments.filter(remittance_id__in=theirs.values("pk")).values_list("credit", flat=True))


def _paid(claim: Claim) -> dict[str, dict[int, Decimal]]:
    """What each payer bucket has paid net on each line: payments less what was reversed."""
    paid: dict[str, dict[int, Decimal]] = {bucket: defaultdict(lambda: ZERO) for bucket in PAYERS}
    moved = Posting.objects.filter(claim=claim, kind__in=["payer_payment", RECOUPMENT_KIND], line__isnull=False)
    for line_id, debit, credit, amount in moved.values_list("line_id", "debit", "credit", "amount"):
        for account, change in ((credit, amount), (debit, -amount)):
            if account in paid and line_id:
                paid[account][line_id] += change
    return paid
