"""Keep a change of a person's particulars, notice somebody else's, and take one back.

The caller holds the transaction and has asked for the capability; `keep` writes the rows, the history, the trail, and
tells the work, whose call hours and call cards follow.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments import alias_keys, coverage_effects, subjects
from claims.amendments.models import ChangedField, ChangeSource, PersonChange
from claims.amendments.subjects import Step
from claims.parties.models import Person
from claims.parties.selectors import accounts_by_person

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What whoever works items may change; everything else takes CORRECT_PEOPLE.
_CONTACT = (subjects.ADDRESS, subjects.PHONE, subjects.EMAIL)
_CONTACT_FIELDS = frozenset({"language"})


class BadParticulars(DomainError):
    """An entry about a person that can't be used."""

    code = "bad_particulars"


class ChangedByAnother(Conflict):
    """Somebody else changed the same field since the form was opened."""

    code = "changed_by_another"


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word something is changed, and why."""

    source: str
    said_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """Who changes something, when, on whose word; `seen` is the newest change that there was as they began
    (None: whatever stands now)."""

    actor: "User"
    word: Word
    now: dt.datetime
    today: dt.date
    seen: int | None = None


def person_to_change(person_id: int, turn: Turn, *, capability: Capability) -> Person:
    """The person, locked. Raises `Forbidden`, `NotFound`, `SensitiveText`."""
    require(turn.actor, capability)
    if turn.word.source not in ChangeSource.values:
        raise BadParticulars("Say on whose word this is changed.", field="source")
    ensure_not_sensitive(reason=turn.word.reason, said_by=turn.word.said_by)
    people = Person.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(turn.actor))
    person = people.filter(pk=person_id).first()
    if person is None:
        raise NotFound("There is no such person in your practices.")
    return person


def last_change() -> int:
    """The newest change of all, 0 where there is none: what a form remembers as it opens."""
    newest = PersonChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def keep(
    person: Person,
    *,
    action: str,
    steps: Iterable[Step | None],
    turn: Turn,
    account_id: int | None = None,
    undoes: PersonChange | None = None,
) -> PersonChange | None:
    """Write what changes and keep it; None where everything stands so already. Raises `ChangedByAnother`."""
    asked = [step for step in steps if step]
    if not asked:
        return None
    _ensure_unchanged(asked, turn)
    claims = [step for step in asked if step.kind == subjects.CLAIM]
    subjects.write_claims(claims)
    others = [step for step in asked if step.kind != subjects.CLAIM]
    written = [*(_written(step, is_undone=undoes is not None) for step in others), *claims]
    change = PersonChange.objects.create(
        practice_id=person.practice_id,
        person=person,
        account_id=account_id,
        action=action,
        source=turn.word.source,
        said_by=turn.word.said_by.strip()[:120],
        reason=turn.word.reason.strip()[:300],
        steps=[step.as_json() for step in written],
        by=turn.actor,
        at=turn.now,
        undoes=undoes,
    )
    touched = [
        ChangedField(change=change, kind=step.kind, row_id=step.row_id, field=name)
        for step in written
        for name in step.fields
    ]
    bulk.insert(ChangedField, touched)
    fields = sorted({f"{step.kind}.{name}" for step in written for name in step.fields})
    audit.record(
        turn.actor, "person_changed", "person", person.pk, practice_id=person.practice_id,
        after={"action": action, "fields": fields, "change": change.pk, "source": turn.word.source}, now=turn.now,
    )  # fmt: skip
    accounts = {account_id for account_id, _ in accounts_by_person([person.pk])[person.pk]}
    announce("person", accounts=accounts | ({account_id} if account_id else set()), claims=_claims_of(written))
    return change


def undo(change_id: int, turn: Turn) -> PersonChange:
    """Set back what a change changed, as a new change. Raises `Conflict` where something later stands in the way."""
    with transaction.atomic():
        found = PersonChange.objects.filter(pk=change_id, practice__in=practice_ids(turn.actor)).first()
        if found is None:
            raise NotFound("There is no such change in your practices.")
        steps = steps_of(found)
        person = person_to_change(found.person_id, turn, capability=capability_for(steps))
        if hasattr(found, "undone_by"):
            raise Conflict("This was taken back already.")
        if later := _later_than(found):
            raise Conflict(
                f"{later.by} changed the same on {later.at:%b} {later.at.day}, {later.at.year}. Take that back first, "
                "or enter what is right now.",
            )
        standing = {kind: subjects.read_all(kind, ids) for kind, ids in _ids_by_kind(steps).items()}
        if not all(_fits(standing[step.kind].get(step.row_id), step.after) for step in steps):
            raise Conflict("What stands here now came later from elsewhere. Enter what is right instead.")
        coverage_effects.ensure_may_be_undone(steps, found)
        turned = [step.reversed for step in reversed(steps)]
        change = keep(person, action="undone", steps=turned, turn=turn, account_id=found.account_id, undoes=found)
        assert change is not None
        coverage_effects.undo_moves(steps, found, turn.actor, now=turn.now, today=turn.today)
    return change


def capability_for(steps: Sequence[Step]) -> Capability:
    """What somebody needs for these."""
    is_contact = all(
        step.kind in _CONTACT or (step.kind == subjects.PERSON and set(step.fields) <= _CONTACT_FIELDS)
        for step in steps
    )
    return Capability.WORK_ITEMS if is_contact else Capability.CORRECT_PEOPLE


def steps_of(change: PersonChange) -> list[Step]:
    """What a change did, in its order."""
    return [Step(**one) for one in change.steps]


def _written(step: Step, *, is_undone: bool) -> Step:
    done = subjects.write(step)
    if step.kind == subjects.PERSON:
        alias_keys.follow_names(done, is_undone=is_undone)
    elif step.kind == subjects.COVERAGE:
        alias_keys.follow_cover(done, is_undone=is_undone)
    return done


def _ids_by_kind(steps: Iterable[Step]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for step in steps:
        found.setdefault(step.kind, []).append(step.row_id)
    return found


def _touched_since(steps: Sequence[Step], change_id: int) -> list[ChangedField]:
    """The same fields of the same rows in later changes, the newest first."""
    wanted = Q(pk=None)
    for kind, ids in _ids_by_kind(steps).items():
        wanted |= Q(kind=kind, row_id__in=ids)
    places = {(step.kind, step.row_id, name) for step in steps for name in step.fields}
    rows = ChangedField.objects.filter(wanted, change_id__gt=change_id).order_by("-change_id", "pk")
    return [row for row in rows if (row.kind, row.row_id, row.field) in places]


def _ensure_unchanged(steps: Sequence[Step], turn: Turn) -> None:
    """Two at one record: the second is told what the first one changed, beside what they entered themselves."""
    standing = [step for step in steps if step.row_id]
    if turn.seen is None or not standing:
        return
    found = next(iter(_touched_since(standing, turn.seen)), None)
    if found is None:
        return
    asked = {(step.kind, step.row_id): step.after or {} for step in standing}
    change, field = found.change, found.field
    theirs = next(step.after for step in steps_of(change) if (step.kind, step.row_id) == (found.kind, found.row_id))
    raise ChangedByAnother(
        f"{change.by} changed this while you had it open: {field.replace('_', ' ')} is “{_said(theirs, field)}” now, "
        f"yours is “{_said(asked[found.kind, found.row_id], field)}”. Yours is still entered: save again to keep it.",
        last=last_change(),
    )


def _said(values: dict[str, Any] | None, field: str) -> str:
    value = (values or {}).get(field, "")
    return {True: "yes", False: "no", None: "nothing"}.get(value, str(value))


def _later_than(change: PersonChange) -> PersonChange | None:
    """The newest change that touched the same field afterwards and stands."""
    ids = {row.change_id for row in _touched_since(steps_of(change), change.pk)}
    later = PersonChange.objects.filter(bulk.Among("id", sorted(ids)), undoes=None)
    return next((one for one in later.select_related("by").order_by("-pk") if stands(one)), None)


def stands(change: PersonChange) -> bool:
    """Whether a change was not taken back, or taking it back was taken back itself."""
    back: PersonChange | None = getattr(change, "undone_by", None)
    return back is None or not stands(back)


def _fits(standing: subjects.Values | None, after: subjects.Values | None) -> bool:
    if standing is None or after is None:
        return standing is None and after is None
    return all(standing[name] == value for name, value in after.items() if name in standing)


def _claims_of(steps: Iterable[Step]) -> set[int]:
    return {step.row_id for step in steps if step.kind == subjects.CLAIM}
