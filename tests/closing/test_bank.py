"""The bank's word beside ours: the same file twice changes nothing, what is certain matches, the rest is a person's."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import User
from claims.cash import bank, selectors
from claims.cash.bank_csv import ColumnNames
from claims.cash.deposit_matching import DepositId
from claims.cash.models import BankFile, BankLine, BankMatch
from claims.practices.models import Practice
from tests.cast import NOW, TODAY, make_practice, make_sol, make_user
from tests.closing.books import DAY, failures, wired

pytestmark = pytest.mark.django_db
NAMES = ColumnNames("Date", "Amount", "Text")


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def sol(practice: Practice) -> User:
    return make_sol(practice)


def take(sol: User, practice: Practice, *rows: str) -> BankFile:
    bank.set_layout(NAMES, practice_id=practice.pk, actor=sol, now=NOW)
    content = "\n".join(["Date,Amount,Text", *rows]).encode()
    return bank.take_in("october.csv", content, practice_id=practice.pk, actor=sol, today=TODAY, now=NOW)


def test_a_file_without_a_layout_asks_for_one(practice: Practice, sol: User) -> None:
    with pytest.raises(bank.NoLayout):
        bank.take_in("x.csv", b"Day,Sum\n", practice_id=practice.pk, actor=sol, today=TODAY, now=NOW)


def test_what_is_certain_matches_and_the_rest_waits_on_both_sides(practice: Practice, sol: User) -> None:
    wired(practice, "100.00", trace="EFT778812")
    wired(practice, "100.00", trace="EFT778813")
    wired(practice, "55.00", trace="EFT9")
    take(
        sol, practice, "10/15/2026,100.00,TRN EFT778812", "10/15/2026,77.00,MOBILE DEPOSIT", "10/16/2026,55.00,HCCLAIM"
    )
    assert [(one.line.amount, one.why) for one in BankMatch.objects.order_by("line")] == [
        (Decimal("100.00"), "trace"),
        (Decimal("55.00"), "amount"),
    ]
    assert [one.amount for one in selectors.waiting_lines(practice.pk)] == [Decimal("77.00")]
    assert [one.trace for one in selectors.unmatched_deposits(practice.pk)] == ["EFT778813"]
    assert not failures(practice)


def test_the_same_file_twice_changes_nothing_and_one_that_overlaps_brings_what_is_new(
    practice: Practice, sol: User
) -> None:
    rows = ("10/15/2026,10.00,A", "10/15/2026,10.00,A")
    first = take(sol, practice, *rows)
    assert take(sol, practice, *rows) == first
    assert BankLine.objects.count() == 2
    second = take(sol, practice, *rows, "10/16/2026,12.00,B")
    assert (second.line_count, second.known_count, BankLine.objects.count()) == (1, 2, 3)


def test_several_deposits_on_one_line_are_matched_by_hand_to_the_cent(practice: Practice, sol: User) -> None:
    two = [wired(practice, "30.00", trace="EFT1", on=DAY), wired(practice, "20.00", trace="EFT2", on=DAY)]
    take(sol, practice, "10/15/2026,50.00,BATCHED")
    line = BankLine.objects.get()
    ids = [DepositId("remittance", one.pk) for one in two]
    with pytest.raises(DomainError, match="30.00"):
        bank.match_by_hand(line.pk, ids[:1], actor=sol, now=NOW)
    bank.match_by_hand(line.pk, ids, actor=sol, now=NOW)
    assert not selectors.unmatched_deposits(practice.pk)
    assert not failures(practice)
    with pytest.raises(Conflict):
        bank.match_by_hand(line.pk, ids, actor=sol, now=NOW)
    bank.unmatch(line.pk, actor=sol, now=NOW)
    assert len(selectors.unmatched_deposits(practice.pk)) == 2
    with pytest.raises(Conflict):
        bank.unmatch(line.pk, actor=sol, now=NOW)


def test_what_is_no_deposit_is_set_aside_with_what_it_is(practice: Practice, sol: User) -> None:
    take(sol, practice, "10/15/2026,0.42,INTEREST PAID")
    line = BankLine.objects.get()
    with pytest.raises(DomainError, match="what it is"):
        bank.set_aside(line.pk, why=" ", actor=sol, now=NOW)
    bank.set_aside(line.pk, why="interest of the bank", actor=sol, now=NOW)
    assert not selectors.waiting_lines(practice.pk).exists()
    bank.unmatch(line.pk, actor=sol, now=NOW)
    assert selectors.waiting_lines(practice.pk).exists()


def test_what_comes_later_is_matched_later(practice: Practice, sol: User) -> None:
    take(sol, practice, "10/15/2026,100.00,TRN EFT778812")
    wired(practice, "100.00", trace="EFT778812", on=DAY - dt.timedelta(days=30))
    assert bank.match_again(practice_id=practice.pk, actor=sol, today=TODAY, now=NOW) == 1


def test_another_practices_lines_are_out_of_reach(practice: Practice, sol: User) -> None:
    take(sol, practice, "10/15/2026,100.00,X")
    carl = make_user(username="carl", role="supervisor", practices=[make_practice(name="Cedar", npi="1003000126")])
    with pytest.raises(NotFound):
        bank.set_aside(BankLine.objects.get().pk, why="mine", actor=carl, now=NOW)
    with pytest.raises(NotFound):
        bank.take_in("x.csv", b"", practice_id=practice.pk, actor=carl, today=TODAY, now=NOW)


def test_a_file_of_many_lines_asks_no_more_than_one_of_few(
    practice: Practice, sol: User, django_assert_max_num_queries: object
) -> None:
    for n in range(40):
        wired(practice, f"{n + 1}.00", trace=f"EFT{n:05}")
    with django_assert_max_num_queries(35):  # type: ignore[operator]
        take(sol, practice, *(f"10/15/2026,{n + 1}.00,TRN EFT{n:05}" for n in range(40)))
    assert BankMatch.objects.count() == 40
