"""Changing limits: a figure is never edited, it is ended and another one begins (`arwork.staff.dated_rows`)."""

import datetime as dt
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction

from arwork.lib.dated_rules import DRAFTED, check_dates, succeed
from arwork.lib.errors import DomainError
from arwork.staff.access import CAPABILITIES, Capability, practice_choice, require
from arwork.staff.dated_rows import DatedTable
from claims.payers.models import PayerClass
from collections_app.limits import selectors
from collections_app.limits.figures import LIMITS, LimitRow
from collections_app.limits.limit_kinds import NEW_YORK_CITY, PAYER_CLASS, PLACE, ROLE
from collections_app.limits.models import Limit

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadLimit(DomainError):
    """A figure that could never hold, or not as meant. Facts: the `field`."""

    code = "bad_limit"


@dataclass(frozen=True, slots=True)
class LimitDraft:
    """A limit as it was entered. `value` in the unit of its kind; `practice_id` None for every practice."""

    name: str
    value: int
    valid_from: dt.date
    source: str
    scope: str = ""
    practice_id: int | None = None
    valid_to: dt.date | None = None
    is_verified: bool = False


@transaction.atomic
def add_limit(draft: LimitDraft, *, actor: "User", now: dt.datetime) -> Limit:
    """Let a figure hold from its day on; one for the same scope and practice ends the day before.

    Raises `BadLimit`, `BadDates`, `Forbidden`.
    """
    _require(actor, draft.name, draft.practice_id)
    _check(draft, actor)
    own = [selectors.as_row(one) for one in Limit.objects.filter(name=draft.name)]
    new, ended = succeed(own, LimitRow(**asdict(draft), rule_id=DRAFTED))
    row = Limit(**{**asdict(draft), "valid_to": new.valid_to}, entered_by=actor)
    return _TABLE.add(row, ended=ended, actor=actor, now=now)


@transaction.atomic
def end_limit(
    limit_id: int, *, actor: "User", today: dt.date, now: dt.datetime, last_day: dt.date | None = None
) -> dt.date | None:
    """End a limit after `last_day`, or as soon as may be; one that has not begun is withdrawn.

    Returns the last day, None for one withdrawn. Raises `NotFound`, `BadDates`, `Forbidden`.
    """
    found = selectors.limit(limit_id, actor=actor)
    _require(actor, found.name, found.practice_id)
    return _TABLE.end(limit_id, last_day=last_day, actor=actor, today=today, now=now)


def _require(actor: "User", name: str, practice_id: int | None) -> None:
    """A figure for every practice is an owner's; an administrator sets those of their own practices. What one person
    settles alone is an owner's everywhere, or an administrator would set it for themselves."""
    is_owners = practice_id is None or (name in LIMITS and LIMITS[name].scope == ROLE)
    require(actor, Capability.CONFIGURE_SHARED if is_owners else Capability.CONFIGURE_PAYERS)


def _facts(limit: Limit) -> dict[str, Any]:
    return {field.name: getattr(limit, field.name) for field in fields(LimitDraft)}


_TABLE = DatedTable(Limit, subject="limit", deed="limit", facts=_facts)


def _check(draft: LimitDraft, actor: "User") -> None:
    kind = LIMITS.get(draft.name)
    if kind is None:
        raise BadLimit("Choose what the limit is for.", field="name")
    if not kind.least <= draft.value <= kind.most:
        raise BadLimit("The figure is out of reach. Look at it again.", field="value")
    if not _is_scope(draft.scope, kind.scope):
        raise BadLimit("Name a state by its two letters, or NYC.", field="scope")
    if kind.scope == PAYER_CLASS and not draft.scope:
        raise BadLimit("Choose a class of payers.", field="scope")
    if kind.scope == ROLE and not draft.scope:
        raise BadLimit("Choose a role.", field="scope")
    if draft.practice_id is not None and kind.is_shared:
        raise BadLimit("This figure holds for every practice.", field="practice_id")
    mine = {practice.id for practice in practice_choice(actor).practices}
    if draft.practice_id is not None and draft.practice_id not in mine:
        raise BadLimit("This practice is not among yours.", field="practice_id")
    if not draft.source.strip():
        raise BadLimit("Say where the figure is written, or who decided it.", field="source")
    check_dates(draft.valid_from, draft.valid_to)


def _is_scope(scope: str, kind: str) -> bool:
    if not scope:
        return True
    if kind == PLACE:
        return scope == NEW_YORK_CITY or (len(scope) == 2 and scope.isascii() and scope.isalpha() and scope.isupper())
    if kind == ROLE:
        return scope in CAPABILITIES
    return kind == PAYER_CLASS and scope in PayerClass.values
