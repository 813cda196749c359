"""The policies that hold: an admin's rows over the shipped ones, and what the patient's state asks for.

Entering a band ends the one before it on its day; nothing that was agreed changes, for a schedule keeps the terms of
its own day.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Sum

from arwork.lib.bulk import Among
from arwork.lib.dated_rules import DRAFTED, check_dates, standing, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_choice, practice_ids, require
from arwork.staff.dated_rows import DatedTable
from claims.ledger.models import Receivable
from claims.parties.models import Account, PersonAddress
from collections_app.limits.selectors import limit_book
from collections_app.plans.lending import POSITIONS
from collections_app.plans.models import PaymentPlan, PlanPolicy
from collections_app.plans.policy import CONSEQUENCES, PolicyRow, StateLaw, bands, policy_for, shipped_policies

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Figures that ask for nothing (`limits.yaml`).
NO_CAP, NO_END, NO_CONFIRMATION = 100, 120, 0
LONGEST_MONTHS, MOST_GRACE, MOST_MISSED, HUNDRED = 120, 30, 12, 100
_COLUMNS = (
    "balance_from", "minimum", "longest_months", "grace_days", "consequence", "position", "down_percent",
    "broken_after", "practice_id", "valid_from", "valid_to", "source",
)  # fmt: skip


class BadPolicy(DomainError):
    """A band that no plan could follow; `field` names what to change."""

    code = "bad_plan_policy"


def policy_rows() -> list[PolicyRow]:
    """Every row, shipped and entered. One query."""
    own = [PolicyRow(rule_id=pk, **dict(zip(_COLUMNS, rest, strict=True)))
           for pk, *rest in PlanPolicy.objects.order_by("pk").values_list("pk", *_COLUMNS)]  # fmt: skip
    return [*shipped_policies(), *own]


def policy_of(balance: Decimal, *, on: dt.date, practice_id: int) -> PolicyRow:
    """The band of a balance. Raises `LookupError`. One query."""
    return policy_for(policy_rows(), balance, on=on, practice_id=practice_id)


def law_of(account: Account, *, on: dt.date) -> StateLaw:
    """What the states of an account's guarantor ask of a plan: of several current addresses the strictest. Two
    queries."""
    states = PersonAddress.objects.filter(person=account.guarantor_id, is_current=True).values_list("state", flat=True)
    book, practice = limit_book(), account.practice_id
    found = [
        StateLaw(
            state,
            *(book.value(name, on=on, practice_id=practice, scope=state)
              for name in ("plan_income_percent", "plan_longest_months", "plan_confirm_days")),
        )
        for state in sorted({*states, ""})
    ]  # fmt: skip
    percent = min(found, key=lambda law: law.income_percent or 0)
    months = min(found, key=lambda law: law.longest_months or NO_END)
    days = min((law.confirm_days for law in found if law.confirm_days), default=NO_CONFIRMATION)
    return StateLaw(
        state=" and ".join(state for state in sorted({percent.state, months.state}) if state) or "The law",
        income_percent=None if percent.income_percent == NO_CAP else percent.income_percent,
        longest_months=None if months.longest_months == NO_END else months.longest_months,
        confirm_days=days or None,
    )


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """A row as the setup shows it: of which practice ("" for all), and `in force`, `planned` or `ended`."""

    row: PolicyRow
    practice: str
    stands: str


def listed_policies(*, actor: "User", today: dt.date) -> list[ListedPolicy]:
    """The shared rows and those of the actor's practices: what holds first, by practice and band."""
    names = {one.id: one.name for one in practice_choice(actor).practices}
    rows = [row for row in policy_rows() if row.practice_id is None or row.practice_id in names]
    found = [
        ListedPolicy(row, names.get(row.practice_id or 0, ""), standing(row.valid_from, row.valid_to, today))
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.stands == "ended", one.practice, one.row.balance_from, one.row.begins))


def plan_policy(policy_id: int, *, actor: "User") -> PlanPolicy:
    """A stored row that the actor sees. Raises `NotFound`."""
    names = {one.id for one in practice_choice(actor).practices}
    found = PlanPolicy.objects.filter(pk=policy_id).select_related("practice").first()
    if found is None or (found.practice_id is not None and found.practice_id not in names):
        raise NotFound("There is no such plan policy.")
    return found


