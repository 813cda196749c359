"""Encrypt the values of every encrypted field under the newest key.

In batches, each a transaction of its own, so it may stop anywhere and be started again: what bears the newest key is
not touched. Rows are locked while they are read and written, so nothing that is written meanwhile is lost. The digests
by which values are found stay as they are.
"""

from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import ProgrammingError, models, transaction
from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.append_only import lifted
from arwork.lib.encrypted_fields import EncryptedField, IndexPart
from arwork.lib.encryption import newest_header

BATCH = 2_000
Say = Callable[[str], object]


def encrypted_models() -> list[tuple[type[models.Model], list[EncryptedField]]]:
    """The models that have encrypted fields, and those."""
    found = ((model, model._meta.concrete_fields) for model in apps.get_models())
    named = ((model, [field for field in fields if isinstance(field, EncryptedField)]) for model, fields in found)
    return [(model, fields) for model, fields in named if fields]


def outdated_rows(model: type[models.Model], fields: list[EncryptedField]) -> QuerySet[models.Model]:
    """Rows with a value under another key than the newest. No index answers that: it reads the table once."""
    header = newest_header()
    parts = {f"header_of_{field.name}": IndexPart(field.name, field.index_bytes + 1, len(header)) for field in fields}
    other = [~Q(**{name: header}) & ~Q(**{name: b""}) for name in parts]
    there = [Q(**{f"{field.name}__isnull": False}) for field in fields]
    return model._default_manager.alias(**parts).filter(
        reduce(or_, (one & its for one, its in zip(there, other, strict=True)))
    )


def count_outdated() -> dict[str, int]:
    """By table, how many rows have a value under another key than the newest; only tables with any."""
    counted = {model._meta.db_table: outdated_rows(model, fields).count() for model, fields in encrypted_models()}
    return {table: count for table, count in counted.items() if count}


def rotate_fields(*, say: Say) -> int:
    """Encrypt what is outdated anew; how many rows. Raises `Undecipherable`; what was done until then stays done.

    Where this connection may not lift the triggers of an append-only table, its rows stay as they are, and `say` tells.
    """
    done = 0
    for model, fields in encrypted_models():
        table = model._meta.db_table
        total = outdated_rows(model, fields).count()
        if not total:
            continue
        here = 0
        try:
            for count in _batches(model, fields):
                here += count
                say(f"{table}: {here:,} of {total:,} rows")
        except ProgrammingError:
            say(f"{table}: {total - here:,} rows stay as they are: only the owner of this append-only table may do it")
        done += here
    return done


def _batches(model: type[models.Model], fields: list[EncryptedField]) -> Iterator[int]:
    names, last = [field.name for field in fields], 0
    while True:
        with transaction.atomic(), lifted(model._meta.db_table):
            waiting = outdated_rows(model, fields).filter(pk__gt=last).order_by("pk").select_for_update()
            rows = {pk: tuple(values) for pk, *values in waiting.values_list("pk", *names)[:BATCH]}
            if rows:
                bulk.write(model, names, rows)
                last = max(rows)
        if not rows:
            return
        yield len(rows)
