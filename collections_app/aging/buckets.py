"""Aging: which day a dollar's age counts from, and which bucket that age falls into. Pure.

Buckets are whole calendar days and each day is in exactly one (RULES 5.2). A date still to come is "not yet due";
an amount whose date is not known (never billed, no statement sent) is shown as such, so that every report still
adds up to the ledger.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """What age counts from. There is no "last activity": any touch would make old money look young (RULES 5.1)."""

    DOS = "dos"
    FIRST_BILLED = "first_billed"
    LAST_BILLED = "last_billed"
    RESPONSIBILITY = "responsibility"
    FIRST_STATEMENT = "first_statement"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Basis.DOS: "date of service",
    Basis.FIRST_BILLED: "first billed",
    Basis.LAST_BILLED: "last billed",
    Basis.RESPONSIBILITY: "with the present party since",
    Basis.FIRST_STATEMENT: "first patient statement",
}


@dataclass(frozen=True, slots=True)
class AgeBucket:
    """A range of ages in days, both ends included; None is open. `code` is stable and safe in addresses."""

    code: str
    label: str
    first: int | None
    last: int | None

    def holds(self, days: int) -> bool:
        return (self.first is None or days >= self.first) and (self.last is None or days <= self.last)


@dataclass(frozen=True, slots=True)
class AgeBucketDates:
    """A bucket as dates of its basis, for `earliest <= basis_date <= latest` in SQL; None is open."""

    bucket: AgeBucket
    earliest: dt.date | None
    latest: dt.date | None


def _from_days(*first_days: int) -> tuple[AgeBucket, ...]:
    """A bucket from each of these days to the day before the next one; the last is open."""
    found = []
    for first, following in zip(first_days, [*first_days[1:], None], strict=True):
        last = None if following is None else following - 1
        name = f"{first}+" if last is None else f"{first}-{last}"
        found.append(AgeBucket(name, name, first, last))
    return tuple(found)


NOT_YET_DUE = AgeBucket("future", "not yet due", None, -1)
UNDATED = AgeBucket("undated", "no date", None, None)
_FIRST_DAYS = (0, 31, 61, 91, 121)
#: The five buckets of every report (RULES 5.2).
AGE_BUCKETS = _from_days(*_FIRST_DAYS)
#: The same with the oldest split, for old inventories; figures are kept so.
LONG_AGE_BUCKETS = _from_days(*_FIRST_DAYS, 181, 366)


def age_days(as_of: dt.date, basis_date: dt.date) -> int:
    """Whole calendar days; both dates are dates of the facility. Negative when the date is still to come."""
    return (as_of - basis_date).days


def age_bucket_of(days: int | None, *, buckets: tuple[AgeBucket, ...] = AGE_BUCKETS) -> AgeBucket:
    """The one bucket an age is in; None is an age that is not known."""
    if days is None:
        return UNDATED
    if days < 0:
        return NOT_YET_DUE
    return next(bucket for bucket in buckets if bucket.holds(days))


def age_bucket_on(
    as_of: dt.date, basis_date: dt.date | None, *, buckets: tuple[AgeBucket, ...] = AGE_BUCKETS
) -> AgeBucket:
    """The bucket of an amount with this basis date on a day."""
    return age_bucket_of(None if basis_date is None else age_days(as_of, basis_date), buckets=buckets)


def age_bucket_dates(as_of: dt.date, *, buckets: tuple[AgeBucket, ...] = AGE_BUCKETS) -> tuple[AgeBucketDates, ...]:
    """The dated buckets as ranges of basis dates, to build a CASE or filters from; `UNDATED` is `IS NULL`."""
    return tuple(
        AgeBucketDates(
            bucket,
            None if bucket.last is None else as_of - dt.timedelta(days=bucket.last),
            None if bucket.first is None else as_of - dt.timedelta(days=bucket.first),
        )
        for bucket in (NOT_YET_DUE, *buckets)
    )
