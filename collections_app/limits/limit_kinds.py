"""What a limit is: what it decides, its unit, where rows may differ, and what no figure can be. Pure."""

from dataclasses import dataclass

PLACE, PAYER_CLASS, ROLE = "place", "payer_class", "role"
MILLION = 100_000_000  # dollars, in cents
#: A figure of this many cents (twenty million dollars) means that there is no limit.
NO_LIMIT = 20 * MILLION
#: New York City has a rule of its own within its state.
NEW_YORK_CITY = "NYC"
LONGEST = 36_525  # days: a hundred years
TWO_YEARS = 731  # days, with a leap day
SIX_YEARS = 2_192  # days, with the most leap days that six years hold


@dataclass(frozen=True, slots=True)
class LimitKind:
    """What a limit decides. `unit` is `days`, `times`, `touches`, `debits`, `cents`, `hundredths of a percent` or
    `minutes of work`; `scope` says whether rows may name a place, a class of payers or a role. Outside of `least` to
    `most` a figure is a slip of the hand."""

    code: str
    label: str
    unit: str
    group: str
    scope: str = ""
    least: int = 0
    most: int = 730
    is_shared: bool = False  # read for all practices at once, so none has its own
    is_optional: bool = False  # none is shipped: what it stands for is not known until somebody says it
