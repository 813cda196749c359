"""What speaks against going further with many accounts at once, and a strategy tried on all of them: against the bare
reads of everything that is weighed."""

from collections.abc import Callable
from typing import Any

from bench import reads
from bench.context import Bench
from bench.env import DAY
from bench.report import Figure
from bench.scenarios.plans import owing_accounts

AT_MOST = 8


def run(bench: Bench) -> None:
    """Collection actions under 501(r), an agency, who can't be reached; the largest practice under a strategy."""
    from claims.parties.models import Account
    from collections_app.agencies.services import why_not_placed
    from collections_app.assistance.selectors import eca_gates
    from collections_app.strategies.shipped import TEMPLATES
    from collections_app.strategies.what_if import work_out
    from collections_app.tracing.selectors import unreachable

    accounts = owing_accounts(bench)
    agency = _agency(bench, Account.objects.get(pk=accounts[0]).practice_id)
    count = f"{len(accounts):,} accounts"
    _measure(bench, f"collection actions: may they begin, {count}", lambda: eca_gates(accounts, DAY))
    _measure(bench, f"what speaks against an agency, {count}", lambda: why_not_placed(accounts, agency.pk, today=DAY))
    _measure(bench, f"who of {count} can't be reached", lambda: unreachable(accounts, DAY))
    _, definition = TEMPLATES["hospital"]
    _measure(
        bench,
        "a strategy tried on everybody who owes a practice",
        lambda: work_out(definition, version_id=0, practice_id=agency.practice_id, today=DAY),
    )


def _measure(bench: Bench, name: str, ask: Callable[[], Any]) -> None:
    ask()
    asked = reads.reads_of(ask)
    seconds, floor = reads.median(ask), reads.median(lambda: reads.replay(asked))
    bench.report.add(
        Figure(
            name,
            f"{seconds:.2f} s",
            f"its {len(asked)} reads, bare: {floor:.2f} s",
            seconds / floor,
            f"<= {AT_MOST} x",
            seconds <= AT_MOST * floor,
        )
    )


def _agency(bench: Bench, practice_id: int) -> Any:
    from arwork.lib import clock
    from collections_app.agencies.models import Agency

    given = {"entered_at": clock.now(), "entered_by_id": bench.supervisors[0], "agreement_on": DAY}
    return Agency.objects.get_or_create(practice_id=practice_id, name="Bench Recovery", defaults=given)[0]
