"""Holding plans against the ledger: what is due next, late, broken, healed or paid (RULES 13.7).

Idempotent: a second run of a day changes no row. Each change of state leaves an event in the plan's history and in the
audit trail. A plan that is over is looked at again for as long as a bank may return a payment.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.money import ZERO
from arwork.staff import audit
from claims.practices.closures import ClosureBook, closure_book
from collections_app.limits.selectors import limit_book
from collections_app.payments.runner import stop_trying
from collections_app.plans.books import PlanBooks, books_of
from collections_app.plans.matching import MatchedPlan, PlanStanding
from collections_app.plans.models import OPEN_STATES, PaymentPlan, PlanEvent

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 1_000
State, Ended = PaymentPlan.State, PaymentPlan.Ended


@dataclass(frozen=True)
class SettledPlans:
    """What looking at the ledger changed; `healed` were broken or paid and are current again."""

    paid: int = 0
    late: int = 0
    broken: int = 0
    healed: int = 0
    gone: int = 0
    accounts: frozenset[int] = frozenset()

    def __add__(self, other: "SettledPlans") -> "SettledPlans":
        names = ("paid", "late", "broken", "healed", "gone")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return SettledPlans(**sums, accounts=self.accounts | other.accounts)


class SettledColumns(NamedTuple):
    """The columns of a plan that settling writes."""

    state: str
    ended: str
    received: Decimal
    remaining: Decimal
    next_due_on: dt.date | None
    next_amount: Decimal
    late_since: dt.date | None
    late_amount: Decimal
    settled_on: dt.date | None
    broken_at: dt.datetime | None

    @classmethod
    def of(cls, plan: PaymentPlan) -> "SettledColumns":
        return cls(*(getattr(plan, name) for name in cls._fields))


def settle_plans(*, today: dt.date, now: dt.datetime, accounts: Iterable[int] | None = None) -> SettledPlans:
    """Hold plans against the ledger, of the accounts named or (None) of all: bounded batches, each in a transaction.

    One breaks on the first morning after the grace of a missed installment, or as soon as the bank took a payment back
    without which something due is not paid. The number of queries depends on batches, not on plans.
    """
    rows = PaymentPlan.objects.filter(_unsettled(today, is_named=accounts is not None), schedule__isnull=False)
    if accounts is not None:
        rows = rows.filter(bulk.Among("account", set(accounts)))
    found, closures = SettledPlans(), closure_book()
    for ids in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True), BATCH):
        found += _settle_batch(ids, closures, today, now)
    return found


def _unsettled(today: dt.date, *, is_named: bool) -> Q:
    returnable = today - dt.timedelta(days=limit_book().value("payment_return_days", on=today))
    over = Q(state__in=(State.BROKEN, State.PAID)) | Q(ended=Ended.GONE)
    recent = over & Q(settled_on__gte=returnable)
    return Q(state=State.CURRENT) | recent | (Q(state=State.BROKEN) if is_named else Q(pk__in=()))


def _settle_batch(ids: list[int], closures: ClosureBook, today: dt.date, now: dt.datetime) -> SettledPlans:
    with transaction.atomic():
        plans = list(
            PaymentPlan.objects.select_for_update(of=("self",)).filter(pk__in=ids).select_related("schedule", "account")
            .order_by("pk")
        )  # fmt: skip
        over = {plan.account_id for plan in plans if plan.state not in OPEN_STATES}
        open_rows = PaymentPlan.objects.filter(bulk.Among("account", over), state__in=OPEN_STATES) if over else None
        taken = set(open_rows.values_list("account_id", flat=True)) if open_rows is not None else set()
        changed: dict[int, SettledColumns] = {}
        turned: list[tuple[PaymentPlan, SettledColumns]] = []
        for pk, books in books_of(plans, closures).items():
            plan = books.plan
            columns = _columns(books, books.matched(today), today, now)
            if columns.state == State.CURRENT and plan.state != State.CURRENT:
                if plan.account_id in taken:  # another one stands in its place by now
                    continue
                taken.add(plan.account_id)
            if columns != SettledColumns.of(plan):
                changed[pk] = columns
                if (columns.state, columns.late_since) != (plan.state, plan.late_since):
                    turned.append((plan, columns))
        bulk.write(PaymentPlan, SettledColumns._fields, changed)
        _tell(turned, today=today, now=now)
        for plan, to in turned:
            if to.state != State.CURRENT and plan.autopay_id:  # broken or over: nothing more is taken by itself
                stop_trying(plan.account, actor=None, now=now)
    return _counted(turned, {plan.pk: plan.account_id for plan in plans if plan.pk in changed})


def _columns(books: PlanBooks, found: MatchedPlan, today: dt.date, now: dt.datetime) -> SettledColumns:
    """The columns of a plan as the ledger stands."""
    plan = books.plan
    is_gone = found.standing == PlanStanding.GONE
    state = State.CANCELLED.value if is_gone else found.standing.value
    following = found.following
    is_same = (state, Ended.GONE.value if is_gone else "") == (plan.state, plan.ended)
    settled_on = None if state == State.CURRENT else plan.settled_on if is_same else today
    is_newly_broken = state == State.BROKEN and plan.state != State.BROKEN
    return SettledColumns(
        state=state,
        ended=Ended.GONE.value if is_gone else "",
        received=found.received,
        remaining=found.remaining,
        next_due_on=following.due_on if following else None,
        next_amount=following.missing if following else ZERO,
        late_since=found.late_since,
        late_amount=found.late_amount,
        settled_on=settled_on,
        broken_at=now if is_newly_broken else plan.broken_at,
    )


def _tell(turned: list[tuple[PaymentPlan, SettledColumns]], *, today: dt.date, now: dt.datetime) -> None:
    """An event in the history of each plan that turned, and in the audit trail."""
    events, deeds = [], []
    for plan, to in turned:
        code, words = _event(plan, to)
        events.append(
            PlanEvent(plan=plan, schedule_id=plan.schedule_id, code=code, words=words, on=today, at=now, by=None)
        )
        before, after = {"state": plan.state}, {"state": str(to.state), "account": plan.account_id}
        deeds.append(audit.Deed(f"plan_{code}", "payment_plan", plan.pk, plan.practice_id, before, after))
    bulk.insert(PlanEvent, events)
    audit.record_many(None, deeds, now=now)


def _event(plan: PaymentPlan, to: SettledColumns) -> tuple[str, str]:
    if to.state == State.BROKEN:
        return "broken", f"${to.late_amount:,.2f} is missing since {to.late_since}"
    if to.state == State.PAID:
        return "paid", f"${to.received:,.2f} was received, nothing is asked for any more"
    if to.state == State.CANCELLED:
        return "gone", "Nothing is owed on its visits any more"
    if plan.state != State.CURRENT:
        return "healed", "Money of its time was entered" if plan.state == State.BROKEN else "Money went back"
    if to.late_since is None:
        return "caught_up", "What was late was paid within its grace"
    return "late", f"${to.late_amount:,.2f} was due {to.late_since}"


def _counted(turned: list[tuple[PaymentPlan, SettledColumns]], accounts: dict[int, int]) -> SettledPlans:
    codes = [_event(plan, to)[0] for plan, to in turned]
    return SettledPlans(
        paid=codes.count("paid"),
        late=codes.count("late"),
        broken=codes.count("broken"),
        healed=codes.count("healed"),
        gone=codes.count("gone"),
        accounts=frozenset(accounts.values()),
    )


def reopen_plans_settled_after(*, actor: "User | None", today: dt.date, now: dt.datetime) -> frozenset[int]:
    """Undo what days after `today` settled, in the caller's transaction: a clock that ran ahead broke these plans. The
    caller settles their accounts again. Returns the accounts."""
    early = list(
        PaymentPlan.objects.select_for_update().filter(settled_on__gt=today, schedule__isnull=False)
        .filter(Q(state__in=(State.BROKEN, State.PAID)) | Q(ended=Ended.GONE)).order_by("-pk")
    )  # fmt: skip
    rows = PaymentPlan.objects.filter(account__in={plan.account_id for plan in early}, state__in=OPEN_STATES)
    taken = set(rows.values_list("account_id", flat=True))
    changed: dict[int, tuple[str, str, dt.date | None, None]] = {}
    deeds = []
    for plan in early:
        is_first = plan.account_id not in taken
        taken.add(plan.account_id)
        after = (State.CURRENT.value, "", None, None) if is_first else (plan.state, plan.ended, today, None)
        changed[plan.pk] = after
        facts = {"state": plan.state, "settled_on": str(plan.settled_on)}
        deeds.append(audit.Deed("plan_reopened", "payment_plan", plan.pk, plan.practice_id, facts, {"state": after[0]}))
    bulk.write(PaymentPlan, ("state", "ended", "settled_on", "broken_at"), changed)
    audit.record_many(actor, deeds, now=now)
    return frozenset(plan.account_id for plan in early)
