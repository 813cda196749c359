"""A receipt that is returned, taken back or moved: the books stand as if the money were where it belongs."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import AuditEvent
from claims.ledger import services as ledger
from claims.ledger.models import Posting, Receivable
from claims.ledger.periods import close_period
from claims.ledger.selectors import account_totals
from claims.receipts import corrections, selectors, unapplied
from claims.receipts.models import Receipt, ReceiptPosting
from claims.receipts.recording import record_receipt
from claims.remits.verify import verify
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ana,
    make_claim,
    make_patient,
    make_practice,
    make_sol,
    make_user,
    move,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
FIRST, SECOND = dt.date(2026, 3, 1), dt.date(2026, 8, 1)


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def visits(practice):
    """Two visits of one account: 50.00 since March, 80.00 since August."""
    patient = make_patient(account=make_account(practice=practice))
    return [
        make_claim(patient=patient, payers=(), lines=[amount], service_on=on, billed_on=on)
        for amount, on in (("50.00", FIRST), ("80.00", SECOND))
    ]


def pay(actor, account, amount, reference="1041", *, on=TODAY, chosen=None, method="check"):
    return record_receipt(
        actor=actor, account_id=account.pk, amount=Decimal(amount), received_on=on, method=method,
        reference=reference, today=TODAY, now=NOW, chosen=chosen,
    )  # fmt: skip


def hales(practice):
    """A visit of another account, which owes 90.00."""
    account = make_account(practice=practice, last="Hale")
    return make_claim(patient=make_patient(account=account), payers=(), lines=["90.00"])


def owes(*claims):
    for claim in claims:
        claim.refresh_from_db()
    return [str(claim.balance) for claim in claims]


def unapplied_of(account):
    account.refresh_from_db()
    return str(account.unapplied)


def prove(practice):
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []


def returned(receipt, actor, **changes):
    asked = {"why": "nsf", "returned_on": TODAY, "actor": actor, "today": TODAY, "now": NOW, **changes}
    return corrections.return_receipt(receipt.pk, **asked)


def moved(receipt, actor, to, amount, **changes):
    asked = {"actor": actor, "today": TODAY, "now": NOW, **changes}
    return corrections.move_receipt(receipt.pk, to_account=to.number, amount=Decimal(amount), **asked)


def test_receipts_are_numbered_by_practice_and_name_their_postings(practice, sol, visits):
    account = visits[0].account
    first, second = pay(sol, account, "70.00"), pay(sol, account, "100.00", "1042")
    other = make_account(practice=make_practice(npi="1366400001", name="Elm"))
    sue = make_sue(other.practice)
    assert [first.number, second.number, pay(sue, other, "5.00").number] == [1, 2, 1]
    assert sum(one.posting.amount for one in first.made.all()) == Decimal(70)
    assert owes(*visits) == ["0.00", "0.00"]
    assert unapplied_of(account) == "40.00"


def test_money_goes_where_a_person_says(practice, sol, visits):
    first, second = visits
    pay(sol, first.account, "60.00", chosen={second.pk: Decimal("45.00")})
    assert owes(first, second) == ["50.00", "35.00"]
    assert unapplied_of(first.account) == "15.00"
    prove(practice)


@pytest.mark.parametrize(("amount", "field"), [("80.01", "visit"), ("61.00", "amount"), ("-1.00", "visit")])
def test_no_visit_gets_more_than_it_owes_nor_more_than_there_is(sol, visits, amount, field):
    with pytest.raises(DomainError) as error:
        pay(sol, visits[0].account, "60.00", chosen={visits[1].pk: Decimal(amount)})
    assert error.value.facts["field"].startswith(field)
    assert not Receipt.objects.exists()


def test_no_money_goes_to_a_visit_of_another_account_or_of_a_payer(sol, visits):
    insured = make_claim(patient=visits[0].patient, lines=["500.00"])
    other = make_claim(patient=make_patient(account=make_account()), payers=(), lines=["20.00"])
    for claim in (insured, other):
        with pytest.raises(DomainError):
            pay(sol, visits[0].account, "10.00", chosen={claim.pk: Decimal("10.00")})


def test_a_disputed_visit_takes_no_money_by_itself_nor_by_choice(practice, sol, visits):
    from collections_app.contacts.models import Hold

    first, second = visits
    Hold.objects.create(
        practice=practice, account=first.account, claim=first, reason="dispute", from_on=TODAY, placed_at=NOW
    )
    pay(sol, first.account, "100.00")
    assert owes(first, second) == ["50.00", "0.00"]
    assert unapplied_of(first.account) == "20.00"
    with pytest.raises(DomainError, match="disputed"):
        pay(sol, first.account, "10.00", "1042", chosen={first.pk: Decimal("10.00")})


def test_a_returned_check_never_paid_anything(practice, sol, visits):
    account = visits[0].account
    receipt = pay(sol, account, "150.00", on=TODAY - 5 * DAY)
    returned(receipt, sol)
    assert owes(*visits) == ["50.00", "80.00"]
    assert unapplied_of(account) == "0.00"
    assert account_totals([practice.pk])["CASH"] == 0
    receipt.refresh_from_db()
    assert (receipt.state, receipt.why, receipt.ended_on, receipt.ended_by) == ("returned", "nsf", TODAY, sol)
    prove(practice)


def test_what_a_returned_check_paid_is_owed_since_it_was_owed_before(sol, visits):
    """Nobody gains a month of peace by a check that bounces (RULES 1.7, 13.3)."""
    since = dict(Receivable.objects.values_list("claim_id", "since_on"))
    returned(pay(sol, visits[0].account, "150.00", on=TODAY - 5 * DAY), sol)
    assert dict(Receivable.objects.values_list("claim_id", "since_on")) == since


def test_the_past_is_told_as_the_present_is_kept(sol, visits):
    from claims.ledger.receivables_as_of import owed_as_of

    returned(pay(sol, visits[0].account, "150.00"), sol)
    told = {row.claim_id: row.since_on for row in owed_as_of([one.pk for one in visits], as_of=TODAY, today=TODAY)}
    assert told == dict(Receivable.objects.values_list("claim_id", "since_on"))


def test_what_was_applied_of_a_returned_check_since_is_taken_back_with_it(practice, sol, visits):
    first, second = visits
    receipt = pay(sol, first.account, "60.00", chosen={first.pk: Decimal("50.00")})
    unapplied.apply_unapplied(actor=sol, account_id=first.account_id, amount=Decimal(10), today=TODAY, now=NOW)
    assert owes(first, second) == ["0.00", "70.00"]
    returned(receipt, sol)
    assert owes(first, second) == ["50.00", "80.00"]
    assert unapplied_of(first.account) == "0.00"
    prove(practice)


def test_the_same_is_not_done_twice(sol, visits):
    receipt = pay(sol, visits[0].account, "60.00")
    returned(receipt, sol)
    before = Posting.objects.count()
    for again in (lambda: returned(receipt, sol), lambda: _void(receipt, sol)):
        with pytest.raises(Conflict):
            again()
    assert Posting.objects.count() == before


def test_a_returned_check_may_be_deposited_again(sol, visits):
    receipt = pay(sol, visits[0].account, "60.00")
    with pytest.raises(Conflict):
        pay(sol, visits[0].account, "60.00")
    returned(receipt, sol)
    assert pay(sol, visits[0].account, "60.00").number == 2


def test_cash_is_not_returned_and_nothing_before_it_came(sol, visits):
    cash = pay(sol, visits[0].account, "10.00", method="cash")
    check = pay(sol, visits[0].account, "10.00")
    with pytest.raises(DomainError, match="Cash"):
        returned(cash, sol)
    for day in (TODAY - DAY, TODAY + DAY):
        with pytest.raises(DomainError, match="between"):
            returned(check, sol, returned_on=day)


def _void(receipt, actor, now=NOW, why="", words=""):
    return corrections.void_receipt(receipt.pk, actor=actor, why=why, words=words, today=TODAY, now=now)


def test_who_entered_it_takes_it_back_within_ten_minutes_and_others_say_why(practice, sol, visits):
    sue = make_sue(practice)
    _void(pay(sol, visits[0].account, "10.00"), sol, NOW + dt.timedelta(minutes=10))
    late = pay(sol, visits[0].account, "10.00")
    for actor, now in ((sol, NOW + dt.timedelta(minutes=11)), (sue, NOW)):
        with pytest.raises(DomainError, match="Choose what was wrong"):
            _void(late, actor, now)
    assert _void(late, sue, why="twice").state == "voided"
    prove(practice)


def make_sue(*practices):
    return make_user(username="sue", role="supervisor", practices=practices)


def test_a_receipt_is_moved_as_of_the_day_it_was_received(practice, sol, visits):
    other = hales(practice)
    receipt = pay(sol, visits[0].account, "130.00", on=TODAY - 5 * DAY)
    there = moved(receipt, sol, other.account, "130.00")
    assert owes(*visits, other) == ["50.00", "80.00", "0.00"]
    assert unapplied_of(other.account) == "40.00"
    assert {row.posting.effective_on for row in there.made.all()} == {TODAY - 5 * DAY}
    receipt.refresh_from_db()
    assert (receipt.state, there.moved_from, there.reference) == ("moved", receipt, receipt.reference)
    assert set(AuditEvent.objects.filter(action="receipt_moved").values_list("subject_id", flat=True)) == {
        receipt.account_id, other.account_id,
    }  # fmt: skip
    assert account_totals([practice.pk])["CASH"] == Decimal(130)
    prove(practice)


def test_a_part_is_moved_from_what_is_unapplied_first_then_from_the_visit_paid_last(practice, sol, visits):
    other = make_account(practice=practice, last="Hale")
    receipt = pay(sol, visits[0].account, "140.00")
    moved(receipt, sol, other, "30.00")
    assert owes(*visits) == ["0.00", "20.00"]
    assert (unapplied_of(visits[0].account), unapplied_of(other)) == ("0.00", "30.00")
    told = selectors.receipt_seen_by(sol, receipt.pk)
    assert (str(told.left), [part.amount for part in told.parts]) == ("110.00", [Decimal(30)])
    assert selectors.receipt_totals(Receipt.objects.all()).received == Decimal(140)
    prove(practice)


def test_a_check_that_was_moved_on_in_parts_comes_back_whole(practice, sol, visits):
    other = hales(practice)
    receipt = pay(sol, visits[0].account, "140.00")
    there = moved(receipt, sol, other.account, "30.00")
    returned(there, sol)
    assert owes(*visits, other) == ["50.00", "80.00", "90.00"]
    assert set(Receipt.objects.values_list("state", flat=True)) == {"returned"}
    assert account_totals([practice.pk])["CASH"] == 0
    prove(practice)


def test_a_receipt_does_not_leave_its_practice(practice, sol, visits):
    elsewhere = make_account(practice=make_practice(npi="1366400001", name="Elm"))
    receipt = pay(sol, visits[0].account, "10.00")
    with pytest.raises(DomainError, match="No account of this practice"):
        moved(receipt, sol, elsewhere, "10.00")
    with pytest.raises(DomainError, match="record it there"):
        moved(receipt, make_sue(practice, elsewhere.practice), elsewhere, "10.00")


def test_what_was_refunded_is_not_taken_back_a_second_time(sol, visits):
    account = visits[0].account
    receipt = pay(sol, account, "150.00")
    line = visits[0].lines.get()
    refund = move(line, kind="refund", debit="UNAPPLIED", credit="REFUND", amount="15.00", on=TODAY)
    ledger.post([refund._replace(claim_id=None, line_id=None, account_id=account.pk)], now=NOW)
    with pytest.raises(Conflict, match=r"\$15.00 of R1 was refunded"):
        returned(receipt, sol)


def test_collectors_correct_nothing_and_strangers_find_nothing(practice, sol, visits):
    receipt = pay(sol, visits[0].account, "10.00")
    with pytest.raises(DomainError):
        returned(receipt, make_ana(practice))
    stranger = make_sue(make_practice(npi="1366400001", name="Elm"))
    with pytest.raises(NotFound):
        returned(receipt, stranger)


def test_a_closed_period_takes_no_return(practice, sol, visits):
    receipt = pay(sol, visits[0].account, "10.00")
    close_period(actor=sol, practice_id=practice.pk, ends_on=TODAY, now=NOW)
    with pytest.raises(ledger.PeriodClosed):
        returned(receipt, sol)
    receipt.refresh_from_db()
    assert receipt.stands


def test_what_a_receipt_posted_is_never_changed(sol, visits):
    from django.db import DatabaseError, transaction

    pay(sol, visits[0].account, "10.00")
    for change in (lambda: ReceiptPosting.objects.update(receipt_id=1), lambda: ReceiptPosting.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_promise_that_a_check_kept_is_open_again_when_it_comes_back(sol, visits):
    from collections_app.promises import services as promises

    account = visits[0].account
    promise, _ = promises.make_promise(
        actor=sol, account=account, amount=Decimal(40), due_on=TODAY + 3 * DAY, now=NOW - DAY, today=TODAY - DAY
    )
    receipt = pay(sol, account, "40.00")
    promises.settle_promises(today=TODAY, now=NOW, accounts=[account.pk])
    promise.refresh_from_db()
    assert promise.state == "kept"
    returned(receipt, sol)
    later = TODAY + 10 * DAY
    promises.settle_promises(today=later, now=NOW + 10 * DAY, accounts=[account.pk])
    promise.refresh_from_db()
    assert promise.state == "broken"


def test_a_check_that_was_moved_on_whole_counts_nowhere_once_it_came_back(practice, sol, visits):
    there = moved(pay(sol, visits[0].account, "140.00"), sol, hales(practice).account, "140.00")
    returned(there, sol)
    totals = selectors.receipt_totals(Receipt.objects.all())
    assert (totals.received, totals.stands) == (Decimal(140), 0)
    assert account_totals([practice.pk])["CASH"] == 0
