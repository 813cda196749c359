"""Importing and posting one large 835, and importing the same remittances again."""

import json
from pathlib import Path

from bench import child
from bench.context import Bench
from bench.report import Figure
from bench.scenarios import remit_file, remit_floor

CLAIMS = 50_000


def run(bench: Bench) -> None:
    """Write the file, import it, write its rows as the floor does, import it again as another file."""
    first, again = bench.folder / "remit-1.835", bench.folder / "remit-2.835"
    try:
        _run(bench, first, again)
    finally:
        first.unlink(missing_ok=True)
        again.unlink(missing_ok=True)


def _run(bench: Bench, first: Path, again: Path) -> None:
    written = remit_file.write(bench, first, most=CLAIMS, control=900_000_001)
    again.write_text(first.read_text().replace("900000001", "900000002"))
    since = remit_floor.prepare(bench)
    before = _postings(bench)
    ran = child.manage("import_edi", str(first), "--json", env=bench.environment())
    told = [json.loads(line) for line in ran.output.splitlines() if line.startswith("{")]
    posted, exceptions = _postings(bench) - before, sum(one["exceptions"] for one in told)
    floor = remit_floor.run(bench, since=since)
    second = child.manage("import_edi", str(again), "--json", env=bench.environment())
    twice = _postings(bench) - before - posted
    size = first.stat().st_size / 1e6
    bench.report.note(
        f"835: {written.claims:,} claims, {written.lines:,} lines, {size:.0f} MB, {len(told)} transactions;"
        f" {posted:,} postings, {exceptions:,} exceptions; the floor inserted {floor.inserted:,} rows and"
        f" updated {floor.updated:,}"
    )
    rate, floor_rate = written.claims / ran.seconds, written.claims / floor.seconds
    bench.report.add(
        Figure(
            f"import and post an 835 of {written.claims:,} claims",
            f"{ran.seconds:.1f} s, {rate:,.0f} claims/s",
            f"{floor.seconds:.1f} s, {floor_rate:,.0f} claims/s",
            ran.seconds / floor.seconds,
            "<= 2 x",
            ran.seconds <= 2 * floor.seconds,
        ),
        Figure("its memory", f"{ran.peak_mb:.0f} MB", target="< 400 MB", met=ran.peak_mb < 400),
        Figure(
            "the same remittances in another file",
            f"{twice:,} rows posted, {second.seconds:.1f} s",
            target="0 rows",
            met=twice == 0 and posted > 0,
        ),
    )


def _postings(bench: Bench) -> int:
    return bench.ask("SELECT count(*) FROM claims_posting")[0][0]
