"""A saved card is charged once for its key; the money goes where money goes, and leaves again to the cent."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError
from claims.ledger.models import Posting, Receivable
from claims.receipts.models import Receipt
from claims.remits.verify import verify
from collections_app.payments import listening, services
from collections_app.payments.applying import apply
from collections_app.payments.methods import keep_token
from collections_app.payments.models import Dispute, Payment, PaymentMethod
from collections_app.payments.sandbox.processor import Sandbox
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice, make_sol

pytestmark = pytest.mark.django_db
WHEN = {"today": TODAY, "now": NOW}
SANDBOX = Sandbox("sandbox")


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def account(practice):
    """Owes 70.00 for a visit of July, 30.00 for one of September."""
    patient = make_patient(account=make_account(practice=practice))
    make_claim(patient=patient, payers=(), lines=["70.00"], service_on=dt.date(2026, 7, 1))
    make_claim(patient=patient, payers=(), lines=["30.00"], service_on=dt.date(2026, 9, 1))
    return patient.account


def a_card(account, actor, name="visa", ends=dt.date(2027, 12, 31)):
    facts = SANDBOX.keep(card_name=name, expires_on=ends, now=NOW)
    return keep_token(
        account_id=account.pk, processor="sandbox", card=facts, how="spoken", words="You may keep my card.",
        actor=actor, **WHEN,
    )  # fmt: skip


def charge(method, amount="80.00", key="k1", actor=None, **more):
    return services.charge(method_id=method.pk, amount=Decimal(amount), on=TODAY, key=key, actor=actor, **WHEN, **more)


def owed(account):
    rows = Receivable.objects.filter(account=account, bucket="PATIENT").order_by("claim__service_from")
    return list(rows.values_list("amount", flat=True))


def prove(practice):
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def test_a_saved_card_is_charged_once_and_pays_the_oldest_visit_first(practice, sol, account):
    card = a_card(account, sol)
    assert str(card) == "Visa 4242, 12/27"
    first, again = charge(card, actor=sol), charge(card, actor=sol)
    assert first.pk == again.pk
    assert first.state == Payment.State.SUCCEEDED
    receipt = Receipt.objects.get()
    assert (receipt.method, receipt.reference, receipt.amount) == ("card", first.reference, Decimal("80.00"))
    assert owed(account) == [Decimal("20.00")]
    assert first.fee == Decimal("2.62")
    prove(practice)


def test_visits_get_what_was_chosen(practice, sol, account):
    later = account.claims.get(charge=30)
    charge(a_card(account, sol), "30.00", actor=sol, chosen={later.pk: Decimal("25.00")})
    assert owed(account) == [Decimal("70.00"), Decimal("5.00")]
    account.refresh_from_db()
    assert account.unapplied == Decimal("5.00")
    prove(practice)


def test_another_amount_under_the_same_key_is_refused(sol, account):
    card = a_card(account, sol)
    charge(card, "20.00", actor=sol)
    with pytest.raises(Conflict):
        charge(card, "30.00", actor=sol)


@pytest.mark.parametrize(("name", "code"), [("nofunds", "insufficient_funds"), ("lost", "lost_card")])
def test_a_declined_charge_posts_nothing_and_is_told(sol, account, name, code, monkeypatch):
    heard = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.append((ids, today))])
    card = a_card(account, sol, name)
    payment = charge(card)
    assert (payment.state, payment.decline_code) == (Payment.State.DECLINED, code)
    assert heard == [([payment.pk], TODAY)]
    assert not Receipt.objects.exists()
    card.refresh_from_db()
    assert card.state == (PaymentMethod.State.FAILED if code == "lost_card" else PaymentMethod.State.ACTIVE)


def test_a_card_that_has_run_out_is_not_charged(sol, account):
    payment = charge(a_card(account, sol, ends=dt.date(2026, 10, 31)))
    assert (payment.state, payment.decline_code) == (Payment.State.DECLINED, "expired_card")


def test_voided_on_its_day_it_never_came(practice, sol, account):
    payment = services.void(charge(a_card(account, sol), actor=sol).pk, actor=sol, **WHEN)
    assert payment.state == Payment.State.VOIDED
    assert Receipt.objects.get().state == Receipt.State.VOIDED
    assert owed(account) == [Decimal("70.00"), Decimal("30.00")]
    prove(practice)


def test_from_the_next_day_on_it_is_not_voided(sol, account):
    payment = charge(a_card(account, sol), actor=sol)
    with pytest.raises(Conflict, match="give it back"):
        services.void(payment.pk, actor=sol, today=TODAY + dt.timedelta(days=1), now=NOW)


def test_a_disputed_payment_leaves_at_once_and_comes_back_when_won(practice, sol, account, monkeypatch):
    heard = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.append(ids)])
    payment = charge(a_card(account, sol), actor=sol)
    told = SANDBOX.dispute(payment.reference, today=dt.date(2026, 11, 24))
    payment = apply(payment.pk, told, actor=None, today=dt.date(2026, 11, 24), now=NOW)
    dispute = Dispute.objects.get()
    assert (payment.state, dispute.evidence_by) == (Payment.State.CHARGED_BACK, dt.date(2026, 12, 8))
    assert owed(account) == [Decimal("70.00"), Decimal("30.00")]
    assert heard == [[payment.pk]]
    told = SANDBOX.end_dispute(payment.reference, is_won=True)
    payment = apply(payment.pk, told, actor=None, today=dt.date(2026, 12, 20), now=NOW)
    dispute.refresh_from_db()
    assert (payment.state, dispute.state) == (Payment.State.SUCCEEDED, Dispute.State.WON)
    assert dispute.receipt.amount == Decimal("80.00")
    assert owed(account) == [Decimal("20.00")]
    prove(practice)


def test_what_was_refunded_by_check_meanwhile_is_kept_for_a_person(practice, sol, account):
    payment = charge(a_card(account, sol), "130.00", actor=sol)
    account.refresh_from_db()
    assert account.unapplied == Decimal("30.00")
    account.unapplied = Decimal("10.00")  # as a refund by check would leave it
    account.save(update_fields=["unapplied"])
    told = SANDBOX.dispute(payment.reference, today=TODAY)
    payment = apply(payment.pk, told, actor=None, **WHEN)
    assert payment.state == Payment.State.SUCCEEDED
    assert "was refunded since" in payment.held_up
    assert Posting.objects.filter(reverses__isnull=False).count() == 0


def test_a_card_is_charged_today_only(sol, account):
    with pytest.raises(DomainError, match="today"):
        services.charge(
            method_id=a_card(account, sol).pk,
            amount=Decimal(5),
            on=TODAY + dt.timedelta(days=2),
            key="x",
            actor=sol,
            **WHEN,
        )


def test_nobody_charges_a_card_of_another_practice(account, sol):
    card = a_card(account, sol)
    other = make_practice(name="Elm", npi="1003000126", tin="061234568")
    with pytest.raises(DomainError, match="no such card"):
        charge(card, actor=make_ana(other))
