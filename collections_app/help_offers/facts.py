"""What is known of an account that opens or closes a way to be helped, read from the slices that know it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.parties.models import Account, PersonAddress
from collections_app.assistance.selectors import assistance_of, granted_accounts, open_applications
from collections_app.contacts.holds_of_money import holds_on_visits
from collections_app.help_offers.models import ReferralPlace
from collections_app.limits.selectors import limit_book
from collections_app.plans.policies import policy_of
from collections_app.plans.policy import PolicyRow
from collections_app.plans.selectors import plan_of
from collections_app.plans.visits import visits_for_plan
from collections_app.settlements.obstacles import FEDERAL, account_obstacles, payer_classes, visit_obstacles

#: Denials that another coverage may answer for, or that a question to the patient may overturn.
_ABOUT_COVERAGE = ("eligibility", "cob", "cob_data")


@dataclass(frozen=True, slots=True)
class HelpFacts:
    """One account on a day; each `why_not` is "" where nothing stands in the way. Dollars."""

    owed: Decimal = ZERO
    self_pay: int = 0
    denied_for_coverage: int = 0
    retro_until: dt.date | None = None
    assistance: str = ""
    is_bankrupt: bool = False
    plan_why_not: str = ""
    plan_policy: PolicyRow | None = None
    settlement_why_not: str = ""
    settlement_owed: Decimal = ZERO
    prompt_percent: int = 0
    prompt_until: dt.date | None = None
    places: int = 0


def facts_of(account_id: int, *, today: dt.date) -> HelpFacts:
    """What is known of an account. Few queries, whatever its visits."""
    account = Account.objects.get(pk=account_id)
    visits = visits_for_plan(account_id, today=today)
    claims = [one.claim for one in visits if one.owed > ZERO]
    ids = [one.pk for one in claims]
    owed = sum((one.owed for one in visits), ZERO)
    book, practice = limit_book(), account.practice_id
    covered = set(Claim.objects.filter(pk__in=ids, coverage1__isnull=False).values_list("pk", flat=True))
    holds = holds_on_visits({account_id: ids}, today) if ids else {}
    stopped = visit_obstacles(account_id, ids, today=today)
    settling = {one.claim.pk: one.planned for one in visits if one.planned > ZERO and one.claim.pk not in stopped}
    plan, planned = plan_of(account_id), sum((one.planned for one in visits), ZERO)
    homes = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True)
    states = set(homes.values_list("state", flat=True))
    months = max(
        book.value("retro_medicaid_months", on=today, practice_id=practice, scope=state) for state in states or {""}
    )
    newest = max((one.service_from for one in claims), default=None)
    percent = book.value("prompt_pay_percent", on=today, practice_id=practice)
    return HelpFacts(
        owed=owed,
        self_pay=len(set(ids) - covered),
        denied_for_coverage=Denial.objects.filter(
            claim__in=ids, state=Denial.State.OPEN, category__in=_ABOUT_COVERAGE
        ).values("claim").distinct().count(),
        retro_until=_months_later(newest, months) if newest and months else None,
        assistance=_assistance(account_id, today),
        is_bankrupt=any(reason == "bankruptcy" for rows in holds.values() for reason, _ in rows),
        plan_why_not=_plan_why_not(plan.state if plan else "", planned),
        plan_policy=policy_of(planned, on=today, practice_id=practice) if planned else None,
        settlement_why_not=_settlement_why_not(account_id, settling, stopped, today),
        settlement_owed=sum(settling.values(), ZERO),
        prompt_percent=percent,
        prompt_until=_prompt_until(settling, book.value("prompt_pay_days", on=today, practice_id=practice), today)
        if percent else None,
        places=_places(practice, states),
    )  # fmt: skip


def _assistance(account_id: int, today: dt.date) -> str:
    """Why assistance is not asked for, in words."""
    if open_applications([account_id]):
        return "It was applied for and waits for a decision."
    if granted_accounts([account_id], today=today):
        found = assistance_of(account_id)
        until = f" until {found.valid_until:%b} {found.valid_until.day}" if found and found.valid_until else ""
        return f"It was granted{until}."
    return ""


def _plan_why_not(state: str, planned: Decimal) -> str:
    if state in ("current", "proposed"):
        return "A payment plan is kept." if state == "current" else "A payment plan is proposed."
    return "" if planned > ZERO else "No visit may be planned now."


def _settlement_why_not(account_id: int, settling: dict[int, Decimal], stopped: dict[int, str], today: dt.date) -> str:
    if why := account_obstacles([account_id], today).get(account_id):
        return why
    if settling:
        return ""
    reasons = sorted(set(stopped.values()))
    return f"{reasons[0][0].upper()}{reasons[0][1:]}." if reasons else "No visit may be settled now."


def _prompt_until(settling: dict[int, Decimal], days: int, today: dt.date) -> dt.date | None:
    """Until when the discount holds for the first visit that it ends for; None where it holds for none."""
    within = dt.timedelta(days=days)
    classes = payer_classes(settling)
    told = dict(Claim.objects.filter(pk__in=settling).values_list("pk", "first_statement_on"))
    ends = [
        (told.get(claim) or today) + within for claim in settling if FEDERAL.keys().isdisjoint(classes.get(claim, ()))
    ]
    return min((day for day in ends if day >= today), default=None)


def _months_later(day: dt.date, months: int) -> dt.date:
    """The last day on which an application in time covers a service: the end of the month so many months later."""
    first = day.year * 12 + day.month - 1 + months + 1
    return dt.date(first // 12, first % 12 + 1, 1) - dt.timedelta(days=1)


def _places(practice_id: int, states: Collection[str]) -> int:
    """How many places of the directory are for one of these states."""
    places = ReferralPlace.objects.filter(practice=practice_id, is_active=True)
    return sum(1 for one in places if not one.state_list or not set(one.state_list).isdisjoint(states))
