"""Unapplied cash goes to visits once, one account at a time or all together, and comes back when that is undone."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, DomainError
from claims.ledger.models import Posting
from claims.receipts import selectors, unapplied
from claims.receipts.models import CashApplication
from claims.receipts.recording import ReceivedMoney, post_receipts
from claims.remits.verify import verify
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice, make_sol
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


def paid_ahead(practice, amount, *, owes=(), last="Guarino"):
    """An account that paid `amount` before it owed for visits of these charges."""
    patient = make_patient(account=make_account(practice=practice, last=last), last=last)
    received = ReceivedMoney(patient.account_id, practice.pk, Decimal(amount), TODAY, f"LB-{patient.account_id}")
    post_receipts([received], posted_on=TODAY, now=NOW)
    claims = [make_claim(patient=patient, payers=(), lines=[charge]) for charge in owes]
    patient.account.refresh_from_db()
    return patient.account, claims


def apply(actor, account, amount, chosen=None):
    asked = {"account_id": account.pk, "amount": Decimal(amount), "chosen": chosen, "today": TODAY, "now": NOW}
    return unapplied.apply_unapplied(actor=actor, **asked)


def left(account):
    account.refresh_from_db()
    return str(account.unapplied)


def test_it_pays_the_oldest_balance_and_the_rest_stays(practice, sol):
    account, (claim,) = paid_ahead(practice, "100.00", owes=["70.00"])
    made = apply(sol, account, "100.00")
    claim.refresh_from_db()
    assert (str(made.amount), str(claim.balance), left(account)) == ("70.00", "0.00", "30.00")
    assert all(check.holds for check in verify([practice.pk]))


def test_it_goes_where_a_person_says(practice, sol):
    account, (first, second) = paid_ahead(practice, "100.00", owes=["70.00", "60.00"])
    apply(sol, account, "60.00", {second.pk: Decimal(25), first.pk: Decimal(5)})
    for claim in (first, second):
        claim.refresh_from_db()
    assert (str(first.balance), str(second.balance), left(account)) == ("65.00", "35.00", "70.00")


def test_no_more_is_applied_than_there_is(practice, sol):
    account, _ = paid_ahead(practice, "20.00", owes=["70.00"])
    with pytest.raises(Conflict, match=r"\$20.00 is unapplied"):
        apply(sol, account, "20.01")
    with pytest.raises(DomainError):
        apply(make_ana(practice), account, "20.00")
    apply(sol, account, "20.00")
    with pytest.raises(Conflict):
        apply(sol, account, "20.00")
    assert CashApplication.objects.count() == 1


def test_undone_it_is_unapplied_again_and_only_once(practice, sol):
    account, (claim,) = paid_ahead(practice, "100.00", owes=["70.00"])
    made = apply(sol, account, "100.00")
    unapplied.undo_applications(made.run, actor=sol, today=TODAY, now=NOW)
    claim.refresh_from_db()
    assert (str(claim.balance), left(account)) == ("70.00", "100.00")
    with pytest.raises(Conflict):
        unapplied.undo_applications(made.run, actor=sol, today=TODAY, now=NOW)
    apply(sol, account, "70.00")
    assert all(check.holds for check in verify([practice.pk]))


def test_all_that_would_pay_something_is_shown_and_applied_as_it_was_shown(practice, sol):
    owing, _ = paid_ahead(practice, "40.00", owes=["70.00"])
    over, _ = paid_ahead(practice, "90.00", owes=["70.00"], last="Hale")
    paid_ahead(practice, "5.00", last="Idle")
    shown = unapplied.proposed_applications(actor=sol, today=TODAY)
    assert [(one.account_id, str(one.applies), str(one.stays)) for one in shown] == [
        (owing.pk, "40.00", "0.00"), (over.pk, "70.00", "20.00"),
    ]  # fmt: skip
    make_claim(patient=over.patients.get(), payers=(), lines=["10.00"])  # something changes meanwhile
    proposed = {one.account_id: one.applies for one in shown}
    made = unapplied.apply_all(actor=sol, proposed=proposed, today=TODAY, now=NOW)
    assert [row.account_id for row in made] == [owing.pk]
    assert (left(owing), left(over)) == ("0.00", "90.00")
    unapplied.undo_applications(made[0].run, actor=sol, today=TODAY, now=NOW)
    assert left(owing) == "40.00"
    assert all(check.holds for check in verify([practice.pk]))


def test_a_hundred_accounts_cost_what_ten_cost(practice, sol):
    costs = []
    for count in (10, 60):
        for number in range(count):
            paid_ahead(practice, "40.00", owes=["70.00"], last=f"Many{count}x{number}")
        proposed = {one.account_id: one.applies for one in unapplied.proposed_applications(actor=sol, today=TODAY)}
        with CaptureQueriesContext(connection) as asked:
            assert len(unapplied.apply_all(actor=sol, proposed=proposed, today=TODAY, now=NOW)) == count
        costs.append(len(asked))
    assert costs[1] <= costs[0] + 2  # by batches of what one statement may carry, not by accounts


def test_the_list_says_since_when_from_what_and_what_is_owed_beside_it(practice, sol):
    account, _ = paid_ahead(practice, "40.00", owes=["70.00"])
    paid_ahead(practice, "5.00", last="Hale")
    rows = list(selectors.unapplied_accounts(actor=sol))
    first, second = selectors.unapplied_cash(rows)
    assert (first.account, str(first.owed), first.since_on) == (account, "70.00", TODAY)
    assert [receipt.reference for receipt in first.receipts] == [f"LB-{account.pk}"]
    assert str(second.owed) == "0.00"
    assert list(selectors.unapplied_accounts(actor=sol, is_owing=True)) == [account]


def test_applied_cash_keeps_no_promise_that_the_receipt_did_not(practice, sol):
    account, _ = paid_ahead(practice, "40.00", owes=["70.00"])
    apply(sol, account, "40.00")
    received = Posting.objects.filter(debit="CASH").values_list("amount", flat=True)
    assert sum(received) == Decimal(40)


def test_what_waits_of_payers_is_told_from_its_exceptions(practice, sol):
    claim = make_claim(practice=practice)
    take(Era([Clp("NOBODY", [Svc("240.00", "90.00", [("CO-45", "150.00")])], last="ELSE", member="Z")]))
    (held,) = selectors.unapplied_of_payers(actor=sol)
    assert (str(held.amount), held.exception.code) == ("90.00", "unmatched")
    assert claim.balance == Decimal(240)
