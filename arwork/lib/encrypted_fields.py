"""Model fields whose values are encrypted in the database, and can be found in it where they must be.

In Python such a field is plain text, a date or JSON. Its column holds one value made of

    blind index   digests of a fixed length, or nothing where nobody looks for the value
    sealed value  see `encryption`; bound to table and column and to the digests before it

so whatever writes the column (save, update, COPY) writes the index with it, and indexes and unique constraints stand on
a part of the column (`IndexPart`). Two kinds of index, each by choice of the field:

    exact=True         one digest of the whole: `filter(number=...)`, `number__in`, unique constraints
    prefixes=(4, 6)    a digest for each of these beginnings of the folded text (capitals, letters and digits only),
                       one behind the other: `filter(member_id__begins="W12-3")` is one range of one index, whatever
                       the length of what was typed. A longer text finds what has its longest indexed beginning.

Every other lookup but `isnull` is refused: it would compare ciphertext. An empty text is kept as an empty value.
"""

import datetime as dt
import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull, Lookup

from arwork.lib.encryption import digest, seal, unseal

EXACT_BYTES, STEP_BYTES = 16, 4


class EncryptedField(models.Field):
    """What encrypted fields share; see the module."""

    def __init__(self, *args: Any, exact: bool = False, prefixes: Sequence[int] = (), **kwargs: Any) -> None:
        self.exact, self.prefixes = exact, tuple(prefixes)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.exact:
            kwargs["exact"] = True
        if self.prefixes:
            kwargs["prefixes"] = self.prefixes
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_lookup(self, lookup_name: str) -> Any:
        """Only what the blind index can answer."""
        if lookup_name == "isnull":
            return IsNull
        if lookup_name == "exact" and self.exact:
            return _Exact
        if lookup_name == "in" and self.exact:
            return _In
        if lookup_name == "begins" and self.prefixes:
            return _Begins
        raise FieldError(f"{self} is encrypted: nothing in the database can compare it by {lookup_name!r}.")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self} is encrypted: nothing in the database can work with it ({lookup_name!r}).")

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else self.read(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return connection.Database.Binary(self.stored(value))

    def stored(self, value: Any) -> bytes:
        """What the column holds for `value`; the same value is never stored twice alike."""
        text = self._text(value) if value != b"" else ""  # Django's own empty value of a binary column
        if not text:
            return b""
        if self.max_length and len(text) > self.max_length:
            raise ValueError(f"{self}: longer than {self.max_length} characters")
        index = self.index_of(text)
        return index + seal(text.encode(), bound_to=self._place + index)

    def read(self, stored: bytes) -> Any:
        """The value behind what the column holds. Raises `Undecipherable`."""
        if not stored:
            return self._value("")
        index, sealed = stored[: self.index_bytes], stored[self.index_bytes :]
        return self._value(unseal(sealed, bound_to=self._place + index).decode())

    def index_of(self, text: str) -> bytes:
        """The blind index before the sealed `text`."""
        if not (self.exact or self.prefixes):
            return b""
        bare = folded(text) if self.prefixes else ""
        steps = b"".join(self._step(bare, size) for size in self.prefixes)
        return (self.digest_of(text) if self.exact else b"") + steps

    def has_its_index(self, stored: bytes) -> bool:
        """Whether the blind index in what the column holds is the one of its value. Raises `Undecipherable`."""
        return stored[: self.index_bytes] == self.index_of(self._text(self.read(stored)))

    def digest_of(self, value: Any) -> bytes:
        """The digest by which the whole value is found; of an empty one nothing."""
        text = self._text(value)
        return digest(b"whole", self._place, text.encode(), size=EXACT_BYTES) if text else b""

    def beginning_of(self, text: str) -> bytes:
        """What the index of everything that begins with `text` begins with; nothing where it is too short."""
        bare = folded(text)
        return b"".join(self._step(bare, size) for size in self.prefixes if size <= len(bare))

    @property
    def index_bytes(self) -> int:
        """How much of the column is blind index."""
        return EXACT_BYTES * self.exact + STEP_BYTES * len(self.prefixes)

    @property
    def steps_at(self) -> tuple[int, int]:
        """Where in the column the digests of beginnings stand: position from 1, and length."""
        return EXACT_BYTES * self.exact + 1, STEP_BYTES * len(self.prefixes)

    @cached_property
    def _place(self) -> bytes:
        return f"{self.model._meta.db_table}.{self.column}".encode()

    def _step(self, bare: str, size: int) -> bytes:
        if len(bare) < size:
            return bytes(STEP_BYTES)
        return digest(b"begins", self._place, bare[:size].encode(), size=STEP_BYTES)

    def _text(self, value: Any) -> str:
        raise NotImplementedError

    def _value(self, text: str) -> Any:
        raise NotImplementedError


class EncryptedTextField(EncryptedField):
    """Text; `max_length` in characters."""

    _pyi_private_set_type: str | Combinable
    _pyi_private_get_type: str

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self} takes text, not {type(value).__name__}")
        return value

    def _value(self, text: str) -> str:
        return text


