"""Who owes next, set by a person: dated, with a reason, withdrawn as easily as it was set (DESIGN 4).

Nothing moves: the buckets owe what they owe. Only the order in which the work asks for it changes, until somebody
withdraws it; then the ledger says again who owes next.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim
from claims.billing.selectors import own_claim
from claims.ledger.balances import owes_next
from claims.ledger.models import Receivable

if TYPE_CHECKING:
    from arwork.staff.models import User

REASON = 200


class OwesNothing(DomainError):
    """The bucket that a person named owes nothing of this claim."""

    code = "owes_nothing"


def buckets_to_choose(claim_id: int) -> list[str]:
    """The buckets that may be named: those that owe something now."""
    rows = Receivable.objects.filter(claim=claim_id, amount__gt=0).values_list("bucket", flat=True)
    return [bucket for bucket in BUCKETS if bucket in set(rows)]


def set_responsible(
    claim_id: int, *, bucket: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> Claim:
    """Say that `bucket` owes next from `today`, because of `reason`; postings don't change it any more.

    Raises `OwesNothing`, `DomainError` without a reason, `NotFound` outside the actor's practices.
    """
    require(actor, Capability.POST_MONEY)
    if not reason.strip():
        raise DomainError("Say why: the next person must understand it.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        claim = own_claim(claim_id, actor=actor, lock=True)
        if bucket not in buckets_to_choose(claim_id):
            raise OwesNothing(
                "That party owes nothing of this claim. Move the money there first, then say who owes next.",
                field="bucket",
            )
        before = _facts(claim)
        claim.responsible, claim.responsible_set_by, claim.responsible_set_on = bucket, actor, today
        claim.responsible_because = reason.strip()[:REASON]
        return _kept(claim, "responsible_set", before, actor, now)


def withdraw_responsible(claim_id: int, *, actor: "User", now: dt.datetime) -> Claim:
    """Let the ledger say again who owes next. Raises `Conflict` when nobody had set it."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        claim = own_claim(claim_id, actor=actor, lock=True)
        if claim.responsible_set_by_id is None:
            raise Conflict("Nobody set who owes next here: the ledger says it already.")
        before = _facts(claim)
        owed = dict(Receivable.objects.filter(claim=claim).values_list("bucket", "amount"))
        claim.responsible = owes_next({one: owed.get(one, ZERO) for one in BUCKETS}, claim.responsible)
        claim.responsible_set_by = claim.responsible_set_on = None
        claim.responsible_because = ""
        return _kept(claim, "responsible_withdrawn", before, actor, now)


def _facts(claim: Claim) -> dict[str, object]:
    return {
        "responsible": claim.responsible,
        "set_by": claim.responsible_set_by_id,
        "set_on": claim.responsible_set_on,
    }


def _kept(claim: Claim, action: str, before: dict[str, object], actor: "User", now: dt.datetime) -> Claim:
    """Write the claim and its trail; the reason stands on the claim, because free text may name people."""
    claim.save(update_fields=["responsible", "responsible_set_by", "responsible_set_on", "responsible_because"])
    audit.record(
        actor, action, "claim", claim.pk, practice_id=claim.practice_id, before=before, after=_facts(claim), now=now
    )
    announce("responsible", claims=[claim.pk], accounts=[claim.account_id])
    return claim
