"""Fee schedules: what a file may look like, what is wrong with a row, and nothing half done."""

import io
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arwork.lib.errors import DomainError
from arwork.lib.money import money
from claims.denials import contract_recheck
from claims.denials.models import Underpayment
from claims.payers import contracts, services
from claims.payers.fee_files import UnreadableFeeFile, fee_difference, read_fees
from claims.payers.models import Contract, FeeItem
from claims.payers.services import ContractFacts
from tests import cast
from tests.cast import NOW, TODAY
from tests.remits.era import Clp, Era, Svc, take

JANUARY = cast.dt.date(2026, 1, 1)


def fees(text: str) -> dict:
    return dict(read_fees("f.csv", text.encode()).fees)


def workbook(*rows: tuple) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return file.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "Code,Allowed\n99213,120.00\n",
        "CPT;Fee\n99213;120\n",
        "\ufeffHCPCS\tModifier\tRate\n99213\t\t$120.00\n",
        'Schedule of 2026\n\nprocedure_code,allowed amount\n 99213 ,"120.00"\n\n',
    ],
)
def test_headings_are_found_wherever_and_however_they_are_written(text: str) -> None:
    assert fees(text) == {("99213", "", ""): Decimal("120.00")}


@pytest.mark.parametrize("amount", ["85,10", "1.234,50", "1,23,456.00", "85,"])
def test_a_decimal_comma_is_a_bad_row_and_never_a_hundredfold_fee(amount: str) -> None:
    found = read_fees("f.csv", f"Code;Fee\n99213;{amount}\n99214;1,234.50\n".encode())
    assert found.fees == {("99214", "", ""): Decimal("1234.50")}
    assert "comma" in found.bad[0].wrong


def test_a_workbook_is_read_with_codes_that_excel_made_numbers() -> None:
    content = workbook(("Code", "Mod", "Allowed"), (99213, "", 120.1), ("J1885", "jw", 3))
    assert read_fees("f.xlsx", content).fees == {
        ("99213", "", ""): Decimal("120.10"),
        ("J1885", "JW", ""): Decimal("3.00"),
    }


def test_one_cell_far_out_takes_no_memory() -> None:
    far = [("Code", "Allowed"), (99213, 120), *[()] * 1_048_573, ("",) * 16_383 + ("stray",)]
    with pytest.raises(UnreadableFeeFile, match="far below or beside"):
        read_fees("f.xlsx", workbook(*far))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    with pytest.raises(UnreadableFeeFile, match="too large"):
        read_fees("f.xlsx", bomb.getvalue())


def test_every_bad_row_says_its_line_and_what_is_wrong() -> None:
    rows = "99213,,abc ,,5 99214,255,5 99215,,-5 99203,,1.234 99204,,10 99204,,11 99204,,10 X,,1"
    read = read_fees("f.csv", "\n".join(["Code,Mod,Allowed", *rows.split()]).encode())
    assert [row.line for row in read.bad] == [2, 3, 4, 5, 6, 8, 10]
    assert "line 7" in read.bad[5].wrong
    assert read.fees == {("99204", "", ""): Decimal("10.00")}


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04broken", b"\x00\x01\x02", b"Code,Allowed\n"])
def test_what_is_no_schedule_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(UnreadableFeeFile):
        read_fees("f", content)


def test_the_difference_of_two_schedules() -> None:
    now = {("A1111", "", ""): Decimal(1), ("B1111", "", ""): Decimal(2), ("C1111", "", ""): Decimal(3)}
    then = {("B1111", "", ""): Decimal(2), ("C1111", "", ""): Decimal(4), ("D1111", "", ""): Decimal(5)}
    found = fee_difference(now, then)
    assert found.new == [(("D1111", "", ""), Decimal(5))]
    assert found.changed == [(("C1111", "", ""), Decimal(3), Decimal(4))]
    assert found.unchanged == 1
    assert found.missing == [(("A1111", "", ""), Decimal(1))]


def make_contract(oona, **more) -> Contract:
    payer = cast.make_payer()
    facts = {"practice_id": cast.make_practice().pk, "payer_id": payer.pk, "name": "PPO", "valid_from": JANUARY} | more
    return services.save_contract(None, ContractFacts(**facts), actor=oona, now=NOW)


@pytest.mark.django_db
def test_contracts_of_one_plan_never_overlap(oona) -> None:
    made = make_contract(oona, valid_to=cast.dt.date(2026, 6, 30))
    with pytest.raises(DomainError, match="PPO"):
        make_contract(oona, valid_from=cast.dt.date(2026, 6, 30))
    make_contract(oona, valid_from=cast.dt.date(2026, 7, 1))
    make_contract(oona, plan_id=made.payer.plans.get().pk)


