"""Files of addresses and of leads: every kind of line, once, and back again."""

import csv
import datetime as dt
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden
from arwork.staff import audit
from arwork.staff.models import AuditEvent
from claims.amendments import contact_points
from claims.amendments.history import Turn, Word
from claims.parties.models import PersonAddress
from claims.privacy.models import Disclosure
from collections_app.contacts.person_models import PersonFact
from collections_app.tracing import files_in, files_out, services
from collections_app.tracing.models import TraceCase, TraceFile, TraceLead
from collections_app.tracing.ncoa import ALIASES, IN_COLUMNS, NEEDED, read_line
from collections_app.tracing.trace_csv import BadTraceFile, FileLine, read_lines
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice
from tests.tracing.conftest import DAY

D = Decimal
HEAD = ",".join(IN_COLUMNS)


def ncoa(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def moved(person: Any, code: str = "A", day: str = "2026-08", zip_code: str = "43055") -> str:
    return f"P{person.pk},{code},I,{day},1 New St,Apt 2,Newark,OH,{zip_code},"


def owing(practice: Any, last: str) -> Any:
    account = make_account(practice=practice, last=last)
    make_claim(patient=make_patient(account=account, last=last), payers=(), lines=("100.00",))
    return account.guarantor


def taken(gus: SimpleNamespace, content: bytes, kind: str = "ncoa") -> TraceFile:
    return files_in.take_in(
        content, kind, name="back.csv", partner="Mover", practice_id=gus.practice.pk, actor=gus.sol, today=TODAY,
        now=NOW,
    )  # fmt: skip


def done(file: TraceFile) -> list[tuple[int, str, str]]:
    return list(file.lines.order_by("line").values_list("line", "done", "words"))


def home_of(person: Any) -> str:
    return PersonAddress.objects.get(person=person, is_current=True, is_bad=False).line1


def test_a_new_address_goes_to_the_person_at_once(gus: SimpleNamespace) -> None:
    una = owing(gus.practice, "Una")
    file = services.import_ncoa(
        ncoa(moved(una)), name="x.csv", partner="Mover", practice_id=gus.practice.pk, actor=gus.sol, today=TODAY,
        now=NOW,
    )  # fmt: skip
    assert done(file) == [(2, "applied", "individual move of August 2026")]
    assert (home_of(una), file.hits, file.cost) == ("1 New St", 1, D("0.05"))
    [old] = [row for row in una.addresses.all() if row.line1 == "9 Mill Rd"]
    assert (old.is_current, old.is_bad) == (False, False)  # the former one stays on record


def test_every_kind_of_line(gus: SimpleNamespace) -> None:
    people = {name: owing(gus.practice, name) for name in ("Una", "Dos", "Tre", "Fou", "Fiv", "Six", "Sev", "Eig")}
    other = make_account(practice=make_practice(name="Else", npi="1003000126"), last="Away").guarantor
    content = ncoa(
        moved(people["Una"]),
        f"P{people['Dos'].pk},02,I,2026-08,,,,,,",
        f"P{people['Tre'].pk},3,I,2026-08,,,,,,",  # a lost zero
        f"P{people['Fou'].pk},00,,,,,,,,",
        moved(people["Fiv"], code="91"),
        moved(people["Six"], zip_code="4305"),
        moved(people["Sev"], day="2021-08"),
        moved(people["Eig"], day="2027-02"),
        moved(other),
        "X99,A,I,2026-08,1 New St,,Newark,OH,43055,",
        moved(people["Una"]),
        f"P{people['Fou'].pk},QQ,I,,,,,,,",
    )
    file = taken(gus, content)
    assert done(file) == [
        (2, "applied", "individual move of August 2026"),
        (3, "bad", "moved and left no address"),
        (4, "bad", "closed the post office box"),
        (5, "nothing", "no change is known"),
        (6, "suggested", "individual move of August 2026; the apartment or suite is in doubt"),
        (7, "refused", "the new address can't be used: A ZIP code has five digits, or nine."),
        (8, "refused", "the move is more than four years old"),
        (9, "suggested", "individual move of February 2027, still to come"),
        (10, "refused", "nobody of this practice has this id"),
        (11, "refused", "no id of ours"),
        (12, "refused", "the same id twice: the first line counts"),
        (13, "refused", "unknown return code QQ"),
    ]
    assert PersonAddress.objects.get(person=people["Dos"]).is_bad
    case = TraceCase.objects.get(person=people["Fiv"])
    assert (case.why, case.chance, case.spent) == ("moved", 72, D("0.05"))  # 85 on August 1, 111 days ago


def test_the_same_file_is_taken_in_once(gus: SimpleNamespace) -> None:
    una = owing(gus.practice, "Una")
    taken(gus, ncoa(moved(una)))
    with pytest.raises(files_in.TakenInBefore, match="Nov 20"):
        files_in.preview(ncoa(moved(una)), "ncoa", practice_id=gus.practice.pk, actor=gus.sol, today=TODAY)
    with pytest.raises(files_in.TakenInBefore):
        taken(gus, ncoa(moved(una)))
    assert TraceFile.objects.count() == 1


def test_a_file_is_taken_back_with_all_that_it_did(gus: SimpleNamespace) -> None:
    una, dos, tre = (owing(gus.practice, name) for name in ("Una", "Dos", "Tre"))
    content = ncoa(moved(una), f"P{dos.pk},02,I,2026-08,,,,,,", moved(tre, code="91"))
    file = taken(gus, content)
    _, kept = files_in.take_back(file.pk, actor=gus.sol, today=TODAY, now=NOW)
    assert kept == []
    assert (home_of(una), home_of(dos)) == ("9 Mill Rd", "9 Mill Rd")
    assert not TraceLead.objects.filter(case__person=tre).exists()
    assert TraceCase.objects.get(person=tre).state == "stopped"
    with pytest.raises(Conflict):
        files_in.take_back(file.pk, actor=gus.sol, today=TODAY, now=NOW)
    assert taken(gus, content).pk != file.pk  # and in again


def test_what_came_later_stays_when_a_file_is_taken_back(gus: SimpleNamespace) -> None:
    una = owing(gus.practice, "Una")
    file = taken(gus, ncoa(moved(una)))
    newer = contact_points.AddressFacts("7 Later St", "", "Newark", "OH", "43055")
    contact_points.add_address(una.pk, newer, turn=Turn(gus.ana, Word("call"), NOW, TODAY))
    _, kept = files_in.take_back(file.pk, actor=gus.sol, today=TODAY, now=NOW)
    assert (kept, home_of(una)) == ([2], "7 Later St")


def test_who_asked_to_be_reached_in_confidence_is_only_suggested_for(gus: SimpleNamespace) -> None:
    una = owing(gus.practice, "Una")
    PersonFact.objects.create(
        practice=gus.practice, person=una, kind="safety", from_on=TODAY, recorded_at=NOW, recorded_by=gus.ana
    )
    assert [row[1] for row in done(taken(gus, ncoa(moved(una))))] == ["suggested"]
    assert home_of(una) == "9 Mill Rd"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "lacks the column id"),
        (b"id,name\nP1,x\n", "lacks the column return_code"),
        (HEAD.encode() + b"\n", "no lines below"),
        (b"id,return_code\n\xff\xfe", "no text in UTF-8"),
    ],
)
def test_what_is_no_file_is_refused_whole(gus: SimpleNamespace, content: bytes, words: str) -> None:
    with pytest.raises(BadTraceFile, match=words):
        files_in.preview(content, "ncoa", practice_id=gus.practice.pk, actor=gus.sol, today=TODAY)


