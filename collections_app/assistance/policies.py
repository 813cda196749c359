"""The assistance policies that hold: an admin's rows over the shipped one; entered, ended, and whom one speaks for.

A row is never overwritten: another one ends it the day before it begins. A decision keeps the policy of the day on
which its application came.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.dated_rules import DRAFTED, check_dates, standing, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_choice, practice_ids, require
from arwork.staff.dated_rows import DatedTable
from collections_app.assistance.guidelines import guideline_for
from collections_app.assistance.household import household_of
from collections_app.assistance.models import OPEN_STATES, AssistanceApplication, AssistanceRule
from collections_app.assistance.policy import (
    DOCUMENTS,
    PRESUMPTIVE,
    AssistancePolicy,
    percent_of_guideline,
    policy_for,
    shipped_policies,
)

if TYPE_CHECKING:
    from arwork.staff.models import User

HUNDRED, MOST_PERCENT, MOST_DAYS = 100, 1_000, 730
#: 26 CFR 1.501(r)-1(b)(3): an application counts for so many days from the first bill.
PERIOD_501R = 240
_COLUMNS = tuple(one.name for one in fields(AssistancePolicy) if one.name != "rule_id")
_LISTS = ("presumptive", "documents")


class BadAssistancePolicy(DomainError):
    """A policy that no decision could follow; `field` names what to change."""

    code = "bad_assistance_policy"


def policy_rows() -> list[AssistancePolicy]:
    """Every row, shipped and entered. One query."""
    own = []
    for pk, *rest in AssistanceRule.objects.order_by("pk").values_list("pk", *_COLUMNS):
        told = dict(zip(_COLUMNS, rest, strict=True))
        told |= {name: tuple(told[name]) for name in _LISTS} | {"bands": tuple(map(tuple, told["bands"]))}
        own.append(AssistancePolicy(rule_id=pk, **told))
    return [*shipped_policies(), *own]


def policy_of(practice_id: int, *, on: dt.date) -> AssistancePolicy:
    """The policy of a practice on a day. One query."""
    return policy_for(policy_rows(), on=on, practice_id=practice_id)


@dataclass(frozen=True, slots=True)
class ListedAssistancePolicy:
    """A row as the setup shows it: of which practice ("" for all), and `in force`, `planned` or `ended`."""

    row: AssistancePolicy
    practice: str
    stands: str


def listed_policies(*, actor: "User", today: dt.date) -> list[ListedAssistancePolicy]:
    """The shared rows and those of the actor's practices, what has ended last."""
    names = {one.id: one.name for one in practice_choice(actor).practices}
    found = [
        ListedAssistancePolicy(row, names.get(row.practice_id or 0, ""), standing(row.valid_from, row.valid_to, today))
        for row in policy_rows()
        if row.practice_id is None or row.practice_id in names
    ]
    return sorted(found, key=lambda one: (one.stands == "ended", one.practice, one.row.begins))


def assistance_rule(policy_id: int, *, actor: "User") -> AssistanceRule:
    """A stored row that the actor sees. Raises `NotFound`."""
    names = {one.id for one in practice_choice(actor).practices}
    found = AssistanceRule.objects.filter(pk=policy_id).select_related("practice").first()
    if found is None or (found.practice_id is not None and found.practice_id not in names):
        raise NotFound("There is no such assistance policy.")
    return found


@transaction.atomic
def add_policy(row: AssistancePolicy, *, actor: "User", now: dt.datetime) -> AssistanceRule:
    """Let a policy hold from its day on; the one before of the same practice ends the day before.

    Raises `BadAssistancePolicy` naming the field, `BadDates`, `Forbidden`.
    """
    _check(row, actor)
    own = [one for one in policy_rows() if one.rule_id is not None]
    new, ended = succeed(own, replace(row, rule_id=DRAFTED))
    return _TABLE.add(AssistanceRule(**_stored(new), entered_by=actor), ended=ended, actor=actor, now=now)


