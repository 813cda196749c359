"""The rows and columns that a change may touch. Undoing reads and writes them by the same functions as changing.

A step is one row with what stood in its touched columns before and after; `before` None adds the row, `after` None
takes it away again. Values are what JSON can say; days and moments are ISO text.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import models
from django.db.models import ProtectedError

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from claims.billing.models import Claim
from claims.parties.models import ENDING, Account, Coverage, Person, PersonAddress, PersonEmail, PersonPhone

Values = dict[str, Any]

PERSON, ADDRESS, PHONE, EMAIL = "person", "address", "phone", "email"
COVERAGE, CLAIM, ACCOUNT = "coverage", "claim", "account"
NAMES = ("last", "first", "middle", "suffix")
IDENTITY = (*NAMES, "birth_on")

_TABLES: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    PERSON: (Person, (*IDENTITY, "sex", "language")),
    ADDRESS: (
        PersonAddress, ("person_id", "line1", "line2", "city", "state", "zip", "source", "is_current", "is_bad"),
    ),
    PHONE: (
        PersonPhone,
        ("person_id", "number", "kind", "source", "is_wrong", "is_preferred"),
    ),
    EMAIL: (PersonEmail, ("person_id", "address", "source", "is_wrong")),
    COVERAGE: (
        Coverage,
        (
            "patient_id", "payer_id", "plan_id", "rank", "member_id", "group_number", "group_name", "filing_code",
            "relationship", "subscriber_id", "source", "valid_from", "valid_to",
        ),
    ),
    CLAIM: (Claim, ("coverage1_id", "coverage2_id", "coverage3_id", "payer_id", "plan_id")),
    ACCOUNT: (Account, ("guarantor_id", "guarantor_from")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One row before and after; see the module."""

    kind: str
    row_id: int
    before: Values | None
    after: Values | None

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(self.after or self.before or ())

    @property
    def reversed(self) -> "Step":
        return replace(self, before=self.after, after=self.before)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def changed(kind: str, row_id: int, asked: Mapping[str, Any], *, standing: Values | None = None) -> Step | None:
    """The step that brings a row to what is asked; None where it stands there already."""
    before = standing if standing is not None else read(kind, row_id)
    assert before is not None
    after = {name: _plain(value) for name, value in asked.items() if before[name] != _plain(value)}
    return Step(kind, row_id, {name: before[name] for name in after}, after) if after else None


def added(kind: str, asked: Mapping[str, Any], *, row_id: int = 0) -> Step:
    """The step that adds a row; it gets its id as it is written, where none was reserved."""
    model, names = _TABLES[kind]
    fresh = model(**asked)
    return Step(kind, row_id, None, {name: _plain(getattr(fresh, name)) for name in names})


def read(kind: str, row_id: int) -> Values | None:
    """What stands in a row, in all columns that changes know; None where there is no such row."""
    return read_all(kind, [row_id]).get(row_id)


def read_all(kind: str, row_ids: Iterable[int]) -> dict[int, Values]:
    """The same of many rows. One query."""
    model, names = _TABLES[kind]
    rows = model._default_manager.filter(bulk.Among("id", sorted(row_ids))).values("id", *names)
    return {row.pop("id"): {name: _plain(value) for name, value in row.items()} for row in rows}


def write(step: Step) -> Step:
    """Bring the row from `before` to `after`; the step, with its row's id."""
    model, names = _TABLES[step.kind]
    if step.after is None:
        _delete(model, step.row_id)
        return step
    values = {name: _stored(model, name, value) for name, value in step.after.items() if name in names}
    if "number" in values:
        values["ending"] = values["number"][-ENDING:]
    if step.before is None:
        row = model(pk=step.row_id or None, **values)
        row.save(force_insert=True)
        return replace(step, row_id=row.pk)
    model._default_manager.filter(pk=step.row_id).update(**values)
    return step


def _delete(model: type[models.Model], row_id: int) -> None:
    """Take a row away again. Raises `Conflict` where something was recorded about it since."""
    try:
        model._default_manager.filter(pk=row_id).delete()
    except ProtectedError as error:
        raise Conflict(
            "Something was recorded about this since, such as consent. It stays: mark it as wrong instead."
        ) from error


def write_claims(steps: Iterable[Step]) -> None:
    """Bring many claims to what their steps say. One statement for each set of columns that change together."""
    rows: dict[tuple[str, ...], dict[int, list[Any]]] = {}
    for step in steps:
        if step.after:
            rows.setdefault(step.fields, {})[step.row_id] = list(step.after.values())
    for fields, values in rows.items():
        bulk.write(Claim, [name.removesuffix("_id") for name in fields], values)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _stored(model: type[models.Model], name: str, value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    if name.endswith("_at"):
        return dt.datetime.fromisoformat(value)
    is_day = name.endswith(("_on", "_from", "_to"))
    return dt.date.fromisoformat(value) if is_day else value
