"""Elements that several kinds of file share, read with their problems noted: amounts, days, CAS, composites."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from .problems import Log
from .records_835 import Cas
from .values import ZERO, amount, at, day, quantity

GROUPS = frozenset({"CO", "PR", "OA", "PI", "CR"})


def read_amount(e: list[str], index: int, n: int, log: Log, *, required: bool = False) -> Decimal:
    """Element `index` as dollars; 0.00 with an error where it is unreadable, or required and absent."""
    text = e[index] if index < len(e) else ""
    value = amount(text)
    if value is not None:
        return value
    if text:
        message = f"Segment {n}, {e[0]}{index:02d}: expected an amount in dollars and cents such as 125.00."
        log.error(n, e[0], index, "bad_amount", message)
    elif required:
        message = f"Segment {n}, {e[0]}{index:02d}: expected an amount, found nothing."
        log.error(n, e[0], index, "missing_element", message)
    return ZERO


def read_optional_amount(e: list[str], index: int, n: int, log: Log) -> Decimal | None:
    """Element `index` as dollars, None where it is absent."""
    return read_amount(e, index, n, log) if at(e, index) else None


def read_quantity(e: list[str], index: int, n: int, log: Log) -> Decimal | None:
    """Element `index` as a count, None where it is absent or unreadable (a warning: no money hangs on it)."""
    text = at(e, index)
    if not text:
        return None
    value = quantity(text)
    if value is None:
        log.warn(n, e[0], index, "bad_number", f"Segment {n}, {e[0]}{index:02d}: expected a number such as 1.5.")
    return value


def read_day(e: list[str], index: int, n: int, log: Log) -> date | None:
    """Element `index` as a day, None where it is absent or unreadable (a warning)."""
    text = at(e, index)
    if not text:
        return None
    value = day(text)
    if value is None:
        log.warn(n, e[0], index, "bad_date", f"Segment {n}, {e[0]}{index:02d}: expected a date as CCYYMMDD.")
    return value


def require(e: list[str], index: int, n: int, log: Log, what: str) -> str:
    """Element `index` as text; an error where it is absent."""
    text = at(e, index)
    if not text:
        message = f"Segment {n}, {e[0]}{index:02d}: expected {what}, found nothing."
        log.error(n, e[0], index, "missing_element", message)
    return text


def read_cas(e: list[str], n: int, log: Log) -> list[Cas]:
    """The up to six (reason, amount, quantity) triplets of a CAS.

    A triplet without a readable amount is left out and noted: nothing can be posted from it.
    """
    group = at(e, 1)
    if group not in GROUPS:
        log.error(n, "CAS", 1, "bad_group", f"Segment {n}, CAS01: expected CO, PR, OA, PI or CR.")
    found = []
    last = len(e) - 1
    for index in range(2, len(e), 3):
        reason, money = e[index], amount(e[index + 1]) if index < last else None
        if money is None or not 0 < len(reason) <= 5:
            if not reason and not at(e, index + 1):
                continue
            money = _faulty_triplet(e, index, n, log)
        if money is not None:
            counted = read_quantity(e, index + 2, n, log) if index + 1 < last and e[index + 2] else None
            found.append(Cas(group, reason[:5], money, counted))
    return found


def _faulty_triplet(e: list[str], index: int, n: int, log: Log) -> Decimal | None:
    if not 0 < len(e[index]) <= 5:
        message = f"Segment {n}, CAS{index:02d}: expected an adjustment reason code of at most 5 characters."
        log.error(n, "CAS", index, "bad_reason", message)
    before = len(log.found)
    money = read_amount(e, index + 1, n, log, required=True)
    return money if len(log.found) == before else None


@lru_cache(maxsize=1 << 12)
def procedure(composite: str, separator: str) -> tuple[str, str, tuple[str, ...], str]:
    """Qualifier, code, up to four modifiers, description of a procedure composite (C003)."""
    parts = [part.strip() for part in composite.split(separator)]
    if len(parts) == 1:
        return "", parts[0], (), ""
    return parts[0], parts[1], tuple(part for part in parts[2:6] if part), parts[6] if len(parts) > 6 else ""
