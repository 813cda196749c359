"""The steps of opening a business day, in order. Each is idempotent for its day and says what it did."""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from arwork.lib import bulk
from claims.duplicates import person_merge, person_pairs
from claims.remits.release import release_days_that_came
from collections_app.ach.settling import settle_entries
from collections_app.agencies import services as agencies
from collections_app.aging import snapshots, verification
from collections_app.assistance import days as assistance
from collections_app.contacts.rule_entry import contact_rule_book
from collections_app.late_payments.finding import find_late_payments
from collections_app.legal.cases import open_missing_cases
from collections_app.limits.selectors import limit_book
from collections_app.payments.runner import PARTS, run_payments
from collections_app.plans import autopay as plan_autopay
from collections_app.plans import reminders as plan_reminders
from collections_app.plans import selectors as plan_questions
from collections_app.plans import settling as plans
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.settlements import selectors as settlement_questions
from collections_app.settlements import services as settlement_services
from collections_app.settlements import settling as settlements
from collections_app.strategies.services import run_strategies
from collections_app.tracing.daily import run_tracing
from collections_app.worklist import absences, assign, queue, rates, rule_changes
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.orphans import (
    accounts_without_work,
    cases_without_step,
    claims_without_work,
    items_without_owner,
)
from collections_app.worklist.strategy_calls import raise_calls

log = logging.getLogger(__name__)
Counts = dict[str, int]
BATCH = 2_000
#: Days of postings that are looked at again for late payments: a rule or a plan may have been entered since.
LATE_LOOK_BACK = 14


@dataclass(frozen=True)
class DayOpening:
    """The day being opened, the instant of opening it, and where progress is told."""

    day: dt.date
    now: dt.datetime
    progress: Callable[[int, int], None]


def age(day: DayOpening) -> Counts:
    """What the past year taught: recovery by segment and age, minutes by payer."""
    return rates.learn_rates(today=day.day)


def pay(day: DayOpening) -> Counts:
    """Payments: what became of those that wait, refunds to be made, declined ones tried again, cards that run out.
    Before promises and plans are judged, so that what comes in today counts. A day that was missed asks for nothing:
    money is taken on the day on which it is taken."""
    if timezone.localdate(day.now) > day.day:
        return dict.fromkeys(PARTS, 0)
    return run_payments(today=day.day, now=day.now)


def detect(day: DayOpening) -> Counts:
    """Remittances and bank debits whose day has come, promises, plans and settlements that were kept, broken or
    healed, people who may be known twice, and snoozes that ended. A broken one puts its account first."""
    released = release_days_that_came(today=day.day, now=day.now)
    debited = settle_entries(today=day.day, now=day.now)
    settled = promises.settle_promises(today=day.day, now=day.now)
    broken = Promise.objects.filter(state=Promise.State.BROKEN, settled_on=day.day)
    kept = plans.settle_plans(today=day.day, now=day.now)
    accounts = set(broken.values_list("account_id", flat=True)) | settled.accounts | kept.accounts
    accounts |= plan_questions.broken_on(day.day)
    held = settlements.settle_settlements(today=day.day, now=day.now)
    expired = settlement_services.expire_offers(today=day.day, now=day.now)
    accounts |= held.accounts | expired | settlement_questions.broken_on(day.day)
    worklist.refresh(accounts=accounts, today=day.day, now=day.now)
    woken = WorkItem.objects.filter(state=WorkItem.State.OPEN, snoozed_until__lte=day.day).update(
        snoozed_until=None, wake_events="", woken_by="date"
    )
    counts = {"kept": settled.kept, "healed": settled.healed, "broken": settled.broken, "gone": settled.gone}
    counts |= {"plans_broken": kept.broken, "plans_paid": kept.paid}
    counts |= {"settled": held.settled, "settlements_broken": held.broken, "settlements_expired": len(expired)}
    person_merge.gather_strays()
    return {
        "released": released,
        "debited": debited.debits,
        **counts,
        "pairs": person_pairs.find_everywhere(today=day.day),
        "woken": woken,
    }


def plan(day: DayOpening) -> Counts:
    """Installments that are due: taken from saved cards and accounts, those to come reminded of."""
    charged = plan_autopay.charge_due(today=day.day, now=day.now)
    return {**charged, "reminded": plan_reminders.remind_due(today=day.day, now=day.now)}


def held_late(day: DayOpening) -> Counts:
    """Payments that payers made too late, among what was posted of late."""
    return {"late": find_late_payments(since=day.day - dt.timedelta(days=LATE_LOOK_BACK), today=day.day)}


def help_out(day: DayOpening) -> Counts:
    """Financial assistance: what was to come by yesterday, visits that an approval covers, approvals that ended."""
    return assistance.follow_days(today=day.day, now=day.now)


