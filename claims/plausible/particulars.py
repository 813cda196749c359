"""Days of birth, languages, member ids and tax numbers. Pure."""

import datetime as dt
import re

FIRST_BIRTH = dt.date(1900, 1, 1)
ADULT = 18
_OLD = 110
#: The languages that letters and calls are most often asked for in (ISO 639-1; zh as read, yue as spoken).
LANGUAGES = {
    "en": "English", "es": "Spanish", "zh": "Chinese", "yue": "Cantonese", "vi": "Vietnamese", "tl": "Tagalog",
    "ko": "Korean", "ar": "Arabic", "fr": "French", "ht": "Haitian Creole", "pt": "Portuguese", "ru": "Russian",
    "pl": "Polish", "it": "Italian", "de": "German", "fa": "Persian", "hi": "Hindi", "ur": "Urdu", "bn": "Bengali",
    "gu": "Gujarati", "pa": "Punjabi", "ja": "Japanese", "so": "Somali", "am": "Amharic", "sw": "Swahili",
    "hmn": "Hmong", "km": "Khmer", "lo": "Lao", "nv": "Navajo", "ase": "American Sign Language",
}  # fmt: skip
#: How the patient stands to the insured (SBR02, PAT01).
RELATIONS = {
    "18": "Self", "01": "Spouse", "19": "Child", "20": "Employee", "21": "Unknown", "39": "Organ donor",
    "40": "Cadaver donor", "53": "Life partner", "G8": "Other",
}  # fmt: skip
SEXES = {"F": "Female", "M": "Male", "U": "Unknown"}
_MEMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]{0,78}[A-Za-z0-9])?")


def birth_problem(day: dt.date | None, *, today: dt.date) -> str:
    """Why nobody can be born on that day; "" where somebody can, or no day is known."""
    if day is None:
        return ""
    if day > today:
        return "Nobody is born after today. Look at the year."
    return "That is before 1900. Look at the year." if day < FIRST_BIRTH else ""


def age_on(birth_on: dt.date, day: dt.date) -> int:
    """The years that somebody has completed."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def age_warning(birth_on: dt.date | None, *, today: dt.date, answers: bool) -> str:
    """What is to be looked at in an age: who answers for a bill is of age, and few live so long."""
    if birth_on is None:
        return ""
    age = age_on(birth_on, today)
    if answers and age < ADULT:
        return f"Who answers for the bill would be {age} years old: somebody of age has to."
    return f"That is an age of {age}." if age > _OLD else ""


def member_id_problem(text: str) -> str:
    """Why a member id can't be one; "" where it can."""
    bare = text.strip()
    if not _MEMBER.fullmatch(bare):
        return "A member id has letters and digits alone, with blanks or hyphens between them."
    marks = set(bare.upper()) - set(" -")
    is_filled = len(marks) == 1 and len(bare) > 2
    return "That stands for a member id that nobody knew. Look at the card." if is_filled or bare == "0" else ""


def tin_of(text: str) -> str:
    """The nine digits of a tax number; "" where there can be no such."""
    digits = text.strip().replace("-", "")
    is_sound = len(digits) == 9 and digits.isascii() and digits.isdigit() and digits[:2] != "00"
    return digits if is_sound and len(set(digits)) > 1 else ""
