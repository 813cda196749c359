"""Payment plans of the demo: some kept, one that is late, one that broke this morning, one paid in full, and one that
waits for a second person."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from arwork.lib import events
from arwork.lib.money import round_money
from arwork.staff.access import practice_ids
from arwork.staff.models import User
from claims.parties.models import Account
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.demo.owing import in_order, owing_accounts
from collections_app.demo.setting import collectors
from collections_app.plans import services
from collections_app.plans.affordability import Means
from collections_app.plans.drafts import AskedTerms, draft_plan, ground_of
from collections_app.plans.models import PaymentPlan
from collections_app.plans.schedule import BadPlan

_LEAST, _MOST = Decimal("60.00"), Decimal("2000.00")  # balances that a plan makes sense for, under every policy
_NOON = dt.time(17)


@dataclass(frozen=True, slots=True)
class PlanStory:
    """A plan agreed so many days ago, its first day so many days ago, in so many installments; `paid` of them came."""

    agreed: int
    first: int
    count: int
    paid: int
    frequency: str = "monthly"


STORIES = (
    PlanStory(agreed=45, first=31, count=5, paid=2),
    PlanStory(agreed=40, first=28, count=4, paid=3, frequency="biweekly"),
    PlanStory(agreed=20, first=6, count=6, paid=1, frequency="biweekly"),
    PlanStory(agreed=18, first=2, count=3, paid=0),
    PlanStory(agreed=60, first=46, count=5, paid=1),
    PlanStory(agreed=50, first=42, count=3, paid=3, frequency="weekly"),
    PlanStory(agreed=12, first=-4, count=4, paid=0),
)


def agree_on_plans(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day; the opening of that day finds what is late, broken and paid."""
    if PaymentPlan.objects.exists():
        return
    accounts, people = _accounts(len(STORIES) + 1, until=until), collectors()
    with events.quiet():
        for number, account in enumerate(accounts):
            able = [one for one in people if account.practice_id in practice_ids(one)]
            if not able:
                continue
            actor = able[number % len(able)]
            with transaction.atomic():
                if number < len(STORIES):
                    _tell(account.pk, STORIES[number], actor=actor, until=until, now=now)
                elif number == len(STORIES):
                    _ask(account.pk, actor=actor, until=until, now=now)


def _accounts(most: int, *, until: dt.date) -> list[Account]:
    """The last that owe enough: the first have other stories. Best those that paid nothing since the oldest plan was
    agreed: any money counts for a plan."""
    rows = owing_accounts(_LEAST, _MOST, since=until - dt.timedelta(days=max(story.agreed for story in STORIES)))
    return in_order(sorted(rows, key=lambda one: (not one.is_paying, one.account_id))[-most:])


def _tell(account_id: int, story: PlanStory, *, actor: User, until: dt.date, now: dt.datetime) -> None:
    today = until - dt.timedelta(days=story.agreed)
    first = until - dt.timedelta(days=story.first)
    at = dt.datetime.combine(today, _NOON, dt.UTC)
    asked = AskedTerms(first_due_on=first, frequency=story.frequency, count=story.count)
    try:
        ground = ground_of(actor=actor, account_id=account_id, today=today)
        draft = draft_plan(ground, asked, Means(), today=today)
    except BadPlan:
        return
    if draft.breaches:
        return
    plan = services.propose(draft, actor=actor, today=today, now=at)
    guarantor = plan.account.guarantor
    consent = services.TakenConsent("spoken", f"{guarantor.first} {guarantor.last}".strip() or "the guarantor")
    services.agree(plan.pk, schedule_id=plan.proposed_id or 0, consent=consent, actor=actor, today=today, now=at)
    paid = [row for row in draft.rows if row.number][: story.paid]
    checks = [
        ReceivedMoney(account_id, plan.practice_id, row.amount, row.due_on, f"PL{plan.pk}-{row.number}") for row in paid
    ]
    post_receipts(checks, posted_on=until, now=now)


def _ask(account_id: int, *, actor: User, until: dt.date, now: dt.datetime) -> None:
    """Terms longer than the policy: asked of a second person."""
    try:
        ground = ground_of(actor=actor, account_id=account_id, today=until)
        each = round_money(ground.total / (ground.policy.longest_months * 2))
        asked = AskedTerms(first_due_on=until + dt.timedelta(days=14), each=max(each, Decimal("5.00")))
        draft = draft_plan(ground, asked, Means(stated=each), today=until)
    except BadPlan:
        return
    if draft.exceptions and not draft.forbidden:
        reason = "Lost her job in October, expects work in spring"
        services.propose(draft, actor=actor, today=until, now=now, reason=reason)
