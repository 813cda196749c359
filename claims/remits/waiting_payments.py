"""Payments that wait for a person: a payment and its reversal cancel each other, and all are locked in one order.

Where the correction of a payment is read first, the payment itself finds nothing left to pay, and its reversal nothing
to reverse; nor is there anything to pay on a claim that was voided since. Read in the order of their days all of it
would have posted. The books are right without the two, and their cash in UNAPPLIED adds up to nothing, so they are
dismissed together and nobody has to find one for the other.

A posting that touches other remittances locks them in the order of their ids, and only those that are free: two
postings that each waited for the other's remittance would never end.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from arwork.lib import bulk
from claims.remits import after_posting
from claims.remits.era import REVERSAL_STATUS, ExceptionReason
from claims.remits.models import RemitClaim, RemitException, Remittance

if TYPE_CHECKING:
    from django.db.models import QuerySet


_OF_PAYMENTS = (ExceptionReason.OVER_CREDIT, ExceptionReason.VOID_CLAIM)
_OF_REVERSALS = (ExceptionReason.NO_ORIGINAL, ExceptionReason.REVERSAL_DIFFERS, ExceptionReason.VOID_CLAIM)


def cancel_pairs(rows: Iterable[RemitClaim], *, today: dt.date, now: dt.datetime) -> set[int]:
    """Dismiss the pairs that wait on the claims of `rows`. Call inside the transaction that set them aside.

    Returns the claims of which something waits in a remittance that somebody else is at.
    """
    claim_ids = {row.claim_id for row in rows if row.claim_id and row.state == RemitClaim.State.EXCEPTION}
    if not claim_ids:
        return set()
    waiting = questions_on(claim_ids, codes=(*_OF_PAYMENTS, *_OF_REVERSALS))
    ours, theirs = lock_free_remittances(waiting)
    found = list(ours.select_related("remit_claim", "remittance").order_by("remittance__paid_on", "id"))
    payments = [one for one in found if one.code in _OF_PAYMENTS and not _is_reversal(one)]
    for back in found:
        if back.code in _OF_REVERSALS and _is_reversal(back):
            paid = next((one for one in reversed(payments) if _undoes(back, one)), None)
            if paid:
                payments.remove(paid)
                dismiss_beside(paid, other=back, now=now, today=today)
                dismiss_beside(back, other=paid, now=now, today=today)
    return theirs


def _is_reversal(exception: RemitException) -> bool:
    return exception.remit_claim is not None and exception.remit_claim.status == REVERSAL_STATUS


def _undoes(back: RemitException, paid: RemitException) -> bool:
    """The same claim, money and payer's number or payer, and not of a later day."""
    one, other = back.remit_claim, paid.remit_claim
    if one is None or other is None or one.claim_id != other.claim_id:
        return False
    is_theirs = (one.icn and one.icn == other.icn) or back.remittance.payer_id == paid.remittance.payer_id
    is_same = (one.paid, abs(one.charge)) == (-other.paid, other.charge)
    return bool(is_theirs) and is_same and paid.remittance.paid_on <= back.remittance.paid_on


def dismiss_beside(exception: RemitException, *, other: RemitException, now: dt.datetime, today: dt.date) -> None:
    """Dismiss one of two that wait and undo each other. Call inside the transaction that found them."""
    word = "reversal" if _is_reversal(other) else "payment"
    reason = f"It waited beside its {word}, of {other.remittance.paid_on:%Y-%m-%d}: the two undo each other."
    RemitClaim.objects.filter(pk=exception.remit_claim_id or 0).update(state=RemitClaim.State.DISMISSED)
    state = RemitException.State.DISMISSED
    after_posting.close_exceptions([exception], how="cancelled", reason=reason, now=now, actor=None, state=state)
    after_posting.refresh_remittance_state(exception.remittance, today=today)


def questions_on(claim_ids: Iterable[int], *, codes: Collection[str]) -> "QuerySet[RemitException]":
    """The open exceptions, for one of these reasons, of payments that wait on these claims. The payments are looked for
    first, by their claims: with both in one query the database reads whatever is open anywhere."""
    rows = RemitClaim.objects.filter(bulk.Among("claim", claim_ids), state=RemitClaim.State.EXCEPTION)
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        return RemitException.objects.none()
    return RemitException.objects.filter(
        bulk.Among("remit_claim", ids), state=RemitException.State.OPEN, code__in=codes,
        remit_claim__state=RemitClaim.State.EXCEPTION,
    )  # fmt: skip


def lock_free_remittances(waiting: "QuerySet[RemitException]") -> "tuple[QuerySet[RemitException], set[int]]":
    """Lock the remittances of these exceptions as far as nobody else has them, without waiting.

    The exceptions in those, and the claims of the others.
    """
    places = set(waiting.values_list("remittance_id", "remit_claim__claim"))
    if not places:
        return waiting.none(), set()
    wanted = sorted({place for place, _ in places})
    rows = Remittance.objects.select_for_update(skip_locked=True).filter(bulk.Among("pk", wanted)).order_by("pk")
    ours = set(rows.values_list("pk", flat=True))
    left = {claim_id for place, claim_id in places if place not in ours and claim_id}
    return waiting.filter(bulk.Among("remittance", sorted(ours))), left


def lock_remittances_of(claim_ids: Collection[int]) -> None:
    """Lock every remittance that answers for these claims. Call before anything else is locked."""
    ids = set(RemitClaim.objects.filter(claim__in=claim_ids).values_list("remittance_id", flat=True))
    list(Remittance.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