def test_the_names_that_licensees_give_columns_are_known() -> None:
    head = "Record ID,NCOA Return Code,Move Type,Move Effective Date,New Address 1,New City,New State,New ZIP Code"
    [row] = read_lines(f"{head}\nP7,92,F,202605,1 New St,Newark,OH,43055".encode(), NEEDED, ALIASES)
    found = read_line(row, today=TODAY)
    assert (found.person_id, found.does, found.moved_on) == (7, "applied", dt.date(2026, 5, 1))
    assert found.parts["line1"] == "1 New St"


def test_anklink_says_who_moved_long_ago() -> None:
    row = FileLine(2, {"id": "P7", "return_code": "", "ank_code": "77"})
    assert read_line(row, today=TODAY).does == "bad"


def test_a_vendors_file_becomes_leads(gus: SimpleNamespace, case: TraceCase) -> None:
    pk = gus.person.pk
    content = ncoa(
        f"P{pk},phone,614-555-0142,2026-11-01,80",
        f"P{pk},address,1 New St;Newark;OH;43055,2026-11-01,70",
        f"P{pk},relative,Nora Guarino;614-555-0177;sister,,",
        f"P{pk},phone,911,2026-11-01,80",
        f"P{pk},fax,614-555-0142,,",
        f"P{pk},email,gus@example.org,2027-01-01,",
        f"P{pk},phone,614-555-0142,2026-11-01,80",
        "P999999,phone,614-555-0142,,",
        head="id,kind,value,date,score",
    )
    file = taken(gus, content, "vendor")
    assert [row[1] for row in done(file)] == [*["suggested"] * 3, *["refused"] * 5]
    leads = {one.kind: one for one in TraceLead.objects.filter(case=case)}
    assert leads["phone"].confidence == 46  # 0.48, nineteen days old
    assert leads["address"].parts["line2"] == ""
    case.refresh_from_db()
    assert (file.cost, case.spent) == (D("1.50"), D("1.50"))


