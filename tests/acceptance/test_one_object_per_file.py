"""`import_edi --json` answers for whatever it is given, always with the same keys, and never stops at one bad file."""

from pathlib import Path

import pytest

from claims.ledger.models import Posting
from tests.acceptance.conftest import ImportEdi, report_of
from tests.edi_intake.writing import Sent, write_277ca, write_837, write_999, write_ta1
from tests.remits.era import Clp, Era, Svc

KEYS = [
    "file", "sha256", "type", "status", "claims", "charge", "paid", "patient_responsibility", "bpr", "plb",
    "adjustments", "balanced", "posted", "exceptions", "problems",
]  # fmt: skip
GUS = Sent(number="HC-1", charge="125.00")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_x12"),
        (b"\x00\x01\x02\xff" * 5_000, "not_x12"),
        (b"PK\x03\x04 a workbook", "not_x12"),
        (b"A" * 3_000_000, "not_x12"),
        (b"ISA*", "not_x12"),
        (write_837([GUS])[:60], "truncated"),
    ],
    ids=["empty", "junk", "archive", "one huge line", "four letters", "half an ISA"],
)
def test_what_cannot_be_read_is_rejected_in_the_same_words(import_edi: ImportEdi, content: bytes, code: str) -> None:
    told, verdict = import_edi(content)
    assert verdict == {"exit": 1}
    assert list(told) == KEYS
    assert told["status"] == "rejected"
    assert told["problems"], code
    assert all(set(problem) == {"where", "code", "message"} for problem in told["problems"])
    assert not Posting.objects.exists()


def test_a_file_that_is_not_there_has_the_same_keys(import_edi: ImportEdi, tmp_path: Path) -> None:
    told, verdict = report_of(tmp_path / "gone.835")
    assert verdict == {"exit": 1}
    assert list(told) == KEYS
    assert (told["status"], told["problems"][0]["code"]) == ("rejected", "not_read")


def test_a_byte_order_mark_and_line_ends_do_not_matter(import_edi: ImportEdi) -> None:
    windows = b"\xef\xbb\xbf" + write_837([GUS]).replace(b"\n", b"\r\n")
    [told] = import_edi(windows)
    assert (told["status"], told["claims"], told["charge"]) == ("posted", 1, "125.00")


def test_a_bad_file_between_good_ones_stops_nobody(import_edi: ImportEdi) -> None:
    *told, verdict = import_edi(write_837([GUS]), b"Dear payer", write_837([GUS.but(number="HC-2")], control=2))
    assert [one["status"] for one in told] == ["posted", "rejected", "posted"]
    assert verdict == {"exit": 1}


def test_a_second_import_reports_the_figures_and_posts_nothing(import_edi: ImportEdi) -> None:
    era = Era([Clp(number="HC-1", lines=[Svc("125.00", "100.00", [("CO-45", "25.00")], code="99213", on=None)])])
    files = (write_837([GUS]), era.text())
    first = import_edi(*files)
    before = Posting.objects.count()
    again = import_edi(*files)
    assert [(one["status"], one["posted"]) for one in first] == [("posted", 1), ("posted", 1)]
    assert [(one["status"], one["posted"]) for one in again] == [("duplicate", 0), ("duplicate", 0)]
    assert [one["paid"] for one in again] == ["0.00", "100.00"]
    assert Posting.objects.count() == before


def test_answers_of_every_kind_are_taken_in(import_edi: ImportEdi) -> None:
    import_edi(write_837([GUS], control=7))
    told = import_edi(
        write_ta1(interchange_control="000000007"),
        write_999([("0001", "A")], group="7"),
        write_277ca([("HC-1", "A2", "ICN9")]),
    )
    assert [(one["type"], one["status"], one["posted"]) for one in told] == [
        ("TA1", "posted", 1), ("999", "posted", 1), ("277CA", "posted", 1),
    ]  # fmt: skip
    assert all(list(one) == KEYS for one in told)