class EncryptedDateField(EncryptedField):
    """A day. Indexed with `prefixes=(4, 8)` it is found by its year or as a whole; so `YYYYMMDD` is its folded text."""

    _pyi_private_set_type: dt.date | Combinable | None
    _pyi_private_get_type: dt.date | None

    def _text(self, value: Any) -> str:
        if type(value) is not dt.date:
            raise TypeError(f"{self} takes a date, not {type(value).__name__}")
        return value.isoformat()

    def _value(self, text: str) -> dt.date | None:
        return dt.date.fromisoformat(text) if text else None


class EncryptedJSONField(EncryptedField):
    """Anything that JSON can say."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def _text(self, value: Any) -> str:
        return json.dumps(value)

    def _value(self, text: str) -> Any:
        return json.loads(text) if text else None


class IndexPart(models.Func):
    """The part of an encrypted column that an index or a unique constraint stands on: `IndexPart("number", 1, 16)`.

    Literal positions: SQLite takes an index on an expression only for the very same words.
    """

    output_field = models.BinaryField()

    def __init__(self, column: Any, start: int, length: int) -> None:
        super().__init__(column)
        self.template = f"substr(%(expressions)s, {int(start)}, {int(length)})"


class _BlindLookup(Lookup):
    prepare_rhs = False

    def part(self, compiler: Any, connection: Any, start: int, length: int) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"substr({column}, {start}, {length})", list(params)


class _Exact(_BlindLookup):
    lookup_name = "exact"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Another column only where it is the same one of another row: digests are bound to their column."""
        sql, params = self.part(compiler, connection, 1, EXACT_BYTES)
        if hasattr(self.rhs, "as_sql"):
            if self.rhs.output_field != self.lhs.output_field:
                raise FieldError(f"{self.lhs.output_field} is encrypted: compare it with values, not other columns.")
            other, others = compiler.compile(self.rhs)
            return f"{sql} = substr({other}, 1, {EXACT_BYTES})", [*params, *others]
        return f"{sql} = %s", [*params, connection.Database.Binary(self.lhs.output_field.digest_of(self.rhs))]


class _In(_BlindLookup):
    lookup_name = "in"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        sql, params = self.part(compiler, connection, 1, EXACT_BYTES)
        field = self.lhs.output_field
        digests = [connection.Database.Binary(field.digest_of(value)) for value in set(self.rhs)]
        if not digests:
            raise EmptyResultSet
        return f"{sql} IN ({', '.join(['%s'] * len(digests))})", [*params, *digests]


class _Begins(_BlindLookup):
    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        field = self.lhs.output_field
        sql, params = self.part(compiler, connection, *field.steps_at)
        first = field.beginning_of(self.rhs)
        if not first:
            raise EmptyResultSet
        binary = connection.Database.Binary
        if len(first) == field.steps_at[1]:  # the planner knows more of equal values than of ranges
            return f"{sql} = %s", [*params, binary(first)]
        after = (int.from_bytes(first, "big") + 1).to_bytes(len(first) + 1, "big")
        if after[0]:  # nothing sorts behind it
            return f"{sql} >= %s", [*params, binary(first)]
        return f"({sql} >= %s AND {sql} < %s)", [*params, binary(first), *params, binary(after[1:])]


def folded(text: str) -> str:
    """Text as its beginnings are indexed: capitals, letters and digits only."""
    return "".join(filter(str.isalnum, text.upper()))
