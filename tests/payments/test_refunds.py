"""A card payment given back: alone below a limit, by two people above it, to the cent, once."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.parties.models import Account
from claims.receipts import corrections
from claims.receipts.models import Receipt
from claims.receipts.selectors import ReceiptFilter, receipt_totals, receipts
from collections_app.limits.models import Limit
from collections_app.payments import refunds
from collections_app.payments.applying import apply
from collections_app.payments.models import Payment, PaymentRefund
from collections_app.payments.processors import ProcessorAway
from collections_app.payments.sandbox.processor import Sandbox
from tests.cast import NOW, TODAY, make_ada
from tests.payments.taking import SANDBOX, WHEN, a_card, charge, owed, prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(account, sol):
    """80.00 on a card: 70.00 to the visit of July, 10.00 to that of September."""
    return charge(a_card(account, sol), actor=sol)


def alone(cents, by):
    Limit.objects.create(
        name="alone_refund", scope="supervisor", value=cents, valid_from=TODAY, source="test", entered_by=by
    )


def ask(payment, amount, actor, capture):
    with capture(execute=True):
        return refunds.ask_refund(payment.pk, amount=Decimal(amount), reason="Paid twice", actor=actor, **WHEN)


def test_a_part_goes_back_and_the_visit_paid_last_is_owed_again(
    practice, sol, account, payment, django_capture_on_commit_callbacks
):
    alone(50_00, sol)
    refund = ask(payment, "15.00", sol, django_capture_on_commit_callbacks)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert refund.state == PaymentRefund.State.DONE
    assert (payment.state, payment.refunded, payment.kept) == ("succeeded", Decimal("15.00"), Decimal("65.00"))
    assert owed(account) == [Decimal("5.00"), Decimal("30.00")]
    receipt = Receipt.objects.get()
    assert (receipt.state, receipt.given_back) == ("recorded", Decimal("15.00"))
    totals = receipt_totals(receipts(actor=sol, asked=ReceiptFilter()))
    assert (totals.received, totals.stands) == (Decimal("80.00"), Decimal("65.00"))
    prove(practice)


def test_all_of_it_goes_back(practice, sol, account, payment, django_capture_on_commit_callbacks):
    alone(500_00, sol)
    ask(payment, "30.00", sol, django_capture_on_commit_callbacks)
    ask(payment, "50.00", sol, django_capture_on_commit_callbacks)
    payment.refresh_from_db()
    assert (payment.state, payment.refunded) == (Payment.State.REFUNDED, Decimal("80.00"))
    assert Receipt.objects.get().state == Receipt.State.REFUNDED
    assert owed(account) == [Decimal("70.00"), Decimal("30.00")]
    with pytest.raises(DomainError, match="up to"):
        ask(payment, "0.01", sol, django_capture_on_commit_callbacks)
    prove(practice)


def test_above_the_limit_a_second_person_is_asked(practice, sol, account, payment, django_capture_on_commit_callbacks):
    alone(10_00, sol)
    refund = ask(payment, "15.00", sol, django_capture_on_commit_callbacks)
    assert refund.state == PaymentRefund.State.ASKED
    with pytest.raises(Conflict, match="under way"):
        ask(payment, "5.00", sol, django_capture_on_commit_callbacks)
    request = ApprovalRequest.objects.get(kind="card_refund")
    with django_capture_on_commit_callbacks(execute=True):
        approvals.approve(request.pk, actor=make_ada(practice), **WHEN)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, payment.refunded) == (PaymentRefund.State.DONE, Decimal("15.00"))
    prove(practice)


def test_refused_nothing_goes_back(practice, sol, payment, django_capture_on_commit_callbacks):
    alone(10_00, sol)
    refund = ask(payment, "15.00", sol, django_capture_on_commit_callbacks)
    approvals.refuse([ApprovalRequest.objects.get(kind="card_refund").pk], note="No", actor=make_ada(practice), now=NOW)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, payment.refunded) == (PaymentRefund.State.REFUSED, Decimal("0.00"))


def test_while_the_processor_is_away_it_waits_and_is_made_once(
    practice, sol, payment, django_capture_on_commit_callbacks, monkeypatch
):
    alone(50_00, sol)

    def away(*args, **kwargs):
        raise ProcessorAway("away")

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "refund", away)
        refund = ask(payment, "15.00", sol, django_capture_on_commit_callbacks)
        refund.refresh_from_db()
        assert refund.state == PaymentRefund.State.AGREED
        assert refunds.make_agreed(actor=None, **WHEN) == 0
    assert refunds.make_agreed(actor=None, **WHEN) == 1
    assert refunds.make_agreed(actor=None, **WHEN) == 0
    payment.refresh_from_db()
    assert payment.refunded == Decimal("15.00")
    prove(practice)


def test_what_the_books_could_not_follow_is_refused_before_money_leaves(sol, account):
    payment = charge(a_card(account, sol), "130.00", actor=sol)
    Account.objects.filter(pk=account.pk).update(unapplied=0)  # as a refund by check would leave it
    with pytest.raises(Conflict, match="refunded since"):
        refunds.ask_refund(payment.pk, amount=Decimal("40.00"), reason="Paid ahead", actor=sol, **WHEN)
    assert SANDBOX.fetch(reference=payment.reference).refunded == Decimal("0.00")


def test_what_is_disputed_is_not_given_back_as_well(sol, payment):
    apply(payment.pk, SANDBOX.dispute(payment.reference, today=TODAY), actor=None, **WHEN)
    with pytest.raises(DomainError, match="up to"):
        refunds.ask_refund(payment.pk, amount=Decimal("1.00"), reason="x", actor=sol, **WHEN)


def test_what_was_given_back_at_the_processor_is_followed(practice, account, payment):
    told = SANDBOX.refund(payment.reference, amount=Decimal("80.00"), key="by hand there")
    payment = apply(payment.pk, told, actor=None, today=dt.date(2026, 11, 23), now=NOW)
    assert payment.state == Payment.State.REFUNDED
    assert owed(account) == [Decimal("70.00"), Decimal("30.00")]
    prove(practice)


def test_its_receipt_is_not_taken_back_by_hand(sol, payment):
    for correct, given in (
        (corrections.void_receipt, {"why": "twice"}),
        (corrections.return_receipt, {"why": "nsf", "returned_on": TODAY}),
    ):
        with pytest.raises(Conflict, match="card payment"):
            correct(payment.receipt_id, actor=sol, **given, **WHEN)


def test_a_card_number_as_the_reason_is_refused(sol, payment):
    with pytest.raises(DomainError, match="card number"):
        refunds.ask_refund(payment.pk, amount=Decimal(1), reason="4242 4242 4242 4242", actor=sol, **WHEN)
