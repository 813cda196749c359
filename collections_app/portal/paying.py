"""Paying from the patient's own page: by card, on the page of the processor. No card number ever reaches this one.

Opening that page is written down first, under a key that the form brings along, so that a second click opens the same
one. What became of it is asked of the processor when the patient comes back, and told by its message anyway.
"""

import datetime as dt
from decimal import Decimal

from django.conf import settings

from arwork.lib.errors import DomainError
from claims.parties.models import Account
from collections_app.payments import services as payments
from collections_app.payments.choosing import takes_cards
from collections_app.payments.models import Payment
from collections_app.portal.contents import SeenBill
from collections_app.portal.deeds import keep_deed
from collections_app.portal.models import PortalDeed
from collections_app.portal.requests import BadRequest


def may_pay(bill: SeenBill) -> bool:
    """Whether something is due and cards are taken here."""
    return bill.due > 0 and takes_cards()


def payment_page(
    account: Account, bill: SeenBill, *, amount: Decimal, key: str, now: dt.datetime, today: dt.date
) -> str:
    """The address at the processor on which `amount` dollars are paid. Call it outside of transactions. Raises
    `BadRequest` for more than is due, `DomainError` where no card is taken now."""
    if not 0 < amount <= bill.due:
        raise BadRequest("Pay above zero, and no more than is due.", field="amount")
    made = payments.open_card_page(
        account_id=account.pk,
        amount=amount,
        key=f"portal-{account.pk}-{key[:36]}",
        return_url=f"{settings.MESSAGES.public_url}/my-bill?done=paid",
        actor=None,
        today=today,
        now=now,
        source=Payment.Source.PATIENT,
    )
    keep_deed(account, PortalDeed.Kind.PAID, words=f"${amount:,.2f} by card", now=now, payment=made.pk)
    return made.link


def look_again(account: Account, *, now: dt.datetime, today: dt.date) -> None:
    """Ask the processor what became of what the patient has just paid; where it is away, its message tells later."""
    rows = Payment.objects.filter(account=account, source=Payment.Source.PATIENT, state=Payment.State.PENDING)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return
    try:
        payments.look_again(newest, actor=None, today=today, now=now)
    except DomainError:
        return
