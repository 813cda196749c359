"""A day of cash: counted against the tape, over or short posted with a reason, carried to the bank, closed."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import User
from claims.cash import batches, days, slips
from claims.cash.models import BatchItem, CashBatch
from claims.ledger.models import Posting
from claims.ledger.periods import close_period
from claims.ledger.selectors import account_totals
from claims.ledger.services import PeriodClosed
from claims.practices.models import Practice
from claims.receipts import corrections
from claims.receipts.models import Receipt
from tests.cast import NOW, TODAY, make_ana, make_practice, make_sol, make_user
from tests.closing.books import DAY, OCTOBER, batch_of, counted, failures, owed, receive, wired

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def sol(practice: Practice) -> User:
    return make_sol(practice)


def test_a_batch_holds_what_its_person_took_in_that_day(practice: Practice, sol: User) -> None:
    ada = make_user(username="ada", role="admin", practices=[practice])
    account = owed(practice)
    receive(sol, account, "40.00", number="A1")
    receive(sol, account, "10.00", number="A2", method="cash")
    receive(ada, account, "5.00", number="A3")
    receive(sol, account, "7.00", number="A4", on=DAY + dt.timedelta(days=1))
    batch = batch_of(sol, practice)
    assert [(one.method, one.reference, one.amount) for one in batches.members(batch)] == [
        ("check", "A1", Decimal("40.00")),
        ("cash", "A2", Decimal("10.00")),
    ]
    assert batch_of(sol, practice) == batch


def test_a_receipt_over_several_claims_is_one_item(practice: Practice, sol: User) -> None:
    account = owed(practice, "30.00")
    receive(sol, account, "50.00", number="A1")  # 30.00 to the claim, 20.00 unapplied
    [item] = batches.members(batch_of(sol, practice))
    assert (item.amount, item.reference) == (Decimal("50.00"), "A1")


def test_a_batch_that_agrees_with_its_tape_closes_and_keeps_its_items(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00")
    batch = batch_of(sol, practice)
    with pytest.raises(Conflict, match="tape"):
        batches.close_batch(batch.pk, why="", actor=sol, now=NOW)
    assert batches.set_tape(batch.pk, count=1, amount=Decimal("40.00"), actor=sol, now=NOW).state == "balanced"
    closed = batches.close_batch(batch.pk, why="", actor=sol, now=NOW)
    assert (closed.state, closed.over_short_amount, BatchItem.objects.count()) == ("closed", 0, 1)
    receive(sol, owed(practice), "9.00", number="LATE")
    late = batch_of(sol, practice)
    assert late != closed
    assert [one.reference for one in batches.members(late)] == ["LATE"]
    assert not failures(practice)


@pytest.mark.parametrize(("tape", "over"), [("42.50", "2.50"), ("38.00", "-2.00")])
def test_what_the_tape_has_over_or_short_is_posted_with_a_reason(
    practice: Practice, sol: User, tape: str, over: str
) -> None:
    receive(sol, owed(practice), "40.00", method="cash")
    batch = batch_of(sol, practice)
    batches.set_tape(batch.pk, count=1, amount=Decimal(tape), actor=sol, now=NOW)
    with pytest.raises(DomainError, match="differ"):
        batches.close_batch(batch.pk, why=" ", actor=sol, now=NOW)
    batches.close_batch(batch.pk, why="change of a patient", actor=sol, now=NOW)
    totals = account_totals([practice.pk])
    assert (totals["CASH"], totals["OVER_SHORT"]) == (Decimal(tape), -Decimal(over))
    assert Posting.objects.get(kind="over_short").posted_on == DAY
    assert not failures(practice)


def test_opened_again_the_difference_is_reversed_and_it_may_close_anew(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00", method="cash")
    batch = counted(sol, practice, 1, "41.00", why="found a dollar")
    batches.reopen_batch(batch.pk, actor=sol, now=NOW)
    assert account_totals([practice.pk])["OVER_SHORT"] == 0
    again = counted(sol, practice, 1, "40.50", why="it was fifty cents")
    assert again.pk == batch.pk
    assert account_totals([practice.pk])["OVER_SHORT"] == Decimal("-0.50")
    assert not failures(practice)


def test_a_difference_in_a_closed_period_says_what_to_do(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00", method="cash")
    close_period(actor=sol, practice_id=practice.pk, ends_on=OCTOBER, now=NOW)
    with pytest.raises(PeriodClosed, match="later accounting date"):
        counted(sol, practice, 1, "41.00", why="late")
    assert not BatchItem.objects.exists()


def test_checks_are_listed_and_cash_is_a_sum_on_the_slip(practice: Practice, sol: User) -> None:
    account = owed(practice)
    receive(sol, account, "40.00", number="A1")
    receive(sol, account, "10.00", number="A2", method="cash")
    batch = counted(sol, practice, 2, "49.00", why="a dollar is missing")
    slip = slip_of(practice, sol, batch)
    assert (slip.number, slip.cash_amount, slip.check_amount) == (1, Decimal("9.00"), Decimal("40.00"))
    with pytest.raises(Conflict):
        slip_of(practice, sol, batch)
    with pytest.raises(Conflict, match="slip"):
        batches.reopen_batch(batch.pk, actor=sol, now=NOW)
    assert not failures(practice)
    slips.void_slip(slip.pk, actor=sol, now=NOW)
    assert slip_of(practice, sol, batch).number == 2
    assert not failures(practice)


def test_a_day_closes_when_its_cash_is_counted_and_at_the_bank(practice: Practice, sol: User) -> None:
    wired(practice, "900.00", trace="EFT1")  # electronic: nothing to count
    receive(sol, owed(practice), "40.00")
    with pytest.raises(Conflict, match="no closed batch"):
        close(practice, sol)
    batch = counted(sol, practice, 1, "40.00")
    with pytest.raises(DomainError, match="not everything|Not everything"):
        close(practice, sol)
    slip = slip_of(practice, sol, batch)
    slips.deposit_slip(slip.pk, on=TODAY, actor=sol, today=TODAY, now=NOW)
    close(practice, sol)
    assert days.day_of_cash(practice.pk, DAY).closed
    with pytest.raises(Conflict, match="closed"):
        batch_of(sol, practice)
    days.reopen_day(practice_id=practice.pk, day=DAY, why="a check was found", actor=sol, now=NOW)
    assert batch_of(sol, practice)


def test_what_is_deposited_tomorrow_is_said_when_the_day_closes(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00")
    counted(sol, practice, 1, "40.00")
    assert close(practice, sol, note="to the bank tomorrow").note == "to the bank tomorrow"


def test_a_check_of_a_payer_is_counted_and_an_electronic_payment_is_not(practice: Practice, sol: User) -> None:
    wired(practice, "300.00", trace="CHK77", method="CHK")
    wired(practice, "900.00", trace="EFT1")
    found = days.day_of_cash(practice.pk, DAY)
    assert (found.counted_kinds, found.electronic) == (Decimal("300.00"), Decimal("900.00"))
    assert [one.reference for one in found.uncounted] == ["CHK77"]
    batch = batches.open_batch(
        practice_id=practice.pk, day=DAY, kind="checks", owner_id=None, actor=sol, today=TODAY, now=NOW
    )
    batches.set_tape(batch.pk, count=1, amount=Decimal("300.00"), actor=sol, now=NOW)
    batches.close_batch(batch.pk, why="", actor=sol, now=NOW)
    assert not days.day_of_cash(practice.pk, DAY).uncounted


def test_a_receipt_entered_by_mistake_is_in_no_batch_and_one_the_bank_returned_is(
    practice: Practice, sol: User
) -> None:
    for number in ("1", "2"):
        receive(sol, owed(practice), "40.00", number=number)
    mistaken, returned = Receipt.objects.order_by("pk")
    corrections.void_receipt(mistaken.pk, actor=sol, why="twice", today=TODAY, now=NOW)
    corrections.return_receipt(returned.pk, actor=sol, why="nsf", returned_on=TODAY, today=TODAY, now=NOW)
    assert [one.source_id for one in batches.members(batch_of(sol, practice))] == [returned.pk]


def test_strangers_and_collectors_count_nothing(practice: Practice, sol: User) -> None:
    batch = batch_of(sol, practice)
    stranger = make_user(username="carl", role="supervisor", practices=[make_practice(name="Cedar", npi="1003000126")])
    with pytest.raises(NotFound):
        batches.set_tape(batch.pk, count=1, amount=Decimal("1.00"), actor=stranger, now=NOW)
    with pytest.raises(DomainError, match="role"):
        batches.set_tape(batch.pk, count=1, amount=Decimal("1.00"), actor=make_ana(practice), now=NOW)


def test_the_days_of_a_month_ask_the_same_however_many(
    practice: Practice, sol: User, django_assert_num_queries: object
) -> None:
    for day in range(1, 9):
        receive(sol, owed(practice), "40.00", number=f"A{day}", on=dt.date(2026, 10, day))
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert len(days.days_of_cash(practice.pk, since=dt.date(2026, 10, 1), until=OCTOBER)) == 8
    with django_assert_num_queries(5):  # type: ignore[operator]
        assert days.waiting_count(sol, OCTOBER) == 8


def slip_of(practice: Practice, sol: User, batch: CashBatch):  # type: ignore[no-untyped-def]
    return slips.make_slip(
        [batch.pk], practice_id=practice.pk, bank_account="Operating 4410", actor=sol, today=TODAY, now=NOW
    )


def close(practice: Practice, sol: User, *, note: str = ""):  # type: ignore[no-untyped-def]
    return days.close_day(practice_id=practice.pk, day=DAY, note=note, actor=sol, today=TODAY, now=NOW)
