"""Changing payer rules: a figure is never edited, it is ended and another one begins.

Two steps: `plan_rule` and `plan_end` say what a change would make of the rules and touch nothing (the page then
shows which open items would move); `add_rule` and `end_rule` do it. History stays: a row that was in force is
shortened at most, only one that has not begun is taken out.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.dated_rules import DRAFTED, check_dates, ending, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.staff.access import Capability, practice_choice, require
from arwork.staff.dated_rows import DatedTable
from claims.payers.models import Payer, PayerClass, PayerRule, Plan
from claims.payers.rule_book import as_row, own_rules
from claims.payers.rules import RULE_BASES, RULE_KINDS, RuleBook, RuleRow, default_rules

if TYPE_CHECKING:
    from arwork.staff.models import User

CONFIDENCES = ("high", "medium", "low", "unverified")
#: Above these a figure is a slip of the hand; days also have to be counted from a date and end on one.
_MOST = {"days": (3650, "ten years"), "bp": (10_000, "100 percent")}


class BadRule(DomainError):
    """A figure that could never apply, or not as meant."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as it was entered. `value` in the unit of its kind; one of payer, plan or class says for whom,
    `practice_id` in which practice alone."""

    kind: str
    value: int
    valid_from: dt.date
    basis: str = ""
    payer_id: int | None = None
    plan_id: int | None = None
    payer_class: str = ""
    practice_id: int | None = None
    state: str = ""
    valid_to: dt.date | None = None
    source: str = ""
    confidence: str = "unverified"
    note: str = ""

    def row(self) -> RuleRow:
        """The draft as a rule that was entered last."""
        return RuleRow(
            kind=self.kind,
            value=self.value,
            basis=self.basis,
            payer_class=self.payer_class or None,
            payer_id=self.payer_id,
            plan_id=self.plan_id,
            practice_id=self.practice_id,
            state=self.state or None,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
            confidence=self.confidence,
            note=self.note,
            rule_id=DRAFTED,
        )


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What a change makes of the rules: the books before and after, rows that end (id -> last day) or go."""

    kind: str
    before: RuleBook
    after: RuleBook
    payer_id: int | None
    payer_class: str
    practice_id: int | None = None
    new: RuleRow | None = None
    ended: Mapping[int, dt.date] = field(default_factory=dict)
    withdrawn: int | None = None


def plan_rule(draft: RuleDraft) -> RuleChange:
    """What adding `draft` would change (`dated_rules.succeed`). Raises `BadRule`, `BadDates`."""
    draft = _checked(draft)
    own = own_rules()
    new, ended = succeed(own, draft.row())
    after = [*_shortened(own, ended), new]
    return _change(draft.row(), own, after, new=new, ended=ended)


def plan_end(rule_id: int, *, last_day: dt.date, today: dt.date) -> RuleChange:
    """What ending a rule would change; one that has not begun is withdrawn. Raises `BadDates`, `NotFound`."""
    own = own_rules()
    found = next((one for one in own if one.rule_id == rule_id), None)
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    last = ending(found.valid_from, found.valid_to, wanted=last_day, today=today)
    if last is None:
        rest = [one for one in own if one.rule_id != rule_id]
        return _change(found, own, rest, withdrawn=rule_id)
    ended = {rule_id: last}
    return _change(found, own, _shortened(own, ended), ended=ended)


@transaction.atomic
def add_rule(draft: RuleDraft, *, actor: "User", now: dt.datetime) -> tuple[PayerRule, RuleChange]:
    """Store a rule and end those it replaces. Raises as `plan_rule`, and `Forbidden`."""
    ensure_may_set(actor, draft.practice_id)
    _lock(draft.payer_id)
    change = plan_rule(draft)
    new = change.new or draft.row()
    rule = PayerRule(
        kind=new.kind,
        value=new.value,
        basis=new.basis,
        payer_class=new.payer_class or "",
        payer_id=new.payer_id,
        plan_id=new.plan_id,
        practice_id=new.practice_id,
        state=new.state or "",
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        source=new.source[:300],
        confidence=new.confidence,
        note=new.note[:300],
    )
    return _TABLE.add(rule, ended=change.ended, actor=actor, now=now), change


@transaction.atomic
def end_rule(rule_id: int, *, last_day: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> RuleChange:
    """End a rule after `last_day`, or withdraw one that has not begun."""
    change = plan_end(rule_id, last_day=last_day, today=today)
    ensure_may_set(actor, change.practice_id)
    _TABLE.end(rule_id, last_day=last_day, actor=actor, today=today, now=now)
    return change


def ensure_may_set(actor: "User", practice_id: int | None) -> None:
    """A rule of every practice is an owner's; an administrator sets those of their own practices.

    Raises `Forbidden`, and `NotFound` for a practice of others.
    """
    require(actor, Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS)
    if practice_id is not None and practice_id not in {one.id for one in practice_choice(actor).practices}:
        raise NotFound("This practice is not among yours.")


def rule_facts(rule: PayerRule) -> dict[str, Any]:
    """A rule for the trail."""
    row = as_row(rule)
    return {name: getattr(row, name) for name in RuleRow.__slots__ if name != "rule_id" and getattr(row, name)}


_TABLE = DatedTable(PayerRule, subject="payer_rule", deed="rule", facts=rule_facts)


def _checked(draft: RuleDraft) -> RuleDraft:
    if draft.kind not in RULE_KINDS:
        raise BadRule("Choose what the rule is about.")
    if draft.basis not in RULE_BASES or (RULE_KINDS[draft.kind].unit == "days") != bool(draft.basis):
        raise BadRule("A number of days needs the event it runs from; an amount has none.")
    if draft.value < 0 or (draft.value == 0 and draft.basis):
        raise BadRule("Enter a figure above zero.")
    most, words = _MOST.get(RULE_KINDS[draft.kind].unit, (None, ""))
    if most is not None and draft.value > most:
        raise BadRule(f"The figure is more than {words}. Look at it again.")
    check_dates(draft.valid_from, draft.valid_to)
    if draft.confidence not in CONFIDENCES:
        raise BadRule("Say how far the source can be trusted.")
    if draft.payer_class and draft.payer_class not in PayerClass.values:
        raise BadRule("Choose a class of payers from the list.")
    if draft.payer_class and (draft.payer_id or draft.plan_id):
        raise BadRule("A rule speaks for a payer, a plan or a class, not for two of them.")
    if draft.plan_id and not Plan.objects.filter(pk=draft.plan_id, payer=draft.payer_id).exists():
        raise BadRule("This plan belongs to another payer.")
    return draft


def _shortened(rows: Sequence[RuleRow], ended: Mapping[int, dt.date]) -> list[RuleRow]:
    return [replace(one, valid_to=ended[one.rule_id]) if one.rule_id in ended else one for one in rows]  # type: ignore[index]


def _change(about: RuleRow, before: Sequence[RuleRow], after: Sequence[RuleRow], **rest: Any) -> RuleChange:
    shipped = default_rules()
    return RuleChange(
        about.kind,
        RuleBook((*before, *shipped)),
        RuleBook((*after, *shipped)),
        about.payer_id,
        about.payer_class or "",
        about.practice_id,
        **rest,
    )


def _lock(payer_id: int | None) -> None:
    """Two admins who change one payer's rules take turns."""
    if payer_id is not None and not list(Payer.objects.select_for_update().filter(pk=payer_id).values_list("pk")):
        raise NotFound("There is no such payer any more. It may have been merged into another one.")
