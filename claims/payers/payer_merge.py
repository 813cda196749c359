"""Merging two payers: everything that names the one names the other afterwards, until the merger is taken back.

The merged payer's row stays, retired and without identifiers: what was recorded about it on a day (the contact log,
which is append-only) still names it. Payers are shared by all practices, so both directions are an owner's.

Which tables name a payer is read from the models, so a slice that is added later is not forgotten: their foreign
keys are moved in sets, one UPDATE a table. Where a table allows one row only (a plan's name, a coverage, a
practice's pace with a payer) the surviving payer's row is kept and what leaned on the other leans on it.

Each step is kept (`PayerMerge.steps`): taking the merger back goes through them from the last to the first, gives back
the rows that moved and writes the rows that gave way again. What came since stays with the payer it came to.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core import serializers
from django.db import models, transaction

from arwork.lib.encrypted_fields import IndexPart
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.directory import locked_payer
from claims.payers.models import Payer, PayerMerge, Plan

if TYPE_CHECKING:
    from arwork.staff.models import User


#: What was recorded on a day is not rewritten: the append-only log, and the mergers themselves.
KEPT_AS_RECORDED = frozenset({"collections_app.contact", "claims.payermerge"})


#: One thing that a merger did: rows of a column that moved, or a row that gave way, as it was.
Step = dict[str, Any]
_AT_ONCE = 5_000  # ids in one UPDATE


class SamePayer(DomainError):
    """A payer is merged into another one."""

    code = "same_payer"


@dataclass(frozen=True, slots=True)
class RowsToMove:
    """How many rows of one table name the payer."""

    model: type[models.Model]
    count: int

    @property
    def label(self) -> str:
        name = str(self.model._meta.verbose_name if self.count == 1 else self.model._meta.verbose_name_plural)
        return re.sub(r"(?<=[^aeiou])ys$", "ies", name.lower())  # Django's own plural only adds an s


def rows_to_move(payer_id: int) -> list[RowsToMove]:
    """Rows that name the payer, table by table, most first. One query a table."""
    counts = [
        RowsToMove(model, model._default_manager.filter(**{name: payer_id}).count()) for model, name in _moving(Payer)
    ]
    return sorted((one for one in counts if one.count), key=lambda one: -one.count)


def practices_naming(payer_id: int) -> int:
    """How many practices, of all, have rows that name the payer. One query a table."""
    found: set[int] = set()
    for model, name in _moving(Payer):
        if any(column.name == "practice" for column in model._meta.concrete_fields):
            rows = model._default_manager.filter(**{name: payer_id}, practice__isnull=False).order_by()
            found.update(rows.values_list("practice_id", flat=True).distinct())
    return len(found)


@transaction.atomic
def merge(payer_id: int, *, into: int, actor: "User", now: dt.datetime) -> Payer:
    """Move everything of `payer_id`, in every practice, to `into` and retire it.

    Raises `SamePayer`, `NotFound`, `Forbidden`, and `Conflict` where one of the two is part of another already.

    Announces nothing: whoever knows the claims does (`claims.ledger.payer_balances`).
    """
    require(actor, Capability.CONFIGURE_SHARED)
    if payer_id == into:
        raise SamePayer("Choose another payer to merge into.")
    found = {pk: locked_payer(pk, actor=actor) for pk in sorted((payer_id, into))}
    gone, kept = found[payer_id], found[into]
    if PayerMerge.objects.filter(gone__in=found, undone_at=None).exists():
        raise Conflict("One of these payers is part of another one already. Look at the list again.")
    steps: list[Step] = []
    stood = {"gone": _standing(gone), "kept": _standing(kept)}
    moved = {one.model._meta.model_name: one.count for one in rows_to_move(payer_id)}
    _join_plans(gone, kept, steps)
    for model, name in _moving(Payer):
        _move(model, name, gone.pk, kept.pk, steps)
    before = {"payer": gone.pk, "name": gone.name, "class": gone.payer_class, "moved": moved}
    if gone.notes:
        kept.notes = "\n\n".join(part for part in (kept.notes, f"From {gone.name}: {gone.notes}") if part)
        kept.save(update_fields=["notes"])
    gone.notes = f"Merged into {kept.name} (payer {kept.pk}). {gone.notes}".strip()
    gone.is_active, gone.is_confirmed = False, True
    gone.save()
    PayerMerge.objects.create(gone=gone, kept=kept, merged_at=now, merged_by=actor, steps=steps, before=stood)
    audit.record(actor, "payers_merged", "payer", kept.pk, practice_id=None, before=before, now=now)
    return kept


def mergers_into(payer_id: int, *, actor: "User") -> list[PayerMerge]:
    """The payers that are part of this one now, the latest first: each can be taken back. One query."""
    require(actor, Capability.SEE_CLAIMS)
    rows = PayerMerge.objects.filter(kept=payer_id, undone_at=None).select_related("gone", "merged_by")
    return list(rows.order_by("-pk"))


def merger(merge_id: int, *, actor: "User") -> PayerMerge:
    """One merger that stands. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_SHARED)
    rows = PayerMerge.objects.filter(pk=merge_id, undone_at=None).select_related("gone", "kept", "merged_by")
    found = rows.first()
    if found is None:
        raise NotFound("This merger was taken back already. Look at the payer again.")
    return found


