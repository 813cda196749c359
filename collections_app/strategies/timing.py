"""When the next statement of an account is due, where a strategy says so (`statements.timing` asks).

The first statement is the cycle's. After it, an account under a strategy gets the next one when a statement step of
its timeline has come, and not before; an account without one is asked by the practice's interval as ever.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from arwork.lib.bulk import Among
from claims.parties.models import Account
from collections_app.strategies.entering import practices_with_strategy, taken_by
from collections_app.strategies.models import StepRun
from collections_app.strategies.steps import Outcome, StepKind


def statements_due(account_ids: Collection[int], on: dt.date) -> Mapping[int, dt.date | None]:
    """Of the accounts that follow a strategy on a day: the day of the last statement step that has come, None where
    none has. At most four queries."""
    practices = practices_with_strategy(on=on)
    if not practices:
        return {}
    rows = Account.objects.filter(Among("pk", account_ids), practice__in=practices)
    taken = taken_by(list(rows.values_list("pk", flat=True)))
    found: dict[int, dt.date | None] = dict.fromkeys(taken)
    asked = StepRun.objects.filter(Among("account", found), kind=StepKind.STATEMENT.value, outcome=Outcome.DONE.value)
    for account, day in asked.filter(on__lte=on).order_by("on").values_list("account_id", "on"):
        found[account] = day
    return found
