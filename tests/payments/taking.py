"""Builders of the tests of payments."""

import datetime as dt
from decimal import Decimal

from claims.ledger.models import Receivable
from claims.remits.verify import verify
from collections_app.payments import services
from collections_app.payments.applying import apply
from collections_app.payments.methods import keep_token, warn_of_expiry
from collections_app.payments.payouts import read_payout
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


def payments_of_every_kind(account, actor):
    """A payment that is disputed, a card that runs out, a payout: the ids that addresses name."""
    key = "7b2f8f0a-3c51-4f0e-9d75-2a64c20f0d11"
    card = a_card(account, actor, ends=dt.date(2026, 11, 30))
    payment = services.charge(
        method_id=card.pk, amount=Decimal("5.00"), on=TODAY, key=key, actor=actor, today=TODAY, now=NOW
    )
    reference = SANDBOX.pay_out(references=[payment.reference], arrives_on=TODAY, now=NOW)
    [payout] = read_payout(SANDBOX, reference, now=NOW)
    apply(payment.pk, SANDBOX.dispute(payment.reference, today=TODAY), actor=None, today=TODAY, now=NOW)
    warn_of_expiry(today=TODAY)
    return {
        "payment_id": payment.pk, "method_id": card.pk, "dispute_id": payment.disputes.get().pk,
        "payout_id": payout.pk, "asked_as": key,
    }  # fmt: skip
