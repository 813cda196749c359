"""Claims found by the numbers that people and payers call them by."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib.prefixes import begins
from arwork.staff.access import practice_ids
from claims.billing.models import Claim

if TYPE_CHECKING:
    from arwork.staff.models import User


def numbered(text: str) -> Q:
    """Claims whose number begins with `text`, as typed or in capitals, or whose payer number it is."""
    upper = text.upper()
    return begins("number", text) | begins("number", upper) | Q(icn__in={text, upper})


def claims_numbered(*, actor: "User", text: str) -> QuerySet[Claim]:
    """The claims that `text` numbers, among those the actor may see."""
    return _seen(actor).filter(numbered(text)).order_by("number", "id")


def claims_among(*, actor: "User", claim_ids: list[int]) -> QuerySet[Claim]:
    """Those of the named claims that the actor may see."""
    return _seen(actor).filter(pk__in=claim_ids).order_by("-service_from", "id")


def claims_of_accounts(*, actor: "User", account_ids: list[int]) -> QuerySet[Claim]:
    """The claims of households, the newest first."""
    return _seen(actor).filter(account__in=account_ids).order_by("-service_from", "-id")


def _seen(actor: "User") -> QuerySet[Claim]:
    return Claim.objects.filter(practice__in=practice_ids(actor)).select_related("patient__person", "payer")
