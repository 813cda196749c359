"""Accounts: what the patient owes for each visit and why, credits by themselves, and a check recorded where it
belongs."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from arwork.staff.models import AuditEvent
from claims.ledger import guarantor_accounts
from claims.ledger import services as ledger
from claims.ledger.visits import visit_bills
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, move

pytestmark = pytest.mark.django_db
PAID_ON = dt.date(2026, 10, 6)


def _visit(*, patient=None):
    """500.00 charged, 200.00 off by contract, 180.00 paid; deductible 80.00 and coinsurance 40.00 are left."""
    claim = make_claim(lines=["500.00"], patient=patient)
    line = claim.lines.get()
    entries = [
        move(line, kind="contractual", debit="CONTRACTUAL", credit="PAYER1", amount="200.00", on=PAID_ON),
        move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="180.00", on=PAID_ON),
    ]
    for carc, amount in (("1", "80.00"), ("2", "40.00")):
        entry = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=PAID_ON)
        entries.append(entry._replace(group="PR", carc=carc))
    ledger.post(entries, now=NOW)
    claim.refresh_from_db()
    return claim


def test_a_visit_is_explained_from_its_postings() -> None:
    (visit,) = visit_bills([_visit()])
    assert (visit.charge, visit.agreed_off, visit.allowed) == (Decimal(500), Decimal(200), Decimal(300))
    assert (visit.plan_paid, visit.patient_owes, visit.with_plan) == (Decimal(180), Decimal(120), Decimal(0))
    assert visit.parts == [("Deductible", Decimal(80)), ("Coinsurance", Decimal(40))]


def test_what_a_law_keeps_back_lowers_the_bill_but_not_what_the_plan_allowed(sol: Client) -> None:
    """Medicare: 145.00 charged, 85.55 off by fee schedule, 0.95 sequestered, 46.61 paid, 11.89 coinsurance."""
    claim = make_claim(lines=["145.00"])
    line = claim.lines.get()
    moves = (
        ("contractual", "CONTRACTUAL", "85.55", ""), ("sequestration", "SEQUESTRATION", "0.95", ""),
        ("payer_payment", "CASH", "46.61", ""), ("transfer", "PATIENT", "11.89", "2"),
    )  # fmt: skip
    entries = [
        move(line, kind=kind, debit=debit, credit="PAYER1", amount=amount, on=PAID_ON)._replace(group="PR", carc=carc)
        for kind, debit, amount, carc in moves
    ]
    ledger.post(entries, now=NOW)
    (visit,) = visit_bills([claim])
    assert (str(visit.allowed), str(visit.agreed_off), str(visit.patient_owes)) == ("59.45", "86.50", "11.89")
    page = sol.get(f"/accounts/{claim.account_id}/bill").content.decode()
    for words in ("59.45", "85.55", "0.95", "sequestration"):
        assert words in page, words


def test_why_a_patient_owes_is_in_the_same_words_on_the_account_and_at_the_desk(sol: Client) -> None:
    from collections_app.worklist import services as worklist
    from collections_app.worklist.models import WorkItem

    claim = make_claim(lines=["500.00"])
    line = claim.lines.get()
    entries = []
    for group, carc, amount in (("PR", "96", "70.00"), ("PR", "1", "80.00"), ("", "", "20.00")):
        entry = move(line, kind="transfer", debit="PATIENT", credit="PAYER1", amount=amount, on=PAID_ON)
        entries.append(entry._replace(group=group, carc=carc))
    ledger.post(entries, now=NOW)
    (visit,) = visit_bills([claim])
    assert [(share.kind, share.words) for share, _ in visit.why] == [
        ("deductible", "deductible"),
        ("non_covered", "not covered (PR-96)"),
        ("transferred", "transferred to the patient by the plan"),
    ]
    worklist.refresh(claims=[claim.pk], accounts=[claim.account_id], today=TODAY, now=NOW)
    desk = sol.get(f"/desk/{WorkItem.objects.get(account=claim.account_id, claim=None).pk}").content.decode()
    assert "deductible $80.00, not covered (PR-96) $70.00, transferred to the patient by the plan $20.00" in desk
    account = sol.get(f"/accounts/{claim.account_id}").content.decode()
    assert "Not covered (PR-96) $70.00" in account
    assert "Your share, says the plan" in sol.get(f"/accounts/{claim.account_id}/bill").content.decode()


def test_a_reversed_transfer_takes_its_share_back() -> None:
    claim = _visit()
    ledger.reverse([claim.postings.get(carc="2").pk], posted_on=PAID_ON, now=NOW)
    (visit,) = visit_bills([claim])
    assert visit.parts == [("Deductible", Decimal(80))]
    assert (visit.patient_owes, visit.with_plan) == (Decimal(80), Decimal(40))


def test_the_account_shows_its_people_and_the_patient_responsibility(sol: Client) -> None:
    claim = _visit()
    page = sol.get(f"/accounts/{claim.account_id}").content.decode()
    for words in ("Guarino, Gus", "Deductible $80.00", "Coinsurance $40.00", claim.account.number, "Meridian Choice"):
        assert words in page, words
    event = AuditEvent.objects.get(action="read", subject="account")
    assert event.subject_id == claim.account_id


def test_the_bill_is_told_in_words_a_patient_knows(sol: Client) -> None:
    claim = _visit()
    page = sol.get(f"/accounts/{claim.account_id}/bill").content.decode()
    assert "How your bill came to $120.00" in page
    assert "Your deductible" in page
    assert "The plan paid" in page


def test_credits_and_unapplied_cash_are_never_netted(sol: Client) -> None:
    account = make_account(practice=make_practice())
    patient = make_patient(account=account)
    first = make_claim(payers=(), lines=["50.00"], patient=patient)
    make_claim(payers=(), lines=["70.00"], patient=patient)
    line = first.lines.get()
    paid = move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="60.00", on=PAID_ON)
    ledger.post([paid], now=NOW)
    owing = guarantor_accounts.balances_of_accounts([account.pk])[account.pk]
    assert (owing.patient, owing.credits) == (Decimal(70), Decimal(-10))
    page = sol.get(f"/accounts/{account.pk}").content.decode()
    assert "$70.00" in page
    assert "−$10.00" in page


def _pay(client: Client, account_id: int, **changes: str):
    body = {"amount": "90.00", "method": "check", "reference": "1042", "received_on": "2026-11-20", **changes}
    return client.post(f"/accounts/{account_id}/receipt", body)


@pytest.fixture
def _on_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.usefixtures("_on_the_day")
def test_a_check_is_previewed_and_posted_once(sol: Client) -> None:
    patient = make_patient(account=make_account(practice=make_practice()))
    old = make_claim(payers=(), lines=["50.00"], patient=patient, service_on=dt.date(2026, 8, 1))
    new = make_claim(payers=(), lines=["30.00"], patient=patient, service_on=dt.date(2026, 9, 1))
    account = old.account
    table = _pay(sol, account.pk).context["allocation"]
    assert [(row.share.claim.number, row.typed) for row in table.rows] == [(old.number, "50.00"), (new.number, "30.00")]
    assert str(table.unapplied) == "10.00"
    assert not old.postings.filter(kind="patient_payment").exists()  # a preview posts nothing
    assert _pay(sol, account.pk, post="1").status_code == 302
    account.refresh_from_db()
    assert str(account.unapplied) == "10.00"
    again = _pay(sol, account.pk, post="1")
    assert again.status_code == 409
    assert b"recorded on this account before" in again.content
    assert AuditEvent.objects.filter(action="receipt_recorded").count() == 1
    assert b"Receipt R1, Check 1042" in sol.get(f"/accounts/{account.pk}").content


@pytest.mark.usefixtures("_on_the_day")
@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "4111111111111111"},
        {"reference": "no good!"},
        {"amount": "0"},
        {"amount": "-5.00"},
        {"received_on": "2026-11-22"},
        {"received_on": "2020-01-01"},
        {"method": "card"},
    ],
)
def test_a_receipt_that_makes_no_sense_is_refused(sol: Client, changes: dict[str, str]) -> None:
    claim = make_claim(payers=(), lines=["50.00"])
    assert _pay(sol, claim.account_id, post="1", **changes).status_code == 422
    assert not claim.postings.filter(kind="patient_payment").exists()


def test_money_needs_the_role(ana: Client, abe: Client) -> None:
    claim = make_claim(payers=(), lines=["50.00"])
    for client in (ana, abe):
        assert b"Record a check" not in client.get(f"/accounts/{claim.account_id}").content
        assert _pay(client, claim.account_id, post="1").status_code == 403


def test_another_practice_has_no_such_account(sol: Client, theirs) -> None:
    claim = make_claim(practice=theirs)
    for tail in ("", "/bill", "/work"):
        assert sol.get(f"/accounts/{claim.account_id}{tail}").status_code == 404, tail
    assert _pay(sol, claim.account_id, post="1").status_code == 404
    assert sol.get("/accounts").context["page"].rows == []


def test_the_list_pages_by_name_without_a_name_in_the_address(sol: Client, monkeypatch) -> None:
    monkeypatch.setattr(guarantor_accounts, "PAGE", 2)
    for last in ("Cole", "Adams", "Baker", "Dunn", "Evans"):
        make_account(practice=make_practice(), last=last)
    seen, url = [], "/accounts"
    while url:
        page = sol.get(url).context["page"]
        seen += [row.guarantor.last for row, _ in page.rows]
        assert page.next_cursor is None or page.next_cursor.isdigit()
        url = page.next_cursor and f"/accounts?after={page.next_cursor}"
    assert seen == ["Adams", "Baker", "Cole", "Dunn", "Evans"]


def test_the_list_filters_by_what_is_owed_and_costs_the_same(sol: Client, django_assert_num_queries) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    mine = make_claim(payers=(), lines=["50.00"])
    make_claim()
    response = sol.get("/accounts?owing=patient")
    assert [row.pk for row, _ in response.context["page"].rows] == [mine.account_id]
    with CaptureQueriesContext(connection) as few:
        sol.get("/accounts")
    for _ in range(12):
        make_claim()
    with django_assert_num_queries(len(few)):
        sol.get("/accounts")
    text = b"".join(sol.get("/accounts?export=csv").streaming_content).decode()
    assert "50.00" in text


@time_machine.travel(NOW + dt.timedelta(hours=5))  # the morning in Honolulu, the afternoon in Ohio
def test_an_account_says_when_its_guarantor_may_be_called(sol: Client) -> None:
    claim = make_claim(payers=())
    claim.account.guarantor.phones.create(number="+18085550142")
    fragment = sol.get(f"/accounts/{claim.account_id}/work", headers={"HX-Request": "true"}).content.decode()
    assert "Honolulu" in fragment
    assert "(808) 555-0142" in fragment


def test_an_account_of_many_visits_keeps_every_claim_that_is_owed_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarantor_accounts, "SHOWN_CLAIMS", 2)
    patient = make_patient()
    owed = make_claim(number="OLD", patient=patient, service_on=dt.date(2026, 1, 5))
    for number, month in (("MID", 3), ("NEW", 5)):
        settled = make_claim(number=number, patient=patient, service_on=dt.date(2026, month, 5))
        line = settled.lines.get()
        entry = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=str(line.charge), on=PAID_ON)
        ledger.post([entry], now=NOW)
    shown, is_cut = guarantor_accounts.claims_of_account(owed.account)
    assert ([one.number for one in shown], is_cut) == (["NEW", "OLD"], True)
