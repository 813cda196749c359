"""Accounts of the demo that owe something and that nothing else befell yet: each tells one story.

In the order in which they came in, which is the same everywhere: their numbers hang on the secret of an installation.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from claims.ledger.models import Receivable
from claims.parties.models import Account
from claims.receipts.models import Receipt
from collections_app.contacts.models import Hold
from collections_app.plans.models import PaymentPlan
from collections_app.settlements.models import Settlement


class OwingAccount(NamedTuple):
    """An account, and whether it paid something since the day that was asked about."""

    is_paying: bool
    account_id: int


def owing_accounts(least: Decimal, most: Decimal, *, since: dt.date | None = None) -> list[OwingAccount]:
    """Those that owe `least` to `most` dollars, hold nothing and keep no plan and no settlement; first those that paid
    nothing since a day."""
    busy = {
        *Hold.objects.filter(lifted_at=None).values_list("account_id", flat=True),
        *PaymentPlan.objects.values_list("account_id", flat=True),
        *Settlement.objects.values_list("account_id", flat=True),
    }
    paid = Receipt.objects.filter(received_on__gte=since) if since else Receipt.objects.none()
    paying = set(paid.values_list("account_id", flat=True))
    rows = Receivable.objects.filter(bucket="PATIENT", amount__gt=0, account__merged_into=None).order_by()
    owing = rows.values_list("account_id").annotate(owed=Sum("amount"))
    return sorted(OwingAccount(pk in paying, pk) for pk, owed in owing if least <= owed <= most and pk not in busy)


def in_order(rows: Iterable[OwingAccount]) -> list[Account]:
    """The accounts themselves, in the order of the rows."""
    ids = [one.account_id for one in rows]
    known = Account.objects.in_bulk(ids)
    return [known[pk] for pk in ids]
