"""Amounts and days as letters write them, in English and Spanish. Pure.

Spanish of the United States keeps the dollar sign in front and the comma between thousands, as its readers see them
on every price tag; days are written out, so that nobody takes a month for a day.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum

_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
}  # fmt: skip


class LetterLanguage(StrEnum):
    """The languages that letters are written in."""

    ENGLISH = "en"
    SPANISH = "es"


#: (code, word) of each, for forms.
LANGUAGES = [(LetterLanguage.ENGLISH.value, "English"), (LetterLanguage.SPANISH.value, "Spanish")]


def language_of(spoken: str) -> LetterLanguage:
    """The language in which somebody is written to who speaks `spoken` (a code as people have it; empty: unknown)."""
    return LetterLanguage.SPANISH if spoken.lower()[:2] == LetterLanguage.SPANISH else LetterLanguage.ENGLISH


def money_words(amount: Decimal, language: str) -> str:
    """`$1,240.00` in both languages; a minus in front of what is owed back."""
    del language
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def day_words(day: dt.date, language: str) -> str:
    """`November 30, 2026`, `30 de noviembre de 2026`."""
    month = _MONTHS[language][day.month - 1]
    if language == LetterLanguage.SPANISH:
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"
