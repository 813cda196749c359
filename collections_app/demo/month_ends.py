"""The last two months of the demo are closed: days counted in the first practice, one of them over, a bank file with a
line that is nobody's and without a payment that was sent, journals exported.

What the other practices left open is accepted with a reason, as an office does that has just begun to close.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import transaction

from arwork.staff.models import User
from claims.cash import bank, batches, days, slips
from claims.cash.bank_csv import ColumnNames
from claims.cash.days import DayOfCash
from claims.cash.selectors import unmatched_deposits
from claims.cash.takings import COUNTED, total_of
from claims.closing import gl_exports, services
from claims.closing.checks import points_of
from claims.closing.months import DAY, Month, end_of_month
from claims.ledger.periods import closed_through
from claims.practices.models import Practice
from collections_app.demo.places import PRACTICES
from collections_app.demo.setting import supervisor

#: When the office sits down to it: on the third of the next month.
AFTER = dt.timedelta(days=3)
AT = dt.time(16, 0)  # UTC
FOUND, ACCOUNT = Decimal("5.00"), "Operating account, 4410"
#: Nobody knows whose: it waits on the page of the bank.
STRAY = "{on:%m/%d/%Y},412.77,MOBILE DEPOSIT,"
_REASONS = {
    "deposits": "The bank's files are taken in from now on; earlier deposits were tied on paper.",
    "days": "Counted on paper before batches were used.",
    "exceptions": "Being worked; listed for the accountant.",
    "unapplied": "Looked at: waits for the exceptions above and for visits to come.",
    "bank_lines": "Asked the bank on the 2nd.",
    "approvals": "Asked this week; the answer comes with next month.",
}


def close_months(until: dt.date) -> None:
    """Close the two months before that of `until`, where nobody has; each practice whole or not at all."""
    last = until.replace(day=1) - DAY
    for demo in PRACTICES:
        practice = Practice.objects.get(npi=demo.npi)
        for ends_on in (end_of_month(last.replace(day=1) - DAY), last):
            if ends_on + AFTER >= until or (closed_through(practice.pk) or ends_on) > ends_on:
                continue
            if closed_through(practice.pk) == ends_on:
                continue
            with transaction.atomic():
                _close(practice, ends_on, is_counted=demo is PRACTICES[0] and ends_on == last)


def _close(practice: Practice, ends_on: dt.date, *, is_counted: bool) -> None:
    actor, today = supervisor(), ends_on + AFTER
    now = dt.datetime.combine(today, AT, tzinfo=dt.UTC)
    month = Month(practice.pk, ends_on, today)
    if is_counted:
        for nth, day in enumerate(reversed(days.days_of_cash(practice.pk, since=month.since, until=month.until))):
            _count(day, actor, is_over=nth == 1)
        _take_bank_file(month, actor, now=now)
    for point in points_of(month):
        if point.is_open:
            services.accept_point(month, point.check.code, why=_REASONS[point.check.code], actor=actor, now=now)
    services.close_month(month, actor=actor, now=now)
    gl_exports.export_journal(month, actor=actor, now=now)


def _count(day: DayOfCash, actor: User, *, is_over: bool) -> None:
    """Count what was taken in, take it to the bank, close the day; once five dollars are over."""
    today = day.day + DAY
    now = dt.datetime.combine(today, AT, tzinfo=dt.UTC)
    asked: dict[str, Any] = {"actor": actor, "now": now}
    made = []
    for kind in COUNTED:
        mine = [one for one in day.uncounted if one.kind == kind]
        for owner in sorted({one.owner_id for one in mine}, key=lambda pk: pk or 0):
            some = [one for one in mine if one.owner_id == owner]
            found, is_over = (FOUND if is_over else Decimal(0)), False
            batch = batches.open_batch(
                practice_id=day.practice_id, day=day.day, kind=kind, owner_id=owner, today=today, **asked
            )
            batches.set_tape(batch.pk, count=len(some), amount=total_of(some) + found, **asked)
            batches.close_batch(
                batch.pk, why="A five-dollar bill in the night box that nobody claims" if found else "", **asked
            )
            made.append(batch.pk)
    if not made:
        return
    slip = slips.make_slip(made, practice_id=day.practice_id, bank_account=ACCOUNT, today=today, **asked)
    slips.deposit_slip(slip.pk, on=today, today=today, **asked)
    days.close_day(practice_id=day.practice_id, day=day.day, note="", today=today, **asked)


def _take_bank_file(month: Month, actor: User, *, now: dt.datetime) -> None:
    names = ColumnNames("Date", "Amount", "Description", "Reference")
    bank.set_layout(names, practice_id=month.practice_id, actor=actor, now=now)
    text = "\n".join(["Date,Amount,Description,Reference", *_rows(month)])
    name = f"statement-{month.code}.csv"
    bank.take_in(name, text.encode(), practice_id=month.practice_id, actor=actor, today=month.today, now=now)


def _rows(month: Month) -> Iterator[str]:
    """What the bank says of the month: all that was deposited but the last payment, and a line of its own."""
    deposits = unmatched_deposits(month.practice_id, since=month.since, until=month.until)
    wired = [one for one in deposits if one.trace]
    for one in deposits:
        if wired and one.id == wired[-1].id:
            continue
        said = f"HCCLAIMPMT TRN*1*{one.trace}" if one.trace else "BRANCH DEPOSIT"
        yield f"{one.on + DAY:%m/%d/%Y},{one.amount},{said},{one.trace}"
    yield STRAY.format(on=month.ends_on - DAY)
