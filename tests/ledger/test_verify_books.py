"""Each invariant of the books is corrupted once, below the ORM, and must be caught with the row named."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.ledger.periods import close_period
from claims.practices.models import Practice
from tests.cast import NOW, make_account, make_claim, make_practice, make_sol, move
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db
OCT = dt.date(2026, 10, 5)


@pytest.fixture
def books():
    """A claim with a payment that was reversed, unapplied cash, a closed period and a second practice."""
    practice = make_practice()
    claim = make_claim(practice=practice, lines=["240.00", "60.00"])
    line = claim.lines.get(number=1)
    ledger.post([move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="120.00", on=OCT)], now=NOW)
    ledger.reverse(Posting.objects.filter(kind="payer_payment").values_list("id", flat=True), posted_on=OCT, now=NOW)
    account = make_account(practice=practice)
    ledger.post(
        [
            Entry(
                practice_id=practice.pk, account_id=account.pk, kind="unapplied", debit="CASH", credit="UNAPPLIED",
                amount=line.charge, posted_on=OCT, effective_on=OCT, key=posting_key("cash", 1),
            )
        ],
        now=NOW,
    )  # fmt: skip
    close_period(actor=make_sol(practice), practice_id=practice.pk, ends_on=dt.date(2026, 8, 31), now=NOW)
    Practice.objects.create(name="Other Clinic", npi="1093817465")
    return claim


def verify() -> str:
    out = StringIO()
    call_command("verify_books", stdout=out)
    return out.getvalue()


def test_sound_books_are_said_to_be_sound(books):
    out = verify()
    assert "The books are sound." in out
    assert "ok   line buckets = postings: 2 rows, 300.00" in out


CORRUPTIONS = {
    "line buckets = postings": "UPDATE claims_claimline SET patient = patient + 1 WHERE number = 1",
    "receivables = line buckets": "UPDATE claims_receivable SET amount = amount + 1",
    "claim balances = receivables": "UPDATE claims_claim SET balance = balance + 1",
    "charges = lines = charge postings": "UPDATE claims_claimline SET charge = charge + 1 WHERE number = 2",
    "unapplied cash = postings": "UPDATE claims_account SET unapplied = unapplied + 1 WHERE unapplied > 0",
    "accounts sum to the control total": "DELETE FROM claims_receivable",
    "reversals mirror what they reverse": "UPDATE claims_posting SET amount = amount + 1 WHERE reverses_id IS NOT NULL",
    "postings, lines, claims and practices agree": (
        "UPDATE claims_posting SET practice_id = (SELECT max(id) FROM claims_practice) WHERE kind = 'charge'"
    ),
    "closed periods stay closed": "UPDATE claims_posting SET posted_on = '2026-08-31', created_at = '2026-12-01'",
}


@pytest.mark.parametrize(("name", "statement"), CORRUPTIONS.items(), ids=list(CORRUPTIONS))
def test_a_corruption_is_caught_and_its_row_named(books, name, statement):
    with lift_append_only(), connection.cursor() as cursor:
        cursor.execute(statement)
    out = StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_books", stdout=out)
    assert f"FAIL {name}" in out.getvalue()
    failing = out.getvalue().split(f"FAIL {name}")[1].splitlines()[1]
    assert failing.split()[0] in {"line", "claim", "account", "practice", "posting"}
