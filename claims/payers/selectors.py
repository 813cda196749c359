"""Questions about payers: the list, one payer with its directory, and the rules in force for it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from arwork.lib.dated_rules import in_force, precedence
from arwork.lib.errors import NotFound
from arwork.staff.access import Capability, practice_choice, require
from claims.payers.contracts import contracts_of
from claims.payers.deadlines import governing_state
from claims.payers.models import Contract, Funding, Payer, PayerClass, PayerContact, PayerIdentifier, Plan, Product
from claims.payers.rule_book import own_rules, rule_book
from claims.payers.rules import RULE_KINDS, RuleKind, RuleRow, default_rules
from claims.practices.models import Practice

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What can be chosen for a payer, a plan or a directory line: for forms, which don't import models.
PAYER_CLASSES = PayerClass.choices
PRODUCTS = Product.choices
FUNDINGS = Funding.choices
CONTACT_KINDS = PayerContact.Kind.choices


EXPIRES_WITHIN = dt.timedelta(days=60)


def payers(*, actor: "User", search: str = "", payer_class: str = "", show: str = "") -> QuerySet[Payer]:
    """Payers by name, the unconfirmed first. `show`: `unconfirmed`, `no_phone`, `retired`, or the active ones."""
    require(actor, Capability.SEE_CLAIMS)
    phones = PayerContact.objects.filter(payer=OuterRef("pk"), kind=PayerContact.Kind.PHONE)
    rows = Payer.objects.annotate(has_phone=Exists(phones)).filter(is_active=show != "retired")
    if show == "unconfirmed":
        rows = rows.filter(is_confirmed=False)
    if show == "no_phone":
        rows = rows.filter(has_phone=False)
    if payer_class:
        rows = rows.filter(payer_class=payer_class)
    for word in search.split():
        spelled = PayerIdentifier.objects.filter(payer=OuterRef("pk"), value__startswith=word.upper())
        rows = rows.filter(Q(name__icontains=word) | Exists(spelled))
    return rows.order_by("is_confirmed", "name", "pk").prefetch_related("identifiers")


def payer(payer_id: int, *, actor: "User") -> Payer:
    """One payer with identifiers, plans and directory. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    found = Payer.objects.prefetch_related("identifiers", "plans", "contacts").filter(pk=payer_id).first()
    if found is None:
        raise NotFound("There is no such payer. It may have been merged into another one.")
    return found


