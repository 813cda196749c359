"""Every slice carries its map: what it keeps true, and a line per room."""

import ast
import re
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, short

NO_SLICES = {"web", "api", "management", "migrations", "templatetags", "seeds", "__pycache__"}
SLICES = [
    *(
        path.parent
        for app in ("claims", "collections_app")
        for path in sorted((ROOT / app).glob("*/__init__.py"))
        if path.parent.name not in NO_SLICES
    ),
    ROOT / "claims/edi/x12",
    ROOT / "arwork/lib",
    ROOT / "arwork/staff",
    ROOT / "arwork/backups",
    ROOT / "arwork/webhooks",
]


@pytest.mark.parametrize("folder", SLICES, ids=short)
def test_the_map_of_a_slice_names_each_of_its_rooms_and_no_other(folder: Path) -> None:
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()), clean=False) or ""
    assert text, "say in __init__.py what this slice keeps true, and what is in each room"
    named = set(re.findall(r"^ {4,}([a-z_0-9]+) {2,}\S", text, re.MULTILINE))
    rooms = {path.stem for path in folder.glob("*.py")} - {"__init__", "apps"}
    assert named == rooms, f"the map lacks {sorted(rooms - named)} and names {sorted(named - rooms)} that are not there"


def test_every_place_that_the_glossary_names_is_there() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    places = set(re.findall(r"`((?:arwork|claims|collections_app)/[\w/.]*)`", text))
    assert len(places) > 50
    assert not [place for place in places if not (ROOT / place).exists()]


def test_the_glossary_names_functions_that_stand_where_it_says() -> None:
    rows = re.findall(
        r"`((?:arwork|claims|collections_app)/[\w/]*\.py)`((?:,? `\w+`)+)", (ROOT / "docs/glossary.md").read_text()
    )
    missing = [
        f"{place} {name}"
        for place, names in rows
        for name in re.findall(r"\w+", names)
        if not re.search(rf"^(?:def|class)? ?{name}\b", (ROOT / place).read_text(), re.MULTILINE)
    ]
    assert rows
    assert not missing, f"these moved; say where they are now: {missing}"
