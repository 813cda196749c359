"""A line of a bank file, whatever its form, and what is wrong with a file. Pure: no Django import."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.errors import DomainError

#: A statement of a month has some hundreds.
MOST_LINES = 20_000


class BadBankFile(DomainError):
    """A bank file that can't be read. Facts: `line` (from 1) and `name` of what is wrong there."""

    code = "bad_bank_file"


@dataclass(frozen=True, slots=True)
class BankEntry:
    """Money that came in, dollars; `number` is the line of the file."""

    number: int
    on: dt.date
    amount: Decimal
    description: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """What a file says came in, and how many of its lines say something else (money that went out)."""

    form: str
    entries: tuple[BankEntry, ...]
    others: int = 0


def bad(line: int, name: str, what: str) -> BadBankFile:
    """The error of a line: `Line 4, Amount: "12,3" is no amount.`"""
    return BadBankFile(f"Line {line}, {name}: {what}", line=line, name=name)


def keys_of(entries: Sequence[BankEntry]) -> list[str]:
    """A digest of each: what the bank says of it, and the how manieth it is of those that say the same. Two deposits of
    the same day, amount and words are two; in a file that overlaps an earlier one they are the same two."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for one in entries:
        says = (one.on.isoformat(), str(one.amount), " ".join(one.description.split()), one.reference.strip())
        seen[says] += 1
        found.append(hashlib.sha256("\x1f".join([*says, str(seen[says])]).encode()).hexdigest())
    return found