@transaction.atomic
def end_policy(
    policy_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End a row after `last_day`, or withdraw one that has not begun. The last day, None for one withdrawn."""
    found = assistance_rule(policy_id, actor=actor)
    require(actor, _needed(found.practice_id))
    return _TABLE.end(policy_id, last_day=last_day, actor=actor, today=today, now=now)


@dataclass(frozen=True, slots=True)
class PolicyExample:
    """A household of `people` under a policy: yearly dollars up to which so many percent are taken off."""

    people: int
    up_to: tuple[tuple[Decimal, int], ...]


def examples_of(row: AssistancePolicy, *, on: dt.date, sizes: Sequence[int] = (1, 2, 3, 4, 6)) -> list[PolicyExample]:
    """What the bands are in dollars a year, by the guideline of the 48 states."""
    line = guideline_for("48", on=on)
    return [
        PolicyExample(people, tuple((line.of(people) * up_to / HUNDRED, off) for up_to, off in row.bands))
        for people in sizes
    ]


@dataclass(frozen=True, slots=True)
class PolicyFall:
    """How many open applications would get `discount` percent under a policy, None for those that tell too little."""

    discount: int | None
    count: int


def falls_of(row: AssistancePolicy, *, actor: "User", today: dt.date) -> list[PolicyFall]:
    """Where the applications of the last year in the actor's practices would fall by their income. One query."""
    practices = practice_ids(actor) if row.practice_id is None else {row.practice_id} & set(practice_ids(actor))
    rows = AssistanceApplication.objects.filter(
        practice__in=practices, received_on__gt=today - dt.timedelta(days=365), presumptive=""
    )
    counts: dict[int | None, int] = {}
    for kept, area, on in rows.values_list("household", "area", "received_on"):
        known, discount = household_of(kept), None
        if known.people is not None and known.a_year is not None:
            line = guideline_for(area, on=on).of(known.people)
            discount = row.discount_at(percent_of_guideline(known.a_year, line))
        counts[discount] = counts.get(discount, 0) + 1
    order = sorted(counts, key=lambda one: -1 if one is None else one, reverse=True)
    return [PolicyFall(one, counts[one]) for one in order]


def open_under(row: AssistancePolicy, *, actor: "User") -> int:
    """How many applications of the policy's practices wait for a decision."""
    practices = practice_ids(actor) if row.practice_id is None else {row.practice_id} & set(practice_ids(actor))
    return AssistanceApplication.objects.filter(practice__in=practices, state__in=OPEN_STATES).count()


def _needed(practice_id: int | None) -> Capability:
    return Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS


def _stored(row: AssistancePolicy) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _COLUMNS}
    return told | {name: list(told[name]) for name in _LISTS} | {"bands": [list(one) for one in row.bands]}


def _facts(rule: AssistanceRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in _COLUMNS}


_TABLE = DatedTable(AssistanceRule, subject="assistance_policy", deed="assistance_policy", facts=_facts)


def _check(row: AssistancePolicy, actor: "User") -> None:
    require(actor, _needed(row.practice_id))
    if row.practice_id is not None and row.practice_id not in {one.id for one in practice_choice(actor).practices}:
        raise BadAssistancePolicy("This practice is not among yours.", field="practice_id")
    _check_bands(row)
    if not 0 < row.agb_percent <= HUNDRED:
        raise BadAssistancePolicy("What is generally billed is above 0 and at most 100 %.", field="agb_percent")
    if row.assets_most is not None and row.assets_most < 0:
        raise BadAssistancePolicy("Assets end at zero or above.", field="assets_most")
    if not 0 <= row.indigent_discount <= HUNDRED:
        raise BadAssistancePolicy("From 0 to 100 percent.", field="indigent_discount")
    if row.indigent_percent is not None and not 0 < row.indigent_percent <= MOST_PERCENT:
        raise BadAssistancePolicy("Above zero, in percent of yearly income.", field="indigent_percent")
    for name in ("valid_days", "earlier_days", "reply_days", "appeal_days"):
        if not 0 < getattr(row, name) <= MOST_DAYS:
            raise BadAssistancePolicy(f"From 1 to {MOST_DAYS} days.", field=name)
    if row.is_501r and row.earlier_days < PERIOD_501R:
        raise BadAssistancePolicy(
            f"Where 501(r) binds, an application counts for {PERIOD_501R} days from the first bill.",
            field="earlier_days",
        )
    if not set(row.presumptive) <= set(PRESUMPTIVE) or not set(row.documents) <= set(DOCUMENTS):
        raise BadAssistancePolicy("Choose from the lists.", field="presumptive")
    if not row.source.strip():
        raise BadAssistancePolicy("Say who decided it, or where it is written.", field="source")
    ensure_not_sensitive(source=row.source)
    check_dates(row.begins, row.valid_to)


def _check_bands(row: AssistancePolicy) -> None:
    """Bands rise in income and fall in help: more income never gets more."""
    if not row.bands:
        raise BadAssistancePolicy("Enter at least one band.", field="bands")
    ends, offs = [up_to for up_to, _ in row.bands], [off for _, off in row.bands]
    if any(not 0 < one <= MOST_PERCENT for one in ends) or any(not 0 < one <= HUNDRED for one in offs):
        raise BadAssistancePolicy("A band is above zero, and takes off at most 100 percent.", field="bands")
    if ends != sorted(set(ends)) or offs != sorted(set(offs), reverse=True):
        raise BadAssistancePolicy("Each band begins above the one before and takes off less.", field="bands")
