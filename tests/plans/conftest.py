"""A guarantor who owes for two visits, and who works with them."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.parties.models import PersonAddress
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.plans import services as plans
from collections_app.plans.affordability import Means
from collections_app.plans.drafts import AskedTerms, draft_plan, ground_of
from collections_app.plans.models import PaymentPlan
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice

FIRST = dt.date(2026, 12, 1)
DAY = dt.timedelta(days=1)
MORNING_AFTER = dt.date(2026, 12, 9)  # five business days after the first, and the night


def noon(day):
    return dt.datetime.combine(day, dt.time(17), dt.UTC)


@pytest.fixture
def account(db):
    """300.00 and 200.00 of two visits that no insurance answers for."""
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


def live_in(account, state, zip_code="10001"):
    PersonAddress.objects.filter(person=account.guarantor_id).update(is_current=False)
    PersonAddress.objects.create(
        person_id=account.guarantor_id, line1="1 Main", city="Town", state=state, zip=zip_code, is_current=True
    )


def draft(account, actor, *, each="100.00", today=TODAY, first=FIRST, means=None, claim_ids=None, **terms):
    ground = ground_of(actor=actor, account_id=account.pk, today=today, claim_ids=claim_ids)
    each = None if "count" in terms else Decimal(each)
    asked = AskedTerms(first_due_on=first, each=each, **terms)
    return draft_plan(ground, asked, means or Means(), today=today)


def agree(plan, actor, *, now=NOW, today=TODAY, how="spoken", said_by="Gus Guarino"):
    return plans.agree(
        plan.pk, schedule_id=plan.proposed_id, consent=plans.TakenConsent(how, said_by), actor=actor, today=today,
        now=now,
    )  # fmt: skip


def agreed(account, actor, **terms):
    """A plan that is in force since TODAY, unless said otherwise."""
    today, now = terms.get("today", TODAY), terms.pop("now", NOW)
    plan = plans.propose(draft(account, actor, **terms), actor=actor, today=today, now=now)
    return agree(plan, actor, today=today, now=now)


def pays(account, amount, *, on, reference="", at=None):
    money = ReceivedMoney(account.pk, account.practice_id, Decimal(amount), on, reference or f"CK{on:%m%d}")
    post_receipts([money], posted_on=on, now=at or noon(on))


def settle(plan, today):
    plans.settle_plans(today=today, now=noon(today))
    return PaymentPlan.objects.get(pk=plan.pk)
