"""Whether what a caller says of themselves is what is on file (45 CFR 164.514(h), RULES 12.4). Pure.

Two identifiers at least, and every one that was asked for must be right: somebody who knows the birth date and guesses
the ZIP is not let in. A social security number is never asked for. What was said is compared and forgotten.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

NEEDED = 2
#: In the order in which they are asked.
IDENTIFIERS: dict[str, str] = {
    "birth_on": "Date of birth",
    "zip": "ZIP code",
    "street": "House number and street",
    "phone": "Last four digits of the phone",
    "account": "Account number",
    "member": "Last four of the member id",
}
ENDING = 4


@dataclass(frozen=True, slots=True)
class OnFile:
    """What is known of a person, to compare with; nothing of it leaves this module's answers."""

    birth_on: dt.date | None = None
    zips: frozenset[str] = frozenset()
    streets: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answers:
    """Which identifiers were asked for, and which were right."""

    asked: tuple[str, ...]
    matched: tuple[str, ...]

    @property
    def is_verified(self) -> bool:
        return len(self.asked) >= NEEDED and self.asked == self.matched


def compare(said: Mapping[str, str], known: OnFile) -> Answers:
    """Hold what was said against what is on file; what was left empty was not asked for."""
    asked = tuple(name for name in IDENTIFIERS if said.get(name, "").strip())
    return Answers(asked, tuple(name for name in asked if _is_right(name, said[name].strip(), known)))


def day_said(text: str) -> dt.date | None:
    """A birth date as people say it: 4/9/1961, 04091961, 1961-04-09; None for anything else."""
    digits = re.findall(r"\d+", text)
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:2], digits[0][2:4], digits[0][4:]]
    if len(digits) != 3:
        return None
    if len(digits[0]) == 4:
        digits = [digits[1], digits[2], digits[0]]
    month, day, year = (int(one) for one in digits)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def folded(text: str) -> str:
    """Letters and digits alone, in capitals."""
    return "".join(filter(str.isalnum, text.upper()))


def _is_right(name: str, said: str, known: OnFile) -> bool:
    if name == "birth_on":
        return known.birth_on is not None and day_said(said) == known.birth_on
    if name == "zip":
        digits = re.sub(r"\D", "", said)
        return len(digits) in (5, 9) and digits[:5] in {one[:5] for one in known.zips}
    if name == "street":
        return _is_street(said, known.streets)
    if name == "account":
        return folded(said) in {folded(one) for one in known.accounts}
    ends = known.phones if name == "phone" else known.members
    ending = folded(said)
    return len(ending) == ENDING and ending in {folded(one)[-ENDING:] for one in ends if len(folded(one)) >= ENDING}


def _is_street(said: str, streets: frozenset[str]) -> bool:
    """The house number and the first word of the street, however the rest is spelled."""
    words = [folded(one) for one in said.split()]
    for street in streets:
        parts = [folded(one) for one in street.split()]
        if len(words) >= 2 and parts[:2] == words[:2] and len(parts) >= 2:
            return True
    return False
