"""The ACH file, read back by its published layout: a reader of its own that shares nothing with the writer."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.money import money
from arwork.lib.nacha import BadAccount, Originator, ensure_routing
from claims.refunds.nacha import AchCredit, ach_file, traces

BANK = Originator("Harbor Clinic", "1061234567", "First Harbor Bank", "021000021")
MADE_AT = dt.datetime(2026, 11, 20, 15, 4, tzinfo=dt.UTC)
#: Record type -> (field, first, last) by the positions that the rules print, counted from 1.
LAYOUT = {
    "1": [("priority", 2, 3), ("destination", 4, 13), ("origin", 14, 23), ("day", 24, 29), ("time", 30, 33),
          ("modifier", 34, 34), ("size", 35, 37), ("blocking", 38, 39), ("format", 40, 40), ("bank", 41, 63),
          ("company", 64, 86), ("reference", 87, 94)],
    "5": [("class", 2, 4), ("company", 5, 20), ("free", 21, 40), ("company_id", 41, 50), ("code", 51, 53),
          ("what", 54, 63), ("described_on", 64, 69), ("effective_on", 70, 75), ("settled_on", 76, 78),
          ("status", 79, 79), ("odfi", 80, 87), ("batch", 88, 94)],
    "6": [("transaction", 2, 3), ("rdfi", 4, 11), ("check", 12, 12), ("account", 13, 29), ("amount", 30, 39),
          ("id", 40, 54), ("name", 55, 76), ("free", 77, 78), ("addenda", 79, 79), ("trace", 80, 94)],
    "7": [("kind", 2, 3), ("about", 4, 83), ("sequence", 84, 87), ("entry", 88, 94)],
    "8": [("class", 2, 4), ("count", 5, 10), ("hash", 11, 20), ("debits", 21, 32), ("credits", 33, 44),
          ("company_id", 45, 54), ("code", 55, 73), ("reserved", 74, 79), ("odfi", 80, 87), ("batch", 88, 94)],
    "9": [("batches", 2, 7), ("blocks", 8, 13), ("count", 14, 21), ("hash", 22, 31), ("debits", 32, 43),
          ("credits", 44, 55), ("reserved", 56, 94)],
}  # fmt: skip


def read(text: str) -> list[dict[str, str]]:
    lines = text.splitlines()
    assert {len(line) for line in lines} == {94}
    assert len(lines) % 10 == 0
    found = []
    for line in lines:
        if line == "9" * 94:
            continue
        found.append({"type": line[0]} | {name: line[first - 1 : last] for name, first, last in LAYOUT[line[0]]})
    return found


def patient(amount: str = "35.00", *, routing: str = "011000015") -> AchCredit:
    return AchCredit(routing, "123456789", "checking", money(amount), "Gus Guarino", "REFUND7")


def payer(amount: str = "120.00") -> AchCredit:
    return AchCredit(
        "122000247", "99-8877", "savings", money(amount), "Meridian Choice", "REFUND8", is_company=True,
        about="REFUND 8 CLAIM HC-1",
    )  # fmt: skip


def test_people_and_payers_go_in_batches_of_their_own_and_every_control_adds_up() -> None:
    records = read(ach_file(BANK, [payer(), patient(), patient("0.01")], made_at=MADE_AT,
                            effective_on=dt.date(2026, 11, 23), modifier="B"))  # fmt: skip
    assert "".join(one["type"] for one in records) == "15668" + "5678" + "9"
    head, people, *_ = records
    assert (head["destination"], head["origin"], head["day"], head["time"]) == (
        " 021000021", "1061234567", "261120", "1504",
    )  # fmt: skip
    assert (head["modifier"], head["size"], head["blocking"], head["format"]) == ("B", "094", "10", "1")
    assert [one["code"] for one in records if one["type"] == "5"] == ["PPD", "CCD"]
    assert (people["class"], people["effective_on"], people["odfi"]) == ("220", "261123", "02100002")
    entries = [one for one in records if one["type"] == "6"]
    assert [one["transaction"] for one in entries] == ["22", "22", "32"]
    assert [int(one["amount"]) for one in entries] == [3500, 1, 12000]
    assert [one["addenda"] for one in entries] == ["0", "0", "1"]
    [note] = [one for one in records if one["type"] == "7"]
    assert note["about"].strip() == "REFUND 8 CLAIM HC-1"
    assert note["entry"] == entries[2]["trace"][-7:]
    controls = [one for one in records if one["type"] == "8"]
    assert [int(one["count"]) for one in controls] == [2, 2]
    assert [int(one["hash"]) for one in controls] == [2 * 1100001, 12200024]
    assert [int(one["credits"]) for one in controls] == [3501, 12000]
    assert [int(one["debits"]) for one in controls] == [0, 0]
    last = records[-1]
    assert (int(last["batches"]), int(last["blocks"]), int(last["count"])) == (2, 1, 4)
    assert (int(last["hash"]), int(last["credits"])) == (2 * 1100001 + 12200024, 15501)


@pytest.mark.parametrize("count", [1, 5, 6, 7, 15, 16])
def test_the_file_is_filled_to_whole_blocks(count: int) -> None:
    text = ach_file(BANK, [patient()] * count, made_at=MADE_AT, effective_on=dt.date(2026, 11, 23), modifier="A")
    assert int(read(text)[-1]["blocks"]) * 10 == len(text.splitlines())


def test_traces_are_those_of_the_file_and_go_on_from_run_to_run() -> None:
    credits = [payer(), patient()]
    text = ach_file(BANK, credits, made_at=MADE_AT, effective_on=dt.date(2026, 11, 23), modifier="A", first=41)
    written = {one["name"].strip(): one["trace"] for one in read(text) if one["type"] == "6"}
    assert traces(BANK, credits, first=41) == [written["MERIDIAN CHOICE"], written["GUS GUARINO"]]
    assert written == {"GUS GUARINO": "021000020000041", "MERIDIAN CHOICE": "021000020000042"}


def test_the_hash_keeps_its_last_ten_digits() -> None:
    many = [patient(routing="322271627")] * 400  # 400 x 32227162 has eleven digits
    text = ach_file(BANK, many, made_at=MADE_AT, effective_on=dt.date(2026, 11, 23), modifier="A")
    assert int(read(text)[-1]["hash"]) == 400 * 32227162 % 10**10


@pytest.mark.parametrize("routing", ["021000022", "02100002", "O21000021", ""])
def test_a_routing_number_that_does_not_check_is_refused(routing: str) -> None:
    with pytest.raises(BadAccount):
        ensure_routing(routing)


def test_an_amount_that_no_entry_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="amount"):
        ach_file(BANK, [patient(str(Decimal(10**8)))], made_at=MADE_AT, effective_on=MADE_AT.date(), modifier="A")
