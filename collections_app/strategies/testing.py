"""Champion and challenger: a draft tried on a share of the accounts, what came of both, and the end of the test."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count

from arwork.lib import bulk
from arwork.lib.bulk import Among
from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO, from_cents
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.ledger.models import Posting
from claims.parties.models import Account
from collections_app.contacts.consent_models import ConsentEvent
from collections_app.contacts.models import Hold
from collections_app.limits.selectors import limit_book
from collections_app.strategies.definition import from_plain, problems
from collections_app.strategies.experiments import Arm, Sample, TestVerdict, compare
from collections_app.strategies.models import StepRun, StrategyAssignment, StrategyTest, StrategyVersion
from collections_app.strategies.selectors import own_test, own_version
from collections_app.strategies.services import DAY, BadStrategy
from collections_app.strategies.what_if import BY_HAND, COSTS

if TYPE_CHECKING:
    from arwork.staff.models import User

State = StrategyVersion.State
SMALLEST, LARGEST = 1, 50  # percent


@transaction.atomic
def start_test(challenger_id: int, *, percent: int, actor: "User", today: dt.date, now: dt.datetime) -> StrategyTest:
    """Try a draft on `percent` of the accounts, from tomorrow on, against what the practice follows. The draft is
    frozen by it. Raises `BadStrategy`, `Conflict`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    challenger = own_version(challenger_id, actor=actor, locked=True)
    if challenger.state != State.DRAFT:
        raise Conflict("Only a draft can be tried.")
    if not SMALLEST <= percent <= LARGEST:
        raise BadStrategy(f"From {SMALLEST} to {LARGEST} percent of the accounts.", field="percent")
    if wrong := problems(from_plain(challenger.definition)):
        raise BadStrategy(" ".join(wrong), field="percent")
    rows = StrategyVersion.objects.select_for_update().filter(
        practice=challenger.practice_id, state=State.PUBLISHED, to_on=None, from_on__lte=today
    )
    champion = rows.first()
    if champion is None:
        raise Conflict("Nothing is in force to test against. Publish a strategy first.")
    from_on = today + DAY
    challenger.state, challenger.from_on = State.TRIED, from_on
    challenger.published_at, challenger.published_by = now, actor
    challenger.save(update_fields=["state", "from_on", "published_at", "published_by"])
    try:
        with transaction.atomic():
            test = StrategyTest.objects.create(
                practice_id=challenger.practice_id, champion=champion, challenger=challenger,
                challenger_percent=percent, key=f"{challenger.practice_id}-{challenger.pk}-{from_on:%Y%m%d}",
                from_on=from_on, started_at=now, started_by=actor,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("A test is running already. End it first.") from None
    told = {"champion": champion.pk, "challenger": challenger.pk, "percent": percent}
    audit.record(
        actor, "strategy_test_started", "strategy_test", test.pk, practice_id=test.practice_id, after=told, now=now
    )
    return test


@transaction.atomic
def end_test(test_id: int, *, has_won: bool, actor: "User", today: dt.date, now: dt.datetime) -> StrategyTest:
    """End a test. Where the challenger won it is in force for everybody from tomorrow on, else the champion goes on."""
    require(actor, Capability.CONFIGURE_PAYERS)
    test = own_test(test_id, actor=actor, locked=True)
    if test.ended_on is not None:
        raise Conflict("It ended already.")
    test.ended_on, test.ended_by, test.has_won = max(today, test.from_on), actor, has_won
    test.save(update_fields=["ended_on", "ended_by", "has_won"])
    winner = StrategyVersion.objects.select_for_update().get(pk=test.challenger_id)
    if has_won:
        champion = StrategyVersion.objects.select_for_update().get(pk=test.champion_id)
        champion.to_on = max(today, champion.from_on or today)
        champion.save(update_fields=["to_on"])
        winner.state = State.PUBLISHED
        winner.save(update_fields=["state"])
    else:
        winner.to_on = test.ended_on
        winner.save(update_fields=["to_on"])
    told = {"has_won": has_won}
    audit.record(
        actor, "strategy_test_ended", "strategy_test", test.pk, practice_id=test.practice_id, after=told, now=now
    )
    return test


@dataclass(frozen=True, slots=True)
class Results:
    """Both arms side by side, and what the difference is worth."""

    champion: Sample
    challenger: Sample
    verdict: TestVerdict


@dataclass(slots=True)
class _Sums:
    """One arm while it is added up."""

    accounts: int = 0
    owed: Decimal = ZERO
    collected: Decimal = ZERO
    cents: int = 0
    complaints: int = 0
    opt_outs: int = 0
    days: int = 0
    total: float = 0.0
    squares: float = 0.0


def results_of(test: StrategyTest, *, today: dt.date) -> Results:
    """What came of a test so far, in batches: each account counts in the arm it entered first, with what it owed then
    and what its patients paid since. Accounts that were merged
    count for neither arm, neither the one that went nor the one that stayed: their money is mixed."""
    limits, practice = limit_book(), test.practice_id

    def figure(name: str) -> int:
        return limits.value(name, on=today, practice_id=practice)

    minute = figure("strategy_minutes") * figure("strategy_cost_minute")
    each = {kind.value: figure(name) for kind, name in COSTS.items()} | {kind.value: minute for kind in BY_HAND}
    sums: dict[str, _Sums] = {arm.value: _Sums() for arm in Arm}
    until = test.ended_on or today
    rows = StrategyAssignment.objects.filter(test=test).order_by("account", "pk")
    for batch in bulk.chunks(rows.values_list("account_id", "arm", "owed", "on").iterator(), bulk.BATCH):
        _add(batch, sums, each, test.from_on, until)
    found = {arm: _sample(one) for arm, one in sums.items()}
    champion, challenger = found[Arm.CHAMPION.value], found[Arm.CHALLENGER.value]
    return Results(champion, challenger, compare(champion, challenger, least=figure("strategy_test_least")))


def _add(
    batch: list[tuple[int, str, Decimal, dt.date]], sums: dict[str, _Sums], each: dict[str, int], since: dt.date,
    until: dt.date,
) -> None:  # fmt: skip
    first: dict[int, tuple[str, Decimal, dt.date]] = {}
    for account, arm, owed, on in batch:
        first.setdefault(account, (arm, owed, on))
    standing = set(Account.objects.filter(Among("pk", first), merged_into=None).values_list("pk", flat=True))
    standing -= set(Account.objects.filter(Among("merged_into", first)).values_list("merged_into_id", flat=True))
    paid: dict[int, Decimal] = defaultdict(lambda: ZERO)
    money = Posting.objects.filter(
        Among("claim__account", first), kind="patient_payment", effective_on__gte=since, effective_on__lte=until
    )
    columns = ("claim__account_id", "effective_on", "debit", "amount")
    for account, day, debit, amount in money.values_list(*columns):
        if account is not None and day >= first[account][2]:
            paid[account] += amount if debit == "CASH" else -amount
    runs = StepRun.objects.filter(Among("account", first), on__gte=since, on__lte=until, outcome="done")
    cents: dict[int, int] = defaultdict(int)
    for account, kind, count in runs.order_by().values_list("account_id", "kind").annotate(n=Count("pk")):
        cents[account] += each.get(kind, 0) * count
    asked = Hold.objects.filter(
        Among("account", first), reason__in=("cease", "dispute"), from_on__gte=since, from_on__lte=until
    )
    complained = set(asked.values_list("account_id", flat=True))
    people = dict(Account.objects.filter(Among("pk", first)).values_list("pk", "guarantor_id"))
    out = ConsentEvent.objects.filter(
        Among("person", set(people.values())), is_given=False, said_on__gte=since, said_on__lte=until
    )
    gone = set(out.values_list("person_id", flat=True))
    for account, (arm, owed, on) in first.items():
        if account not in standing or arm not in sums or owed <= 0:
            continue
        one, share = sums[arm], min(max(float(paid[account] / owed), 0.0), 1.0)
        one.accounts += 1
        one.owed += owed
        one.collected += paid[account]
        one.cents += cents[account]
        one.complaints += account in complained
        one.opt_outs += people[account] in gone
        one.days += (until - on).days
        one.total += share
        one.squares += share * share


def _sample(one: _Sums) -> Sample:
    return Sample(
        one.accounts, one.owed, one.collected, from_cents(one.cents), one.complaints, one.opt_outs, one.days,
        one.total, one.squares,
    )  # fmt: skip
