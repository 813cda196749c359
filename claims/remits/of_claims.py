"""What payers said about claims: the claim payments of each, and remittances found by their numbers."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib.prefixes import begins
from arwork.staff.access import practice_ids
from claims.remits.models import RemitClaim, Remittance

if TYPE_CHECKING:
    from arwork.staff.models import User


def payments_of(claim_id: int) -> QuerySet[RemitClaim]:
    """The claim payments matched to a claim, the newest first, with their remittance and lines."""
    rows = RemitClaim.objects.filter(claim=claim_id).select_related("remittance__payer", "reverses")
    return rows.prefetch_related("lines__line").order_by("-remittance__paid_on", "-id")


def claim_ids_by_icn(*, actor: "User", icns: set[str], limit: int) -> list[int]:
    """Claims that a payer paid or refused under one of these numbers, even if it gave another one since."""
    rows = RemitClaim.objects.filter(icn__in=icns, claim__practice__in=practice_ids(actor))
    return list(rows.order_by().values_list("claim_id", flat=True).distinct()[:limit])


def remittances_traced(*, actor: "User", text: str) -> QuerySet[Remittance]:
    """Remittances whose check or EFT number begins with `text`, as typed or in capitals; the newest first."""
    return _seen(actor).filter(begins("trace", text) | begins("trace", text.upper()))


def remittances_over(*, actor: "User", amount: Decimal) -> QuerySet[Remittance]:
    """Remittances of exactly this amount, the newest first."""
    return _seen(actor).filter(Q(amount=amount))


def _seen(actor: "User") -> QuerySet[Remittance]:
    rows = Remittance.objects.filter(practice__in=practice_ids(actor)).select_related("payer")
    return rows.order_by("-paid_on", "-id")