def trace(day: DayOpening) -> Counts:
    """Searches for people who can't be reached: begun, gone on with, ended because they are found or it is enough."""
    done = run_tracing(today=day.day, now=day.now)
    return {"opened": done.opened, "reopened": done.reopened, "found": done.found, "exhausted": done.exhausted}


def placed(day: DayOpening) -> Counts:
    """Accounts with agencies: what should be called back, and what nothing is left of. After the money of the day."""
    proposed, closed = agencies.keep_up(today=day.day, now=day.now)
    return {"to_call_back": proposed, "closed": closed}


def refresh(day: DayOpening) -> Counts:
    """Every item as the books have it, with the scores that time has changed and the limits and contact rules that
    begin or end today."""
    done = worklist.refresh_all(today=day.day, now=day.now, progress=day.progress)
    for name in limit_book().changing_on(day.day):
        done.add(rule_changes.refresh_under_limit(name, today=day.day, now=day.now))
    if contact_rule_book().changes_on(day.day):
        done.add(rule_changes.refresh_under_contact_rules(today=day.day, now=day.now))
    return {"opened": done.opened, "changed": done.changed, "closed": done.closed}


def follow(day: DayOpening) -> Counts:
    """What strategies have due today: messages leave, accounts are raised for calls, people are asked. A day that was
    missed sends nothing: the day on which it is found carries out what waits."""
    if timezone.localdate(day.now) > day.day:
        return {"entered": 0, "steps": 0, "calls": 0}
    ran = run_strategies(today=day.day, now=day.now)
    calls = raise_calls(ran.to_call, today=day.day)
    return {"entered": ran.entered, "steps": ran.outcomes.total(), "calls": calls}


def score(day: DayOpening) -> Counts:
    """The queue of the day: what became due goes in by lane and rank, what may not be offered comes out. What
    belongs to somebody who is away goes to who stands in for them, and comes back."""
    gone = list(queue.entries_to_drop(today=day.day).values_list("pk", flat=True))
    due = list(queue.items_without_entry(today=day.day).order_by("pk").values_list("pk", flat=True))
    done = 0
    for batch in bulk.chunks([*gone, *due], BATCH):
        queue.sync_queue(batch, today=day.day)
        done += len(batch)
        day.progress(done, len(gone) + len(due))
    moved = absences.offer_anew(today=day.day)
    return {"due": len(due), "withdrawn": len(gone), "covered": moved}


def snapshot(day: DayOpening) -> Counts:
    """The aging of the day, kept for the trend; days left open are finished."""
    return {"practices": snapshots.take_snapshot(day=day.day, now=day.now)}


def give(day: DayOpening) -> Counts:
    """Unowned work to the collectors who see it."""
    return {"assigned": assign.assign_unowned(today=day.day, now=day.now, progress=day.progress)}


def check(day: DayOpening) -> Counts:
    """Nothing open without work, an owner, a next step and its day: what a missed event left behind is picked up, and
    counted."""
    claims, accounts = claims_without_work(), accounts_without_work()
    if claims or accounts:
        worklist.refresh(claims=claims, accounts=accounts, today=day.day, now=day.now)
    opened = open_missing_cases(today=day.day, now=day.now)
    if (lost := cases_without_step(today=day.day)) > 0:
        log.warning("%d open cases have no owner, no next step or no day", lost)
    return {
        "orphans": len(claims) + len(accounts), "unowned": items_without_owner(), "cases": opened, "unfollowed": lost,
    }  # fmt: skip


def prove(day: DayOpening) -> Counts:
    """The day's aging figures once more beside the books. A difference stops nobody's work, but is told loudly."""
    checked = verification.verify_aging(today=day.day)
    for difference in checked.differences:
        log.error("the aging differs from the books: %s", difference)
    return {"compared": checked.compared, "behind": checked.behind, "different": len(checked.differences)}


STEPS: tuple[tuple[str, Callable[[DayOpening], Counts]], ...] = (
    ("age", age),
    ("payments", pay),
    ("detect", detect),
    ("plans", plan),
    ("interest", held_late),
    ("assistance", help_out),
    ("tracing", trace),
    ("agencies", placed),
    ("refresh", refresh),
    ("strategies", follow),
    ("score", score),
    ("snapshot", snapshot),
    ("assign", give),
    ("check", check),
    ("prove", prove),
)
#: What tells of a day and of no later one: all that is left to do about a day that was overtaken.
OF_THE_DAY = ("snapshot",)
#: What brings the worklist to the books: done again when a supervisor asks for it.
OF_THE_WORKLIST = ("refresh", "score", "snapshot", "assign", "check")
