"""What bears on asking for a debt itself, as slices above know it: too old to sue, discharged, not validated yet.

A source answers for many accounts at once; the gate asks all of them. Sources are registered once, when the app of the
work is ready.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from collections_app.contacts.cautions import Caution
from collections_app.contacts.gate import HoldFact

#: (accounts, today) -> by account, what stops a contact about it or has to be minded in one.
DebtFactSource = Callable[[Collection[int], dt.date], Mapping[int, Sequence[HoldFact | Caution]]]
#: The rule of a caution about a debt that is too old to sue for.
TIME_BARRED = "time_barred"
_sources: list[DebtFactSource] = []


def register_debt_facts(source: DebtFactSource) -> None:
    """Ask `source` as well."""
    if source not in _sources:
        _sources.append(source)


def debt_facts_of(account_ids: Collection[int], today: dt.date) -> dict[int, list[HoldFact | Caution]]:
    """Everything that the sources know of the debts of these accounts."""
    found: dict[int, list[HoldFact | Caution]] = defaultdict(list)
    for source in _sources:
        for account_id, facts in source(account_ids, today).items():
            found[account_id] += facts
    return found


def time_barred_accounts(account_ids: Collection[int], today: dt.date) -> set[int]:
    """Those of these accounts of which a debt is too old to sue for (12 CFR 1006.26)."""
    return {
        account_id
        for account_id, facts in debt_facts_of(account_ids, today).items()
        if any(isinstance(one, Caution) and one.rule == TIME_BARRED for one in facts)
    }


def is_time_barred(account_id: int, today: dt.date) -> bool:
    """Whether a debt of an account is too old to sue for: then a call says so."""
    return account_id in time_barred_accounts([account_id], today)
