"""Packets of appeals for one cause in one run: opened, read, put together, frozen. The floor is what typst alone takes
for the same packets, in the same run."""

import time
from typing import Any

from bench.context import Bench
from bench.env import DAY
from bench.report import Figure

#: Packets that are asked for.
PACKETS = 1_000


def run(bench: Bench) -> None:
    """A thousand packets, or as many as the largest shared cause of denials has."""
    from arwork.lib import clock
    from arwork.staff.models import User
    from collections_app.appeals import packet, runs

    by = User.objects.get(pk=bench.supervisors[0])
    causes = runs.shared_causes(by)
    if not causes:
        return
    largest = max(causes, key=lambda one: one.claims)
    rendered = 0.0
    render, most = packet.render, runs.MOST

    def timed(*args: Any, **how: Any) -> bytes:
        nonlocal rendered
        started = time.perf_counter()
        found = render(*args, **how)
        rendered += time.perf_counter() - started
        return found

    runs.MOST, packet.render = PACKETS, timed
    try:
        choice = runs.RunChoice(
            largest.practice_id, largest.payer_id, largest.category, largest.carc, without="Records on request"
        )
        begun = time.perf_counter()
        started = runs.start_run(choice, actor=by, today=DAY, now=clock.now())
        opened_in = time.perf_counter() - begun
        begun = time.perf_counter()
        runs.make_run(started.pk, clock=clock.now)
        made_in = time.perf_counter() - begun
    finally:
        runs.MOST, packet.render = most, render
    started.refresh_from_db()
    made = max(started.made, 1)
    bench.report.add(
        Figure(
            f"{started.made:,} packets of appeals in one run",
            f"{made_in:,.1f} s, {made / made_in:,.0f} a second",
            f"typst alone: {rendered:,.1f} s, {made / max(rendered, 0.001):,.0f} a second",
            made_in / max(rendered, 0.001),
            "<= 2 x",
            made_in <= 2 * rendered,
        ),
        Figure("opening their cases, all in one transaction", f"{opened_in:,.1f} s"),
    )
