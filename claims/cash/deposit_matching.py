"""Which bank line is which deposit. Pure: no Django import.

By the trace number first: it stands in what the bank says, and the amount is equal. Then by amount and day alone, where
only one line and one deposit can mean each other. What could be two is left to a person; amounts are never stretched.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

TRACE, AMOUNT = "trace", "amount"
#: Days from the day of a deposit to that of the bank's line, both included: electronic payments may be dated a day
#: ahead; a bag that is dropped on Friday is counted on Monday, after a holiday on Tuesday.
EARLIEST, LATEST = -1, 5
_LEAST_TRACE = 5


class DepositId(NamedTuple):
    """A deposit of ours: a slip or the payment of a remittance, by id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class OwnDeposit:
    """What we say went to the bank. Dollars; a slip has no trace. `words` is whose money it is, for people."""

    id: DepositId
    amount: Decimal
    on: dt.date
    trace: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class SaidByBank:
    """What the bank says came. Dollars."""

    id: int
    amount: Decimal
    on: dt.date
    words: str = ""


class Matched(NamedTuple):
    """A line and the deposit that it is, and by what it was known."""

    line_id: int
    deposit: DepositId
    why: str


def match_deposits(lines: Iterable[SaidByBank], deposits: Iterable[OwnDeposit]) -> list[Matched]:
    """The matches that are certain, in the order of the lines."""
    left_lines = {line.id: line for line in lines}
    left = {one.id: one for one in deposits}
    found: list[Matched] = []
    for why, means in ((TRACE, _is_traced), (AMOUNT, _is_near)):
        for line_id, deposit in _unique_pairs(list(left_lines.values()), list(left.values()), means):
            found.append(Matched(line_id, deposit, why))
            del left_lines[line_id], left[deposit]
    return sorted(found)


def _unique_pairs(
    lines: Sequence[SaidByBank], deposits: Sequence[OwnDeposit], means: Callable[[SaidByBank, OwnDeposit], bool]
) -> list[tuple[int, DepositId]]:
    of_amount: dict[Decimal, list[OwnDeposit]] = defaultdict(list)
    for one in deposits:
        of_amount[one.amount].append(one)
    pairs = [(line.id, one.id) for line in lines for one in of_amount[line.amount] if means(line, one)]
    by_line, by_deposit = _counted(line for line, _ in pairs), _counted(one for _, one in pairs)
    return [(line, one) for line, one in pairs if by_line[line] == by_deposit[one] == 1]


def _counted(items: Iterable[Hashable]) -> dict[Hashable, int]:
    found: dict[Hashable, int] = defaultdict(int)
    for one in items:
        found[one] += 1
    return found


def _is_traced(line: SaidByBank, deposit: OwnDeposit) -> bool:
    trace = _plain(deposit.trace).lstrip("0")
    return len(trace) >= _LEAST_TRACE and trace in _plain(line.words)


def _is_near(line: SaidByBank, deposit: OwnDeposit) -> bool:
    return EARLIEST <= (line.on - deposit.on).days <= LATEST


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
