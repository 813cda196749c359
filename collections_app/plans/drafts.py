"""A plan before it is kept: the visits, the schedule of the terms that were asked for, and what of policy and law it
leaves. Reads only; `agreements` keeps what was read here.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from arwork.staff.access import Capability, require
from claims.parties.models import Account
from claims.parties.selectors import own_account
from collections_app.limits.selectors import limit_book
from collections_app.plans.affordability import Affordable, Means, affordable
from collections_app.plans.lending import DISCLOSED, LendingBox, lending_box, position
from collections_app.plans.policies import law_of, policy_of
from collections_app.plans.policy import Breach, PolicyRow, StateLaw, breaches, unknown_income
from collections_app.plans.schedule import MONTHLY, BadPlan, Installment, PlanTerms, installments, regular
from collections_app.plans.suggestions import PlanOffer, offers
from collections_app.plans.visits import OwedForPlan, visits_for_plan

if TYPE_CHECKING:
    from arwork.staff.models import User

#: No first installment is farther away than this: what is agreed begins soon.
FARTHEST_FIRST = 62


@dataclass(frozen=True, slots=True)
class AskedTerms:
    """What somebody asks for: as `schedule.PlanTerms`, without the total, which the visits say."""

    first_due_on: dt.date
    frequency: str = MONTHLY
    each: Decimal | None = None
    count: int | None = None
    down_payment: Decimal = ZERO
    down_due_on: dt.date | None = None
    payday: int | None = None
    second_payday: int | None = None

    def of(self, total: Decimal) -> PlanTerms:
        """As terms of an amount."""
        return PlanTerms(
            total, self.frequency, self.first_due_on, self.each, self.count, self.down_payment, self.down_due_on,
            self.payday, self.second_payday,
        )  # fmt: skip


@dataclass(frozen=True)
class PlanGround:
    """What a plan of an account stands on today: its visits, the policy of its total, the law of its state."""

    account: Account
    visits: Sequence[OwedForPlan]
    policy: PolicyRow
    law: StateLaw
    share_percent: int

    @property
    def total(self) -> Decimal:
        return sum((one.planned for one in self.visits), ZERO)

    @property
    def left_out(self) -> Sequence[OwedForPlan]:
        """The visits that no plan takes in now."""
        return [one for one in self.visits if one.left_out]

    def able(self, means: Means) -> Affordable | None:
        """What they can pay a month."""
        return affordable(means, share_percent=self.share_percent, income_percent=self.law.income_percent)


@dataclass(frozen=True)
class PlanDraft:
    """A schedule as it would be agreed. `exceptions` need a second person; `box` is what is disclosed, if anything."""

    ground: PlanGround
    terms: PlanTerms
    rows: Sequence[Installment]
    breaches: Sequence[Breach]
    position: str
    means: Means = field(default_factory=Means)

    @property
    def forbidden(self) -> Sequence[Breach]:
        """What a law forbids: nobody may agree to it."""
        return [one for one in self.breaches if one.is_law]

    @property
    def exceptions(self) -> Sequence[str]:
        """What of the practice's policy it leaves, in words."""
        return [one.words for one in self.breaches if not one.is_law]

    @property
    def box(self) -> LendingBox | None:
        return lending_box(self.rows) if self.position == DISCLOSED else None

    @property
    def each(self) -> Decimal:
        return regular(self.rows)[0].amount

    @property
    def count(self) -> int:
        return len(regular(self.rows))

    @property
    def asks(self) -> str:
        """What to ask before it is agreed, "" where nothing is missing."""
        return unknown_income(self.ground.law, self.means.income)


def ground_of(
    *, actor: "User", account_id: int, today: dt.date, claim_ids: Collection[int] | None = None
) -> PlanGround:
    """What an account owes for a plan today, of the visits named or (None) of all that may be in one.

    Raises `BadPlan` where nothing can be planned, `NotFound` outside the actor's practices.
    """
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    visits = visits_for_plan(account.pk, today=today)
    if claim_ids is not None:
        chosen = set(claim_ids)
        visits = [
            one if one.left_out or one.claim.pk in chosen
            else OwedForPlan(one.claim, one.owed, "not chosen", one.at_payers)
            for one in visits
        ]  # fmt: skip
    total = sum((one.planned for one in visits), ZERO)
    if total <= ZERO:
        raise BadPlan("Nothing is owed here that a plan could take in.", field="visits")
    return PlanGround(
        account=account,
        visits=visits,
        policy=policy_of(total, on=today, practice_id=account.practice_id),
        law=law_of(account, on=today),
        share_percent=limit_book().value("plan_share", on=today, practice_id=account.practice_id),
    )


def draft_plan(ground: PlanGround, asked: AskedTerms, means: Means, *, today: dt.date) -> PlanDraft:
    """The schedule of these terms on that ground. Raises `BadPlan` naming the field."""
    if asked.first_due_on < today or (asked.down_due_on is not None and asked.down_due_on < today):
        raise BadPlan("The first day is past.", field="first_due_on")
    if (asked.first_due_on - today).days > FARTHEST_FIRST:
        raise BadPlan(f"The first installment is due within {FARTHEST_FIRST} days.", field="first_due_on")
    if asked.down_payment and asked.down_due_on is None:
        asked = replace(asked, down_due_on=today)
    terms = asked.of(ground.total)
    rows = installments(terms)
    found = breaches(terms, rows, ground.policy, ground.law, income=means.income)
    return PlanDraft(ground, terms, rows, found, position(rows, ground.policy.position), means)


def offers_on(
    ground: PlanGround, means: Means, *, first_due_on: dt.date, frequency: str = MONTHLY,
    payday: int | None = None, second_payday: int | None = None,
) -> list[PlanOffer]:  # fmt: skip
    """Plans to offer on that ground, the one that fits their means first."""
    return offers(
        ground.total, able=ground.able(means), policy=ground.policy, law=ground.law, income=means.income,
        first_due_on=first_due_on, frequency=frequency, payday=payday, second_payday=second_payday,
    )  # fmt: skip
