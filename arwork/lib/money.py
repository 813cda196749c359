"""Money: `Decimal` dollars with two places in Python, integer cents in the database, floats nowhere.

SQLite keeps decimals as REAL, so ten rows of 0.10 less 1.00 do not sum to zero there; integers do on both
engines. Aggregates over a `MoneyField` come back as `Decimal` dollars when summed directly; give arithmetic
on `F()` expressions `output_field=MoneyField()`.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable, ExpressionWrapper, F

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_MAX_CENTS = 10**15
_MAX_DOLLARS = _MAX_CENTS // 100


class NotMoney(ValueError):
    """A value that is not an exact amount of dollars and cents."""


def money(value: Decimal | int | str) -> Decimal:
    """Dollars as a `Decimal` with exactly two places.

    Raises `NotMoney` for floats, text that is no number, fractions of a cent and absurd amounts.
    """
    if isinstance(value, bool | float):
        raise NotMoney(f"{type(value).__name__} is not money")
    try:
        exact = Decimal(value)
        rounded = exact.quantize(CENT)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise NotMoney("not an amount of dollars and cents") from error
    if rounded != exact:
        raise NotMoney("fraction of a cent")
    if abs(rounded) >= Decimal(_MAX_CENTS) / 100:
        raise NotMoney("amount out of range")
    return rounded + ZERO  # minus zero becomes zero


def round_money(value: Decimal) -> Decimal:
    """A computed amount (interest, a percentage) brought to whole cents, half up."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def to_cents(value: Decimal | int | str) -> int:
    """Dollars to integer cents; raises `NotMoney` as `money` does."""
    if type(value) is Decimal and -_MAX_DOLLARS < value < _MAX_DOLLARS and (cents := int(value * 100)) == value * 100:
        return cents  # what nearly every amount is; the other way takes four times as long and says what is wrong
    return int(money(value).scaleb(2))


@lru_cache(maxsize=1 << 14)
def from_cents(cents: int) -> Decimal:
    """Integer cents to dollars with two places."""
    return Decimal(cents).scaleb(-2)


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Split `total` in proportion to `weights`, to the cent, by largest remainder; the parts sum to `total`.

    Equal remainders go to the earlier part. Weights that sum to zero split evenly. Raises `ValueError`
    for no weights or a negative one.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("split needs weights, none negative")
    sign = -1 if total < 0 else 1
    cents = abs(to_cents(total))
    shares = [Decimal(weight) for weight in weights]
    whole = sum(shares)
    if whole == 0:
        shares, whole = [Decimal(1)] * len(shares), Decimal(len(shares))
    exact = [cents * share / whole for share in shares]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in order[: cents - sum(parts)]:
        parts[index] += 1
    return [from_cents(sign * part) for part in parts]


class MoneyField(models.BigIntegerField):
    """Cents in a bigint column, `Decimal` dollars in Python. Refuses floats and fractions of a cent."""

    description = "US dollars, stored as integer cents"

    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: int | None, *_: Any) -> Decimal | None:
        # An aggregate may come back as Decimal cents (PostgreSQL's sum of bigint is numeric).
        return None if value is None else from_cents(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            return money(value)
        except NotMoney as error:
            raise ValidationError("Enter an amount in dollars and cents.", code="invalid") from error

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_cents(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return forms.DecimalField(max_digits=14, decimal_places=2, **kwargs)

    @property
    def validators(self) -> list[Any]:
        return []


class _Cents(ExpressionWrapper):
    """Integers as the drivers give them: Django would convert each of millions once more."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        """None."""
        return []


def in_cents(name: str) -> ExpressionWrapper:
    """A money column as its integer cents, for work on many rows."""
    return _Cents(F(name), output_field=models.BigIntegerField())