def test_a_file_out_holds_the_least_that_finds_somebody(gus: SimpleNamespace, case: TraceCase) -> None:
    una = owing(gus.practice, "Una")
    asked = {"practice_id": gus.practice.pk, "partner": "Mover", "actor": gus.sol, "today": TODAY, "now": NOW}
    file = files_out.make_file("ncoa", whom="owing", **asked)
    rows = list(csv.reader(io.StringIO(file.content)))
    assert rows[0] == ["id", "name", "address1", "address2", "city", "state", "zip"]
    assert rows[1:] == [
        [f"P{gus.person.pk}", "Gus Guarino", "9 Mill Rd", "", "Johnstown", "OH", "43031"],
        [f"P{una.pk}", "Gus Una", "9 Mill Rd", "", "Johnstown", "OH", "43031"],
    ]
    vendor = files_out.make_file("vendor", whom="lost", **asked)
    assert vendor.rows == 1
    assert "240" not in vendor.content
    assert "1961" not in vendor.content
    case.refresh_from_db()
    assert case.looked_at == ["vendor"]
    with pytest.raises(DomainError, match="looked for"):
        files_out.make_file("vendor", whom="owing", **asked)
    with pytest.raises(Forbidden):
        files_out.make_file("ncoa", whom="owing", **{**asked, "actor": gus.ana})


def test_who_is_at_risk_is_in_no_file_and_a_download_is_in_the_trail(gus: SimpleNamespace, case: TraceCase) -> None:
    asked = {"practice_id": gus.practice.pk, "partner": "Finder", "actor": gus.sol, "today": TODAY, "now": NOW}
    file = files_out.make_file("vendor", whom="lost", **asked)
    files_out.download(file.pk, actor=gus.sol, now=NOW + DAY)
    row = AuditEvent.objects.get(action=audit.DOWNLOADED, subject="trace_file")
    assert row.after[audit.SEEN] == {"account": [gus.account.pk]}
    assert not Disclosure.objects.exists()  # for payment: no accounting counts it (45 CFR 164.528(a)(1)(i))
    PersonFact.objects.create(
        practice=gus.practice, person=gus.person, kind="confid", from_on=TODAY, recorded_at=NOW, recorded_by=gus.ana
    )
    with pytest.raises(DomainError, match="Nobody"):
        files_out.make_file("vendor", whom="lost", **asked)