@transaction.atomic
def take_back(merge_id: int, *, actor: "User", now: dt.datetime) -> Payer:
    """Take a merger back: the merged payer stands as it did, with all that moved and is still where it went.

    Raises `Forbidden`, `NotFound`, and `Conflict` where something was merged into the same payer after it, or that
    payer itself was merged: the latest is taken back first.
    """
    row = merger(merge_id, actor=actor)
    pair = {pk: locked_payer(pk, actor=actor) for pk in sorted((row.gone_id, row.kept_id))}
    later = PayerMerge.objects.filter(pk__gt=merge_id, undone_at=None)
    if later.filter(models.Q(kept__in=pair) | models.Q(gone__in=pair)).exists():
        raise Conflict("Another payer was merged after this one. Take that back first.")
    gone, kept = pair[row.gone_id], pair[row.kept_id]
    for step in reversed(row.steps):
        _undo(step)
    for name, value in row.before["gone"].items():
        setattr(gone, name, value)
    gone.save()
    if gone.notes and kept.notes.endswith(f"From {gone.name}: {gone.notes}"):
        kept.notes = row.before["kept"]["notes"]
        kept.save(update_fields=["notes"])
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    after = {"payer": gone.pk, "name": gone.name}
    audit.record(actor, "payers_unmerged", "payer", kept.pk, practice_id=None, after=after, now=now)
    return gone


def _standing(payer: Payer) -> dict[str, Any]:
    return {"notes": payer.notes, "is_active": payer.is_active, "is_confirmed": payer.is_confirmed}


def _undo(step: Step) -> None:
    if "row" in step:
        for one in serializers.deserialize("json", step["row"]):
            one.save()
        return
    model, name = apps.get_model(step["model"]), step["column"]
    for start in range(0, len(step["ids"]), _AT_ONCE):
        rows = model._default_manager.filter(pk__in=step["ids"][start : start + _AT_ONCE], **{name: step["to"]})
        rows.update(**{name: step["from"]})


def _columns(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every column of every table that names a row of `target`."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is target:
                yield model, column.name


def _moving(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    return ((model, name) for model, name in _columns(target) if model._meta.label_lower not in KEPT_AS_RECORDED)


def _join_plans(gone: Payer, kept: Payer, steps: list[Step]) -> None:
    """A plan whose name both payers use is one plan afterwards."""
    known = {plan.name.casefold(): plan for plan in Plan.objects.filter(payer=kept)}
    for plan in Plan.objects.filter(payer=gone):
        same = known.get(plan.name.casefold())
        if same is None:
            continue
        for model, name in _columns(Plan):
            _move(model, name, plan.pk, same.pk, steps)
        _give_way(plan, steps)


def _give_way(row: models.Model, steps: list[Step]) -> None:
    steps.append({"row": serializers.serialize("json", [row])})
    row.delete()


def _move(model: type[models.Model], name: str, old: int, new: int, steps: list[Step]) -> None:
    rows = model._default_manager.filter(**{name: old})
    for others in _unique_with(model, name):
        twins = model._default_manager.filter(**{name: new}, **{other: models.OuterRef(other) for other in others})
        for doubled in rows.filter(models.Exists(twins)):
            kept = model._default_manager.get(**{name: new}, **{one: _plain(doubled, one) for one in others})
            for other_model, column in _columns(model):
                _move(other_model, column, doubled.pk, kept.pk, steps)
            _give_way(doubled, steps)
    if ids := list(rows.order_by("pk").values_list("pk", flat=True)):
        steps.append({"model": model._meta.label_lower, "column": name, "from": old, "to": new, "ids": ids})
        rows.update(**{name: new})


def _plain(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _unique_with(model: type[models.Model], name: str) -> Iterator[list[str]]:
    """The other columns of each unique constraint that `name` takes part in."""
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and name in (columns := _columns_of(rule)):
            yield [other for other in columns if other != name]


def _columns_of(rule: models.UniqueConstraint) -> list[str]:
    """Of an encrypted column a part is unique (`IndexPart`): that counts as the column."""
    parts = [part.get_source_expressions()[0] if isinstance(part, IndexPart) else part for part in rule.expressions]
    return [*rule.fields, *(part.name for part in parts if isinstance(part, models.F))]  # type: ignore[attr-defined]
