"""A bank account is charged like a card: one payment, which follows its debit and fails with it."""

import datetime as dt
from decimal import Decimal

import pytest

from claims.receipts.corrections import give_back
from claims.receipts.models import Receipt
from claims.receipts.recording import ReceivedMoney, receive
from collections_app.ach.authorizations import revoke
from collections_app.ach.listening import tell_of_returns
from collections_app.ach.models import AchEntry, AchFile, BankAuthorization
from collections_app.ach.services import cancel_entry
from collections_app.payments import bank, listening, runner, services
from collections_app.payments.models import Payment, PaymentMethod
from tests.ach.stories import authorized, collecting, debited
from tests.cast import NOW, TODAY
from tests.payments.taking import WHEN, owed, prove

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 11, 23)


@pytest.fixture
def method(account, sol):
    given = BankAuthorization.objects.create(
        practice=account.practice, account=account, sec_code="TEL", frequency="recurring", holder="Gus Guarino",
        routing="021000021", bank_account="123456789", bank_account_kind="checking", last_four="6789",
        how_set="as agreed", first_on=TODAY, relationship="existing", proof="recording", words="You authorize us.",
        authorized_on=TODAY, authorized_at=NOW, taken_by=sol, validated_how="manual", validated_on=TODAY,
    )  # fmt: skip
    bank.follow_authorizations([given.pk], NOW)
    [found] = services.methods_of(account.pk)
    return found


def debit(method, key="plan-1/1", actor=None):
    return services.charge(method_id=method.pk, amount=Decimal("40.00"), on=TODAY, key=key, actor=actor, **WHEN)


def settled(entry, sol):
    """As the slice of debits does when the banking day has come."""
    money = ReceivedMoney(entry.account_id, entry.practice_id, entry.amount, MONDAY, f"E{entry.pk}", "ach")
    entry.receipt = receive(money, chosen=None, posted_on=MONDAY, now=NOW, actor=None)
    entry.file = AchFile.objects.create(
        practice_id=entry.practice_id, made_on=TODAY, made_at=NOW, made_by=sol, modifier="A", first_number=1,
        last_number=1, count=1, amount=entry.amount, file_name="f", content="x", sha256="x",
    )  # fmt: skip
    entry.state, entry.settled_on, entry.trace = "settled", MONDAY, "021000020000001"
    entry.save()


def test_an_authorization_is_a_method_named_by_its_last_digits(account, method):
    assert (method.kind, str(method), method.consent_how) == ("bank", "Checking 6789", "spoken")
    bank.follow_authorizations([method.bank_authorization_id], NOW)
    assert PaymentMethod.objects.count() == 1


def test_it_is_debited_once_and_paid_when_the_debit_settles(practice, account, method, sol):
    payment = debit(method)
    assert debit(method).pk == payment.pk
    assert (payment.state, AchEntry.objects.count(), owed(account)) == ("pending", 1, [Decimal(70), Decimal(30)])
    settled(payment.ach_entry, sol)
    runner.run_payments(today=MONDAY, now=NOW)
    payment.refresh_from_db()
    assert (payment.state, payment.taken_on, payment.receipt.method) == ("succeeded", MONDAY, "ach")
    assert owed(account) == [Decimal("30.00"), Decimal("30.00")]
    prove(practice)


def test_a_returned_debit_fails_its_payment_in_the_same_transaction(account, method, sol, monkeypatch):
    heard = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.append((ids, today))])
    payment = debit(method)
    settled(payment.ach_entry, sol)
    bank.follow(payment.pk, today=MONDAY, now=NOW)
    entry = AchEntry.objects.get()
    give_back(
        entry.receipt_id, amount=entry.amount, state=Receipt.State.RETURNED, why=Receipt.Why.NSF, on=MONDAY, actor=None,
        today=MONDAY, now=NOW,
    )  # fmt: skip
    entry.state, entry.return_code, entry.returned_on = "returned", "R01", MONDAY
    entry.save()
    for _ in range(2):
        tell_of_returns([entry.pk], today=MONDAY, now=NOW)
    payment.refresh_from_db()
    assert (payment.state, payment.decline_code, payment.kept) == ("returned", "R01", Decimal("0.00"))
    assert heard == [([payment.pk], MONDAY)]
    assert owed(account) == [Decimal("70.00"), Decimal("30.00")]


def test_what_the_authorization_does_not_cover_is_a_decline_of_the_automatic_payment(method, monkeypatch):
    heard = []
    monkeypatch.setattr(listening, "_listeners", [lambda ids, today, now: heard.append(ids)])
    BankAuthorization.objects.update(state="revoked", ended_on=TODAY)
    payment = debit(method)
    assert (payment.state, payment.decline_code, heard) == (Payment.State.DECLINED, "not_authorized", [[payment.pk]])


def test_an_authorization_is_a_method_from_its_first_moment_to_its_last(account, sol):
    collecting(account.practice)
    given = authorized(account, sol, frequency="recurring", amount=Decimal("50.00"))
    [method] = services.methods_of(account.pk)
    assert (str(method), method.consent_how, method.added_by) == ("Checking 6789", "spoken", sol)
    revoke(given.pk, actor=sol, **WHEN)
    method.refresh_from_db()
    assert (services.methods_of(account.pk), method.state) == ([], "removed")


def test_what_was_authorized_once_is_offered_until_it_is_debited(account, sol):
    collecting(account.practice)
    given = authorized(account, sol, amount=Decimal("50.00"))
    assert len(services.methods_of(account.pk)) == 1
    entry = debited(given, sol, amount="50.00")
    assert services.methods_of(account.pk) == []
    cancel_entry(entry.pk, why="A slip", actor=sol, **WHEN)
    assert len(services.methods_of(account.pk)) == 1


@pytest.mark.parametrize(
    ("allowed", "why"),
    [
        ({"frequency": "once"}, "One debit was authorized"),
        ({"frequency": "recurring", "amount": Decimal("99.99")}, "$99.99 at most was authorized"),
        ({"frequency": "recurring", "last_on": dt.date(2026, 12, 24)}, "before the last installment settles"),
        ({"frequency": "recurring", "last_on": dt.date(2026, 12, 28)}, ""),  # the next banking day after Christmas
        ({"frequency": "recurring", "amount": None, "how_set": "as the plan says"}, ""),
    ],
)
def test_a_bank_account_is_charged_several_times_as_far_as_was_allowed(account, sol, allowed, why):
    collecting(account.practice)
    authorized(account, sol, **allowed)
    [method] = services.methods_of(account.pk)
    told = bank.why_not_repeatedly(method, most=Decimal("100.00"), until=dt.date(2026, 12, 24))
    assert why in told
    assert bool(told) == bool(why)
