"""A guarantor who owes 300.00 and 200.00 for two visits, and who settles with them."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.settlements import services
from collections_app.settlements.drafts import draft_settlement, ground_of
from collections_app.settlements.models import Settlement
from collections_app.settlements.settling import settle_settlements
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_oona, make_patient, make_practice

DAY = dt.timedelta(days=1)
DUE = dt.date(2026, 12, 1)
GRACE_ENDS = dt.date(2026, 12, 8)  # five business days after Tuesday, 1 December
D = Decimal


def noon(day):
    return dt.datetime.combine(day, dt.time(17), dt.UTC)


@pytest.fixture
def account(db):
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "2125550100", "1 Harbor Way", "New York", "10001"
    practice.save()
    patient = make_patient(account=make_account(practice=practice))
    for amount, on in (("300.00", dt.date(2026, 8, 3)), ("200.00", dt.date(2026, 9, 14))):
        make_claim(patient=patient, payers=(), lines=(amount,), service_on=on, billed_on=on + 2 * DAY)
    return patient.account


@pytest.fixture
def ana(db):
    return make_ana(make_practice())


@pytest.fixture
def oona(db):
    return make_oona(make_practice())


def draft(account, actor, offer="350.00", *, due=(DUE,), today=TODAY, claim_ids=None, hardship=""):
    ground = ground_of(actor=actor, account_id=account.pk, today=today, claim_ids=claim_ids)
    return draft_settlement(ground, offer=D(offer), due_days=list(due), hardship=hardship)


def offered(account, actor, offer="350.00", *, today=TODAY, now=NOW, reason="Lost work in October", **terms):
    made = draft(account, actor, offer, today=today, **terms)
    return services.offer(made, actor=actor, today=today, now=now, reason=reason)


def accept(settlement, actor, *, today=TODAY, now=NOW):
    return services.accept(settlement.pk, said_by="Gus Guarino", how="spoken", actor=actor, today=today, now=now)


def accepted(account, oona, offer="350.00", **terms):
    """In force since TODAY, offered by somebody who needs nobody."""
    return accept(offered(account, oona, offer, **terms), oona)


def pays(account, amount, *, on, reference="", at=None):
    money = ReceivedMoney(account.pk, account.practice_id, D(amount), on, reference or f"CK{on:%m%d}")
    post_receipts([money], posted_on=on, now=at or noon(on))


def settle(settlement, today):
    settle_settlements(today=today, now=noon(today))
    return Settlement.objects.get(pk=settlement.pk)
