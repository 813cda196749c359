"""Every problem of a file names its segment and element, as read, on the import page and in `--json`.

Where no element is wrong because the segment itself is missing, misplaced, repeated or cut off, it names the segment.
Two looks: at every place in the source that tells a problem, and at what breaking real transactions brings up.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from claims.edi.x12.problems import Problem
from claims.edi.x12.reading import read
from claims.practices.models import Practice
from tests.conventions.source import files, short, tree
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

#: The segment as a whole is what is wrong.
OF_A_SEGMENT = {
    "missing_segment", "repeated_segment", "misplaced_segment", "unknown_segment", "truncated", "claim_too_long",
    "file_too_long", "outside_transaction", "missing_iea", "missing_ge", "no_end", "not_x12", "missing_subscriber",
    "text_before", "no_interchange",
}  # fmt: skip
#: No byte of the file was read.
OF_A_FILE = {"not_read"}
PLACE = re.compile(r"(^|, )[A-Z][A-Z0-9]{1,2}\d\d$")
SAYS = re.compile(r"^Segment \d+, [A-Z0-9?]{1,3}(\d\d(-\d)?)?: ")
EDI = list(files(".py", within=("claims/edi",)))


def _told(path: Path) -> Iterator[tuple[str, set[str], bool]]:
    """Line, codes and whether it names an element, of each problem that a module tells."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        at = f"{short(path)}:{node.lineno}"
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {one.arg: one.value for one in node.keywords}
        if name in ("error", "warn") and len(node.args) == 5:
            yield at, _texts(node.args[3], path), not _is_none(node.args[2])
        elif name == "Problem" and isinstance(node.args[0], ast.Call):
            yield at, _texts(node.args[1], path), len(node.args[0].args) == 3 and not _is_none(node.args[0].args[2])
        elif name == "add" and len(node.args) == 3:
            yield at, _texts(node.args[1], path), all(map(PLACE.search, _texts(node.args[0], path)))
        elif name == "refuse_transaction":
            yield at, _texts(given["code"], path), all(map(PLACE.search, _texts(given["where"], path)))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _texts(node: ast.expr, path: Path) -> set[str]:
    """What an expression may be, as far as the source says: formatted parts as `0`, names by their assignments."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.JoinedStr):
        return {"".join(str(one.value) if isinstance(one, ast.Constant) else "0" for one in node.values)}
    if isinstance(node, ast.IfExp):
        return _texts(node.body, path) | _texts(node.orelse, path)
    if isinstance(node, ast.Name):
        found = set()
        for one in ast.walk(tree(path)):
            if isinstance(one, ast.Assign):
                for target in one.targets:
                    if isinstance(target, ast.Name) and target.id == node.id:
                        found |= _texts(one.value, path)
                    elif isinstance(target, ast.Tuple) and isinstance(one.value, ast.Tuple):
                        pairs = zip(target.elts, one.value.elts, strict=True)
                        found |= {
                            text
                            for name, value in pairs
                            if isinstance(name, ast.Name) and name.id == node.id
                            for text in _texts(value, path)
                        }
            elif isinstance(one, ast.keyword) and one.arg == node.id:
                found |= _texts(one.value, path) if not isinstance(one.value, ast.Name) else set()
        return found
    return set()


TOLD = [one for path in EDI for one in _told(path)]


def test_every_problem_in_the_source_names_an_element_or_is_of_a_whole_segment() -> None:
    assert len(TOLD) > 60
    wrong = [at for at, codes, names in TOLD if not names and not codes <= OF_A_SEGMENT | OF_A_FILE]
    assert not wrong, f"name the element: {wrong}"


def test_no_exception_is_named_for_nothing() -> None:
    told = {code for _, codes, _ in TOLD for code in codes} | {"unknown_segment", "not_read"}
    assert not (OF_A_SEGMENT | OF_A_FILE) - told


def _broken(text: str) -> Iterator[bytes]:
    """The text with each segment left out or doubled, and each element emptied, spoiled or cut off, one at a time."""
    segments = text.rstrip("~").split("~")
    for at, segment in enumerate(segments):
        before, after = segments[:at], segments[at + 1 :]
        if at:
            yield "~".join([*before, *after, ""]).encode()
            yield "~".join([*before, segment, segment, *after, ""]).encode()
            yield "~".join([*before, "QQ*1", segment, *after, ""]).encode()
            yield "~".join([*before, segment]).encode()
        elements = segment.split("*")
        for place in range(1, len(elements) if at else 1):
            for spoiled in ("", "ZZ", "-", "99999999", "1.234.5"):
                one = "*".join([*elements[:place], spoiled, *elements[place + 1 :]])
                yield "~".join([*before, one, *after, ""]).encode()


def _found(data: bytes) -> Iterator[Problem]:
    for event in read(data):
        yield from getattr(event, "problems", ())
        for part in ("claim", "status", "ack"):
            yield from getattr(getattr(event, part, None), "problems", ())


def transactions() -> dict[str, str]:
    """A sound one of each kind."""
    lines = [Svc("100.00", "80.00", [("CO-45", "10.00"), ("PR-2", "10.00")], control="1")]
    practice = cast(Practice, SimpleNamespace(npi="1234567893"))
    era = Era([Clp("H1", lines)], plb=[("WO:H1", "5.00")], practice=practice)
    sent = write_837([Sent(number="HC-1", charge="125.00", last="GUARINO", member="Q1")])
    return {"835": era.text(), "837": sent.decode()}


@pytest.mark.parametrize("kind", ["835", "837"])
def test_what_is_broken_is_told_with_its_place(kind: str) -> None:
    codes, wrong = set[str](), set[str]()
    for data in _broken(transactions()[kind].replace("\n", "")):
        for problem in _found(data):
            codes.add(problem.code)
            if problem.where.element is None and problem.code not in OF_A_SEGMENT:
                wrong.add(f"{problem.where} {problem.code}")
            if not SAYS.match(problem.message) and not problem.message.startswith(("Segment ", "No ")):
                wrong.add(f"{problem.where} says: {problem.message}")
    assert len(codes) > 12, codes
    assert not wrong, "\n".join(sorted(wrong))
