"""The contact gate asked about many accounts at once, against the bare reads of everything that it weighs."""

from bench import reads
from bench.context import Bench
from bench.report import Figure
from bench.scenarios.plans import owing_accounts


def run(bench: Bench) -> None:
    """Calls and letters, at this moment."""
    from arwork.lib import clock
    from collections_app.contacts.asking import verdicts_for
    from collections_app.contacts.gate import LETTER, PHONE, Purpose

    accounts, at = owing_accounts(bench), clock.now()
    for name, channel, purpose in (
        ("may they be called", PHONE, Purpose.COLLECTION),
        ("may a statement be mailed", LETTER, Purpose.STATEMENT),
    ):

        def ask(channel: str = channel, purpose: str = purpose) -> dict:
            return verdicts_for(accounts, channel=channel, purpose=purpose, at=at)

        found = ask()
        asked = reads.reads_of(ask)
        seconds, floor = reads.median(ask), reads.median(lambda asked=asked: reads.replay(asked))
        blocked = sum(one.is_blocked for one in found.values())
        bench.report.add(
            Figure(
                f"{name}: verdicts on {len(found):,} accounts ({blocked:,} blocked)",
                f"{seconds * 1000:,.0f} ms",
                f"their {len(asked)} reads, bare: {floor * 1000:,.0f} ms",
                seconds / floor,
                "<= 5 x",
                seconds <= 5 * floor,
            )
        )
