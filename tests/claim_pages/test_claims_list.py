"""The list of claims: filters in the address, stable pages, files with numbers, constant cost."""

import datetime as dt
import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from arwork.staff.models import AuditEvent
from claims.billing import claim_list
from tests.cast import make_claim, make_payer, make_practice

pytestmark = pytest.mark.django_db


def _numbers(response) -> list[str]:
    return [row.number for row in response.context["page"].rows]


def test_the_newest_service_comes_first_and_age_stands_beside_it(sol: Client) -> None:
    make_claim(number="OLD", service_on=dt.date(2026, 8, 1))
    make_claim(number="NEW", service_on=dt.date(2026, 9, 1))
    assert _numbers(sol.get("/claims")) == ["NEW", "OLD"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=aa", ["AA1"]),
        ("text=ICN-7", ["BB1"]),
        ("responsible=PATIENT", ["CC1"]),
        ("balance=settled", []),
        ("at_least=300", ["BB1"]),
        ("since=2026-09-02", ["CC1"]),
        ("until=2026-08-31", ["BB1"]),
        ("state=closed", []),
        ("since=nonsense", ["CC1", "AA1", "BB1"]),
    ],
)
def test_filters_stand_in_the_address(sol: Client, query: str, found: list[str]) -> None:
    make_claim(number="AA1", service_on=dt.date(2026, 9, 1))
    second = make_claim(number="BB1", service_on=dt.date(2026, 8, 1), lines=["310.00"])
    second.icn = "ICN-7"
    second.save()
    make_claim(number="CC1", service_on=dt.date(2026, 9, 9), payers=())
    assert _numbers(sol.get(f"/claims?{query}")) == found


def test_a_payer_is_chosen_from_those_that_have_claims(sol: Client) -> None:
    other = make_payer(name="Bluewater", payer_id="BLU01")
    make_payer(name="Nobody's", payer_id="NOB01")
    make_claim(number="M1")
    make_claim(number="B1", payers=[other])
    response = sol.get(f"/claims?payer={other.pk}")
    assert _numbers(response) == ["B1"]
    assert [name for _, name in response.context["form"].fields["payer"].choices] == [
        "All", "Bluewater", "Meridian Choice",
    ]  # fmt: skip


@pytest.mark.parametrize("sort", ["-service", "service", "-balance", "number", "charge"])
def test_pages_follow_each_other_without_gap_or_repeat(sol: Client, monkeypatch, sort: str) -> None:
    monkeypatch.setattr(claim_list, "PAGE", 3)
    for i in range(8):
        make_claim(number=f"P{i}", service_on=dt.date(2026, 9, 1 + i // 3), lines=[f"{100 + i // 2}.00"])
    seen, url, pages = [], f"/claims?sort={sort}", []
    while url:
        response = sol.get(url)
        page = response.context["page"]
        pages.append(_numbers(response))
        seen += pages[-1]
        url = page.next_cursor and f"/claims?sort={sort}&after={page.next_cursor}"
    assert sorted(seen) == [f"P{i}" for i in range(8)]
    back = sol.get(f"/claims?sort={sort}&before={page.previous_cursor}")
    assert _numbers(back) == pages[-2]


def test_a_cursor_that_is_gone_says_what_to_do(sol: Client) -> None:
    make_claim()
    response = sol.get("/claims?after=999999")
    assert response.status_code == 404
    assert b"first page" in response.content


def test_the_page_costs_the_same_for_many_claims(sol: Client, django_assert_num_queries) -> None:
    make_claim()
    sol.get("/claims")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        sol.get("/claims")
    for _ in range(15):
        make_claim(payers=[make_payer(name="Bluewater", payer_id="BLU01")])
    with django_assert_num_queries(len(few)):
        sol.get("/claims")


def test_many_claims_are_not_counted(sol: Client, monkeypatch) -> None:
    monkeypatch.setattr(claim_list, "COUNTED", 1)
    make_claim()
    make_claim()
    response = sol.get("/claims")
    assert response.context["summary"] is None
    assert b"More than 1 claims" in response.content


def test_the_trail_says_which_claims_left_and_keeps_no_words_that_may_be_a_name(sol: Client) -> None:
    b"".join(sol.get("/claims?state=open&since=2026-09-01&text=GUARINO&export=csv").streaming_content)
    event = AuditEvent.objects.get(action="exported", subject="claims")
    assert event.after == {"state": "open", "since": "2026-09-01", "text": True, "rows": 0}


def test_a_workbook_has_numbers_and_the_export_is_recorded(sol: Client) -> None:
    make_claim(number="X1", lines=["240.00"])
    response = sol.get("/claims?export=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0)
    head, row = rows.to_python()[:2]
    assert dict(zip(head, row, strict=True))["Balance"] == 240.0
    assert AuditEvent.objects.filter(action="exported", subject="claims").count() == 1
    text = b"".join(sol.get("/claims?export=csv").streaming_content).decode()
    assert "X1" in text
    assert "240.00" in text


def test_claims_of_another_practice_are_not_listed(sol: Client, theirs) -> None:
    make_claim(practice=theirs)
    mine = make_claim(practice=make_practice())
    assert _numbers(sol.get("/claims")) == [mine.number]


def test_nothing_is_explained_by_the_empty_page(sol: Client) -> None:
    assert b"No claims yet" in sol.get("/claims").content
    assert b"Show all claims" in sol.get("/claims?state=void").content
