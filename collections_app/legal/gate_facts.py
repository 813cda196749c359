"""What the contact gate is told of debts: too old to sue for, discharged by a court, not validated yet."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from arwork.lib.bulk import Among
from arwork.lib.dates import day_seen_from
from claims.ledger.models import Receivable
from collections_app.contacts.cautions import Caution
from collections_app.contacts.debt_facts import TIME_BARRED
from collections_app.contacts.gate import HoldFact, Purpose
from collections_app.legal.limitation import OpenDebt, limitation_dates, open_debts
from collections_app.legal.models import DischargedVisit
from collections_app.legal.validation import notice_standings

_ASKING = frozenset({Purpose.COLLECTION, Purpose.PLAN})


def debt_facts(account_ids: Collection[int], today: dt.date) -> Mapping[int, Sequence[HoldFact | Caution]]:
    """By account. At most thirteen queries, however many accounts."""
    found: dict[int, list[HoldFact | Caution]] = defaultdict(list)
    debts = open_debts(Receivable.objects.filter(Among("account", account_ids), bucket="PATIENT", amount__gt=0))
    for account_id, one in _discharged(account_ids, debts):
        found[account_id].append(one)
    for account_id, due in notice_standings(account_ids, today).items():
        if due.due_on is not None and due.first_told_on is not None:
            words = f"no validation notice was sent: send it today, it is due {day_seen_from(due.due_on, today)}"
            found[account_id].append(
                Caution("validation", words, "12 CFR 1006.34(a)(1)", due.first_told_on, warns=_ASKING)
            )
    dates, accounts = limitation_dates(debts, today), {one.claim_id: one.account_id for one in debts}
    for claim_id, limit in dates.items():
        if limit.is_barred:
            since = limit.on + dt.timedelta(days=1)
            words = f"too old to sue for since {day_seen_from(since, today)}: {limit.why}"
            found[accounts[claim_id]].append(
                Caution(
                    TIME_BARRED, words, "12 CFR 1006.26(b)", since, warns=_ASKING,
                    blocks=frozenset({Purpose.LEGAL}), claim_id=claim_id,
                )
            )  # fmt: skip
    return found


def _discharged(account_ids: Collection[int], debts: Collection[OpenDebt]) -> list[tuple[int, HoldFact]]:
    """Visits that a court discharged; where nothing else is owed the whole account is meant. One query."""
    rows = DischargedVisit.objects.filter(Among("claim__account", account_ids))
    by_account: dict[int, dict[int, dt.date]] = defaultdict(dict)
    for account, claim, on in rows.values_list("claim__account_id", "claim_id", "discharged_on"):
        by_account[account][claim] = on
    found = []
    for account, claims in by_account.items():
        owed = {one.claim_id for one in debts if one.account_id == account}
        if owed and owed <= claims.keys():
            found.append((account, _fact(None, max(claims.values()))))
        found += [(account, _fact(claim, on)) for claim, on in claims.items()]
    return found


def _fact(claim_id: int | None, on: dt.date) -> HoldFact:
    return HoldFact("discharge", "Discharged in bankruptcy", on, claim_id=claim_id)
