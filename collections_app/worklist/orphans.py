"""No dollar without work: open balances that no item stands for, and items that nobody can be offered (RULES 14.6)."""

from django.db.models import Exists, OuterRef, Q

from claims.ledger.models import Receivable
from collections_app.worklist.models import WorkItem
from collections_app.worklist.signals import NOT_OURS

_OPEN = WorkItem.objects.filter(state=WorkItem.State.OPEN)


def claims_without_work() -> list[int]:
    """Claims that a payer or another party owes something, without an open item. Balances placed with an agency
    are the agency's work, by intent."""
    rows = Receivable.objects.exclude(bucket__in=NOT_OURS).exclude(Exists(_OPEN.filter(claim=OuterRef("claim"))))
    return sorted(set(rows.values_list("claim_id", flat=True)))


def accounts_without_work() -> list[int]:
    """Accounts whose guarantor owes or is owed something, without an open item."""
    rows = Receivable.objects.filter(bucket="PATIENT").exclude(
        Exists(_OPEN.filter(account=OuterRef("account"), claim=None))
    )
    return sorted(set(rows.values_list("account_id", flat=True)))


def items_without_owner() -> int:
    """Open items of practices that no collector sees."""
    return _OPEN.filter(Q(owner=None)).count()
