"""What kind of work denials are in a practice: rules from a day on over the shipped table, shown before they are saved.

A rule of the day on which a denial was first given decides it: `plan_rule` and `plan_end` say what a change would make
of the rules and touch nothing, `effects_of` which open denials it would move; `add_rule` and `end_rule` do it. What is
closed stays as it was, and so does what the law leaves open to a claim. History stays.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.dated_rules import DRAFTED, Book, check_dates, ending, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import practice_choice
from arwork.staff.dated_rows import DatedTable
from claims.denials.causes import CURES, PREVENTABLE, ROOT_CAUSES, DenialCause, cause_of
from claims.denials.models import Denial, DenialRule
from claims.denials.routing import UNCATEGORIZED, WAYS, Route, Ruling, categories, route, win_rate
from claims.payers.models import Payer
from claims.payers.rule_entry import ensure_may_set

if TYPE_CHECKING:
    from arwork.staff.models import User

SHOWN = 50
GROUPS = ("CO", "PR", "OA", "PI")
_CARC = re.compile(r"[ABDPWY]?[0-9]{1,3}")
_RARC = re.compile(r"(M|MA|N)[0-9]{1,4}")


class BadDenialRule(DomainError):
    """A rule that could never apply, or not as meant."""

    code = "bad_denial_rule"


@dataclass(frozen=True, slots=True)
class DenialRuleDraft:
    """A rule as it was entered; `win_rate` is a share of one, None: as the category usually is. Root cause,
    preventable and who can cure it by their names (`causes`), empty: as shipped."""

    group: str
    carc: str
    category: str
    kind: str
    way: str
    valid_from: dt.date
    source: str
    win_rate: Decimal | None = None
    root_cause: str = ""
    preventable: str = ""
    cure: str = ""
    rarc: str = ""
    payer_id: int | None = None
    practice_id: int | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DenialRuleChange:
    """What a change makes of the rules about one reason: before and after, rows that end (id -> last day) or go."""

    about: Ruling
    before: Book[Ruling]
    after: Book[Ruling]
    new: Ruling | None = None
    ended: Mapping[int, dt.date] = field(default_factory=dict)
    withdrawn: int | None = None


class DenialPlace(NamedTuple):
    """How a denial is worked: what a rule decides of it."""

    category: str
    kind: str
    way: str
    win_rate: Decimal
    cause: DenialCause


@dataclass(frozen=True, slots=True)
class DenialMove:
    """An open denial that a change moves."""

    denial: Denial
    before: DenialPlace
    after: DenialPlace


@dataclass
class DenialEffects:
    """What a change would move of the `in_scope` open denials for its reason: how many, for how much; `shown` are the
    largest of the actor's practices, `hidden` belong to others."""

    in_scope: int = 0
    count: int = 0
    hidden: int = 0
    amount: Decimal = ZERO
    shown: list[DenialMove] = field(default_factory=list)


def rulings_in_force() -> Book[Ruling]:
    """Every rule that was entered. One query."""
    return Book(_own())


def ruling_of(row: DenialRule | None) -> Ruling | None:
    """A stored rule as the routing takes it."""
    if row is None:
        return None
    return Ruling(**_facts(row) | {"rarc": row.rarc or None}, rule_id=row.pk or DRAFTED)


def rule_for(
    rules: Book[Ruling],
    about: str,
    *,
    rarcs: Sequence[str],
    on: dt.date,
    payer_id: int | None,
    practice_id: int,
) -> Ruling | None:
    """The rule that holds for a denial `about` a reason that was first given on a day; None: the shipped table's."""
    return rules.look_up(about, on=on, asked=(payer_id, frozenset(rarcs), practice_id))


def denial_rules(*, actor: "User") -> QuerySet[DenialRule]:
    """What was entered for every practice or for one of the actor's, the newest first."""
    mine = [one.id for one in practice_choice(actor).practices]
    rows = DenialRule.objects.filter(Q(practice=None) | Q(practice__in=mine))
    return rows.select_related("payer", "practice").order_by("-valid_from", "-pk")


