"""What the practice's history teaches: worked and left alone, fading, failures, what payers allow."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.remits.models import RemitClaim, Remittance
from collections_app.worklist import facts, rates
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import PayerPace, SegmentRate
from tests.cast import NOW, TODAY, make_claim, make_payer
from tests.worklist.test_refresh import deny, item_of, pay

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def remit(claim, *, charge, paid, patient="0.00", on=TODAY - DAY, **of):
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key=f"k{claim.pk}{charge}{of}", trace="T",
        method="ACH", amount=0, paid_on=on, received_on=on,
    )  # fmt: skip
    return RemitClaim.objects.create(
        remittance=remittance, position=1, segment=9, claim=claim, status="1", bucket="PAYER1", state="posted",
        charge=Decimal(charge), paid=Decimal(paid), patient_responsibility=Decimal(patient), **of,
    )  # fmt: skip


def settled(look, *, touches, amount="240.00", on=TODAY):
    """A claim that was paid in full, as the item that closed."""
    claim = make_claim(lines=(amount,))
    look(claim)
    WorkItem.objects.filter(claim=claim).update(touches=touches)
    pay(claim, amount)
    look(claim)
    WorkItem.objects.filter(claim=claim).update(closed_on=on)
    return claim


def test_what_was_worked_and_what_came_alone_are_told_apart(look):
    settled(look, touches=2)
    settled(look, touches=0)
    settled(look, touches=0)
    rates.learn_rates(today=TODAY)
    rate = SegmentRate.objects.get()
    assert (rate.decided, rate.left_alone) == (1, 2)
    assert (rate.recovered, rate.came_alone) == (Decimal("240.00"), Decimal("480.00"))


def test_a_case_counts_half_after_half_a_year(look):
    settled(look, touches=1)
    rates.learn_rates(today=TODAY + 180 * DAY)
    assert SegmentRate.objects.get().recovered == Decimal("120.00")


def test_what_was_touched_in_vain_for_half_a_year_counts_as_lost(look):
    claim = make_claim(lines=("240.00",))
    look(claim)
    WorkItem.objects.filter(claim=claim).update(touches=4, quiet_touches=3, opened_on=TODAY - 180 * DAY)
    rates.learn_rates(today=TODAY)
    rate = SegmentRate.objects.get()
    assert (rate.decided, rate.recovered) == (1, Decimal("0.00"))
    assert rate.at_stake == Decimal("132.00")  # 55 percent of the charge: usual for a commercial payer
    WorkItem.objects.filter(claim=claim).update(quiet_touches=2)
    rates.learn_rates(today=TODAY)
    assert not SegmentRate.objects.exists()


def test_what_a_payer_allows_is_paid_and_left_to_the_patient_of_the_charge(look):
    payer = make_payer(payer_class="commercial")
    claim = make_claim(payers=[payer], lines=("240.00",))
    remit(claim, charge="200.00", paid="70.00", patient="10.00")
    taken_back = remit(claim, charge="100.00", paid="90.00")
    remit(claim, charge="100.00", paid="90.00", reverses=taken_back)
    remit(claim, charge="500.00", paid="0.00")  # denied: says nothing of what is allowed
    remit(claim, charge="300.00", paid="300.00", on=TODAY - 366 * DAY)
    rates.learn_rates(today=TODAY)
    pace = PayerPace.objects.get(payer=payer)
    assert (pace.remitted, pace.charged, pace.allowed) == (1, Decimal("200.00"), Decimal("80.00"))
    history = facts.load_context(today=TODAY, now=NOW).payer_history(claim.practice_id, payer.pk)
    assert (history.allowed, history.remitted) == (0.4, 1.0)
    look(claim)
    deny(claim)
    look(claim)
    item = item_of(claim)
    share = (0.4 + 0.55 * 10) / 11
    assert item.expected == pytest.approx(Decimal(str(round(240 * share * 0.54 * 0.9 * 0.99, 2))), abs=Decimal("0.05"))


def test_the_number_of_questions_hangs_on_no_row(look):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rates.learn_rates(today=TODAY)
        return len(queries)

    settled(look, touches=1)
    few = asked()
    for _ in range(4):
        settled(look, touches=1)
    assert asked() == few
