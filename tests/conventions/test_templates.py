"""Conventions of pages: nothing the content security policy would refuse, nothing that needs a script."""

import re
from pathlib import Path

import pytest

from tests.conventions.source import files, short

TEMPLATES = list(files(".html", within=("templates", "arwork", "claims", "collections_app")))
LONGEST = 150
WIDEST = 140
STYLE = re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
DATA_BLOCK = re.compile(r"<script[^>]*type=\"application/json\"", re.IGNORECASE)
DEAD_LINK = re.compile(r"href=\"(#|javascript:)\"", re.IGNORECASE)
ELSEWHERE = re.compile(r"(src|href|action)=\"(https?:)?//", re.IGNORECASE)
DOCUMENT = re.compile(r"<(!doctype|html|head|body)\b", re.IGNORECASE)
POST = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.IGNORECASE | re.DOTALL)

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=short)


@each_template
def test_no_template_is_longer_than_one_can_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST, "move a region into components/"


@each_template
def test_no_line_is_wider_than_one_can_read(path: Path) -> None:
    wide = [number for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > WIDEST]
    assert not wide, f"lines {wide}: break between attributes and blocks, or move a region into a part of its own"


@each_template
def test_nothing_the_policy_refuses(path: Path) -> None:
    text = path.read_text()
    assert not STYLE.search(text), "no style attributes: use a class"
    assert not HANDLER.search(text), "no on* handlers: use a data attribute and static/js"
    inline = [match.group() for match in SCRIPT.finditer(text) if not DATA_BLOCK.match(match.group())]
    assert not inline, "no inline scripts"


@each_template
def test_links_lead_somewhere_on_this_server(path: Path) -> None:
    text = path.read_text()
    assert not DEAD_LINK.search(text), "a link needs an address; a button is a button"
    assert not ELSEWHERE.search(text), "nothing is loaded from other servers"


@each_template
def test_forms_that_change_something_carry_a_token(path: Path) -> None:
    for form in POST.findall(path.read_text()):
        assert "csrf_token" in form


@each_template
def test_only_a_frame_draws_the_document(path: Path) -> None:
    if path.name.startswith("base") or "print" in path.stem:
        return
    assert not DOCUMENT.search(path.read_text()), "a page extends base.html, a fragment is a part of one"
