"""All cash is under proof: every deposit, what waits of it, what stands at provider level. Each proof is broken once,
below the ORM, and must be caught with the row named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from arwork.lib.money import money
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.remits.exceptions import accept_exception
from claims.remits.models import RemitException
from claims.remits.undo import undo_decision
from tests import cast
from tests.remits.era import Clp, Era, Svc, take
from tests.support import lift_append_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposits() -> None:
    """A deposit with a takeback and interest; one of which two payments wait, one of them after it was accepted and
    undone; one that is held; and a guarantor's check."""
    for number in ("H1", "H2", "H3"):
        cast.make_claim(number=number, lines=["100.00"])
    paid = [Svc("100.00", "80.00", [("PR-2", "20.00")])]
    take(Era([Clp("H1", paid)], plb=[("WO:OLD", "30.00"), ("L6", "-1.00"), ("FB:A", "-5.00"), ("LE", "2.00")]))
    take(
        Era(
            [Clp("H1", paid, icn="X2"), Clp("NONE", paid, icn="Z9", member="M999", last="NOBODY"), Clp("H2", paid)],
            trace="EFT2",
        )
    )
    ada, told = cast.make_ada(cast.make_practice()), {"today": cast.TODAY, "now": cast.NOW}
    waiting = RemitException.objects.get(code="over_credit")
    accept_exception(waiting.pk, actor=ada, **told)
    undo_decision(waiting.pk, actor=ada, **told)
    take(Era([Clp("H3", paid)], trace="EFT3", bpr="90.00"))
    account = cast.make_account()
    check = Entry(
        practice_id=account.practice_id, account_id=account.pk, kind="unapplied", debit="CASH", credit="UNAPPLIED",
        amount=money("7.00"), posted_on=cast.TODAY, effective_on=cast.TODAY, key=posting_key("cash", 1),
    )  # fmt: skip
    ledger.post([check], now=cast.NOW)


def proof() -> str:
    out = StringIO()
    call_command("verify_books", stdout=out)
    return out.getvalue()


def test_every_deposit_and_all_unapplied_cash_is_counted(deposits: None) -> None:
    out = proof()

    assert "ok   deposits = posted + unapplied + suspense: 2 rows, 294.00" in out  # 54.00 and 240.00; 90.00 are held
    assert "ok   unapplied payer cash = payments that wait: 2 rows, 160.00" in out
    assert "ok   suspense = provider adjustments: 4 rows, 26.00" in out
    assert "ok   unapplied cash = guarantors' + payers': 1 rows, 167.00" in out


CORRUPTIONS = {
    "deposits = posted + unapplied + suspense": (
        "UPDATE claims_remittance SET amount = amount + 1 WHERE trace = 'EFT1001'"
    ),
    "unapplied payer cash = payments that wait": "UPDATE claims_remitclaim SET state = 'posted' WHERE number = 'NONE'",
    "suspense = provider adjustments": "UPDATE claims_provideradjustment SET amount = amount + 1 WHERE code = 'FB'",
    "unapplied cash = guarantors' + payers'": (
        "UPDATE claims_posting SET remittance_id = NULL, account_id = NULL WHERE memo = 'waiting'"
    ),
    "a held deposit": "UPDATE claims_remittance SET state = 'posted' WHERE trace = 'EFT3'",
    "cash of nobody": "UPDATE claims_posting SET remittance_id = NULL WHERE kind = 'provider_adjustment'",
}
NAMES = {
    "a held deposit": "deposits = posted + unapplied + suspense",
    "cash of nobody": "unapplied cash = guarantors' + payers'",
}


@pytest.mark.parametrize(("name", "statement"), CORRUPTIONS.items(), ids=list(CORRUPTIONS))
def test_a_corruption_is_caught_and_its_row_named(deposits: None, name: str, statement: str) -> None:
    with lift_append_only(), connection.cursor() as cursor:
        cursor.execute(statement)
    out = StringIO()
    with pytest.raises(CommandError, match="do not hold"):
        call_command("verify_books", stdout=out)
    name = NAMES.get(name, name)
    failing = out.getvalue().split(f"FAIL {name}")[1].splitlines()[1]
    assert failing.split()[0] in {"remittance", "practice", "posting"}
