"""Opening balances: what was owed when the books began here, with its own dates, and all of it reversible."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.closing.verify import verify
from claims.edi.claim_charges import reverse_charges
from claims.ledger import services as ledger
from claims.ledger.models import OpeningSet, Posting, Receivable
from claims.ledger.opening import OpeningBalance, OpeningClaim, OpeningCredit, open_balances, reverse_opening
from claims.ledger.visits import visit_bills
from claims.practices.models import Practice
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import aging, tie_out
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_account, make_claim, make_practice, make_sol, move

pytestmark = pytest.mark.django_db
CUT_OVER = dt.date(2026, 10, 1)


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def sol(practice: Practice) -> User:
    return make_sol(practice)


def uncharged(*lines: str, **facts: object) -> Claim:
    """A claim of the books before: it stands here, and nothing of it was ever posted."""
    claim = make_claim(lines=["0.00"] * len(lines), **facts)  # type: ignore[arg-type]
    for line, charge in zip(claim.lines.order_by("number"), lines, strict=True):
        line.charge = Decimal(charge)
        line.save()
    claim.charge = sum(map(Decimal, lines))
    claim.save()
    return claim


def at(practice: Practice, sol: User, source: str) -> dict[str, Any]:
    """Where, when and from what it is opened."""
    return {"practice_id": practice.pk, "cut_over_on": CUT_OVER, "source": source, "actor": sol, "now": NOW}


def failures(practice: Practice) -> list[str]:
    return [failure for check in verify([practice.pk]) for failure in check.failures]


def test_a_claim_comes_with_what_is_open_of_it_and_ages_from_its_own_days(practice: Practice, sol: User) -> None:
    claim = uncharged("240.00", "60.00", service_on=dt.date(2026, 6, 10), billed_on=dt.date(2026, 6, 14))
    first, second = claim.lines.order_by("number")
    balances = (
        OpeningBalance(first.pk, "PATIENT", Decimal("48.00"), dt.date(2026, 7, 20)),
        OpeningBalance(second.pk, "PAYER1", Decimal("60.00"), dt.date(2026, 6, 14)),
    )
    open_balances([OpeningClaim(claim.pk, balances)], **at(practice, sol, "old"))
    claim.refresh_from_db()
    assert (claim.balance, claim.responsible, claim.state) == (Decimal("108.00"), "PAYER1", "open")
    owed = {row.bucket: row for row in Receivable.objects.filter(claim=claim)}
    assert owed["PATIENT"].since_on == dt.date(2026, 7, 20)
    assert owed["PAYER1"].service_on == dt.date(2026, 6, 10)
    # As of the day of the cut-over, 113 days after the service; by responsibility the patient's part is 73 days old.
    table = aging(practice_ids=[practice.pk], basis=Basis.DOS, as_of=CUT_OVER, today=TODAY)
    assert table.totals.cell("91-120").amount == Decimal("108.00")
    by_since = aging(practice_ids=[practice.pk], basis=Basis.RESPONSIBILITY, as_of=CUT_OVER, today=TODAY)
    assert by_since.totals.cell("61-90").amount == Decimal("48.00")
    assert tie_out(practice_ids=[practice.pk], as_of=CUT_OVER, today=TODAY).is_tied
    assert not failures(practice)


def test_its_bill_says_what_was_brought_forward_and_no_charge(practice: Practice, sol: User) -> None:
    claim = opened(practice, sol, "PATIENT", "48.00")
    [bill] = visit_bills([claim])
    assert (bill.charge, bill.brought_forward, bill.patient_owes) == (0, Decimal("48.00"), Decimal("48.00"))


def test_a_claim_settled_before_has_no_balance_and_no_work(practice: Practice, sol: User) -> None:
    claim = uncharged("240.00")
    open_balances([OpeningClaim(claim.pk)], **at(practice, sol, "old"))
    claim.refresh_from_db()
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    assert (claim.state, claim.balance) == ("closed", 0)
    assert not WorkItem.objects.filter(claim=claim).exists()
    assert not failures(practice)


def test_a_credit_of_a_guarantor_is_unapplied_cash_from_the_first_minute(practice: Practice, sol: User) -> None:
    account = make_account(practice=practice)
    credit = OpeningCredit(account.pk, Decimal("25.00"), dt.date(2026, 9, 1))
    open_balances([], credits=[credit], **at(practice, sol, "old"))
    account.refresh_from_db()
    assert account.unapplied == Decimal("25.00")
    assert not failures(practice)


def test_a_source_opens_once_and_after_its_reversal_again(practice: Practice, sol: User) -> None:
    claim = opened(practice, sol, "PAYER1", "60.00")
    line = claim.lines.get()
    again = OpeningClaim(claim.pk, (OpeningBalance(line.pk, "PAYER1", Decimal("55.00"), dt.date(2026, 6, 14)),))
    asked = at(practice, sol, "old")
    with pytest.raises(Conflict, match="opened before"):
        open_balances([again], **asked)
    reverse_opening(OpeningSet.objects.get().pk, why="wrong file", actor=sol, today=TODAY, now=NOW)
    claim.refresh_from_db()
    assert (claim.balance, claim.state) == (0, "closed")
    open_balances([again], **asked)
    claim.refresh_from_db()
    assert claim.balance == Decimal("55.00")
    assert not failures(practice)


def test_what_somebody_has_built_on_is_not_reversed(practice: Practice, sol: User) -> None:
    claim = opened(practice, sol, "PAYER1", "60.00")
    paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="20.00", on=TODAY)
    ledger.post([paid], now=NOW)
    before = Posting.objects.count()
    with pytest.raises(Conflict, match="1 of its claims"):
        reverse_opening(OpeningSet.objects.get().pk, why="wrong file", actor=sol, today=TODAY, now=NOW)
    assert Posting.objects.count() == before
    assert not failures(practice)


def test_a_void_takes_back_what_was_brought_forward(practice: Practice, sol: User) -> None:
    claim = opened(practice, sol, "PAYER1", "60.00")
    Claim.objects.filter(pk=claim.pk).update(state=Claim.State.VOID)
    reverse_charges([claim.pk], today=TODAY, now=NOW)
    claim.refresh_from_db()
    assert claim.balance == 0
    assert not failures(practice)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"bucket": "CASH"}, DomainError),
        ({"amount": Decimal("0.00")}, DomainError),
        ({"since_on": CUT_OVER + dt.timedelta(days=1)}, DomainError),
        ({"line_id": 10**9}, DomainError),
    ],
)
def test_what_does_not_fit_opens_nothing(
    practice: Practice, sol: User, change: dict[str, object], error: type[DomainError]
) -> None:
    claim = uncharged("240.00")
    given = {"line_id": claim.lines.get().pk, "bucket": "PAYER1", "amount": Decimal("5.00"), "since_on": CUT_OVER}
    wrong = OpeningClaim(claim.pk, (OpeningBalance(**{**given, **change}),))  # type: ignore[arg-type]
    with pytest.raises(error):
        open_balances([wrong], **at(practice, sol, "old"))
    assert not OpeningSet.objects.exists()
    assert not Posting.objects.exists()


def test_a_claim_that_was_charged_here_is_not_brought_forward(practice: Practice, sol: User) -> None:
    claim = make_claim(lines=["100.00"])
    with pytest.raises(Conflict, match=claim.number):
        open_balances([OpeningClaim(claim.pk)], **at(practice, sol, "x"))
    other = make_practice(name="Cedar", npi="1003000126")
    with pytest.raises(NotFound):
        open_balances([], **at(other, sol, "x"))


def test_opening_many_claims_asks_no_more_than_opening_one(
    practice: Practice, sol: User, django_assert_max_num_queries: object
) -> None:
    claims = [uncharged("100.00") for _ in range(30)]
    wanted = [
        OpeningClaim(one.pk, (OpeningBalance(one.lines.get().pk, "PAYER1", Decimal("70.00"), dt.date(2026, 6, 1)),))
        for one in claims
    ]
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        open_balances(wanted, **at(practice, sol, "x"))
    assert not failures(practice)


def opened(practice: Practice, sol: User, bucket: str, amount: str) -> Claim:
    claim = uncharged("240.00")
    balance = OpeningBalance(claim.lines.get().pk, bucket, Decimal(amount), dt.date(2026, 6, 14))
    open_balances([OpeningClaim(claim.pk, (balance,))], **at(practice, sol, "old"))
    claim.refresh_from_db()
    return claim
