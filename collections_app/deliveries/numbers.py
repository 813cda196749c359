"""The number of a delivery, as it stands on the paper and is typed when it comes back: `D1234-5`. Pure.

The last digit is a check digit (Luhn), so a slip of the finger names no other letter.
"""

import re

_TYPED = re.compile(r"[Dd]?\s*(\d{1,17})[\s-]*(\d)")


def number_of(delivery_id: int) -> str:
    """`D1234-4`."""
    return f"D{delivery_id}-{_check(str(delivery_id))}"


def delivery_named(typed: str) -> int | None:
    """Which delivery is meant by what was typed or scanned; None where it is no such number, or mistyped."""
    found = _TYPED.fullmatch(typed.strip())
    if found is None or _check(found[1]) != found[2]:
        return None
    return int(found[1])


def _check(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)
