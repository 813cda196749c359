"""Search: one box, every way people write things, and nothing of a patient in an address."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.parties.search_query import read_search
from claims.remits.models import RemitClaim, Remittance
from tests.cast import make_account, make_claim, make_coverage, make_patient, make_payer, make_practice

pytestmark = pytest.mark.django_db


def _search(client: Client, text: str):
    return client.post("/search", {"q": text}, follow=True)


def _found(client: Client, text: str) -> dict[str, list[str]]:
    groups = _search(client, text).context["groups"]
    return {group.name: [str(row) for row in group.rows] for group in groups}


def _smith(**facts):
    account = make_account(practice=make_practice(), last="Smith", first="June")
    claim = make_claim(patient=make_patient(account=account, last="Smith", first="June"), **facts)
    claim.account.guarantor.phones.create(number="+12125550123")
    return claim


@pytest.mark.parametrize(
    "text",
    [
        "smith", "smith, j", "Smith, June", "june smith", "SMITH 1961", "smith 4/9/1961", "smith 1961-04-09",
        "  smith   june ", "4/9/1961",
    ],
)  # fmt: skip
def test_people_are_found_as_people_say_them(sol: Client, text: str) -> None:
    claim = _smith()
    found = _found(sol, text)
    assert found["people"] == ["Smith, June"]
    assert found["accounts"] == [claim.account.number]
    assert found["claims"] == [claim.number]


@pytest.mark.parametrize("text", ["smith 1962", "smith, k", "smithson", "s", "jones"])
def test_others_are_not(sol: Client, text: str) -> None:
    _smith()
    assert _found(sol, text) == {}


@pytest.mark.parametrize("text", ["2125550123", "(212) 555-0123", "+1 212.555.0123", "1-212-555-0123"])
def test_a_phone_is_found_in_any_form(sol: Client, text: str) -> None:
    _smith()
    assert _found(sol, text)["people"] == ["Smith, June"]


def test_no_name_stands_in_an_address(sol: Client) -> None:
    _smith()
    response = _search(sol, "smith")
    ((url, _),) = response.redirect_chain
    assert "smith" not in url.lower()
    assert b'value="smith"' in response.content
    again = sol.get(url)  # reloading and going back find the same
    assert [group.name for group in again.context["groups"]] == ["accounts", "claims", "people"]
    assert sol.get("/search?q=smith").context["groups"] == []
    assert Client().get(url).status_code == 302


def test_one_exact_number_leads_straight_there(sol: Client) -> None:
    claim = make_claim(number="H0000042")
    make_claim(number="H00000421")
    for text in ("H0000042", "h0000042"):
        assert _search(sol, text).redirect_chain[0][0] == f"/claims/{claim.pk}"
    assert _found(sol, "h000004")["claims"] == ["H0000042", "H00000421"]


def test_an_account_number_is_found_however_its_groups_are_written(sol: Client) -> None:
    account = make_account(practice=make_practice())
    account.number = "7K2P-9QXM-3F4T"
    account.save()
    for text in ("7K2P-9QXM-3F4T", "7k2p9qxm3f4t", "7k2p 9qxm 3f4t"):
        assert _search(sol, text).redirect_chain[0][0] == f"/accounts/{account.pk}", text
    assert _found(sol, "7k2p-9q")["accounts"] == ["7K2P-9QXM-3F4T"]


def _remittance(claim, *, icn: str = "") -> Remittance:
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key="k1", trace="EFT00000020", method="ACH",
        amount="1240.00", paid_on=dt.date(2026, 10, 6), received_on=dt.date(2026, 10, 6), state="posted",
    )  # fmt: skip
    RemitClaim.objects.create(
        remittance=remittance, position=1, segment=1, claim=claim, status="1", charge=0, paid=0, icn=icn
    )
    return remittance


def test_checks_are_found_by_number_and_amount(sol: Client) -> None:
    remittance = _remittance(make_claim())
    assert _search(sol, "eft00000020").redirect_chain[0][0] == f"/remits/{remittance.pk}"
    assert _found(sol, "EFT0000")["remittances"] == ["EFT00000020"]
    for text in ("$1,240.00", "1240.00", "$1240"):
        assert _found(sol, text)["remittances"] == ["EFT00000020"], text


def test_a_claim_is_found_by_any_number_a_payer_gave_it(sol: Client) -> None:
    claim = make_claim(number="C1")
    claim.icn = "NEW77"
    claim.save()
    _remittance(claim, icn="OLD66")
    assert _search(sol, "new77").redirect_chain[0][0] == f"/claims/{claim.pk}"
    assert _found(sol, "old66")["claims"] == ["C1"]


def test_a_member_id_finds_the_person(sol: Client) -> None:
    claim = _smith()
    make_coverage(patient=claim.patient, payer=make_payer(), member_id="XYZ900100", rank=2)
    assert _found(sol, "xyz9001")["people"] == ["Smith, June"]


def test_another_practice_is_never_found(sol: Client, theirs) -> None:
    account = make_account(practice=theirs, last="Smith", first="June")
    claim = make_claim(patient=make_patient(account=account, last="Smith", first="June"), number="THEIRS1")
    account.guarantor.phones.create(number="+12125550123")
    _remittance(claim, icn="ICN9")
    for text in ("smith", "2125550123", "THEIRS1", "M100", "EFT00000020", "ICN9", account.number, "1240.00"):
        assert _found(sol, text) == {}, text


def test_a_group_is_limited_and_the_rest_is_one_step_away(sol: Client) -> None:
    for i in range(11):
        make_claim(number=f"BATCH{i:02d}")
    response = _search(sol, "batch")
    (claims,) = [group for group in response.context["groups"] if group.name == "claims"]
    assert (len(claims.rows), claims.has_more) == (8, True)
    token = response.redirect_chain[0][0]
    more = sol.get(f"{token}&only=claims").context["groups"]
    assert (len(more[0].rows), more[0].has_more) == (11, False)


def test_it_costs_the_same_whatever_is_there(sol: Client) -> None:
    _smith()
    with CaptureQueriesContext(connection) as few:
        _search(sol, "smith 1961")
    for _ in range(9):
        _smith()
    with CaptureQueriesContext(connection) as many:
        _search(sol, "smith 1961")
    assert len(many) <= len(few)


def test_lookups_by_prefix_use_an_index(sol: Client) -> None:
    from arwork.staff.models import User
    from claims.billing.selectors import claims_numbered
    from claims.parties.selectors import people

    ana = User.objects.get(username="sol")
    if connection.vendor == "postgresql":  # a table of three rows is read whole unless that is made dear
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    for rows in (people(actor=ana, asked=read_search("smith")), claims_numbered(actor=ana, text="H0000")):
        plan = rows.order_by().explain()
        assert "INDEX" in plan.upper(), plan


def test_what_was_typed_is_read_in_every_way_it_may_mean() -> None:
    assert read_search("  ").is_empty
    assert read_search("$1,240.00").amount == Decimal("1240.00")
    assert read_search("1240").amount is None
    assert read_search("o'brien, pat").names == ("O'BRIEN PAT",)
    assert read_search("van dyke").names == ("VAN DYKE", "DYKE VAN")
    assert read_search("2/30/1961").birth_on is None
    assert read_search("1961").birth_year is None
    assert read_search("1961").number == "1961"
