"""Worked stories of the ledger: what a posting does to lines, receivables, claims and accounts."""

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from claims.ledger.periods import close_period
from tests.balances import balance_of
from tests.cast import NOW, TODAY, make_account, make_claim, make_payer, make_practice, make_sol, move

pytestmark = pytest.mark.django_db
OCT = dt.date(2026, 10, 5)


def test_a_charge_is_owed_by_the_primary_payer():
    claim = make_claim(lines=["240.00", "35.50"])
    assert claim.balance == Decimal("275.50")
    assert balance_of(claim.pk)["PAYER1"] == Decimal("275.50")
    owed = Receivable.objects.get(claim=claim)
    assert (owed.bucket, owed.amount, owed.last_billed_on) == ("PAYER1", Decimal("275.50"), dt.date(2026, 9, 16))


def test_payment_contractual_and_transfer_leave_the_patient_share():
    claim = make_claim(lines=["240.00"])
    line = claim.lines.get()
    ledger.post(
        [
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="120.00", on=OCT),
            move(line, kind="contractual", debit="CONTRACTUAL", credit="PAYER1", amount="90.00", on=OCT),
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="30.00", on=OCT),
        ],
        now=NOW,
    )
    claim.refresh_from_db()
    line.refresh_from_db()
    assert (line.payer1, line.patient, claim.balance) == (0, Decimal("30.00"), Decimal("30.00"))
    assert (claim.responsible, claim.state) == ("PATIENT", "open")
    owed = Receivable.objects.get(claim=claim)
    assert (owed.bucket, owed.since_on) == ("PATIENT", OCT)


def test_the_same_key_posts_once():
    claim = make_claim(lines=["100.00"])
    entry = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="60.00", on=OCT)
    assert ledger.post([entry, entry], now=NOW).inserted == 1
    again = ledger.post([entry], now=NOW)
    assert (again.inserted, again.skipped, again.claim_ids) == (0, 1, frozenset())
    claim.refresh_from_db()
    assert claim.balance == Decimal("40.00")


def test_a_reversal_restores_the_balance_and_happens_once():
    claim = make_claim(lines=["100.00"])
    paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="100.00", on=OCT)
    ledger.post([paid], now=NOW)
    claim.refresh_from_db()
    assert claim.state == "closed"
    original = Posting.objects.get(key=paid.key)
    assert ledger.reverse([original.pk], posted_on=OCT, now=NOW).inserted == 1
    assert ledger.reverse([original.pk], posted_on=OCT, now=NOW).inserted == 0
    claim.refresh_from_db()
    assert (claim.balance, claim.state, claim.responsible) == (Decimal("100.00"), "open", "PAYER1")
    assert original.reversed_by.amount == Decimal("100.00")


def test_who_owes_next_goes_back_as_readily_as_forward():
    secondary = make_payer(name="Second Mutual", payer_id="SEC01")
    claim = make_claim(lines=["100.00"], payers=[make_payer(), secondary])
    onward = move(claim.lines.get(), kind="transfer", debit="PAYER2", credit="PAYER1", amount="100.00", on=OCT)
    ledger.post([onward], now=NOW)
    claim.refresh_from_db()
    assert claim.responsible == "PAYER2"
    assert Receivable.objects.get(claim=claim).payer == secondary
    ledger.reverse([Posting.objects.get(key=onward.key).pk], posted_on=OCT, now=NOW)
    claim.refresh_from_db()
    assert claim.responsible == "PAYER1"


def test_patient_money_waits_unapplied_on_the_account():
    account = make_account()
    entry = Entry(
        practice_id=account.practice_id,
        account_id=account.pk,
        kind="unapplied",
        debit="CASH",
        credit="UNAPPLIED",
        amount=Decimal("50.00"),
        posted_on=OCT,
        effective_on=OCT,
        key=posting_key("receipt", 1),
    )
    ledger.post([entry], now=NOW)
    account.refresh_from_db()
    assert account.unapplied == Decimal("50.00")


