"""Whatever order the processor's snapshots are heard in, and however often: the books are the same.

The oracle is the processor's own end: what it took less what it gave back less what a dispute has away.
"""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.ledger.models import Posting
from claims.receipts.models import Receipt
from collections_app.payments.applying import apply
from collections_app.payments.models import Payment
from collections_app.payments.processors import (
    DECLINED,
    LOST,
    OPEN,
    PENDING,
    SUCCEEDED,
    WON,
    CardFacts,
    DisputeFacts,
    Snapshot,
)
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice
from tests.payments.taking import prove

AMOUNT = Decimal("80.00")
CARD = CardFacts("Visa", "4242", None, "")


@st.composite
def histories(draw):
    """What a processor says of one payment, one snapshot after another, as it happened."""
    told = [Snapshot(PENDING, session="cs_1", key="k")]
    if draw(st.booleans()):
        told.append(Snapshot(PENDING, session="cs_1", key="k", decline_code="insufficient_funds"))
    if draw(st.booleans()):
        told.append(Snapshot(DECLINED, "ch_1", "cs_1", "k", decline_code="card_declined"))
    if draw(st.integers(0, 3)):
        refunded, disputes = Decimal(0), []
        told.append(Snapshot(SUCCEEDED, "ch_1", "cs_1", "k", AMOUNT, card=CARD))
        for _ in range(draw(st.integers(0, 2))):
            refunded += draw(st.integers(1, int((AMOUNT - refunded) * 100))) / Decimal(100) if refunded < AMOUNT else 0
            told.append(Snapshot(SUCCEEDED, "ch_1", "cs_1", "k", AMOUNT, refunded, card=CARD))
        if refunded < AMOUNT and draw(st.booleans()):
            for state in (OPEN, draw(st.sampled_from([OPEN, WON, LOST]))):
                disputes = [DisputeFacts("dp_1", AMOUNT - refunded, "fraudulent", TODAY, TODAY, state)]
                told.append(Snapshot(SUCCEEDED, "ch_1", "cs_1", "k", AMOUNT, refunded, card=CARD, disputes=disputes))
    return told


def expected(told):
    """Where the money is in the end, and the state, from the last snapshot alone."""
    last = told[-1]
    away = sum(one.amount for one in last.disputes if one.state != WON)
    here = last.captured - last.refunded - away
    if not last.captured:
        return here, "declined" if any(one.status == DECLINED for one in told) else "pending"
    if last.refunded == last.captured:
        return here, "refunded"
    return here, "charged_back" if away else "succeeded"


def cash():
    rows = Posting.objects.filter(kind__in=("patient_payment", "unapplied"))
    return sum((row.amount * ((row.debit == "CASH") - (row.credit == "CASH")) for row in rows), Decimal(0))


@pytest.mark.django_db
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_snapshots_in_any_order_end_alike(data):
    told = data.draw(histories())
    extra = data.draw(st.lists(st.sampled_from(told), max_size=3))
    order = data.draw(st.permutations([*told, *extra]))
    practice = make_practice()
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["60.00"])
    payment = Payment.objects.create(
        practice=practice, account=patient.account, kind="card", source="desk", processor="sandbox", key="k",
        amount=AMOUNT, due_on=TODAY, asked_on=TODAY, asked_at=NOW,
    )  # fmt: skip
    before = cash()
    for snapshot in order:
        payment = apply(payment.pk, snapshot, actor=None, today=TODAY, now=NOW)
    here, state = expected(told)
    try:
        assert (cash() - before, payment.state, payment.held_up) == (here, state, "")
        assert Receipt.objects.filter(account=patient.account, reference="ch_1").count() == bool(told[-1].captured)
        prove(practice)
    finally:
        _forget(payment)


def _forget(payment):
    """The next example begins with other rows: this key and reference are free again."""
    Payment.objects.filter(pk=payment.pk).update(key=f"old-{payment.pk}", reference="", session="")
