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

from arwork.lib.dates import EARLIEST
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.books import as_row, own_rules
from claims.payers.models import Payer, PayerClass, PayerRule, Plan
from claims.payers.rules import BASES, KINDS, RuleBook, RuleRow, default_rules

if TYPE_CHECKING:
    from arwork.staff.models import User

CONFIDENCES = ("high", "medium", "low", "unverified")
_DAY = dt.timedelta(days=1)
_LATEST = dt.date(2199, 12, 31)
#: Above these a figure is a slip of the hand; days also have to be counted from a date and end on one.
_MOST = {"days": (3650, "ten years"), "bp": (10_000, "100 percent")}
_DRAFTED = 2**62  # orders a drafted row after every stored one


class BadRule(DomainError):
    """A figure that could never apply, or not as meant."""

    code = "bad_rule"


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it was entered. `value` in the unit of its kind; one of payer, plan or class says for whom."""

    kind: str
    value: int
    valid_from: dt.date
    basis: str = ""
    payer_id: int | None = None
    plan_id: int | None = None
    payer_class: str = ""
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
            state=self.state or None,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            source=self.source,
            confidence=self.confidence,
            note=self.note,
            rule_id=_DRAFTED,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a change makes of the rules: the books before and after, rows that end (id -> last day) or go."""

    kind: str
    before: RuleBook
    after: RuleBook
    payer_id: int | None
    payer_class: str
    new: RuleRow | None = None
    ended: Mapping[int, dt.date] = field(default_factory=dict)
    withdrawn: int | None = None

    @property
    def is_for_everybody(self) -> bool:
        return self.payer_id is None and not self.payer_class


def plan_rule(draft: Draft) -> Change:
    """What adding `draft` would change. Rows of the same scope and kind that run into it end the day before; one
    that begins later still takes over on its day, so the draft ends before it. Raises `BadRule`."""
    draft = _checked(draft)
    own = own_rules()
    rivals = [one for one in own if _same_scope(one, draft)]
    ended = {
        one.rule_id: max(one.valid_from, draft.valid_from - _DAY)
        for one in rivals
        if one.rule_id
        and one.valid_from <= draft.valid_from
        and (one.valid_to is None or one.valid_to >= draft.valid_from)
    }
    new = draft.row()
    later = [one.valid_from - _DAY for one in rivals if one.valid_from > draft.valid_from]
    if later and (new.valid_to is None or new.valid_to > min(later)):
        new = replace(new, valid_to=min(later))
    after = [*_shortened(own, ended), new]
    return _change(draft.kind, own, after, draft.payer_id, draft.payer_class, new=new, ended=ended)


def plan_end(rule_id: int, *, last_day: dt.date, today: dt.date) -> Change:
    """What ending a rule would change; one that has not begun is withdrawn. Raises `BadRule`, `NotFound`."""
    own = own_rules()
    found = next((one for one in own if one.rule_id == rule_id), None)
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    if found.valid_from > today:
        rest = [one for one in own if one.rule_id != rule_id]
        return _change(found.kind, own, rest, found.payer_id, found.payer_class or "", withdrawn=rule_id)
    if found.valid_to is not None and found.valid_to < today:
        raise BadRule("This rule has ended already; its history stays as it is.")
    if last_day < max(found.valid_from, today - _DAY):
        raise BadRule("A rule ends yesterday at the earliest: what was in force stays on record.")
    ended = {rule_id: last_day}
    return _change(found.kind, own, _shortened(own, ended), found.payer_id, found.payer_class or "", ended=ended)


@transaction.atomic
def add_rule(draft: Draft, *, actor: "User", now: dt.datetime) -> tuple[PayerRule, Change]:
    """Store a rule and end those it replaces."""
    require(actor, Capability.CONFIGURE_PAYERS)
    _lock(draft.payer_id)
    change = plan_rule(draft)
    new = change.new or draft.row()
    _end(change.ended, actor=actor, now=now)
    rule = PayerRule.objects.create(
        kind=new.kind,
        value=new.value,
        basis=new.basis,
        payer_class=new.payer_class or "",
        payer_id=new.payer_id,
        plan_id=new.plan_id,
        state=new.state or "",
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        source=new.source[:300],
        confidence=new.confidence,
        note=new.note[:300],
    )
    audit.record(actor, "rule_added", "payer_rule", rule.pk, practice_id=None, after=facts_of(rule), now=now)
    return rule, change