def denial_rule(rule_id: int, *, actor: "User") -> DenialRule:
    """One of them. Raises `NotFound`."""
    found = denial_rules(actor=actor).filter(pk=rule_id).first()
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    return found


def plan_rule(draft: DenialRuleDraft) -> DenialRuleChange:
    """What adding `draft` would change. Raises `BadDenialRule`, `BadDates`."""
    _check(draft)
    own, row = _own(), ruling_of(DenialRule(**asdict(draft)))
    assert row is not None
    new, ended = succeed(own, row)
    return DenialRuleChange(row, Book(own), Book([*_shortened(own, ended), new]), new=new, ended=ended)


def plan_end(rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date) -> DenialRuleChange:
    """What ending a rule would change; one that has not begun is withdrawn. Raises `NotFound`, `BadDates`."""
    denial_rule(rule_id, actor=actor)
    own = _own()
    found = next(one for one in own if one.rule_id == rule_id)
    last = ending(found.valid_from, found.valid_to, wanted=last_day, today=today)
    if last is None:
        rest = [one for one in own if one.rule_id != rule_id]
        return DenialRuleChange(found, Book(own), Book(rest), withdrawn=rule_id)
    ended = {rule_id: last}
    return DenialRuleChange(found, Book(own), Book(_shortened(own, ended)), ended=ended)


def effects_of(change: DenialRuleChange, *, actor: "User") -> DenialEffects:
    """Which open denials a change would move, and whither. Two queries, and those of who sees what."""
    ensure_may_set(actor, change.about.practice_id)
    mine = {one.id for one in practice_choice(actor).practices}
    found = DenialEffects()
    for denial, before, after, _ in _routed(change.about, change.after):
        found.in_scope += 1
        if before == after:
            continue
        found.count += 1
        if denial.practice_id not in mine:
            found.hidden += 1
            continue
        found.amount += denial.amount
        if len(found.shown) < SHOWN:
            found.shown.append(DenialMove(denial, before, after))
    return found


@transaction.atomic
def add_rule(draft: DenialRuleDraft, *, actor: "User", now: dt.datetime) -> tuple[DenialRule, int]:
    """Store a rule, end those it replaces and bring open denials to it: the rule, and how many moved. Raises as
    `plan_rule`, `Forbidden`."""
    ensure_may_set(actor, draft.practice_id)
    change = plan_rule(draft)
    row = DenialRule(**asdict(draft))
    row.valid_to = change.new.valid_to if change.new else draft.valid_to
    row = _TABLE.add(row, ended=change.ended, actor=actor, now=now)
    return row, _follow(change.about)


