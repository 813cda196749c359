"""The reconciliation of a period ties to the cent, and every deposit says where its money is."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.remits.models import Remittance
from collections_app.reports.deposits import deposits
from collections_app.reports.reconciliation import reconciliation
from tests.cast import NOW, TODAY, make_account, make_claim, make_payer, make_practice, make_sol, move

pytestmark = pytest.mark.django_db
OCT_5, OCT_20, NOV_3, NOV_10 = (dt.date(2026, *day) for day in ((10, 5), (10, 20), (11, 3), (11, 10)))


def november(practice=None):
    return reconciliation(
        practice_ids=[(practice or make_practice()).pk], since=dt.date(2026, 11, 1), until=dt.date(2026, 11, 30)
    )


def lines_of(roll) -> dict[str, Decimal]:
    return {line.label: line.net for line in roll.lines}


def cash(*, kind: str, debit: str, credit: str, amount: str, on: dt.date, remittance=None, account=None) -> Entry:
    return Entry(
        practice_id=make_practice().pk,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=Decimal(amount),
        posted_on=on,
        effective_on=on,
        key=posting_key("cash", kind, debit, credit, amount, on),
        remittance_id=remittance.pk if remittance else None,
        account_id=account.pk if account else None,
    )


def test_opening_and_every_class_of_movement_make_the_closing():
    claim = make_claim(lines=["500.00"], service_on=OCT_5, billed_on=OCT_20)
    line = claim.lines.get()
    make_claim(lines=["80.00"], service_on=NOV_3, billed_on=NOV_3)
    account = make_account()
    ledger.post(
        [
            move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="200.00", on=NOV_3),
            move(line, kind="contractual", debit="CONTRACTUAL", credit="PAYER1", amount="150.00", on=NOV_3),
            move(line, kind="sequestration", debit="SEQUESTRATION", credit="PAYER1", amount="4.00", on=NOV_3),
            move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount="100.00", on=NOV_3),
            move(line, kind="write_off", debit="WO_SMALL", credit="PATIENT", amount="5.00", on=NOV_10),
            move(line, kind="write_off", debit="WO_TIMELY", credit="PAYER1", amount="6.00", on=NOV_10),
            move(line, kind="payer_payment", debit="PAYER1", credit="CASH", amount="20.00", on=NOV_10),
            cash(kind="unapplied", debit="CASH", credit="UNAPPLIED", amount="30.00", on=NOV_10, account=account),
            move(line, kind="patient_payment", debit="UNAPPLIED", credit="PATIENT", amount="12.00", on=NOV_10),
            cash(kind="provider_adjustment", debit="CASH", credit="INTEREST", amount="1.25", on=NOV_10),
        ],
        now=NOW,
    )
    found = november()
    assert found.is_tied
    assert (found.receivable.opening, found.receivable.closing) == (Decimal("500.00"), Decimal("223.00"))
    assert lines_of(found.receivable) == {
        "Charges": Decimal("80.00"),
        "Payer payments": Decimal("-180.00"),
        "Patient payments": Decimal("-12.00"),
        "Contractual adjustments": Decimal("-150.00"),
        "Sequestration": Decimal("-4.00"),
        "Write-off: timely filing": Decimal("-6.00"),
        "Write-off: small balance": Decimal("-5.00"),
        "Transfers between parties": Decimal("0.00"),
    }
    moved = {line.label: line.moved for line in found.receivable.lines}
    assert moved["Transfers between parties"] == Decimal("100.00")
    assert (found.unapplied.opening, found.unapplied.closing) == (Decimal("0.00"), Decimal("18.00"))
    assert lines_of(found.unapplied) == {
        "Received without a claim": Decimal("30.00"),
        "Applied to patients' balances": Decimal("-12.00"),
    }
    assert lines_of(found.cash) == {
        "Payer payments posted to claims": Decimal("180.00"),
        "Received, not yet applied": Decimal("30.00"),
        "Provider level: Interest": Decimal("1.25"),
    }


def test_a_deposit_is_open_while_money_of_it_is_unapplied_or_not_booked():
    practice, payer = make_practice(), make_payer()
    claim = make_claim(lines=["500.00"])
    paid = {
        "practice": practice,
        "payer": payer,
        "transaction_id": 1,
        "method": "ACH",
        "paid_on": NOV_3,
        "received_on": NOV_3,
    }
    whole = Remittance.objects.create(**paid, key="a", trace="EFT-1", amount=Decimal("211.25"))
    Remittance.objects.create(**paid, key="b", trace="EFT-2", amount=Decimal("99.00"))
    entry = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="200.00", on=NOV_3)
    ledger.post(
        [
            entry._replace(remittance_id=whole.pk),
            cash(kind="unapplied", debit="CASH", credit="UNAPPLIED", amount="10.00", on=NOV_3, remittance=whole),
            cash(
                kind="provider_adjustment", debit="CASH", credit="INTEREST", amount="1.25", on=NOV_3, remittance=whole
            ),
        ],
        now=NOW,
    )
    asked = {"practice_ids": [practice.pk], "since": NOV_3, "until": NOV_3}
    found = deposits(**asked)
    by_trace = {one.trace: one for one in found.rows}
    first = by_trace["EFT-1"]
    assert (first.posted, first.unapplied, first.provider, first.unbooked) == (
        Decimal("200.00"),
        Decimal("10.00"),
        Decimal("1.25"),
        Decimal("0.00"),
    )
    assert by_trace["EFT-2"].unbooked == Decimal("99.00")
    assert (found.amount, found.unbooked, found.open_count) == (Decimal("310.25"), Decimal("99.00"), 2)
    assert {one.trace for one in deposits(**asked, only_open=True).rows} == {"EFT-1", "EFT-2"}

    applied = {"kind": "payer_payment", "debit": "UNAPPLIED", "credit": "PAYER1", "amount": "10.00", "on": NOV_10}
    later = move(claim.lines.get(), **applied)
    ledger.post([later._replace(remittance_id=whole.pk)], now=NOW)
    (settled,) = (one for one in deposits(**asked).rows if one.trace == "EFT-1")
    assert (settled.posted, settled.unapplied, settled.is_closed) == (Decimal("210.00"), Decimal("0.00"), True)
    assert [one.trace for one in deposits(**asked, only_open=True).rows] == ["EFT-2"]


def test_the_page_shows_that_it_ties_and_exports_both_tables(client, monkeypatch):
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    practice = make_practice()
    make_claim(lines=["500.00"], service_on=NOV_3, billed_on=NOV_3)
    Remittance.objects.create(
        practice=practice,
        transaction_id=1,
        method="CHK",
        paid_on=NOV_3,
        received_on=NOV_3,
        key="a",
        trace="=EFT",
        amount=Decimal("5.00"),
    )
    client.force_login(make_sol(practice))
    html = client.get("/reports/reconciliation").content.decode()
    assert html.count("Ties to the cent") == 3
    assert "$5.00 not booked and $0.00 at" in " ".join(html.split())
    assert "Money waits in 1 of them" in html
    response = client.get("/reports/reconciliation?export=xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content)))
    assert book.sheet_names == ["Roll-forward", "Deposits"]
    rows = book.get_sheet_by_name("Deposits").to_python()
    assert rows[-1][0] == NOV_3
    assert (rows[-1][3], rows[-1][5], rows[-1][9]) == ("=EFT", 5.0, 5.0)
    text = b"".join(client.get("/reports/reconciliation?export=csv&table=deposits").streaming_content).decode()
    assert "'=EFT" in text  # a spreadsheet would run it otherwise


def test_a_period_that_ends_before_it_begins_is_named(client):
    client.force_login(make_sol(make_practice()))
    html = client.get("/reports/reconciliation?since=2026-11-20&until=2026-11-01").content.decode()
    assert "The period ends before it begins." in html


def test_queries_do_not_grow_with_the_books(django_assert_num_queries):
    practice = make_practice()
    asked = {"practice_ids": [practice.pk], "since": OCT_5, "until": TODAY}
    for number in range(2):
        make_claim(lines=["500.00"])
        Remittance.objects.create(
            practice=practice,
            transaction_id=number,
            method="CHK",
            paid_on=NOV_3,
            received_on=NOV_3,
            key=str(number),
            trace="X",
            amount=Decimal("5.00"),
        )
        with django_assert_num_queries(3):
            reconciliation(**asked)
        with django_assert_num_queries(3):
            deposits(**asked)