def test_a_closed_period_refuses_postings():
    practice = make_practice()
    claim = make_claim(practice=practice, lines=["100.00"])
    close_period(actor=make_sol(practice), practice_id=practice.pk, ends_on=dt.date(2026, 10, 31), now=NOW)
    late = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="1.00", on=OCT)
    with pytest.raises(ledger.PeriodClosed, match="closed through Oct 31, 2026"):
        ledger.post([late], now=NOW)
    assert not Posting.objects.filter(key=late.key).exists()


def test_as_of_reads_only_what_was_posted_by_then():
    claim = make_claim(lines=["100.00"])
    paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="60.00", on=OCT)
    ledger.post([paid], now=NOW)
    assert balance_of(claim.pk, as_of=OCT - dt.timedelta(days=1))["PAYER1"] == Decimal("100.00")
    assert balance_of(claim.pk, as_of=OCT)["PAYER1"] == Decimal("40.00")


@pytest.mark.parametrize(
    ("field", "value"), [("amount", Decimal("0.00")), ("credit", "CASH"), ("credit", "PATIENT"), ("kind", "gift")]
)
def test_the_database_refuses_a_posting_that_makes_no_sense(field, value):
    claim = make_claim(lines=["100.00"])
    row = Posting(
        practice=claim.practice, claim=claim, line=claim.lines.get(), kind="payer_payment", debit="CASH",
        credit="PAYER1", amount=Decimal("1.00"), posted_on=OCT, effective_on=OCT, created_at=NOW,
        key=posting_key("odd", 1),
    )  # fmt: skip
    setattr(row, field, value)
    if field == "credit" and value == "PATIENT":
        row.kind = "contractual"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("statement", ["UPDATE claims_posting SET amount = 1", "DELETE FROM claims_posting"])
def test_the_database_refuses_to_change_the_past(statement):
    make_claim(lines=["100.00"])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_queries_do_not_grow_with_rows(django_assert_max_num_queries):
    claims = [make_claim(lines=["100.00", "50.00"]) for _ in range(8)]
    entries = [
        move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="10.00", on=OCT)
        for claim in claims
        for line in claim.lines.select_related("claim")
    ]
    # One of them locks the period, on PostgreSQL alone.
    with django_assert_max_num_queries(13):
        ledger.post(entries, now=NOW)


def test_a_payer_with_a_credit_owes_nothing_next():
    claim = make_claim(lines=["100.00"], payers=[make_payer(), make_payer(name="Second Mutual", payer_id="SEC01")])
    line = claim.lines.get()
    ledger.post(
        [
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="30.00", on=OCT),
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="80.00", on=OCT),
        ],
        now=NOW,
    )
    claim.refresh_from_db()
    assert balance_of(claim.pk)["PAYER1"] == Decimal("-10.00")
    assert (claim.responsible, claim.balance) == ("PATIENT", Decimal("20.00"))


@pytest.mark.parametrize(("paid", "state"), [("99.99", "open"), ("100.00", "closed"), ("100.01", "open")])
def test_a_claim_is_closed_only_when_nobody_owes_and_nobody_is_owed(paid, state):
    claim = make_claim(lines=["100.00"])
    ledger.post(
        [move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount=paid, on=OCT)], now=NOW
    )
    claim.refresh_from_db()
    assert claim.state == state


def test_a_bucket_owes_since_the_day_of_the_adjudication_whenever_it_was_posted():
    claim = make_claim(lines=["240.00"])
    left = move(claim.lines.get(), kind="transfer", debit="PATIENT", credit="PAYER1", amount="30.00", on=TODAY)
    ledger.post([left._replace(effective_on=OCT)], now=NOW)
    assert Receivable.objects.get(claim=claim, bucket="PATIENT").since_on == OCT


@pytest.mark.parametrize(("day", "is_closed"), [(dt.date(2026, 10, 31), True), (dt.date(2026, 11, 1), False)])
def test_the_closing_day_itself_is_closed(day, is_closed):
    practice = make_practice()
    claim = make_claim(practice=practice, lines=["100.00"])
    close_period(actor=make_sol(practice), practice_id=practice.pk, ends_on=dt.date(2026, 10, 31), now=NOW)
    paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="1.00", on=day)
    with pytest.raises(ledger.PeriodClosed) if is_closed else nullcontext():
        ledger.post([paid], now=NOW)
    assert Posting.objects.filter(key=paid.key).exists() is not is_closed
