"""A query that is asked many times a second: built and compiled once, then run with other values.

Building a queryset and compiling it costs Django several times what PostgreSQL needs to answer it. Here that is done
once for each engine; what changes from call to call stands as a `Slot` in the queryset:

    _HEAD = Prepared(lambda: Entry.objects.filter(shelf=Slot("shelf"), at__lte=Slot("now", DateTimeField()))
                     .values_list("pk"))
    _HEAD.rows(shelf=7, now=now)

The SQL is the ORM's own, so both engines are served by one definition. What is used of the compiler is not part of
Django's promises, so this is for the few queries where a measurement shows what it buys; the figure stands beside
each. Where a new version of Django breaks it, `rows` of a plain queryset says the same, slower.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models import BigIntegerField, Expression, QuerySet

from arwork.lib.bulk import Among, as_array


class Slot(Expression):
    """A value that is given when the query runs. Never NULL: no SQL compares with that by `=`."""

    def __init__(self, name: str, output_field: models.Field | None = None) -> None:
        super().__init__(output_field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One parameter, for which the slot itself stands until the query runs."""
        return "%s", [self]

    def bound(self, value: Any) -> Any:
        """The value as the driver takes it."""
        return self.output_field.get_db_prep_value(value, connection)


class AmongSlot(Among):
    """`filter(AmongSlot("item", "held"))`: the rows whose `item` is in the list given as `held`, empty or not."""

    def __init__(self, column: str, name: str) -> None:
        super().__init__(column, ())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """The list is one parameter, so the text is the same for each length."""
        sql, params = super().as_sql(compiler, connection)
        return sql, [*params[:-1], self]

    def bound(self, values: Sequence[int]) -> Any:
        """The list as the driver takes it."""
        return (
            as_array(values, self.lhs.output_field) if connection.vendor == "postgresql" else json.dumps(list(values))
        )


class CompiledQuery:
    """A queryset that is compiled once; of `values_list` for `rows`, of a model for `objects`."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._model: type[models.Model]
        self._names: list[str]
        self._compiled: dict[str, tuple[str, tuple[Any, ...], Any]] = {}

    def rows(self, **values: Any) -> list[Any]:
        """The rows as tuples, each slot filled with the value of its name."""
        sql, params, convert = self._compiled.get(connection.vendor) or self._compile()
        bound = [one.bound(values[one.name]) if isinstance(one, Slot | AmongSlot) else one for one in params]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            rows = cursor.fetchall()
        return convert(rows) if convert else rows

    def objects(self, **values: Any) -> list[Any]:
        """The rows as instances of the queryset's model."""
        return [self._model.from_db(connection.alias, self._names, row) for row in self.rows(**values)]

    def _compile(self) -> tuple[str, tuple[Any, ...], Any]:
        rows = self._build()
        query, self._model = rows.query, rows.model
        self._names = [field.attname for field in rows.model._meta.concrete_fields]
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        converters = compiler.get_converters([expression for expression, _, _ in compiler.select])
        # Whole numbers come as such from the drivers: Django would convert each of them once more.
        converters = {place: found for place, found in converters.items() if not _is_plain_number(found[1])}
        convert = (
            (lambda rows: [tuple(row) for row in compiler.apply_converters(rows, converters)]) if converters else None
        )
        self._compiled[connection.vendor] = found = (sql, tuple(params), convert)
        return found


def _is_plain_number(expression: Any) -> bool:
    field = expression.output_field
    is_number = isinstance(field, models.IntegerField) and not hasattr(field, "from_db_value")
    return is_number and not expression.contains_aggregate  # PostgreSQL's sum of bigint is numeric
