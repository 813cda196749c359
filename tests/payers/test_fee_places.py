"""A fee bound to a place of service applies there and nowhere else; Medicare's two rates, read, kept and compared."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.money import money
from claims.billing.models import Claim
from claims.denials.claim_allowances import ClaimAllowance, claim_allowances
from claims.denials.expected_allowed import BilledService, ContractTerms, expected_allowed
from claims.denials.models import Underpayment
from claims.payers import contracts
from claims.payers.fee_files import FeeKey, read_fees
from claims.payers.fee_places import FACILITIES, PLACES, fee_places, place_of_claim
from claims.payers.models import Contract, FeeItem
from tests import cast
from tests.remits.era import Clp, Era, Svc, take

JANUARY = dt.date(2026, 1, 1)
MEDICARE = {("99214", "", "N"): money("130.00"), ("99214", "", "F"): money("95.00")}


def worth(fees: dict[FeeKey, Decimal], place: str, *modifiers: str, percent: int | None = None) -> Decimal | None:
    terms = ContractTerms(1, None, JANUARY, None, Decimal(percent) if percent else None, fees)
    return expected_allowed(BilledService("99214", modifiers, Decimal(1), money("240.00"), JANUARY, place), terms)


@pytest.mark.parametrize(
    ("place", "expected"),
    [("11", "130.00"), ("10", "130.00"), ("20", "130.00"), ("99", "130.00"), ("32", "130.00"),
     ("22", "95.00"), ("02", "95.00"), ("19", "95.00"), ("21", "95.00"), ("23", "95.00"), ("31", "95.00")],
)  # fmt: skip
def test_medicare_pays_one_rate_at_facilities_and_the_other_elsewhere(place: str, expected: str) -> None:
    assert worth(MEDICARE, place) == money(expected)


def test_the_modifier_comes_before_the_place_and_the_closest_place_first() -> None:
    fees = {
        ("99214", "", ""): money("100.00"),
        ("99214", "", "N"): money("110.00"),
        ("99214", "", "11"): money("120.00"),
        ("99214", "25", ""): money("70.00"),
        ("99214", "25", "N"): money("80.00"),
        ("99214", "25", "11"): money("90.00"),
    }
    steps = [("99214", "25", "11"), ("99214", "25", "N"), ("99214", "25", ""),
             ("99214", "", "11"), ("99214", "", "N"), ("99214", "", "")]  # fmt: skip
    for key in steps:
        assert worth(fees, "11", "25") == fees.pop(key)
    assert worth(fees, "11", "25") is None


def test_a_claim_without_a_place_has_only_fees_that_apply_anywhere() -> None:
    assert worth(MEDICARE, "") is None
    assert worth(MEDICARE, "", percent=50) is None  # the code has a fee, nobody can say which
    assert worth(MEDICARE | {("99214", "", ""): money("100.00")}, "") == money("100.00")
    bound = {("99214", "25", "F"): money("60.00"), ("99214", "", ""): money("100.00")}
    assert worth(bound, "", "25") is None
    assert worth(bound, "") == money("100.00")


def test_where_no_fee_is_for_the_place_the_share_of_charge_speaks() -> None:
    assert worth({("99214", "", "22"): money("95.00")}, "11", percent=50) == money("120.00")
    assert worth({("99214", "", "22"): money("95.00")}, "11") is None


@given(bound=st.sampled_from(PLACES), place=st.sampled_from(["", *PLACES[2:]]))
def test_a_fee_with_a_place_never_applies_at_another(bound: str, place: str) -> None:
    applies = bound == place or (bound == "F" and place in FACILITIES)
    applies = applies or (bound == "N" and place != "" and place not in FACILITIES)
    assert (worth({("99214", "", bound): money("1.00")}, place) is not None) is applies


@given(place=st.sampled_from(PLACES[2:]))
def test_a_place_is_a_facility_or_it_is_not(place: str) -> None:
    assert len(set(fee_places(place)) & {"F", "N"}) == 1


@pytest.mark.parametrize(
    ("form", "code", "place"), [("P", "11", "11"), ("D", "22", "22"), ("I", "11", ""), ("P", "", ""), ("P", "XX", "")]
)
def test_an_institutional_claim_has_a_type_of_bill_and_no_place(form: str, code: str, place: str) -> None:
    assert place_of_claim(form, code) == place


def read(text: str) -> dict[FeeKey, Decimal]:
    return dict(read_fees("f.csv", text.encode()).fees)


@pytest.mark.parametrize("heading", ["Place", "POS", "place_of_service", "POS Code"])
def test_a_column_of_places_is_read(heading: str) -> None:
    found = read(
        f"Code,Mod,{heading},Fee\n99214,,11,120\n99214,,2,90\n99214,,Facility,95\n99214,,NF,130\n99214,,,100\n"
    )
    assert {key[2]: int(fee) for key, fee in found.items()} == {"11": 120, "02": 90, "F": 95, "N": 130, "": 100}


@pytest.mark.parametrize(
    "headings",
    ["Non-Facility Fee,Facility Fee", "NONFACILITY FEE,FACILITY FEE", "Non-Facility Price,Facility Price"],
)
def test_the_two_columns_of_medicare_are_two_fees(headings: str) -> None:
    found = read_fees("f.csv", f"HCPCS,{headings}\n99214,130.00,95.00\n99221,NA,170.00\n99999,NA,\n".encode())
    assert found.fees == MEDICARE | {("99221", "", "F"): money("170.00")}
    assert [(row.line, row.wrong) for row in found.bad] == [(4, "no amount")]


def test_one_column_alone_is_of_its_places() -> None:
    assert read("Code,Facility fee\n99214,95\n") == {("99214", "", "F"): money("95.00")}
    assert read("Code,Non-facility fee\n99214,130\n") == {("99214", "", "N"): money("130.00")}


def test_what_is_no_place_or_two_at_once_is_a_bad_row() -> None:
    found = read_fees("f.csv", b"Code,POS,Fee\n99214,11-22,5\n99214,111,5\n99214,office,5\n99214,11,5\n99214,11,6\n")
    assert [row.line for row in found.bad] == [2, 3, 4, 6]
    assert found.fees == {("99214", "", "11"): money("5.00")}
    both = read_fees("f.csv", b"Code,POS,Facility fee\n99214,11,5\n")
    assert "one or the other" in both.bad[0].wrong
    assert not both.fees


def contract_of(claim: Claim, fees: dict[FeeKey, Decimal]) -> Contract:
    made = Contract.objects.create(practice=claim.practice, payer=claim.payer, name="PFS", valid_from=JANUARY)
    for (code, modifier, place), allowed in fees.items():
        FeeItem.objects.create(contract=made, code=code, modifier=modifier, place=place, allowed=allowed)
    return made


def claim_at(place: str, *, number: str, form: str = "P") -> Claim:
    claim = cast.make_claim(number=number, lines=["240.00"])
    claim.facility_code, claim.form = place, form
    claim.save()
    return claim


@pytest.mark.django_db
def test_an_underpayment_is_measured_by_the_rate_of_the_place() -> None:
    office, hospital = claim_at("11", number="H1"), claim_at("22", number="H2")
    contract_of(office, MEDICARE)
    paid = [Svc("240.00", "90.00", [("CO-45", "145.00"), ("PR-2", "5.00")])]  # 95.00 allowed
    take(Era([Clp("H1", paid), Clp("H2", paid, icn="ICN2")]))
    found = Underpayment.objects.get()
    assert found.claim_id == office.pk
    assert (found.expected, found.amount) == (money("130.00"), money("35.00"))
    assert hospital.pk != office.pk


@pytest.mark.django_db
def test_what_a_claim_is_worth_is_by_its_place() -> None:
    claims = {
        "11": claim_at("11", number="H1"), "21": claim_at("21", number="H2"),
        "": claim_at("", number="H3"), "I": claim_at("11", number="H4", form="I"),
    }  # fmt: skip
    contract_of(claims["11"], MEDICARE)
    found = claim_allowances([claim.pk for claim in claims.values()])
    assert found == {
        claims["11"].pk: ClaimAllowance(money("130.00"), None),
        claims["21"].pk: ClaimAllowance(money("95.00"), None),
    }


@pytest.mark.django_db
def test_a_code_has_one_fee_at_a_place_and_no_place_is_made_up() -> None:
    made = contract_of(claim_at("11", number="H1"), MEDICARE)
    for wrong in ("N", "X", "1"):
        with pytest.raises(IntegrityError), transaction.atomic():
            FeeItem.objects.create(contract=made, code="99214", place=wrong, allowed="1.00")
    FeeItem.objects.create(contract=made, code="99214", place="11", allowed="1.00")


@pytest.mark.django_db
def test_a_schedule_of_two_rates_is_uploaded_shown_and_comes_back_as_it_was_exported(client, oona) -> None:
    made = contract_of(claim_at("11", number="H1"), {("99214", "", ""): money("100.00")})
    upload, confirm, page = (
        reverse(name, args=[made.pk]) for name in ("contract_fees", "contract_fees_confirm", "contract")
    )
    text = b"HCPCS,Non-Facility Fee,Facility Fee\n99214,130.00,95.00\n99213,90.00,65.00\n"
    preview = client.post(upload, {"file": SimpleUploadedFile("pfs.csv", text)})
    assert preview.context["counts"] == {"new": 4, "changed": 0, "unchanged": 0, "missing": 1, "bad": 0}
    assert "non-facility" in preview.content.decode()
    client.post(confirm, {"packed": preview.context["packed"], "remove_missing": "1"})
    others = {("99213", "", "N"): money("90.00"), ("99213", "", "F"): money("65.00")}
    assert contracts.fees_of(made.pk) == MEDICARE | others
    assert "<td>non-facility</td>" in client.get(page).content.decode()
    exported = b"".join(client.get(page + "?export=csv").streaming_content)
    assert b"99214,,facility,95.00" in exported
    again = client.post(upload, {"file": SimpleUploadedFile("fees.csv", exported)})
    assert again.context["counts"] == {"new": 0, "changed": 0, "unchanged": 4, "missing": 0, "bad": 0}