@transaction.atomic
def add_policy(row: PolicyRow, *, actor: "User", now: dt.datetime) -> PlanPolicy:
    """Let a band hold from its day on; one of the same band and practice ends the day before.

    Raises `BadPolicy` naming the field, `BadDates`, `Forbidden`.
    """
    _check(row, actor)
    own = [one for one in policy_rows() if one.rule_id is not None]
    new, ended = succeed(own, replace(row, rule_id=DRAFTED))
    facts = {name: getattr(new, name) for name in _COLUMNS}
    return _TABLE.add(PlanPolicy(**facts, entered_by=actor), ended=ended, actor=actor, now=now)


@transaction.atomic
def end_policy(
    policy_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End a row after `last_day`, or withdraw one that has not begun. The last day, None for one withdrawn."""
    found = plan_policy(policy_id, actor=actor)
    require(actor, _needed(found.practice_id))
    return _TABLE.end(policy_id, last_day=last_day, actor=actor, today=today, now=now)


@dataclass(frozen=True, slots=True)
class PolicyEffects:
    """Accounts whose balance falls into a band now, and what they owe; plans that are current keep their terms."""

    accounts: int
    owed: Decimal
    current: int


def effects_of(row: PolicyRow, *, actor: "User") -> PolicyEffects:
    """How many accounts of the actor's practices a band would speak for today. Two queries."""
    practices = practice_ids(actor) if row.practice_id is None else {row.practice_id} & set(practice_ids(actor))
    owed = Receivable.objects.filter(practice__in=practices, bucket="PATIENT", amount__gt=0).order_by()
    by_account = dict(owed.values_list("account_id").annotate(owed=Sum("amount")))
    shared = bands(policy_rows(), on=row.begins, practice_id=row.practice_id or 0)
    above = min((one.balance_from for one in shared if one.balance_from > row.balance_from), default=None)
    mine = {pk: one for pk, one in by_account.items() if one >= row.balance_from and (above is None or one < above)}
    current = PaymentPlan.objects.filter(Among("account", mine), state=PaymentPlan.State.CURRENT).count()
    return PolicyEffects(len(mine), sum(mine.values(), ZERO), current)


def _needed(practice_id: int | None) -> Capability:
    return Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS


def _facts(policy: PlanPolicy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in _COLUMNS}


_TABLE = DatedTable(PlanPolicy, subject="plan_policy", deed="plan_policy", facts=_facts)


def _check(row: PolicyRow, actor: "User") -> None:
    require(actor, _needed(row.practice_id))
    if row.practice_id is not None and row.practice_id not in {one.id for one in practice_choice(actor).practices}:
        raise BadPolicy("This practice is not among yours.", field="practice_id")
    if row.balance_from < ZERO:
        raise BadPolicy("A band begins at zero or above.", field="balance_from")
    if row.minimum <= ZERO:
        raise BadPolicy("The smallest installment is above zero.", field="minimum")
    if not 0 < row.longest_months <= LONGEST_MONTHS:
        raise BadPolicy(f"From 1 to {LONGEST_MONTHS} months.", field="longest_months")
    if not 0 <= row.down_percent < HUNDRED:
        raise BadPolicy("A down payment is less than the whole.", field="down_percent")
    if not 0 <= row.grace_days <= MOST_GRACE:
        raise BadPolicy(f"At most {MOST_GRACE} business days of grace.", field="grace_days")
    if not 0 < row.broken_after <= MOST_MISSED:
        raise BadPolicy(f"From 1 to {MOST_MISSED} installments.", field="broken_after")
    if row.consequence not in CONSEQUENCES:
        raise BadPolicy("Choose what a broken plan leads to.", field="consequence")
    if row.position not in POSITIONS:
        raise BadPolicy("Choose how you stand to Regulation Z.", field="position")
    if not row.source.strip():
        raise BadPolicy("Say who decided it, or where it is written.", field="source")
    ensure_not_sensitive(source=row.source)
    check_dates(row.begins, row.valid_to)
