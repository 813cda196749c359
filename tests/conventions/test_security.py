"""docs/security.md names places that exist, has a word for every section of the standard, and hides nothing."""

import re

import pytest

from tests.conventions.source import ROOT

TEXT = (ROOT / "docs/security.md").read_text()
STATUSES = {"met", "partly", "operator", "not met", "not used"}
#: Sections of ASVS 5.0 that have a requirement of level 1 or 2, by chapter; 15.4 has none and is told all the same.
SECTIONS = {
    1: "12345", 2: "1234", 3: "23457", 4: "1234", 5: "1234", 6: "12345678", 7: "123456", 8: "1234", 9: "12",
    10: "1234567", 11: "123456", 12: "123", 13: "1234", 14: "123", 15: "1234", 16: "12345", 17: "123",
}  # fmt: skip
SAFEGUARDS = (
    "164.308(a)(5)(ii)(C)", "164.308(a)(5)(ii)(D)",
    *(f"164.308(a)(7)(ii)({letter})" for letter in "ABCD"),
    *(f"164.310(d)(2)({number})" for number in ("i", "ii", "iii", "iv")),
    "164.312(a)(1)", *(f"164.312(a)(2)({number})" for number in ("i", "ii", "iii", "iv")),
    "164.312(b)", "164.312(c)(1)", "164.312(c)(2)", "164.312(d)", "164.312(e)(1)", "164.312(e)(2)(ii)",
    "164.316(b)(1)", "164.316(b)(2)(i)", "164.316(b)(2)(ii)",
)  # fmt: skip
PLACE = r"(?:arwork|claims|collections_app|tests|docs|static|templates)/[\w/.-]*"
_ROWS = [[cell.strip() for cell in line[1:-1].split("|")] for line in TEXT.splitlines() if line.startswith("| ")]
_OF_ASVS = [row for row in _ROWS if re.match(r"\d+\.\d+ ", row[0])]
_OF_HIPAA = [row for row in _ROWS if row[0].startswith("164.")]


def test_every_place_that_it_names_is_there() -> None:
    places = set(re.findall(rf"`({PLACE})`", TEXT)) | set(re.findall(r"`([\w-]+\.(?:txt|yml|toml))`", TEXT))
    assert len(places) > 80
    assert not [place for place in places if not (ROOT / place).exists()]
    linked = set(re.findall(r"\]\(([\w.-]+)\)", TEXT))
    assert not [name for name in linked if not (ROOT / "docs" / name).exists()]


def test_every_name_stands_in_the_file_beside_it() -> None:
    rows = re.findall(rf"`({PLACE}\.py)`((?:,? `\w+`)+)", TEXT)
    missing = [
        f"{place} {name}"
        for place, names in rows
        for name in re.findall(r"\w+", names)
        if not re.search(rf"^ *(?:def |class )?{name}\b", (ROOT / place).read_text(), re.MULTILINE)
    ]
    assert len(rows) > 40
    assert not missing, f"these moved; say where they are now: {missing}"


@pytest.mark.parametrize("chapter", SECTIONS)
def test_no_section_of_the_standard_is_left_out(chapter: int) -> None:
    told = [row[0].split(" ")[0] for row in _OF_ASVS if row[0].startswith(f"{chapter}.")]
    assert told == [f"{chapter}.{section}" for section in SECTIONS[chapter]]
    assert re.search(rf"^### V{chapter} ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("safeguard", SAFEGUARDS)
def test_no_safeguard_of_the_rule_is_left_out(safeguard: str) -> None:
    assert [row for row in _OF_HIPAA if safeguard in row[0].split(", ")]


@pytest.mark.parametrize("row", [*_OF_ASVS, *_OF_HIPAA], ids=lambda row: row[0].split(" ")[0])
def test_what_is_not_met_says_what_is_missing_and_what_is_met_says_where(row: list[str]) -> None:
    status, where, left = row[-3:]
    assert status in STATUSES
    if status in ("partly", "operator", "not met"):
        assert left, "say what is missing, or what the operator does"
    if status in ("met", "partly"):
        assert re.search(r"`[\w/.-]+`|\]\(", where), "say where, by a file or a document"
