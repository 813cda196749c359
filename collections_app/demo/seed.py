"""Load the demo: set the ground, take the year's files in through the ordinary door, let patients pay, work a little.

What happens, happens in the order of its days: collectors work the last week with the books as they stood then, and
the work of the eight weeks before was theirs already, so that some of its windows were missed by somebody. What an
auditor looks for comes last.

The same seed, number of claims and last day give the same books. A load that was cut off goes on where it was: files
are taken in once, receipts post once, and the day on which it began is kept in the audit trail.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from arwork.lib import events
from arwork.staff import audit
from arwork.staff.models import AuditEvent
from claims.edi.services import take_in
from claims.ledger.models import Period
from collections_app.aging import snapshots
from collections_app.demo.absences import go_on_leave
from collections_app.demo.agencies import place_some
from collections_app.demo.amendments import correct_people
from collections_app.demo.appeals import appeal_some
from collections_app.demo.assistance import help_some
from collections_app.demo.audit import leave_traces
from collections_app.demo.bank_debits import debit_accounts
from collections_app.demo.batches import send_claims_out
from collections_app.demo.calendar import Year
from collections_app.demo.claim_drafts import draft_some
from collections_app.demo.closures import close_offices
from collections_app.demo.contact_gate import show_the_gate
from collections_app.demo.disputes import dispute_some
from collections_app.demo.duplicates import repeat_some
from collections_app.demo.late_payments import demand_interest
from collections_app.demo.legal import go_to_court
from collections_app.demo.letters import write_letters
from collections_app.demo.lost_denials import lose_some
from collections_app.demo.messages import send_some
from collections_app.demo.money import pay
from collections_app.demo.month_ends import close_months
from collections_app.demo.own_rules import set_rules
from collections_app.demo.papers import enter_papers
from collections_app.demo.payer_calls import call_payers
from collections_app.demo.payments import take_payments
from collections_app.demo.plans import agree_on_plans
from collections_app.demo.promises import end_otherwise
from collections_app.demo.reached import reach_people
from collections_app.demo.receipts import put_right
from collections_app.demo.refunds import owe_back
from collections_app.demo.releases import ask_for_records
from collections_app.demo.routes import choose_some
from collections_app.demo.setting import set_up
from collections_app.demo.settlements import settle_some
from collections_app.demo.statements import send_statements
from collections_app.demo.status_questions import ask_payers
from collections_app.demo.strategies import follow_strategies
from collections_app.demo.tracing import look_for_people
from collections_app.demo.work import (
    MORNING,
    keep_worklists,
    open_the_day,
    share_what_closes,
    work_a_day,
    work_long_ago,
)
from collections_app.demo.world import YEAR
from collections_app.demo.write_offs import ask_for_some, write_off

BEGUN, DONE = "demo_begun", "demo_loaded"
NOON = dt.time(17, 0)
WORKED_DAYS = 7
#: Days back on which somebody looked at the work, and did none of it: whose it is was known when a window closed.
OPENED_BEFORE = (57, 43, 29, 15)
#: Days back on which a little was worked whose answers are here by now: a figure can be tried on it (`backtest`).
WORKED_BEFORE = (113, 99, 85, 71)


@dataclass(frozen=True)
class Loaded:
    """What was loaded: files taken in, receipts of patients, items worked."""

    files: int
    receipts: int
    worked: int


def is_loaded() -> bool:
    """Whether a load has come to its end before."""
    return AuditEvent.objects.filter(action=DONE).exists()


def load(
    *,
    claims: int,
    seed: int,
    today: dt.date,
    now: dt.datetime,
    work: bool = True,
    progress: Callable[[str], None] = lambda line: None,
) -> Loaded:
    """Load (or finish loading) the demo that ends `today`."""
    until = _until(claims=claims, seed=seed, today=today, now=now)
    set_up(since=until - dt.timedelta(days=2 * YEAR))
    close_offices(until=until, now=now)
    year = Year(seed=seed, claims=claims, until=until)
    files = receipts = worked = 0
    before = until - dt.timedelta(days=YEAR)
    long_ago = {until - dt.timedelta(days=back) for back in WORKED_BEFORE}
    earlier = {until - dt.timedelta(days=back) for back in OPENED_BEFORE}
    week = [until - dt.timedelta(days=back) for back in range(WORKED_DAYS if work else 0, 0, -1)]
    is_told = Period.objects.exists()  # months close when the year is over: nothing is posted into them afterwards
    for on, deliveries in () if is_told else year.cycles():
        while week and week[0] < on:
            worked += work_a_day(week.pop(0), seed=seed, progress=progress)
        at = dt.datetime.combine(on, NOON, tzinfo=dt.UTC)
        with events.quiet():
            for delivery in deliveries:
                take_in(BytesIO(delivery.text.encode()), name=delivery.name, via="demo", today=on, now=at)
                files += 1
            write_off(seed=seed, on=on, now=at)
            receipts += pay(seed=seed, since=before, on=on, now=at, surely=year.pays_share)
            snapshots.take_snapshot(day=on, now=at)
        before = on
        if work and on in long_ago:
            worked += work_long_ago(on, seed=seed, progress=progress)
        if work and on in earlier:
            open_the_day(on, progress=progress)
        progress(f"{on:%b %d, %Y}: {files} files taken in, {receipts} patient payments")
    if work:
        end_otherwise(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        enter_papers(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        put_right(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        take_payments(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        leave_traces(until)
        repeat_some(seed=seed, claims=claims, until=until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        owe_back(until)
        debit_accounts(until)
        correct_people(until)
        reach_people(until)
        set_rules(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        lose_some(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        write_letters(until)
        ask_for_records(until)
        agree_on_plans(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        settle_some(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        draft_some(until)
        help_some(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        go_to_court(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        place_some(until)
        send_claims_out(until)
        close_months(until)
        send_statements(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
        follow_strategies(until, now=dt.datetime.combine(until, MORNING, tzinfo=dt.UTC))
    opened_at = open_the_day(until, progress=progress)
    if work:
        share_what_closes(until, now=opened_at)
        keep_worklists(until, now=opened_at)
        go_on_leave(until, now=opened_at)
        ask_for_some(until, now=opened_at)
        show_the_gate(until=until, now=opened_at)
        send_some(until)
        dispute_some(until, now=opened_at)
        choose_some(until, now=opened_at)
        appeal_some(until, now=opened_at)
        look_for_people(until, now=opened_at)
        ask_payers(until, now=opened_at)
        call_payers(now=opened_at)
        demand_interest(until, now=opened_at)
    audit.record(None, DONE, "demo", None, practice_id=None, before=None, after={"claims": claims}, now=now)
    return Loaded(files, receipts, worked)


def _until(*, claims: int, seed: int, today: dt.date, now: dt.datetime) -> dt.date:
    """The last day of the demo's year: that of a load that was cut off, else today."""
    begun = AuditEvent.objects.filter(action=BEGUN).order_by("-id").first()
    wanted = {"claims": claims, "seed": seed}
    kept = begun.after if begun and begun.after and not is_loaded() else {}
    if wanted.items() <= kept.items():
        return dt.date.fromisoformat(kept["until"])
    after = {**wanted, "until": today.isoformat()}
    audit.record(None, BEGUN, "demo", None, practice_id=None, before=None, after=after, now=now)
    return today
