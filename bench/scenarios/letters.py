"""Letters: rendered from shipped texts as the product does, against one bare paragraph by the same compiler."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import typst

from bench.context import Bench
from bench.env import DAY
from bench.report import Figure

COUNT = 200
_BARE = '#set document(title: "x")\n#let data = json(bytes(sys.inputs.data))\n#data.words'


def run(bench: Bench) -> None:
    """Letters of one page, and notices of two, each with facts of its own."""
    floor = _per_second(_bare())
    bench.report.add(
        Figure("a bare paragraph, PDF/UA-1", "", f"{floor:,.0f} a second"),
        *(_figure(code, words, floor) for code, words in (("receipt", "one page"), ("validation_notice", "two pages"))),
    )


def _figure(code: str, words: str, floor: float) -> Figure:
    found = _per_second(_letter(code))
    return Figure(
        f"letters, {words}, with their text and letterhead", f"{found:,.0f} a second", f"{floor:,.0f} a second",
        floor / found, ">= 50 a second", found >= 50,
    )  # fmt: skip


def _per_second(render: Callable[[int], bytes]) -> float:
    render(0)
    began = time.perf_counter()
    for turn in range(1, COUNT + 1):
        render(turn)
    return COUNT / (time.perf_counter() - began)


def _bare() -> Callable[[int], bytes]:
    folder = Path(tempfile.mkdtemp(prefix="arwork-bench-"))
    page = folder / "bare.typ"
    page.write_text(_BARE)
    compiler = typst.Compiler(root=str(folder), font_paths=[], ignore_system_fonts=True)

    def render(turn: int) -> bytes:
        sent = {"data": json.dumps({"words": f"Paid, number {turn}."})}
        return compiler.compile(input=str(page), format="pdf", sys_inputs=sent, pdf_standards="ua-1", timestamp=0)

    return render


def _letter(code: str) -> Callable[[int], bytes]:
    from collections_app.letters import rendering
    from collections_app.letters.kinds import kind_of
    from collections_app.letters.text_preview import sample_letter

    kind = kind_of(code)

    def render(turn: int) -> bytes:
        data = sample_letter(kind, language="en", today=DAY, account_number=f"A{turn:05}")
        return rendering.render(kind.template, data, language="en", on=DAY)

    return render
