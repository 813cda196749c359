"""Holding payment plans against the ledger each morning, against the bare reads of what that looks at."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

from bench import reads
from bench.context import Bench
from bench.env import DAY
from bench.report import Figure

_OWING = (
    "SELECT account_id FROM claims_receivable WHERE bucket = 'PATIENT' AND amount > 0 GROUP BY account_id"
    " ORDER BY md5(account_id::text) LIMIT %s"
)
AGREED = DAY - dt.timedelta(days=100)
COUNT = 6


def run(bench: Bench) -> None:
    """The first morning, on which each plan is found late, broken or in order; then one on which nothing moved."""
    from django.db import transaction

    from arwork.lib import clock
    from collections_app.plans.settling import settle_plans

    plans = _agreed(bench)

    def settle() -> Any:
        return settle_plans(today=DAY, now=clock.now())

    started = time.perf_counter()
    first = settle()
    turned = time.perf_counter() - started
    with transaction.atomic():
        asked = reads.reads_of(settle)
    seconds, floor = reads.median(settle), reads.median(lambda: reads.replay(asked))
    bench.report.add(
        Figure(
            f"{plans:,} plans, the first morning: {first.late:,} late, {first.broken:,} broken",
            f"{turned:.2f} s",
        ),
        Figure(
            f"{plans:,} plans, a morning on which nothing moved",
            f"{seconds:.2f} s",
            f"its {len(asked)} reads, bare: {floor:.2f} s",
            seconds / floor,
            "<= 5 x",
            seconds <= 5 * floor,
        ),
    )


def owing_accounts(bench: Bench) -> list[int]:
    """Accounts from all over the world whose patients owe something: as many as are asked for, if there are."""
    return [row[0] for row in bench.ask(_OWING, args=(bench.accounts,))]


def _agreed(bench: Bench) -> int:
    """A plan on each account that owes and has none: six monthly installments since some day of the last hundred."""
    from django.db import transaction

    from arwork.lib import bulk
    from collections_app.plans.models import PaymentPlan, PlanInstallment, PlanSchedule, PlanVisit

    by = bench.supervisors[0]
    busy = set(PaymentPlan.objects.exclude(state="cancelled").values_list("account_id", flat=True))
    owed = _owed([pk for pk in owing_accounts(bench) if pk not in busy])
    at = dt.datetime.combine(AGREED, dt.time(15), dt.UTC)
    plans = [
        PaymentPlan(
            practice_id=practice, account_id=account, state="proposed", owner_id=by, made_at=at, agreed_on=AGREED,
            agreed_at=at, remaining=sum(visits.values()),
        )
        for (practice, account), visits in owed.items()
    ]  # fmt: skip
    with transaction.atomic():
        # A plan in force has a schedule, and a schedule its plan: so it is proposed first.
        PaymentPlan.objects.bulk_create(plans, batch_size=1_000)
        schedules = [_schedule(plan, sum(owed[plan.practice_id, plan.account_id].values()), by, at) for plan in plans]
        PlanSchedule.objects.bulk_create(schedules, batch_size=1_000)
        installments = [one for schedule in schedules for one in _installments(schedule, PlanInstallment)]
        visits = [
            PlanVisit(schedule=schedule, claim_id=claim, amount=amount)
            for schedule, plan in zip(schedules, plans, strict=True)
            for claim, amount in owed[plan.practice_id, plan.account_id].items()
        ]
        for rows, model in ((installments, PlanInstallment), (visits, PlanVisit)):
            for some in bulk.chunks(rows):
                bulk.insert(model, some)
        bulk.write(
            PaymentPlan, ("state", "schedule_id"),
            {plan.pk: ("current", one.pk) for plan, one in zip(plans, schedules, strict=True)},
        )  # fmt: skip
    bench.ask("ANALYZE")
    return len(plans)


def _owed(accounts: list[int]) -> dict[tuple[int, int], dict[int, Decimal]]:
    """By practice and account: what the patient owes, visit by visit."""
    from arwork.lib.bulk import Among
    from claims.ledger.models import Receivable

    found: dict[tuple[int, int], dict[int, Decimal]] = {}
    rows = Receivable.objects.filter(Among("account", accounts), bucket="PATIENT", amount__gt=0)
    for practice, account, claim, amount in rows.values_list("practice_id", "account_id", "claim_id", "amount"):
        visits = found.setdefault((practice, account), {})
        visits[claim] = visits.get(claim, Decimal(0)) + amount
    return {key: visits for key, visits in found.items() if sum(visits.values()) >= COUNT}


def _schedule(plan: Any, total: Decimal, by: int, at: dt.datetime) -> Any:
    from collections_app.plans.models import PlanSchedule

    first = AGREED + dt.timedelta(days=plan.account_id % 120)
    return PlanSchedule(
        plan=plan, number=1, frequency="monthly", total=total, installment=(total / COUNT).quantize(Decimal("0.01")),
        count=COUNT, first_due_on=first, last_due_on=first + dt.timedelta(days=30 * (COUNT - 1)), grace_days=5,
        broken_after=2, consequence="call", position="disclosed", made_on=AGREED, made_at=at, made_by_id=by,
    )  # fmt: skip


def _installments(schedule: Any, kind: Any) -> list[Any]:
    last = schedule.total - schedule.installment * (COUNT - 1)
    return [
        kind(
            schedule=schedule, number=number + 1, due_on=schedule.first_due_on + dt.timedelta(days=30 * number),
            amount=schedule.installment if number < COUNT - 1 else last,
        )
        for number in range(COUNT)
    ]  # fmt: skip
