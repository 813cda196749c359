"""What the search box finds of the work: outcomes by the reference that a payer gave on the phone, and what is open
by its amount."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from arwork.lib.prefixes import begins
from arwork.staff.access import practice_ids
from collections_app.worklist.models import OPEN, WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User


def referenced(text: str) -> Q:
    """Outcomes with such a reference. The index is of those that have one, and is used where that is said."""
    return (begins("reference", text) | begins("reference", text.upper())) & ~Q(reference="")


def calls_referenced(*, actor: "User", text: str, limit: int) -> list[WorkAction]:
    """Up to `limit` outcomes whose reference begins with `text`, as typed or in capitals, the newest first."""
    rows = WorkAction.objects.filter(referenced(text), practice__in=practice_ids(actor), reverses=None)
    return list(rows.select_related("item__claim", "item__account", "by").order_by("-at", "-pk")[:limit])


def balances_of(*, actor: "User", amount: Decimal) -> QuerySet[WorkItem]:
    """The open work of exactly this amount: what is unanswered, denied or short of a claim, what an account owes, a
    credit."""
    rows = WorkItem.objects.filter(OPEN, Q(amount=amount), practice__in=practice_ids(actor))
    return rows.select_related("claim", "account", "payer").order_by("lane", "-rank", "pk")
