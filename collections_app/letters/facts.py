"""The facts of a letter as they are kept with it, and back again. Pure.

Amounts and days are marked as such, so that a letter can be made again from what is kept: `{"money": "240.00"}`,
`{"day": "2026-11-30"}`.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def frozen(value: Any) -> Any:
    """Facts as JSON can say them. Raises `TypeError` for what no letter is made from (a float, a row of a table)."""
    if isinstance(value, Decimal):
        return {"money": str(value)}
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"day": value.isoformat()}
    if isinstance(value, Mapping):
        return {str(name): frozen(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [frozen(one) for one in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"no fact of a letter: {type(value).__name__}")


def thawed(value: Any) -> Any:
    """What `frozen` was given, lists for tuples."""
    if isinstance(value, list):
        return [thawed(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"money"}:
        return Decimal(value["money"])
    if set(value) == {"day"}:
        return dt.date.fromisoformat(value["day"])
    return {name: thawed(one) for name, one in value.items()}
