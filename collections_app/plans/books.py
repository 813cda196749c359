"""Plans beside the ledger: schedules with their days of grace, what was received for each, what is owed on its visits.

Read in sets: the number of queries does not depend on the number of plans. Money counts from the moment a schedule was
agreed, whichever visit it went to; what was paid for a visit that came after the agreement and is no part of it is no
installment (a copay at the desk pays its own visit).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from arwork.lib.bulk import Among
from arwork.lib.dates import Closures, add_business_days
from arwork.lib.money import ZERO
from claims.ledger.models import Posting, Receivable
from claims.practices.closures import ClosureBook
from claims.receipts.models import Receipt
from collections_app.plans.matching import DueInstallment, MatchedPlan, ReceivedOn, ReturnedMoney, match
from collections_app.plans.models import PaymentPlan, PlanInstallment, PlanSchedule, PlanVisit


@dataclass
class PlanBooks:
    """What is known of one plan in force."""

    plan: PaymentPlan
    schedule: PlanSchedule
    dues: list[DueInstallment] = field(default_factory=list)
    claims: set[int] = field(default_factory=set)
    money: list[ReceivedOn] = field(default_factory=list)
    returned: list[ReturnedMoney] = field(default_factory=list)
    owed: Decimal = ZERO

    def matched(self, today: dt.date) -> MatchedPlan:
        """Its schedule as the money has it on a day."""
        return match(
            self.dues, self.money, owed=self.owed, today=today, broken_after=self.schedule.broken_after,
            returned=self.returned,
        )  # fmt: skip

    def counts(self, on: dt.date, at: dt.datetime) -> bool:
        """Whether money of a day, entered at an instant, came after the agreement."""
        agreed_on, agreed_at = self.plan.agreed_on, self.plan.agreed_at
        if agreed_on is None or agreed_at is None:
            return False
        return on > agreed_on or (on == agreed_on and at >= agreed_at)


def last_day(due_on: dt.date, grace_days: int, closures: Closures) -> dt.date:
    """The last day on which money keeps an installment: so many business days of the practice after its due day."""
    return add_business_days(due_on, grace_days, closures=closures)


def books_of(plans: Collection[PaymentPlan], closures: ClosureBook) -> dict[int, PlanBooks]:
    """By plan, of those that have a schedule in force (read with it). Five queries, two more where visits were merged
    or checks came back."""
    found = {plan.pk: PlanBooks(plan, plan.schedule) for plan in plans if plan.schedule is not None}
    if not found:
        return found
    by_schedule = {one.schedule.pk: one for one in found.values()}
    _add_dues(by_schedule, closures)
    _add_owed(by_schedule)
    by_account: dict[int, list[PlanBooks]] = defaultdict(list)
    for one in found.values():
        by_account[one.plan.account_id].append(one)
    since = min(one.plan.agreed_on for one in found.values() if one.plan.agreed_on is not None)
    _add_money(by_account, since)
    _add_returned(by_account, since)
    return found


def _add_dues(by_schedule: Mapping[int, PlanBooks], closures: ClosureBook) -> None:
    rows = PlanInstallment.objects.filter(Among("schedule", by_schedule)).order_by("schedule", "number")
    for schedule, number, due_on, amount in rows.values_list("schedule_id", "number", "due_on", "amount"):
        one = by_schedule[schedule]
        closed = closures.of(one.plan.practice_id)
        one.dues.append(DueInstallment(number, due_on, amount, last_day(due_on, one.schedule.grace_days, closed)))


def _add_owed(by_schedule: Mapping[int, PlanBooks]) -> None:
    """The visits, as the claims that stand for them now, and what the patient owes on them."""
    rows = PlanVisit.objects.filter(Among("schedule", by_schedule), left_out="")
    for schedule, claim, merged in rows.values_list("schedule_id", "claim_id", "claim__merged_into_id"):
        by_schedule[schedule].claims.add(merged or claim)
    claims = {claim for one in by_schedule.values() for claim in one.claims}
    owing = Receivable.objects.filter(Among("claim", claims), bucket="PATIENT", amount__gt=0).order_by()
    owed = dict(owing.values_list("claim_id").annotate(owed=Sum("amount")))
    for one in by_schedule.values():
        one.owed = sum((owed.get(claim, ZERO) for claim in one.claims), ZERO)


def _add_money(by_account: Mapping[int, list[PlanBooks]], since: dt.date) -> None:
    """Patient money per account; a reversal counts against it on the day of what it reverses, whenever it came. What
    was received since a day was entered since that day."""
    accounts = set(by_account)
    rows = (
        Posting.objects.filter(Among("claim__account", accounts) | Q(Among("account", accounts)), posted_on__gte=since)
        .filter(Q(kind="patient_payment") | Q(kind="unapplied"), Q(debit="CASH") | Q(credit="CASH"))
        .annotate(
            day=Coalesce("reverses__effective_on", "effective_on"), at=Coalesce("reverses__created_at", "created_at")
        )
    )
    columns = ("claim__account_id", "account_id", "claim_id", "claim__opened_on", "debit", "amount", "day", "at")
    for of_claim, account, claim, opened_on, debit, amount, day, at in rows.values_list(*columns):
        for one in by_account[of_claim or account]:
            is_later = claim is not None and claim not in one.claims and opened_on > one.plan.agreed_on
            if one.counts(day, at) and not is_later:
                one.money.append(ReceivedOn(day, amount if debit == "CASH" else -amount))


def _add_returned(by_account: Mapping[int, list[PlanBooks]], since: dt.date) -> None:
    rows = Receipt.objects.filter(
        Among("account", by_account), state=Receipt.State.RETURNED, received_on__gte=since, ended_on__isnull=False
    )
    for account, on, at, amount, back_on in rows.values_list(
        "account_id", "received_on", "recorded_at", "amount", "ended_on"
    ):
        for one in by_account[account]:
            if one.counts(on, at) and back_on is not None:
                one.returned.append(ReturnedMoney(on, amount, back_on))
