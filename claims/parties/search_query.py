"""What somebody means by the words in the search box. Pure.

People type as they speak: "smith 1961", "smith, j", "(212) 555-0123", "7k2p 9qxm 3f4t", "$1,240.00". One text may be
several things; each reading is tried, and a lookup that finds nothing says nothing.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import NotMoney, money

LONGEST = 80
_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_AMOUNT = re.compile(r"\$?\s*\d{1,3}(,\d{3})*\.\d{2}|\$\s*\d+(,\d{3})*(\.\d{2})?|\d+\.\d{2}")
_ACCOUNT = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")
_PHONE_SHAPE = re.compile(r"[\d\s().+/-]+")
_FEWEST_LETTERS = 2
_FEWEST_DIGITS, _PHONE_DIGITS = 4, 10


@dataclass(frozen=True)
class SearchReading:
    """The readings of one text. Empty ones do not apply."""

    text: str
    names: tuple[str, ...] = ()
    birth_on: dt.date | None = None
    birth_year: int | None = None
    phone: str = ""
    phone_end: str = ""
    number: str = ""
    account: str = ""
    amount: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text

    @property
    def is_about_people(self) -> bool:
        return bool(self.names or self.birth_on)


def read_search(text: str) -> SearchReading:
    """Every reading of `text`; only its first LONGEST characters count."""
    text = " ".join(text.split())[:LONGEST].strip(" ,")
    if not text:
        return SearchReading("")
    birth_on, rest = _date_in(text)
    year = None
    if birth_on is None and (found := _YEAR.search(rest)) and rest != found.group():
        year, rest = int(found.group()), rest.replace(found.group(), " ", 1)
    return SearchReading(
        text=text,
        names=_names(rest),
        birth_on=birth_on,
        birth_year=year,
        phone=_phone(text),
        phone_end=_phone_end(text) if birth_on is None else "",
        number=text if " " not in text and birth_on is None and any(char.isalnum() for char in text) else "",
        account=_account(text),
        amount=_amount(text),
    )


def _date_in(text: str) -> tuple[dt.date | None, str]:
    found = _DATE.search(text)
    if found is None:
        return None, text
    month, day, year, iso_year, iso_month, iso_day = found.groups()
    try:
        parts = (iso_year, iso_month, iso_day) if iso_year else (year, month, day)
        return dt.date(*(int(part) for part in parts)), text.replace(found.group(), " ", 1)
    except ValueError:
        return None, text


def _names(text: str) -> tuple[str, ...]:
    """How the person may stand in the index, LAST FIRST in capitals: with a comma that order, else either."""
    if any(char.isdigit() for char in text):
        return ()
    last, comma, first = (part.strip().upper() for part in text.partition(","))
    if sum(char.isalpha() for char in last) < _FEWEST_LETTERS:
        return ()
    if comma:
        return (f"{last} {first}".strip(),)
    words = last.split()
    if len(words) == 1:
        return (last,)
    turned = " ".join([words[-1], *words[:-1]])
    return (last, turned) if len(words[-1]) >= _FEWEST_LETTERS else (last,)


def _phone(text: str) -> str:
    digits = "".join(filter(str.isdigit, text))
    if not _PHONE_SHAPE.fullmatch(text):
        return ""
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    return f"+1{digits}" if len(digits) == _PHONE_DIGITS and digits[0] > "1" else ""


def _phone_end(text: str) -> str:
    """The last digits of a phone: four to nine of them."""
    digits = "".join(filter(str.isdigit, text))
    return digits if _PHONE_SHAPE.fullmatch(text) and _FEWEST_DIGITS <= len(digits) < _PHONE_DIGITS else ""


def _account(text: str) -> str:
    """An account number however its groups are written: `7k2p 9qxm3f4t` -> `7K2P-9QXM-3F4T`."""
    letters = re.sub(r"[\s-]", "", text).upper()
    if not _ACCOUNT.fullmatch(letters):
        return ""
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def _amount(text: str) -> Decimal | None:
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        return money(text.replace("$", "").replace(",", "").strip())
    except NotMoney:
        return None
