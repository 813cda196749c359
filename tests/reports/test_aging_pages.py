"""The aging as a supervisor sees it: every figure opens its rows, every table is a file of numbers."""

import csv
import datetime as dt
import re
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from claims.ledger import services as ledger
from collections_app.aging import snapshots
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice, make_sol, make_user, move

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def sol(client):
    user = make_sol(make_practice())
    client.force_login(user)
    return user


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def a_small_clinic() -> None:
    second = make_payer(name="Second Mutual", payer_id="SEC01", payer_class="medicare")
    make_claim(lines=["1240.00"], service_on=days_ago(10))
    make_claim(lines=["300.00"], service_on=days_ago(45))
    make_claim(lines=["75.50"], service_on=days_ago(200), payers=[second])
    make_claim(lines=["60.00"], service_on=days_ago(95), payers=())
    twice = make_claim(lines=["80.00"], service_on=days_ago(20), payers=[second])
    for tag in "ab":
        line = twice.lines.get()
        entry = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="80.00", on=TODAY, tag=tag)
        ledger.post([entry], now=NOW)


def links_with_amounts(html: str) -> list[tuple[str, Decimal]]:
    found = re.findall(r'<a href="(/reports/aging/rows\?[^"]+)"[^>]*>([^<]+)</a>', html)
    return [(unescape(url), Decimal(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))) for url, text in found]


def total_of(html: str) -> Decimal:
    text = re.search(r"<strong>([^<]+)</strong> in", html)[1]
    return Decimal(text.replace("$", "").replace(",", "").replace("\N{MINUS SIGN}", "-"))


@pytest.mark.parametrize("by", ["payer", "payer_class", "plan", "responsibility", "practice", "collector"])
@pytest.mark.parametrize("is_summarised", [True, False])
def test_every_figure_opens_rows_that_add_up_to_it(client, sol, by, is_summarised):
    a_small_clinic()
    if is_summarised:
        snapshots.take_snapshot(day=TODAY, now=NOW)
    html = client.get(f"/reports/aging?by={by}").content.decode()
    links = links_with_amounts(html)
    assert len(links) > 10
    for url, amount in links:
        assert total_of(client.get(url).content.decode()) == amount


def test_figures_of_a_past_day_open_the_rows_of_that_day(client, sol):
    a_small_clinic()
    html = client.get(f"/reports/aging?as_of={days_ago(5)}").content.decode()
    assert "\N{MINUS SIGN}80.00" not in html
    for url, amount in links_with_amounts(html):
        assert total_of(client.get(url).content.decode()) == amount


def test_the_page_ties_out_to_the_ledger(client, sol):
    a_small_clinic()
    html = client.get("/reports/aging").content.decode()
    assert "✓ Ties out" in html
    assert "$1,675.50 + credits \N{MINUS SIGN}$80.00" in html
    assert "from its postings alone: $1,595.50" in html
    assert "style=" not in html


def test_a_table_is_written_once_for_one_summary_and_anew_for_the_next(client, sol):
    a_small_clinic()
    snapshots.take_snapshot(day=TODAY, now=NOW)
    first = links_with_amounts(client.get("/reports/aging").content.decode())
    with CaptureQueriesContext(connection) as queries:
        again = links_with_amounts(client.get("/reports/aging").content.decode())
    assert first == again != []
    assert len(queries) <= 4  # who asks, their practices, the state of the summaries, the session
    assert links_with_amounts(client.get("/reports/aging?by=payer_class").content.decode()) != first
    assert links_with_amounts(client.get("/reports/aging?split=on").content.decode()) != first
    make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW + dt.timedelta(minutes=1))
    assert "$1,775.50 + credits" in client.get("/reports/aging").content.decode()


def test_what_was_written_for_one_practice_is_not_shown_to_another(client, sol):
    make_claim(lines=["100.00"])
    other = make_practice(name="Lake Clinic", npi="1003000126", tin="061111111")
    make_claim(practice=other, lines=["999.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    assert "999.00" not in client.get("/reports/aging").content.decode()
    client.force_login(make_user(username="lea", role="supervisor", practices=[other]))
    html = client.get("/reports/aging").content.decode()
    assert "999.00" in html
    assert "100.00" not in html


def test_rows_of_another_practice_stay_out_of_sight(client, sol):
    make_claim(lines=["100.00"])
    other = make_practice(name="Lake Clinic", npi="1003000126", tin="061111111")
    make_claim(practice=other, lines=["999.00"])
    for address in ("/reports/aging", f"/reports/aging?practice={other.pk}", "/reports/aging/rows?column=net"):
        html = client.get(address).content.decode()
        assert "100.00" in html
        assert "999.00" not in html


def test_a_collector_may_not_see_reports(client):
    client.force_login(make_ana(make_practice()))
    assert {client.get(url).status_code for url in ("/reports", "/reports/aging", "/reports/reconciliation")} == {403}


def test_an_empty_clinic_gets_a_page_that_says_so(client, sol):
    for url in ("/reports", "/reports/aging", "/reports/aging/rows?column=total", "/reports/reconciliation"):
        assert client.get(url).status_code == 200
    assert "Nobody owed anything" in client.get("/reports/aging").content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("as_of=2027-01-01", "That day has not come yet"),
        ("as_of=yesterday", "Enter a valid date"),
        ("by=collector&as_of=2026-10-01", "known for today only"),
        ("basis=activity", "Select a valid choice"),
    ],
)
def test_nonsense_in_the_address_is_named_and_the_default_is_shown(client, sol, query, words):
    a_small_clinic()
    response = client.get(f"/reports/aging?{query}")
    assert response.status_code == 200
    assert words in response.content.decode()