@transaction.atomic
def end_rule(rule_id: int, *, last_day: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> Change:
    """End a rule after `last_day`, or withdraw one that has not begun."""
    require(actor, Capability.CONFIGURE_PAYERS)
    rule = PayerRule.objects.select_for_update().filter(pk=rule_id).first()
    change = plan_end(rule_id, last_day=last_day, today=today)
    if rule is not None and change.withdrawn:
        before = facts_of(rule)
        rule.delete()
        audit.record(actor, "rule_withdrawn", "payer_rule", rule_id, practice_id=None, before=before, now=now)
    _end(change.ended, actor=actor, now=now)
    return change


def facts_of(rule: PayerRule) -> dict[str, Any]:
    """A rule for the trail."""
    row = as_row(rule)
    return {name: getattr(row, name) for name in RuleRow.__slots__ if name != "rule_id" and getattr(row, name)}


def _checked(draft: Draft) -> Draft:
    if draft.kind not in KINDS:
        raise BadRule("Choose what the rule is about.")
    if draft.basis not in BASES or (KINDS[draft.kind].unit == "days") != bool(draft.basis):
        raise BadRule("A number of days needs the event it runs from; an amount has none.")
    if draft.value < 0 or (draft.value == 0 and draft.basis):
        raise BadRule("Enter a figure above zero.")
    most, words = _MOST.get(KINDS[draft.kind].unit, (None, ""))
    if most is not None and draft.value > most:
        raise BadRule(f"The figure is more than {words}. Look at it again.")
    if not all(EARLIEST <= day <= _LATEST for day in (draft.valid_from, draft.valid_to or _LATEST)):
        raise BadRule(f"A rule holds between {EARLIEST.year} and {_LATEST.year}. Look at the years again.")
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        raise BadRule("The last day lies before the first.")
    if draft.confidence not in CONFIDENCES:
        raise BadRule("Say how far the source can be trusted.")
    if draft.payer_class and draft.payer_class not in PayerClass.values:
        raise BadRule("Choose a class of payers from the list.")
    if draft.payer_class and (draft.payer_id or draft.plan_id):
        raise BadRule("A rule speaks for a payer, a plan or a class, not for two of them.")
    if draft.plan_id and not Plan.objects.filter(pk=draft.plan_id, payer=draft.payer_id).exists():
        raise BadRule("This plan belongs to another payer.")
    return draft


def _same_scope(row: RuleRow, draft: Draft) -> bool:
    return (row.kind, row.payer_id, row.plan_id, row.payer_class or "", row.state or "") == (
        draft.kind,
        draft.payer_id,
        draft.plan_id,
        draft.payer_class,
        draft.state,
    )


def _shortened(rows: Sequence[RuleRow], ended: Mapping[int, dt.date]) -> list[RuleRow]:
    return [replace(one, valid_to=ended[one.rule_id]) if one.rule_id in ended else one for one in rows]  # type: ignore[index]


def _change(
    kind: str, before: Sequence[RuleRow], after: Sequence[RuleRow], payer_id: int | None, payer_class: str, **rest: Any
) -> Change:
    shipped = default_rules()
    return Change(kind, RuleBook((*before, *shipped)), RuleBook((*after, *shipped)), payer_id, payer_class, **rest)


def _lock(payer_id: int | None) -> None:
    """Two admins who change one payer's rules take turns."""
    if payer_id is not None and not list(Payer.objects.select_for_update().filter(pk=payer_id).values_list("pk")):
        raise NotFound("There is no such payer any more. It may have been merged into another one.")


def _end(ended: Mapping[int, dt.date], *, actor: "User", now: dt.datetime) -> None:
    for rule in PayerRule.objects.select_for_update().filter(pk__in=ended):
        before = {"valid_to": rule.valid_to}
        rule.valid_to = ended[rule.pk]
        rule.save(update_fields=["valid_to"])
        after = {"valid_to": rule.valid_to}
        audit.record(actor, "rule_ended", "payer_rule", rule.pk, practice_id=None, before=before, after=after, now=now)
