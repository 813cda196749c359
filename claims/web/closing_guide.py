"""The guide to closing, as it stands in docs/closing-a-month.md: one text for whoever reads the pages or the folder."""

import re
from functools import cache
from html import escape
from pathlib import Path

from django.conf import settings
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe

from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page

_ITEM = re.compile(r"(-|\d+\.) ")
_LISTS = {"-": "ul"}


@page(Capability.SEE_REPORTS)
def closing_guide(request: StaffRequest) -> HttpResponseBase:
    """Day, week and month, step by step."""
    return TemplateResponse(request, "claims/closing/guide.html", {"text": _guide()})


@cache
def _guide() -> SafeString:
    return in_html((Path(settings.BASE_DIR) / "docs" / "closing-a-month.md").read_text())


def in_html(text: str) -> SafeString:
    """Headings, paragraphs, lists, bold words and code, which is all that the guide uses."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return mark_safe("\n".join(_block(block) for block in blocks))  # noqa: S308 - escaped word by word


def _block(block: str) -> str:
    if heading := re.fullmatch(r"(#{1,3}) (.+)", block.strip()):
        level = len(heading[1])
        return f"<h{level}>{_words(heading[2])}</h{level}>"
    if kind := _ITEM.match(block):
        items = re.split(r"^(?:-|\d+\.) ", block, flags=re.MULTILINE)[1:]
        name = _LISTS.get(kind[1], "ol")
        return f"<{name}>{''.join(f'<li>{_words(item)}</li>' for item in items)}</{name}>"
    return f"<p>{_words(block)}</p>"


def _words(text: str) -> str:
    told = escape(" ".join(text.split()), quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", told))
