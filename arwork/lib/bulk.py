"""Many rows at once: insert, add to columns, write columns. The only raw SQL outside migrations.

Why not the ORM alone: on 50,000 remit claims, `bulk_create` spends most of an import building INSERT text and
`bulk_update` builds one CASE per row. PostgreSQL gets COPY; updates are one `UPDATE ... FROM (VALUES ...)`, which
PostgreSQL and SQLite (3.33 and later) read alike. Callers hold the transaction and the locks.
"""

import datetime as dt
import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models

from arwork.lib.money import MoneyField, to_cents

T = TypeVar("T")
BATCH = 1_000


def chunks(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Consecutive lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def insert(model: type[models.Model], objects: Sequence[Any], *, ignore_conflicts: bool = False) -> None:
    """Insert new rows and set their primary keys (COPY on PostgreSQL).

    With `ignore_conflicts` rows that break a unique constraint are left out and no keys are set. Neither
    `save()` nor signals run. Raises `IntegrityError` as the engine does.
    """
    if not objects:
        return
    if connection.vendor != "postgresql" or ignore_conflicts:
        model._default_manager.bulk_create(objects, ignore_conflicts=ignore_conflicts, batch_size=BATCH)
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    if isinstance(model._meta.pk, models.AutoField):
        _number(model, [one for one in objects if one.pk is None])
    columns = [(field.attname, _encoder(field)) for field in fields]
    buffer = io.StringIO()
    for one in objects:
        buffer.write("\t".join([encode(getattr(one, name)) for name, encode in columns]))
        buffer.write("\n")
        one._state.adding = False
        one._state.db = connection.alias
    buffer.seek(0)
    names = ", ".join(_column(field) for field in fields)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {_table(model)} ({names}) FROM STDIN", buffer)


def add(model: type[models.Model], changes: Mapping[int, Mapping[str, Decimal]]) -> None:
    """Add dollars to money columns: `{pk: {field: amount}}`; fields not named for a row stay as they are."""
    fields = sorted({name for change in changes.values() for name in change})
    columns = [_column(field) for field in _fields(model, fields)]
    assignments = ", ".join(f"{column} = {_table(model)}.{column} + v.column{i}" for i, column in enumerate(columns, 2))
    for batch in chunks(sorted(changes.items())):
        values = ", ".join(
            "(" + ", ".join(str(number) for number in (pk, *(to_cents(change.get(name, 0)) for name in fields))) + ")"
            for pk, change in batch
        )
        _update_from(model, assignments, values, [])


def write(model: type[models.Model], fields: Sequence[str], rows: Mapping[int, Sequence[Any]]) -> None:
    """Write columns of many rows: `{pk: (value for each of fields)}`, values as the model takes them."""
    metas = _fields(model, fields)
    is_typed = connection.vendor == "postgresql"  # VALUES of bound text and NULL need to be told their type there
    assignments = ", ".join(
        f"{_column(field)} = v.column{i}" + (f"::{field.db_type(connection)}" if is_typed else "")
        for i, field in enumerate(metas, 2)
    )
    row_sql = "(" + ", ".join(["%s"] * (len(fields) + 1)) + ")"
    for batch in chunks(sorted(rows.items())):
        params: list[Any] = []
        for pk, values in batch:
            params.append(pk)
            params += [field.get_db_prep_save(value, connection) for field, value in zip(metas, values, strict=True)]
        _update_from(model, assignments, ", ".join([row_sql] * len(batch)), params)


def _update_from(model: type[models.Model], assignments: str, values: str, params: list[Any]) -> None:
    table, pk = _table(model), _column(model._meta.pk)
    with connection.cursor() as cursor:
        # Identifiers come from model metadata; values are integers written here or bound parameters.
        cursor.execute(
            f"UPDATE {table} SET {assignments} FROM (VALUES {values}) AS v WHERE {table}.{pk} = v.column1",  # noqa: S608
            params or None,
        )


def _fields(model: type[models.Model], names: Sequence[str]) -> list[models.Field]:
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    return [by_name[name] for name in names]


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _number(model: type[models.Model], objects: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [_table(model), str(model._meta.pk.column), len(objects)],
        )
        for one, (number,) in zip(objects, cursor.fetchall(), strict=True):
            one.pk = number


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any) -> str:
    """COPY text format of a value that needs no field to be understood."""
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is bool:
        return "t" if value else "f"
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).translate(_ESCAPES)


def _cents(value: Any) -> str:
    return "\\N" if value is None else str(to_cents(value))


def _encoder(field: Any) -> Callable[[Any], str]:
    if isinstance(field, MoneyField):
        return _cents
    if isinstance(field, models.JSONField):
        encoder = field.encoder
        return lambda value: "\\N" if value is None else json.dumps(value, cls=encoder).translate(_ESCAPES)
    return _text