@pytest.mark.django_db
def test_a_workbook_comes_in_by_the_same_door(client, oona) -> None:
    contract = make_contract(oona)
    sheet = SimpleUploadedFile("fees.xlsx", workbook(("Code", "Allowed"), (99213, 120), ("J1885", 3.5)))
    page = client.post(reverse("contract_fees", args=[contract.pk]), {"file": sheet})
    assert page.context["counts"]["new"] == 2
    client.post(reverse("contract_fees_confirm", args=[contract.pk]), {"packed": page.context["packed"]})
    assert dict(FeeItem.objects.values_list("code", "allowed")) == {"99213": money("120.00"), "J1885": money("3.50")}


@pytest.mark.django_db
def test_a_schedule_is_previewed_confirmed_and_exported(client, oona) -> None:
    contract = make_contract(oona)
    FeeItem.objects.create(contract=contract, code="99214", allowed="150.00")
    FeeItem.objects.create(contract=contract, code="36415", allowed="5.00")
    text = "Code,Allowed\n99214,160.00\n99213,120.00\n99999999,4\n"
    page = client.post(
        reverse("contract_fees", args=[contract.pk]), {"file": SimpleUploadedFile("fees.csv", text.encode())}
    )
    assert page.context["counts"] == {"new": 1, "changed": 1, "unchanged": 0, "missing": 1, "bad": 1}
    assert FeeItem.objects.get(code="99214").allowed == money("150.00")
    packed = page.context["packed"]
    bad = client.post(reverse("contract_fees_bad", args=[contract.pk]), {"packed": packed})
    assert "99999999 is no procedure code" in b"".join(bad.streaming_content).decode()
    done = client.post(reverse("contract_fees_confirm", args=[contract.pk]), {"packed": packed})
    assert done.status_code == 302
    kept = {row.code: row.allowed for row in FeeItem.objects.all()}
    assert kept == {"99214": money("160.00"), "99213": money("120.00"), "36415": money("5.00")}
    csv = b"".join(client.get(reverse("contract", args=[contract.pk]) + "?export=csv").streaming_content).decode()
    assert "99214,,,160.00" in csv
    again = client.post(reverse("contract_fees_confirm", args=[contract.pk]), {"packed": packed})
    assert again.status_code == 409  # the schedule is another one than was previewed
    other = make_contract(oona, valid_from=cast.dt.date(2027, 1, 1), plan_id=contract.payer.plans.get().pk)
    assert client.post(reverse("contract_fees_confirm", args=[other.pk]), {"packed": packed}).status_code == 409
    assert (
        client.post(reverse("contract_fees_confirm", args=[contract.pk]), {"packed": packed + "x"}).status_code == 409
    )


@pytest.mark.django_db
def test_fees_that_the_file_does_not_name_go_only_when_asked(oona) -> None:
    contract = make_contract(oona)
    FeeItem.objects.create(contract=contract, code="36415", allowed="5.00")
    now = contracts.fees_of(contract.pk)
    new = {("99213", "", ""): money("120.00")}
    services.replace_fees(contract.pk, new, expected=now, remove_missing=True, actor=oona, now=NOW)
    assert contracts.fees_of(contract.pk) == new


@pytest.mark.django_db
def test_payments_are_compared_again_after_the_contract_changed(client, oona) -> None:
    cast.make_claim(number="H1", lines=["240.00"])
    cast.make_claim(number="H2", lines=["240.00"])
    take(Era([Clp("H1", [Svc("240.00", "120.00", [("CO-45", "90.00"), ("PR-2", "30.00")])]),
              Clp("H2", [Svc("240.00", "0.00", [("CO-197", "240.00")])], icn="ICN2")]))  # fmt: skip
    assert not Underpayment.objects.exists()
    contract = make_contract(oona)
    FeeItem.objects.create(contract=contract, code="99214", allowed="180.00")
    done = contract_recheck.recheck(contract.pk, actor=oona, today=TODAY, now=NOW)
    assert (done.payments, done.opened) == (2, 1)  # the denied line is work already
    found = Underpayment.objects.get()
    assert (found.expected, found.allowed, found.amount) == (money("180.00"), money("150.00"), money("30.00"))
    FeeItem.objects.update(allowed="200.00")
    assert contract_recheck.recheck(contract.pk, actor=oona, today=TODAY, now=NOW).changed == 1
    FeeItem.objects.update(allowed="150.00")
    client.post(reverse("contract_recheck", args=[contract.pk]))
    found.refresh_from_db()
    assert (found.amount, found.state, found.closed_on) == (money("50.00"), "accepted", TODAY)
    FeeItem.objects.update(allowed="180.00")
    assert contract_recheck.recheck(contract.pk, actor=oona, today=TODAY, now=NOW).opened == 0  # settled stays settled