def test_an_unknown_column_is_refused_in_words(client, sol):
    response = client.get("/reports/aging/rows?column=13-37")
    assert response.status_code == 404
    assert "There is no such column" in response.content.decode()


@pytest.mark.parametrize("key", ["nobody", "9999", "x;y", "7.x", "patient"])
@pytest.mark.parametrize("by", ["payer", "plan", "practice", "responsibility", "payer_class", "collector"])
def test_a_row_that_is_not_there_has_no_rows(client, sol, by, key):
    make_claim(lines=["100.00"])
    response = client.get("/reports/aging/rows", {"by": by, "key": key})
    assert response.status_code == 200
    assert total_of(response.content.decode()) == (Decimal("100.00") if (by, key) == ("collector", "nobody") else 0)


def test_the_collector_of_the_open_item_has_its_balance(client, sol):
    claim = make_claim(lines=["100.00"])
    make_claim(lines=["7.00"])
    WorkItem.objects.create(
        practice=claim.practice,
        kind="no_response",
        claim=claim,
        account=claim.account,
        owner=sol,
        opened_on=TODAY,
        aged_from=TODAY,
        amount=Decimal("100.00"),
        review_on=TODAY,
        next_action="call_payer",
        next_on=TODAY,
    )
    html = client.get("/reports/aging?by=collector").content.decode()
    assert re.search(r"Sol Test</th>.*?100\.00", html, re.DOTALL)
    assert "Nobody yet" in html


def test_recomputing_brings_the_summary_up_to_date(client, sol, django_capture_on_commit_callbacks):
    claim = make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="60.00", on=TODAY)
        ledger.post([paid], now=NOW)
    from collections_app.aging.models import AgingState

    AgingState.objects.update(took_ms=9_999)
    assert "Recompute now" in client.get("/reports/aging").content.decode()
    response = client.post("/reports/aging/refresh", {"by": "plan"})
    assert (response.status_code, "by=plan" in response["Location"]) == (302, True)
    html = client.get(response["Location"]).content.decode()
    assert "Recompute now" not in html
    assert "40.00" in html


def test_the_workbook_holds_numbers_and_dates(client, sol):
    a_small_clinic()
    response = client.get("/reports/aging?export=xlsx")
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0)
    rows = sheet.to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "Payer")
    titles = rows[head]
    meridian = dict(zip(titles, next(row for row in rows if row[0] == "Meridian Choice"), strict=True))
    assert (meridian["0-30"], meridian["31-60"], meridian["0-30 claims"]) == (1240.0, 300.0, 1.0)
    total = dict(zip(titles, rows[-1], strict=True))
    assert (total["Total debits"], total["Credits"], total["Net"]) == (1675.5, -80.0, 1595.5)
    assert all(isinstance(value, float) for row in rows[head + 1 :] for value in row[1:] if value != "")
    tie = {row[0]: row[1] for row in rows[1:head] if row[0]}
    assert (tie["Buckets"], tie["Credits"], tie["Difference"]) == (1675.5, -80.0, 0.0)
    assert tie["Buckets"] + tie["Credits"] + tie["Unapplied, taken off"] == tie["Together"]
    assert tie["Ledger control total"] == tie["Together"]
    assert rows[0][0] == f"Aging as of {TODAY:%Y-%m-%d}, aged from: date of service; credits are shown, never netted"

    response = client.get("/reports/aging/rows?column=net&export=xlsx")
    sheet = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0)
    rows = sheet.to_python()
    head = next(number for number, row in enumerate(rows) if row[0] == "Claim")
    first = dict(zip(rows[head], rows[head + 1], strict=True))
    assert (first["Date of service"], first["Age in days"], first["Amount"]) == (days_ago(10), 10.0, 1240.0)
    assert rows[-1][-1] == 1595.5


def test_the_csv_has_the_same_figures(client, sol):
    a_small_clinic()
    response = client.get("/reports/aging/rows?column=net&export=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert sum(Decimal(row["Amount"]) for row in rows[:-1]) == Decimal(rows[-1]["Amount"]) == Decimal("1595.50")
    assert rows[0]["Date of service"] == str(days_ago(10))


def test_rows_come_in_pages(client, sol):
    for _ in range(51):
        make_claim(lines=["10.00"])
    second = client.get("/reports/aging/rows?column=total&page=2").content.decode()
    assert "Page 2 of 2" in second
    assert total_of(second) == Decimal("510.00")
    assert second.count('class="num">10.00') == 1


def test_pages_take_a_fixed_number_of_queries(client, sol, django_assert_max_num_queries):
    a_small_clinic()
    snapshots.take_snapshot(day=TODAY, now=NOW)
    for _ in range(2):
        with django_assert_max_num_queries(10):
            client.get("/reports/aging")
        with django_assert_max_num_queries(15):
            client.get("/reports/aging/rows?column=net")
        for _ in range(5):
            make_claim(lines=["10.00"])
        snapshots.take_snapshot(day=TODAY, now=NOW)


def test_the_trend_draws_the_days_it_remembers(client, sol):
    make_claim(lines=["100.00"], service_on=days_ago(40))
    for days in (2, 1, 0):
        snapshots.take_snapshot(day=days_ago(days), now=NOW - dt.timedelta(days=days))
    html = client.get("/reports/aging").content.decode()
    assert "Debits by age" in html
    assert len(re.findall(r'scope="row"><a href="\?[^"]*as_of=', html)) == 3
