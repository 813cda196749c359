"""Builders of the tests of payments."""

import datetime as dt
from decimal import Decimal

from claims.ledger.models import Receivable
from claims.remits.verify import verify
from collections_app.payments import services
from collections_app.payments.methods import keep_token
from collections_app.payments.sandbox.processor import Sandbox
from tests.cast import NOW, TODAY

WHEN = {"today": TODAY, "now": NOW}
SANDBOX = Sandbox("sandbox")


def a_card(account, actor, name="visa", ends=dt.date(2027, 12, 31)):
    """A card that is kept on an account."""
    facts = SANDBOX.keep(card_name=name, expires_on=ends, now=NOW)
    return keep_token(
        account_id=account.pk, processor="sandbox", card=facts, how="spoken", words="You may keep my card.",
        actor=actor, **WHEN,
    )  # fmt: skip


def charge(method, amount="80.00", key="k1", actor=None, **more):
    """Charge a kept card today."""
    return services.charge(method_id=method.pk, amount=Decimal(amount), on=TODAY, key=key, actor=actor, **WHEN, **more)


def card_page(account, amount="80.00", key="page-1", actor=None, **more):
    """A payment whose card page is open."""
    return services.open_card_page(
        account_id=account.pk, amount=Decimal(amount), key=key, return_url="/paid", actor=actor, **WHEN, **more
    )


def type_card(payment, number="4242 4242 4242 4242", expiry="12/27", code="123"):
    """What the patient does on the card page; what it says."""
    return SANDBOX.type_card(payment.session, number=number, expiry=expiry, code=code, **WHEN)[1]


def owed(account):
    """What the patient owes, visit by visit, the oldest first."""
    rows = Receivable.objects.filter(account=account, bucket="PATIENT").order_by("claim__service_from")
    return list(rows.values_list("amount", flat=True))


def prove(practice):
    """The books hold together."""
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []
