"""Opening hours as people say them. Pure."""

import datetime as dt

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ZONES = {
    "America/New_York": "Eastern", "America/Detroit": "Eastern", "America/Indiana/Indianapolis": "Eastern",
    "America/Chicago": "Central", "America/Denver": "Mountain", "America/Boise": "Mountain",
    "America/Phoenix": "Arizona", "America/Los_Angeles": "Pacific", "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii", "America/Puerto_Rico": "Atlantic", "Pacific/Guam": "Guam",
}  # fmt: skip


def hours_words(opens: dt.time, closes: dt.time, *, weekdays: str, zone: str) -> str:
    """`Mon-Fri 8:00-17:00 Eastern`; 00:00 to 00:00 is the whole day."""
    clock = "all day" if opens == closes else f"{_clock(opens)}-{_clock(closes)}"
    name = _ZONES.get(zone, zone.rpartition("/")[2].replace("_", " "))
    return " ".join(part for part in (days_words(weekdays), clock, name) if part)


def days_words(weekdays: str) -> str:
    """`12345` (1 is Monday) as `Mon-Fri`, `1357` as `Mon, Wed, Fri, Sun`, all seven as `Every day`."""
    days = sorted({int(digit) - 1 for digit in weekdays if digit in "1234567"})
    if len(days) == 7:
        return "Every day"
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run(run) for run in runs)


def _run(days: list[int]) -> str:
    if len(days) < 3:
        return ", ".join(_DAYS[day] for day in days)
    return f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}"


def _clock(time: dt.time) -> str:
    return f"{time.hour}:{time.minute:02d}"