@transaction.atomic
def end_rule(rule_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """End a rule after `last_day`, or withdraw one that has not begun; how many open denials moved."""
    change = plan_end(rule_id, last_day=last_day, actor=actor, today=today)
    ensure_may_set(actor, change.about.practice_id)
    if change.withdrawn:  # no denial may lean on a row that goes
        _follow(change.about, change.after)
    _TABLE.end(rule_id, last_day=last_day, actor=actor, today=today, now=now)
    return _follow(change.about)


def place_of(way: Route, ruling: Ruling | None, *, carc: str, rarcs: Sequence[str] = ()) -> DenialPlace:
    """What a route and the rule behind it decide of denials for a reason with its remarks."""
    own = ruling.win_rate if ruling else None
    rate = win_rate(way.category).rate if own is None else own
    return DenialPlace(way.category, way.kind, way.way, rate, cause_of(way, carc, rarcs, ruling=ruling))


def _follow(about: Ruling, rules: Book[Ruling] | None = None) -> int:
    """Bring the open denials for a reason to the rules; the worklist follows its announcement."""
    changed: dict[int, tuple[object, ...]] = {}
    claims: set[int] = set()
    moved = 0
    for denial, before, after, ruling in _routed(about, rules or rulings_in_force()):
        new = (ruling.rule_id if ruling else None, after.category, after.kind, *after.cause)
        if new != (denial.rule_id, denial.category, denial.kind, *_cause(denial)):
            changed[denial.pk] = new
            claims.add(denial.claim_id)
            moved += before != after
    bulk.write(Denial, ["rule", "category", "kind", *DenialCause._fields], changed)
    if claims:
        announce("denial", claims=claims)
    return moved


def _routed(about: Ruling, rules: Book[Ruling]) -> Iterator[tuple[Denial, DenialPlace, DenialPlace, Ruling | None]]:
    """The open denials that a rule may speak for, the largest first: how each is worked, and would be under `rules`,
    with the rule that says so."""
    rows = Denial.objects.filter(state=Denial.State.OPEN, group=about.group, carc=about.carc)
    if about.payer_id is not None:
        rows = rows.filter(payer=about.payer_id)
    if about.practice_id is not None:
        rows = rows.filter(practice=about.practice_id)
    for denial in rows.select_related("claim", "payer", "rule").order_by("-amount", "pk").iterator(chunk_size=2_000):
        rarcs = denial.rarcs.split()
        payer_class = denial.payer.payer_class if denial.payer else None
        was = ruling_of(denial.rule)
        will = rule_for(
            rules, about.about, rarcs=rarcs, on=denial.initial_on, payer_id=denial.payer_id,
            practice_id=denial.practice_id,
        )  # fmt: skip
        old, new = (route(denial.group, denial.carc, rarcs, payer_class=payer_class, ruling=one) for one in (was, will))
        before = place_of(old, was, carc=denial.carc, rarcs=rarcs)
        cause = _cause(denial) if denial.cure else before.cause
        before = before._replace(category=denial.category, kind=denial.kind, cause=cause)
        yield denial, before, place_of(new, will, carc=denial.carc, rarcs=rarcs), will


def _cause(denial: Denial) -> DenialCause:
    return DenialCause(denial.root_cause, denial.preventable, denial.cure)


def _own() -> list[Ruling]:
    return [one for one in map(ruling_of, DenialRule.objects.order_by("pk")) if one]


def _shortened(rows: Sequence[Ruling], ended: Mapping[int, dt.date]) -> list[Ruling]:
    return [replace(one, valid_to=ended[one.rule_id]) if one.rule_id in ended else one for one in rows]  # type: ignore[index]


def _facts(row: DenialRule) -> dict[str, Any]:
    return {one.name: getattr(row, one.name) for one in fields(DenialRuleDraft)}


_TABLE = DatedTable(DenialRule, subject="denial_rule", deed="denial_rule", facts=_facts)


def _check(draft: DenialRuleDraft) -> None:
    if draft.group not in GROUPS:
        raise BadDenialRule("Choose the group: CO, PR, OA or PI.", field="group")
    if not _CARC.fullmatch(draft.carc):
        raise BadDenialRule("A reason code is up to three digits, such as 197, or B7.", field="carc")
    if draft.rarc and not _RARC.fullmatch(draft.rarc):
        raise BadDenialRule("A remark code is M, MA or N with a number, such as M15, MA130 or N781.", field="rarc")
    if draft.category not in categories() or draft.category == UNCATEGORIZED:
        raise BadDenialRule("Choose a category from the list.", field="category")
    if draft.kind not in DenialRule.Kind.values:
        raise BadDenialRule("Choose soft, hard or either.", field="kind")
    if draft.way not in WAYS:
        raise BadDenialRule("Choose what is done first from the list.", field="way")
    for name, known in (("root_cause", ROOT_CAUSES), ("preventable", PREVENTABLE), ("cure", CURES)):
        if getattr(draft, name) and getattr(draft, name) not in known:
            raise BadDenialRule("Choose it from the list.", field=name)
    if draft.win_rate is not None and not 0 <= draft.win_rate <= 1:
        raise BadDenialRule("A win rate lies between 0 and 100 percent.", field="win_rate")
    if not draft.source.strip():
        raise BadDenialRule("Say who decided it, or where it stands.", field="source")
    ensure_not_sensitive(source=draft.source)
    check_dates(draft.valid_from, draft.valid_to)
    if draft.payer_id is not None and not Payer.objects.filter(pk=draft.payer_id).exists():
        raise BadDenialRule("There is no such payer any more.", field="payer_id")
