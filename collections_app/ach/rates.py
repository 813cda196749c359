"""Return rates of an originator beside the thresholds of Nacha (RULES 13.3). Pure.

Each rate is returns over debit entries originated, both of the last days: unauthorized (R05, R07, R10, R11, R29, R51)
at most 0.5 %, administrative (R02, R03, R04) 3 %, of any kind 15 %. The figures are dated limits, in hundredths of a
percent, with a warning below each.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from collections_app.ach.returns import ADMINISTRATIVE_RATE, UNAUTHORIZED_RATE

UNAUTHORIZED, ADMINISTRATIVE, OVERALL = "unauthorized", "administrative", "overall"
RATES = {
    UNAUTHORIZED: "Unauthorized",
    ADMINISTRATIVE: "Administrative",
    OVERALL: "All returns",
}
_CODES: dict[str, Sequence[str]] = {UNAUTHORIZED: UNAUTHORIZED_RATE, ADMINISTRATIVE: ADMINISTRATIVE_RATE}
GOOD, WARNING, OVER = "good", "warning", "over"
_WORDS = {GOOD: "Below the warning", WARNING: "Near the threshold", OVER: "At or over the threshold"}


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where a rate is warned of, and what it may be at most; in hundredths of a percent."""

    warning: int
    most: int


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """One rate on a day: returns over debits, in exact numbers."""

    code: str
    returns: int
    debits: int
    threshold: Threshold

    @property
    def label(self) -> str:
        return RATES[self.code]

    @property
    def percent(self) -> Decimal:
        """With two places; 0 without a debit."""
        return _percent(self.returns, self.debits)

    @property
    def most(self) -> Decimal:
        return Decimal(self.threshold.most) / 100

    @property
    def warning(self) -> Decimal:
        return Decimal(self.threshold.warning) / 100

    @property
    def state(self) -> str:
        """`good`, `warning` or `over`; compared exactly, not as it is rounded."""
        if not self.returns:
            return GOOD
        if self.returns * 10_000 >= self.threshold.most * self.debits:
            return OVER
        return WARNING if self.returns * 10_000 >= self.threshold.warning * self.debits else GOOD

    @property
    def words(self) -> str:
        return _WORDS[self.state]


def counts_for(rate: str, return_code: str) -> bool:
    """Whether a return counts for a rate."""
    return rate == OVERALL or return_code in _CODES[rate]


def rates_on(
    day: dt.date,
    *,
    days: int,
    sent: Mapping[dt.date, int],
    returned: Mapping[tuple[dt.date, str], int],
    thresholds: Mapping[str, Threshold],
) -> list[ReturnRate]:
    """The rates of the last `days` up to `day` and with it; `sent` are debits by day, `returned` returns by day and
    code."""
    since = day - dt.timedelta(days=days)
    debits = sum(count for on, count in sent.items() if since < on <= day)
    back = [(code, count) for (on, code), count in returned.items() if since < on <= day]
    return [
        ReturnRate(rate, sum(count for code, count in back if counts_for(rate, code)), debits, thresholds[rate])
        for rate in RATES
    ]


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01")) if whole else Decimal("0.00")
