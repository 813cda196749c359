"""Champion and challenger: who is in which arm, and what the difference between them is worth. Pure.

An account's arm follows from its number and the key of the test alone, so it is the same whoever asks and whenever, and
no two tests sort alike. The difference is told with its 95 % interval (the normal approximation of two means), or not
at all while too few accounts are in.
"""

import hashlib
import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from arwork.lib.money import ZERO

_PARTS = 10_000
_PER_PERCENT = _PARTS // 100
#: The normal deviate that leaves 2.5 % on either side.
_DEVIATE = 1.959964


class Arm(StrEnum):
    """Which of the two versions an account takes."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


def arm_of(account_id: int, *, key: str, challenger_percent: int) -> Arm:
    """The arm of an account in the test of `key`."""
    digest = hashlib.sha256(f"{key}:{account_id}".encode()).digest()
    part = int.from_bytes(digest[:8], "big") % _PARTS
    return Arm.CHALLENGER if part < challenger_percent * _PER_PERCENT else Arm.CHAMPION


@dataclass(frozen=True, slots=True)
class Sample:
    """One arm: `shares` of their balance that accounts paid are told by their sum and the sum of their squares, each
    from 0 to 1."""

    accounts: int = 0
    owed: Decimal = ZERO
    collected: Decimal = ZERO
    cost: Decimal = ZERO
    complaints: int = 0
    opt_outs: int = 0
    days: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def rate(self) -> float:
        """Collected of what was owed at the start, 0 to 1."""
        return float(self.collected / self.owed) if self.owed else 0.0

    @property
    def percent(self) -> float:
        """The same, 0 to 100."""
        return self.rate * 100

    @property
    def mean(self) -> float:
        """The mean share that an account paid."""
        return self.total / self.accounts if self.accounts else 0.0

    @property
    def variance(self) -> float:
        """Of the shares of accounts."""
        if self.accounts < 2:  # noqa: PLR2004 - one value has no spread
            return 0.0
        return max((self.squares - self.total**2 / self.accounts) / (self.accounts - 1), 0.0)


@dataclass(frozen=True, slots=True)
class TestVerdict:
    """The challenger's mean share less the champion's, with its interval; `words` say what it is worth."""

    difference: float
    low: float
    high: float
    is_early: bool
    words: str


def compare(champion: Sample, challenger: Sample, *, least: int) -> TestVerdict:
    """What the difference is worth. Below `least` accounts in either arm it is too early to say."""
    difference = challenger.mean - champion.mean
    if min(champion.accounts, challenger.accounts) < max(least, 2):
        missing = max(least, 2) - min(champion.accounts, challenger.accounts)
        return TestVerdict(
            difference, 0.0, 0.0, is_early=True, words=f"Too early: {missing} more accounts in the smaller arm"
        )
    error = math.sqrt(champion.variance / champion.accounts + challenger.variance / challenger.accounts)
    low, high = difference - _DEVIATE * error, difference + _DEVIATE * error
    between = f"{low * 100:+.1f} to {high * 100:+.1f} points"
    if low > 0:
        words = f"The challenger collects more: {between}"
    elif high < 0:
        words = f"The champion collects more: {between}"
    else:
        words = f"No difference shown yet: {between}"
    return TestVerdict(difference, low, high, is_early=False, words=words)
