"""Merging two payers: everything that names the one names the other afterwards. Cannot be undone.

The merged payer's row stays, retired and without identifiers: what was recorded about it on a day (the contact log,
which is append-only) still names it.

Which tables name a payer is read from the models, so a slice that is added later is not forgotten: their foreign
keys are moved in sets, one UPDATE a table. Where a table allows one row only (a plan's name, a coverage, a
practice's pace with a payer) the surviving payer's row is kept and what leaned on the other leans on it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction

from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.directory import locked_payer
from claims.payers.models import Payer, Plan

if TYPE_CHECKING:
    from arwork.staff.models import User


#: Append-only logs: what was recorded on a day is not rewritten.
KEPT_AS_RECORDED = frozenset({"collections_app.contact"})


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


@transaction.atomic
def merge(payer_id: int, *, into: int, actor: "User", now: dt.datetime) -> Payer:
    """Move everything of `payer_id` to `into` and retire it. Raises `SamePayer`, `NotFound`, `Forbidden`.

    Announces nothing: whoever knows the claims does (`claims.ledger.payer_balances`).
    """
    require(actor, Capability.CONFIGURE_PAYERS)
    if payer_id == into:
        raise SamePayer("Choose another payer to merge into.")
    found = {pk: locked_payer(pk, actor=actor) for pk in sorted((payer_id, into))}
    gone, kept = found[payer_id], found[into]
    moved = {one.model._meta.model_name: one.count for one in rows_to_move(payer_id)}
    _join_plans(gone, kept)
    for model, name in _moving(Payer):
        _move(model, name, gone.pk, kept.pk)
    before = {"payer": gone.pk, "name": gone.name, "class": gone.payer_class, "moved": moved}
    if gone.notes:
        kept.notes = "\n\n".join(part for part in (kept.notes, f"From {gone.name}: {gone.notes}") if part)
        kept.save(update_fields=["notes"])
    gone.notes = f"Merged into {kept.name} (payer {kept.pk}). {gone.notes}".strip()
    gone.is_active, gone.is_confirmed = False, True
    gone.save()
    audit.record(actor, "payers_merged", "payer", kept.pk, practice_id=None, before=before, now=now)
    return kept


def _columns(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every column of every table that names a row of `target`."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is target:
                yield model, column.name


def _moving(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    return ((model, name) for model, name in _columns(target) if model._meta.label_lower not in KEPT_AS_RECORDED)


def _join_plans(gone: Payer, kept: Payer) -> None:
    """A plan whose name both payers use is one plan afterwards."""
    known = {plan.name.casefold(): plan for plan in Plan.objects.filter(payer=kept)}
    for plan in Plan.objects.filter(payer=gone):
        same = known.get(plan.name.casefold())
        if same is None:
            continue
        for model, name in _columns(Plan):
            _move(model, name, plan.pk, same.pk)
        plan.delete()


def _move(model: type[models.Model], name: str, old: int, new: int) -> None:
    rows = model._default_manager.filter(**{name: old})
    for others in _unique_with(model, name):
        twins = model._default_manager.filter(**{name: new}, **{other: models.OuterRef(other) for other in others})
        for doubled in rows.filter(models.Exists(twins)):
            kept = model._default_manager.get(**{name: new}, **{one: _plain(doubled, one) for one in others})
            for other_model, column in _columns(model):
                _move(other_model, column, doubled.pk, kept.pk)
            doubled.delete()
    rows.update(**{name: new})


def _plain(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _unique_with(model: type[models.Model], name: str) -> Iterator[list[str]]:
    """The other columns of each unique constraint that `name` takes part in."""
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and name in rule.fields:
            yield [other for other in rule.fields if other != name]