def contract_list(*, actor: "User", payer_id: int | None = None) -> QuerySet[Contract]:
    """Contracts of the actor's practices, the newest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = contracts_of(actor).select_related("practice", "payer", "plan")
    rows = rows.filter(payer=payer_id) if payer_id else rows
    return rows.order_by("payer__name", "practice__name", "-valid_from", "pk")


def expiring(*, actor: "User", today: dt.date) -> list[Contract]:
    """Contracts that end within 60 days, or ended and have no successor from that day on."""
    rows = contracts_of(actor).filter(valid_to__isnull=False, valid_to__lte=today + EXPIRES_WITHIN)
    later = Contract.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_to")),
        practice=OuterRef("practice"),
        payer=OuterRef("payer"),
    )
    alone = rows.exclude(Exists(later)).filter(payer__is_active=True)
    return list(alone.select_related("practice", "payer", "plan").order_by("valid_to"))


@dataclass(frozen=True, slots=True)
class PayerRuling:
    """One kind of rule for one payer: what is in force, where it comes from, what else stands in the books."""

    kind: RuleKind
    row: RuleRow | None
    own: Sequence[RuleRow]
    for_plans: Sequence[tuple[str, RuleRow]]
    by_state: Sequence[tuple[str, RuleRow]] = ()
    by_practice: Sequence[tuple[str, RuleRow]] = ()

    @property
    def origin(self) -> str:
        """Whose figure it is, in words."""
        if self.row is None:
            return ""
        if self.row.plan_id is not None:
            return "plan"
        if self.row.payer_id is not None:
            return "payer"
        return "class" if self.row.payer_class else "everybody"


def rulings(found: Payer, *, today: dt.date, practices: Collection[Practice] = ()) -> list[PayerRuling]:
    """Every kind of rule, as it stands for a payer on a day. Two queries.

    `practices` are those that ask: where their states differ, each state's own figure stands beside the one that holds
    everywhere, and so does a figure of one practice alone; those of other practices are not told.
    """
    book = rule_book()
    home_of = {one.pk: governing_state(payer=found.state, practice=one.state) for one in practices}
    asked = set(home_of.values()) or {found.state or None}
    home = asked.pop() if len(asked) == 1 else None
    plans = dict(Plan.objects.filter(payer=found).values_list("pk", "name"))
    history: dict[str, list[RuleRow]] = defaultdict(list)
    for row in book.rules:
        if row.rule_id and (row.payer_id == found.pk or row.plan_id in plans) and _is_told(row, home_of):
            history[row.kind].append(row)
    for rows in history.values():
        rows.sort(key=lambda row: (row.valid_from, row.rule_id or 0), reverse=True)
    answers = []
    for code, kind in RULE_KINDS.items():
        pick = partial(book.pick, code, on=today, payer_class=found.payer_class, payer_id=found.pk)
        current = pick(state=home)
        of_plans = ((name, plan_id, pick(plan_id=plan_id, state=home)) for plan_id, name in plans.items())
        for_plans = [(name, own) for name, plan_id, own in of_plans if own is not None and own.plan_id == plan_id]
        of_states = ((state, pick(state=state)) for state in sorted(filter(None, asked)))
        apart = [(state, own) for state, own in of_states if own is not None and own != current]
        of_practices = ((one.name, pick(practice_id=one.pk, state=home_of[one.pk])) for one in practices)
        own_way = [(name, own) for name, own in of_practices if own is not None and own.practice_id is not None]
        answers.append(PayerRuling(kind, current, history.get(code, ()), for_plans, apart, own_way))
    return answers


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A rule for a class of payers or for everybody, and whether it is the one that counts there today."""

    row: RuleRow
    is_in_force: bool


def class_rules(
    *, today: dt.date, payer_class: str | None = "", state: str = "", practices: Collection[int] = ()
) -> list[ClassRule]:
    """Rules that speak for no single payer, shipped and own, those in force first; of all classes for None. Those of
    one practice alone where it is among `practices`."""
    rows = [row for row in (*own_rules(), *default_rules()) if row.payer_id is None and row.plan_id is None]
    rows = [row for row in rows if payer_class is None or (row.payer_class or "") == payer_class]
    rows = [row for row in rows if (not state or row.state == state) and _is_told(row, practices)]
    best: dict[tuple[str, str, str, int], RuleRow] = {}
    for row in rows:
        if in_force(row.valid_from, row.valid_to, today):
            place = _place(row)
            if place not in best or precedence(row) > precedence(best[place]):
                best[place] = row
    order = list(RULE_KINDS)
    shown = [ClassRule(row, best.get(_place(row)) is row) for row in rows]
    return sorted(
        shown, key=lambda one: (order.index(one.row.kind), one.row.state or "", not one.is_in_force, one.row.valid_from)
    )


def unverified(*, today: dt.date, state: str = "") -> list[ClassRule]:
    """Rules of every class that count today and that nobody has checked against a source."""
    found = class_rules(today=today, payer_class=None, state=state)
    return [one for one in found if one.is_in_force and one.row.confidence == "unverified"]


def _place(row: RuleRow) -> tuple[str, str, str, int]:
    return row.kind, row.payer_class or "", row.state or "", row.practice_id or 0


def _is_told(row: RuleRow, practices: Collection[int]) -> bool:
    return row.practice_id is None or row.practice_id in practices


def rule(rule_id: int, *, actor: "User") -> RuleRow:
    """One stored rule of every practice, or of one of the actor's. Raises `NotFound`."""
    mine = {one.id for one in practice_choice(actor).practices}
    found = next((row for row in own_rules() if row.rule_id == rule_id and _is_told(row, mine)), None)
    if found is None:
        raise NotFound("There is no such rule any more. Look at the list again.")
    return found
