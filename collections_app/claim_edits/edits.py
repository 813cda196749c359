"""Own edits: entered from a day on, ended, and tried on claims that were sent before they are saved. History stays."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib.dated_rules import check_dates
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import practice_choice, practice_ids
from arwork.staff.dated_rows import DatedTable
from claims.billing.models import Submission
from claims.payers.rule_entry import ensure_may_set
from collections_app.claim_edits.edit_rules import LACKS, EditRow, findings_by, is_code_list, is_mask
from collections_app.claim_edits.facts import NAMES, TextsOf, ToCheck, subjects_of
from collections_app.claim_edits.models import EditRule
from collections_app.claim_edits.subject import CheckedClaim

if TYPE_CHECKING:
    from arwork.staff.models import User

#: On how many claims a new edit is tried.
TRIED = 200
_COLUMNS = tuple(one.name for one in fields(EditRow) if one.name not in ("rule_id", "name"))
_NARROWING = (
    "payer_class", "codes", "modifier", "without_modifier", "place", "diagnosis", "sex", "lacks", "member_id",
    "units_over", "age_under", "age_over", "payer_id", "form",
)  # fmt: skip


class BadEdit(DomainError):
    """An edit that could never speak, or would speak of every claim."""

    code = "bad_edit"


@dataclass(frozen=True, slots=True)
class TriedEdit:
    """What a new edit would have said of claims that were sent: how many were looked at, and which it finds."""

    looked_at: int
    found: tuple[tuple[int, str, str], ...]  # claim id, its number, where


def own_edits(*, actor: "User") -> QuerySet[EditRule]:
    """What was entered for every practice or for one of the actor's, the newest first."""
    mine = [one.id for one in practice_choice(actor).practices]
    rows = EditRule.objects.filter(Q(practice=None) | Q(practice__in=mine))
    return rows.select_related("practice", "payer").order_by("-valid_from", "-pk")


def own_edit(edit_id: int, *, actor: "User") -> EditRule:
    """One of them. Raises `NotFound`."""
    found = own_edits(actor=actor).filter(pk=edit_id).first()
    if found is None:
        raise NotFound("There is no such edit any more. Look at the list again.")
    return found


def rows_of_practices() -> tuple[EditRow, ...]:
    """Every edit that was entered, as the checks take it. One query."""
    return tuple(row_of(one) for one in EditRule.objects.order_by("pk"))


def row_of(rule: EditRule) -> EditRow:
    """A stored edit as the checks take it."""
    return EditRow(**{name: getattr(rule, name) for name in _COLUMNS}, rule_id=rule.pk)


def check_edit(draft: EditRow) -> None:
    """Raises `BadEdit` and `BadDates` for an edit that makes no sense, naming the field."""
    check_dates(draft.valid_from, draft.valid_to)
    ensure_not_sensitive(words=draft.words, source=draft.source)
    if not any(getattr(draft, name) not in (None, "") for name in _NARROWING):
        raise BadEdit("This would speak of every claim. Say at least one thing to look for.", field="codes")
    for name in ("codes", "diagnosis"):
        value = getattr(draft, name)
        if value and not is_code_list(value):
            raise BadEdit("Write codes as 99213, 992* or 70010-79999, with commas between them.", field=name)
    if draft.member_id and not is_mask(draft.member_id):
        raise BadEdit("Write 9 for a digit, A for a letter, N for either: AAA999999999.", field="member_id")
    if draft.lacks and draft.lacks not in LACKS:
        raise BadEdit("Nothing of that name can be missing.", field="lacks")
    if draft.payer_id and draft.payer_class:
        raise BadEdit("One payer, or a kind of payers: not both.", field="payer_class")
    if None not in (draft.age_under, draft.age_over) and (draft.age_over or 0) + 1 >= (draft.age_under or 0):
        raise BadEdit("Nobody is younger than the one age and older than the other.", field="age_under")


def try_edit(draft: EditRow, sent: Iterable[tuple[int, str, CheckedClaim]]) -> TriedEdit:
    """What an edit would have said of claims that were sent (id, number, claim under the checks)."""
    check_edit(draft)
    looked_at, found = 0, []
    for claim_id, number, subject in sent:
        looked_at += 1
        found += [(claim_id, number, one.place) for one in findings_by(draft, subject)]
    return TriedEdit(looked_at, tuple(found))


def try_on_sent(draft: EditRow, *, actor: "User", texts_of: TextsOf) -> TriedEdit:
    """What an edit would have said of the claims that the actor's practices sent last, as far as their texts are kept.

    Raises as `check_edit`."""
    check_edit(draft)
    rows = Submission.objects.filter(claim__practice__in=practice_ids(actor), is_electronic=True)
    if draft.practice_id:
        rows = rows.filter(claim__practice=draft.practice_id)
    sent = list(
        rows.select_related("claim", *(f"claim__{name}" for name in NAMES)).order_by("-submitted_on", "-pk")[:TRIED]
    )
    texts = texts_of(sent)
    known = [one for one in sent if one.pk in texts]
    asked = [ToCheck(texts[one.pk], one.claim, one.sequence, one.frequency, one.submitted_on) for one in known]
    claims = [(one.claim_id, one.claim.number) for one in known]
    return try_edit(draft, [(*claim, subject) for claim, subject in zip(claims, subjects_of(asked), strict=True)])


@transaction.atomic
def add_edit(draft: EditRow, *, actor: "User", now: dt.datetime) -> EditRule:
    """Store an edit. Raises `Forbidden` and as `check_edit`."""
    ensure_may_set(actor, draft.practice_id)
    check_edit(draft)
    row = EditRule(**{name: getattr(draft, name) for name in _COLUMNS})
    return _TABLE.add(row, ended={}, actor=actor, now=now)


@transaction.atomic
def end_edit(
    edit_id: int, *, last_day: dt.date | None, actor: "User", today: dt.date, now: dt.datetime
) -> dt.date | None:
    """End an edit after `last_day`; one that has not begun is withdrawn (None). Raises `Forbidden`, `NotFound`,
    `BadDates`."""
    ensure_may_set(actor, own_edit(edit_id, actor=actor).practice_id)
    return _TABLE.end(edit_id, last_day=last_day, actor=actor, today=today, now=now)


def _facts(row: EditRule) -> dict[str, object]:
    return {name: value for name in _COLUMNS if (value := getattr(row, name)) not in (None, "")}


_TABLE = DatedTable(EditRule, subject="edit_rule", deed="edit_rule", facts=_facts)
