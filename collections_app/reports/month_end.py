"""What the work adds to the closing of a month: aging at its end, its roll-forward, and the proof of the aging."""

from arwork.web.exports import Sheet
from claims.closing.checks import ClosingCheck, PointFound
from claims.closing.months import Month
from claims.closing.reports import MonthReport
from collections_app.aging.buckets import Basis
from collections_app.aging.selectors import aging, tie_out
from collections_app.aging.table_columns import AgingBy
from collections_app.aging.verification import differences_of
from collections_app.reports.reconciliation import reconciliation
from collections_app.reports.sheets import aging_sheet, roll_sheet


def aging_by_payer(month: Month) -> Sheet:
    """Who owes at the end of the month, by payer and age since the service."""
    return _aging(month, AgingBy.PAYER)


def aging_by_responsibility(month: Month) -> Sheet:
    """The same by bucket: payers in their order, patients, others, agencies."""
    return _aging(month, AgingBy.RESPONSIBILITY)


def roll_forward(month: Month) -> Sheet:
    """Receivable, unapplied cash and cash from one end of the month to the other."""
    found = reconciliation(practice_ids=[month.practice_id], since=month.since, until=month.until)
    return roll_sheet(found.rolls, period=f"Accounting dates {month.since} to {month.until}")


def aging_agrees(month: Month) -> PointFound:
    """The aging of the month's end adds up to the ledger, and what the aging page shows is what the books say."""
    tie = tie_out(practice_ids=[month.practice_id], as_of=month.until, today=month.today)
    found = [f"the aging at its end differs from the ledger by {tie.difference}"] if not tie.is_tied else []
    found += differences_of(month.practice_id, today=month.today)
    if found:
        return PointFound(len(found), f"The aging does not agree: {found[0]}. Call whoever runs arwork.")
    return PointFound(0, "The aging agrees with the ledger.")


def reconciliation_tied(month: Month) -> PointFound:
    """Opening, movements and closing of the month tie to the cent."""
    found = reconciliation(practice_ids=[month.practice_id], since=month.since, until=month.until)
    if found.is_tied:
        return PointFound(0, "Receivable, unapplied cash and cash tie to the cent.")
    return PointFound(1, "The roll-forward does not tie. Call whoever runs arwork.")


CHECKS = (
    ClosingCheck("reconciliation", "Roll-forward ties", "reconciliation", reconciliation_tied, is_proof=True),
    ClosingCheck("aging", "Aging agrees", "aging", aging_agrees, is_proof=True),
)
REPORTS = (
    MonthReport("aging_payer", "Aging by payer", aging_by_payer),
    MonthReport("aging_owed_by", "Aging by who owes", aging_by_responsibility),
    MonthReport("roll_forward", "Roll-forward", roll_forward),
)


def _aging(month: Month, by: AgingBy) -> Sheet:
    practices = [month.practice_id]
    table = aging(practice_ids=practices, basis=Basis.DOS, by=by, as_of=month.until, today=month.today)
    tie = tie_out(practice_ids=practices, as_of=month.until, today=month.today, shown=table)
    return aging_sheet(table, tie, by_label=by.label)
