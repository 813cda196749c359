"""Two rows become one: everything that names the one names the other afterwards, until that is taken back.

Which tables name a row is read from the models, so a slice that is added later is not forgotten: their foreign keys
are moved in sets, one UPDATE a table. Where a table allows one row only, the row that stands is kept, and the caller
says what becomes of the other one (`Doubled`).

Every step is kept as JSON says it: taking back goes through them from the last to the first, gives back the rows that
moved and are still where they went, and writes the rows that gave way again. What came since stays where it came to.
Callers hold the transaction and the locks, and keep the steps encrypted: they may hold whole rows.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from arwork.lib.encrypted_fields import IndexPart

#: One thing that was done: rows of a column that moved, a row that gave way as it was, columns of a row that were
#: written, or rows that were made.
Step = dict[str, Any]
_AT_ONCE = 5_000  # ids in one UPDATE


class Doubled(Enum):
    """What becomes of a row that would stand twice: it is deleted and kept in the steps, and what leaned on it leans on
    the one that stands; the same, but the row stays behind; or it stays behind with all that leans on it."""

    GIVES_WAY = "gives way"
    LEAVES_ITS_OWN = "leaves its own"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class NamingColumn:
    """A column of a table that names rows of another one."""

    model: type[models.Model]
    name: str

    @property
    def label(self) -> str:
        """`claims.submission.claim`."""
        return f"{self.model._meta.label_lower}.{self.name}"


@dataclass(frozen=True, slots=True)
class RowsToMove:
    """How many rows of one table name a row."""

    model: type[models.Model]
    count: int

    @property
    def label(self) -> str:
        name = str(self.model._meta.verbose_name if self.count == 1 else self.model._meta.verbose_name_plural)
        return re.sub(r"(?<=[^aeiou])ys$", "ies", name.lower())  # Django's own plural only adds an s


def columns_naming(target: type[models.Model], *, but: Collection[str] = ()) -> list[NamingColumn]:
    """Every column of every table that names rows of `target`, without those whose table or label is in `but`."""
    found = []
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            one = NamingColumn(model, column.name)
            is_kept = model._meta.label_lower in but or one.label in but
            if column.is_relation and column.related_model is target and not is_kept:
                found.append(one)
    return found


def rows_naming(target: type[models.Model], pk: int, *, but: Collection[str] = ()) -> list[RowsToMove]:
    """Rows that name the row, table by table, most first. One query a table."""
    counts = [
        RowsToMove(one.model, one.model._default_manager.filter(**{one.name: pk}).count())
        for one in columns_naming(target, but=but)
    ]
    return sorted((one for one in counts if one.count), key=lambda one: -one.count)


class MergedRows:
    """What one merger does to rows, step by step; `doubled` says what becomes of doubled rows of a table."""

    def __init__(self, *, doubled: Callable[[type[models.Model]], Doubled]) -> None:
        self.steps: list[Step] = []
        self._doubled = doubled

    def move_all(self, target: type[models.Model], old: int, new: int, *, but: Collection[str] = ()) -> None:
        """Everything that names row `old` of `target` names `new`."""
        for one in columns_naming(target, but=but):
            self.move(one, old, new)

    def move(self, column: NamingColumn, old: int, new: int, *, only: models.Q | None = None) -> list[int]:
        """The rows of one column that name `old` (and pass `only`) name `new`; the ids of those that moved."""
        model, name = column.model, column.name
        rows = model._default_manager.filter(only or models.Q(), **{name: old})
        doubled: set[int] = set()
        for rule in _unique_with(model, name):
            doubled |= self._lean_on_twins(column, rows.exclude(pk__in=doubled), new, rule)
        ids = list(rows.exclude(pk__in=doubled).order_by("pk").values_list("pk", flat=True))
        if ids:
            self.steps.append({"model": model._meta.label_lower, "column": name, "from": old, "to": new, "ids": ids})
            _move_rows(self.steps[-1], back=False)
        return ids

    def write(self, row: models.Model, values: Mapping[str, Any]) -> None:
        """Write columns of a row (names with `_id` for foreign keys)."""
        before = {name: getattr(row, name) for name in values}
        if before == dict(values):
            return
        for name, value in values.items():
            setattr(row, name, value)
        type(row)._default_manager.filter(pk=row.pk).update(**values)
        self.steps.append(
            {"written": row._meta.label_lower, "pk": row.pk, "before": _plain(before), "after": _plain(values)}
        )

    def made(self, model: type[models.Model], ids: Iterable[int]) -> None:
        """Remember rows that the merger made: they go with it."""
        if kept := sorted(ids):
            self.steps.append({"made": model._meta.label_lower, "ids": kept})

    def give_way(self, row: models.Model) -> None:
        """Delete a row, and keep it as it was."""
        self.steps.append({"row": serializers.serialize("json", [row])})
        row.delete()

    def _lean_on_twins(
        self, column: NamingColumn, rows: "models.QuerySet[Any]", new: int, rule: models.UniqueConstraint
    ) -> set[int]:
        """Of rows that would stand twice under a unique constraint: what leaned on them leans on those that stand."""
        model, name = column.model, column.name
        others = [other for other in _columns_of(rule) if other != name]
        within = rule.condition or models.Q()
        twins = model._default_manager.filter(
            within, **{name: new}, **{other: models.OuterRef(other) for other in others}
        )
        met: set[int] = set()
        for doubled in rows.filter(within).filter(models.Exists(twins)):
            kept = model._default_manager.get(within, **{name: new}, **{one: _value(doubled, one) for one in others})
            met.add(doubled.pk)
            becomes = self._doubled(model)
            for leaning in columns_naming(model) if becomes != Doubled.STAYS else ():
                self.move(leaning, doubled.pk, kept.pk)
            if becomes == Doubled.GIVES_WAY:
                self.give_way(doubled)
        return met


def take_back(steps: Iterable[Step]) -> None:
    """Undo the steps of a merger, the last one first. A column that was written since keeps what was written."""
    for step in reversed(list(steps)):
        if "row" in step:
            for one in serializers.deserialize("json", step["row"]):
                one.save()
        elif "made" in step:
            apps.get_model(step["made"])._default_manager.filter(pk__in=step["ids"]).delete()
        elif "written" in step:
            _write_back(step)
        else:
            _move_rows(step, back=True)


def _move_rows(step: Step, *, back: bool) -> None:
    model, name = apps.get_model(step["model"]), step["column"]
    old, new = (step["to"], step["from"]) if back else (step["from"], step["to"])
    for start in range(0, len(step["ids"]), _AT_ONCE):
        rows = model._default_manager.filter(pk__in=step["ids"][start : start + _AT_ONCE], **{name: old})
        rows.update(**{name: new})


def _write_back(step: Step) -> None:
    model = apps.get_model(step["written"])
    row = model._default_manager.filter(pk=step["pk"]).first()
    if row is None:
        return
    standing = _plain({name: getattr(row, name) for name in step["after"]})
    values = {
        name: _field_value(model, name, step["before"][name])
        for name, after in step["after"].items()
        if standing[name] == after
    }
    if values:
        model._default_manager.filter(pk=step["pk"]).update(**values)


def _field_value(model: type[models.Model], name: str, value: Any) -> Any:
    field: Any = next(one for one in model._meta.concrete_fields if name in (one.name, one.attname))
    return None if value is None else field.to_python(value)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON keeps it, so that what is read back compares equal."""
    kept: dict[str, Any] = json.loads(json.dumps(dict(values), cls=DjangoJSONEncoder))
    return kept


def _value(row: models.Model, name: str) -> Any:
    return getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]


def _unique_with(model: type[models.Model], name: str) -> Iterator[models.UniqueConstraint]:
    """The unique constraints that `name` takes part in."""
    for rule in model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint) and name in _columns_of(rule):
            yield rule


def _columns_of(rule: models.UniqueConstraint) -> list[str]:
    """Of an encrypted column a part is unique (`IndexPart`): that counts as the column."""
    parts = [part.get_source_expressions()[0] if isinstance(part, IndexPart) else part for part in rule.expressions]
    return [*rule.fields, *(part.name for part in parts if isinstance(part, models.F))]  # type: ignore[attr-defined]


__all__ = [
    "Doubled",
    "MergedRows",
    "NamingColumn",
    "RowsToMove",
    "Step",
    "columns_naming",
    "rows_naming",
    "take_back",
]
