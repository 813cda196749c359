"""The reconciliation of a period: the receivable, the unapplied cash and the cash itself, each tied to the cent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.ledger.chart import SISTERS
from claims.ledger.selectors import activity, flows, totals_on, unapplied_of_payers
from collections_app.reports import rollforward
from collections_app.reports.rollforward import RollForward


@dataclass(frozen=True)
class Reconciliation:
    """One period of some practices, from the postings dated in it. `unapplied_of_payers` is the part of the closing
    unapplied cash that payers paid and no claim has got yet. Dollars."""

    since: dt.date
    until: dt.date
    receivable: RollForward
    unapplied: RollForward
    cash: RollForward
    sisters: RollForward
    unapplied_of_payers: Decimal

    @property
    def unapplied_of_guarantors(self) -> Decimal:
        return self.unapplied.closing - self.unapplied_of_payers

    @property
    def rolls(self) -> list[RollForward]:
        """Each roll-forward; that of sister practices where there is anything between them."""
        between = [self.sisters] if self.sisters.lines or self.sisters.opening else []
        return [self.receivable, self.unapplied, self.cash, *between]

    @property
    def is_tied(self) -> bool:
        return all(roll.is_tied for roll in self.rolls)


def reconciliation(*, practice_ids: Sequence[int], since: dt.date, until: dt.date) -> Reconciliation:
    """Opening and closing are asked of the ledger at both ends; the lines are what was posted between."""
    before, after = totals_on(practice_ids, days=(since - dt.timedelta(days=1), until))
    moved = activity(practice_ids, since=since, until=until)
    return Reconciliation(
        since,
        until,
        RollForward("Receivable", _owed(before), rollforward.receivable_lines(moved), _owed(after)),
        RollForward("Unapplied cash", -before["UNAPPLIED"], rollforward.unapplied_lines(moved), -after["UNAPPLIED"]),
        RollForward("Cash", before["CASH"], rollforward.cash_lines(moved), after["CASH"]),
        RollForward("Due from sister practices", before[SISTERS], rollforward.sister_lines(moved), after[SISTERS]),
        unapplied_of_payers(flows(practice_ids, as_of=until)),
    )


def _owed(totals: dict[str, Decimal]) -> Decimal:
    return sum((totals[bucket] for bucket in BUCKETS), ZERO)
