"""One row of every kind that an address of strategies may name."""

import datetime as dt
from typing import Any

from collections_app.strategies.definition import to_plain
from collections_app.strategies.models import Strategy, StrategyTask, StrategyTest, StrategyVersion
from collections_app.strategies.shipped import TEMPLATES
from tests.cast import NOW, TODAY


def strategies_of(account: Any, actor: Any) -> dict[str, Any]:
    """A draft, a test of two versions and something that waits for a person; the ids by the names of addresses."""
    practice = account.practice
    strategy = Strategy.objects.create(practice=practice, name="Walled", made_at=NOW, made_by=actor)
    made = {
        "strategy": strategy, "practice": practice, "definition": to_plain(TEMPLATES["practice"][1]), "made_at": NOW,
        "made_by": actor, "changed_at": NOW,
    }  # fmt: skip
    told = {"published_at": NOW, "published_by": actor, "from_on": TODAY}
    champion = StrategyVersion.objects.create(number=1, state="published", **told, **made)
    tried = StrategyVersion.objects.create(number=2, state="tried", **told, **made)
    draft = StrategyVersion.objects.create(number=3, **made)
    test = StrategyTest.objects.create(
        practice=practice, champion=champion, challenger=tried, challenger_percent=20, key=f"k{practice.pk}",
        from_on=TODAY + dt.timedelta(days=1), started_at=NOW, started_by=actor,
    )  # fmt: skip
    task = StrategyTask.objects.create(
        practice=practice, account=account, version=champion, kind="review", owner=actor, next_action="Look",
        next_on=TODAY, made_on=TODAY,
    )  # fmt: skip
    return {
        "strategy_version_id": draft.pk, "strategy_test_id": test.pk, "strategy_task_id": task.pk, "segment_key": "g1",
        "step_key": "s1",
    }  # fmt: skip
