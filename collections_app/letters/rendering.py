"""PDFs from typst templates: tagged for screen readers (PDF/UA-1), the same bytes for the same data.

One compiler in a process, behind a lock: it keeps the fonts and the templates, and takes one text at a time. Templates
stand in `typst/`, and nothing outside of it can be read; data comes as JSON, so no word of it is ever markup. The fonts
are those that typst brings along: what a machine has installed changes nothing.
"""

import base64
import datetime as dt
import json
import os
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

ROOT = Path(__file__).parent / "typst"
#: The moment that stands in a PDF whose day is not said.
EPOCH = dt.date(2026, 1, 1)
STANDARD = "ua-1"
_NAME = re.compile(r"[a-z][a-z_]*")


class _Engine:
    """The compiler of this process. Its threads do not survive a fork, so a child of a process that rendered refuses
    rather than waits for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None
        self._process = 0

    def compile(self, template: str, data: Mapping[str, Any], **how: Any) -> Any:
        if not _NAME.fullmatch(template) or not (ROOT / f"{template}.typ").is_file():
            raise LookupError(f"no template {template!r}")
        sent = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
        with self._lock:
            if self._compiler is None:
                self._compiler = typst.Compiler(root=str(ROOT), font_paths=[], ignore_system_fonts=True)
                self._process = os.getpid()
            elif self._process != os.getpid():
                raise RuntimeError("this process was forked from one that had rendered letters; start it anew")
            return self._compiler.compile(input=str(ROOT / f"{template}.typ"), sys_inputs=sent, **how)


_engine = _Engine()


def render(template: str, data: Mapping[str, Any], *, language: str, on: dt.date = EPOCH) -> bytes:
    """`data` by a template of `typst/` as PDF/UA-1; `on` is the day that stands in it as the day it was made.

    Raises `LookupError` for a template that is not there.
    """
    pdf: bytes = _engine.compile(
        template, {**data, "lang": language}, format="pdf", pdf_standards=STANDARD, timestamp=_moment(on)
    )
    return pdf


def render_pictures(
    template: str, data: Mapping[str, Any], *, language: str, on: dt.date = EPOCH, dots: int = 110
) -> list[bytes]:
    """The same as one PNG a page, with `dots` to the inch: for a look on the screen."""
    found = _engine.compile(template, {**data, "lang": language}, format="png", ppi=float(dots), timestamp=_moment(on))
    return list(found) if isinstance(found, list) else [found]


def logo_svg(png: bytes, *, width: int, height: int) -> str:
    """A PNG as the text that templates show as a picture: JSON holds no bytes."""
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image href="data:image/png;base64,{data}" width="{width}" height="{height}"/></svg>'
    )


def _moment(on: dt.date) -> int:
    return int(dt.datetime(on.year, on.month, on.day, tzinfo=dt.UTC).timestamp())
