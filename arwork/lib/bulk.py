"""Many rows at once: find, insert, add to columns, write columns. The only raw SQL outside migrations.

Why not the ORM alone: on 50,000 remit claims most of an import went into making model instances, building INSERT
text, binding lists of a thousand ids one by one, and one CASE per row of `bulk_update`. Here rows are plain tuples,
PostgreSQL gets COPY, a list is one parameter, and updates are one `UPDATE ... FROM (VALUES ...)`, which PostgreSQL
and SQLite (3.33 and later) read alike. Callers hold the transaction and the locks.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from io import StringIO
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import FieldError
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.models.expressions import F
from django.db.models.lookups import Lookup

from arwork.lib.encrypted_fields import EncryptedField
from arwork.lib.money import MoneyField, to_cents

T = TypeVar("T")
BATCH = 1_000
#: COPY asks the server twice: not worth it for so many rows.
FEW = 1


def chunks(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Consecutive lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


@contextmanager
def repeatable() -> Iterator[None]:
    """A transaction for a batch that is taken up again if it is lost: it commits without waiting for the disk.

    It is whole or not there, as any other, and what commits after it and does wait makes it last as well, because
    PostgreSQL writes its log in order. Only if the server crashes before may the last of them be gone. Inside another
    transaction it is a part of that one, and waits with it.
    """
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


class Among(Lookup):
    """`filter(Among("claim", ids))`: as `claim__in=ids`, with the whole list as one parameter and no limit."""

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, name: str | Any, values: Iterable[Any]) -> None:
        super().__init__(F(name) if isinstance(name, str) else name, list(values))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A JSON array for SQLite, which has no arrays."""
        column, params = self.process_lhs(compiler, connection)
        field = getattr(self.lhs.output_field, "target_field", self.lhs.output_field)
        if isinstance(field, EncryptedField):
            raise FieldError(f"{field} is encrypted: look for it by `in`.")
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::{field.cast_db_type(connection)}[])", (*params, as_array(self.rhs, field))
        values = [field.get_db_prep_value(value, connection) for value in self.rhs]
        listed = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 (the column is the compiler's)
        return listed, (*params, json.dumps(values))


def as_array(values: Sequence[Any], field: models.Field) -> Any:
    """Values of a field as PostgreSQL takes a list; numbers and UUIDs as one constant, which is read twice as fast."""
    if all(type(value) is int for value in values):
        return "{" + ",".join(map(str, values)) + "}"
    if all(type(value) is UUID for value in values):
        return "{" + ",".join([value.hex for value in values]) + "}"
    return [field.get_prep_value(value) for value in values]


def insert(model: type[models.Model], objects: Sequence[Any], *, ignore_conflicts: bool = False) -> None:
    """Insert new instances and set their primary keys. Neither `save()` nor signals run.

    With `ignore_conflicts` rows that break a unique constraint are left out and no keys are set. Raises
    `IntegrityError` as the engine does.
    """
    if not objects:
        return
    if ignore_conflicts:
        model._default_manager.bulk_create(objects, ignore_conflicts=True, batch_size=BATCH)
        return
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    with transaction.atomic(savepoint=False):
        if isinstance(model._meta.pk, models.AutoField):
            unnumbered = [one for one in objects if one.pk is None]
            for one, number in zip(unnumbered, reserve(model, len(unnumbered)), strict=True):
                one.pk = number
        insert_rows(
            model,
            [field.attname for field in fields],
            [[getattr(one, field.attname) for field in fields] for one in objects],
        )
    for one in objects:
        one._state.adding = False
        one._state.db = connection.alias


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of values as the model takes them, in the order of `columns` (field or attribute names).

    Columns left out get NULL or their number, never the default of the model. COPY on PostgreSQL where it pays.
    """
    if not rows:
        return
    fields = _fields(model, columns)
    names = ", ".join(_column(field) for field in fields)
    values = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > FEW:
            texts = zip(*[_texts(field, column) for field, column in zip(fields, values, strict=True)], strict=True)
            buffer = StringIO("\n".join(map("\t".join, texts)))
            with connection.wrap_database_errors:
                cursor.copy_expert(f"COPY {_table(model)} ({names}) FROM STDIN", buffer)
            return
        bound = [[prepare(one) for one in column] for prepare, column in zip(_bound(fields), values, strict=True)]
        marks = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {_table(model)} ({names}) VALUES ({marks})"  # noqa: S608 (names are the model's own)
        cursor.executemany(sql, list(zip(*bound, strict=True)))


def reserve(model: type[models.Model], count: int) -> list[int]:
    """The primary keys that the next `count` rows will bear. Call inside the transaction that inserts them."""
    with connection.cursor() as cursor:
        table, column = model._meta.db_table, str(model._meta.pk.column)
        if connection.vendor == "postgresql":
            sql = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sql, [_table(model), column, count])
            return [number for (number,) in cursor.fetchall()]
        # A write transaction of SQLite is alone, and an inserted number moves the sequence along.
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
        return list(range(last + 1, last + count + 1))


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
    prepare = _bound(metas)
    for batch in chunks(sorted(rows.items())):
        params: list[Any] = []
        for pk, values in batch:
            params.append(pk)
            params += [prep(value) for prep, value in zip(prepare, values, strict=True)]
        _update_from(model, assignments, ", ".join([row_sql] * len(batch)), params)


def _update_from(model: type[models.Model], assignments: str, values: str, params: list[Any]) -> None:
    table, pk = _table(model), _column(model._meta.pk)
    with connection.cursor() as cursor:
        # Identifiers come from model metadata; values are integers written here or bound parameters.
        cursor.execute(
            f"UPDATE {table} SET {assignments} FROM (VALUES {values}) AS v WHERE {table}.{pk} = v.column1",  # noqa: S608
            params or None,
        )


def _bound(fields: Sequence[models.Field]) -> list[Callable[[Any], Any]]:
    """What makes of a value of each field what the driver takes. Not by the proxy: that took half of the time."""
    engine = connections[DEFAULT_DB_ALIAS]
    return [_binding(field, partial(field.get_db_prep_save, connection=engine)) for field in fields]


def _binding(field: models.Field, prepare: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Plain text and numbers are bound as they are; what a caller has of its own (a choice, an amount) is prepared."""
    plain: type | None = None
    if isinstance(field, models.CharField | models.TextField):
        plain = str
    elif isinstance(field, models.BigIntegerField | models.ForeignKey) and not isinstance(field, MoneyField):
        plain = int
    return prepare if plain is None else lambda value: value if type(value) is plain else prepare(value)


def _fields(model: type[models.Model], names: Sequence[str]) -> list[models.Field]:
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    return [by_name[name] for name in names]


def _column(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


_SPECIAL = "\\\t\n\r"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _texts(field: Any, values: Sequence[Any]) -> Sequence[str]:
    """A column in COPY's text format. Many columns hold one value throughout (a practice, a day)."""
    if len(values) > 1 and values.count(values[0]) == len(values) and not isinstance(field, EncryptedField):
        return list(_texts(field, values[:1])) * len(values)
    if isinstance(field, models.CharField | models.TextField):
        if None in values:
            return ["\\N" if one is None else one.translate(_ESCAPES) for one in values]
        whole = "".join(values)
        return values if not any(sign in whole for sign in _SPECIAL) else [one.translate(_ESCAPES) for one in values]
    encode = _encoder(field)
    return ["\\N" if one is None else encode(one) for one in values]


def _encoder(field: Any) -> Callable[[Any], str]:
    if isinstance(field, MoneyField):
        return lambda value: str(to_cents(value))
    if isinstance(field, EncryptedField):
        return lambda value: f"\\\\x{field.stored(value).hex()}"
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, cls=field.encoder).translate(_ESCAPES)
    if isinstance(field, models.UUIDField):
        return lambda value: value.hex
    return str
