"""What is known of a hold, by its reason (RULES 11.8): which fields there are, and what may be entered. Pure.

A bankruptcy has a chapter, a case and a court; a request to stop says how it was written; an attorney can be written
to; a death names a day and who settles the estate. A hold may be placed before any of it is known: it stops at once.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from arwork.lib.errors import DomainError

#: Reasons that are a person's and bind all their accounts.
OF_PERSONS = ("bankruptcy", "cease", "attorney", "deceased")
TEXT, DAY, CHOICE = "text", "day", "choice"


@dataclass(frozen=True, slots=True)
class HoldField:
    """One thing to know of a hold."""

    name: str
    label: str
    kind: str = TEXT
    choices: tuple[tuple[str, str], ...] = ()
    help_text: str = ""


class BadHoldFacts(DomainError):
    """Something about a hold that can't be so."""

    code = "bad_hold_facts"


_CHAPTERS = tuple((one, f"Chapter {one}") for one in ("7", "11", "12", "13"))
_HOW = (("letter", "By letter"), ("email", "By e-mail"), ("spoken", "Spoken"), ("page", "On the patient's page"))
FIELDS: dict[str, tuple[HoldField, ...]] = {
    "bankruptcy": (
        HoldField("chapter", "Chapter", CHOICE, _CHAPTERS),
        HoldField("case_number", "Case number"),
        HoldField("district", "Court and district", help_text="Such as: E.D.N.Y."),
        HoldField("filed_on", "Filed on", DAY),
        HoldField("attorney", "Attorney"),
        HoldField("attorney_contact", "How to reach the attorney"),
        HoldField("meeting_on", "Meeting of creditors (341)", DAY),
    ),
    "cease": (
        HoldField("how", "How they asked", CHOICE, _HOW, "In writing it binds for good: 12 CFR 1006.6(c)."),
        HoldField("written_on", "Dated", DAY),
    ),
    "attorney": (
        HoldField("attorney", "Attorney"),
        HoldField("attorney_contact", "How to reach the attorney"),
        HoldField("no_answer_since", "Written to, no answer since", DAY),
    ),
    "deceased": (
        HoldField("died_on", "Died on", DAY),
        HoldField("estate_contact", "Who settles the estate"),
        HoldField("estate_court", "Court of the estate"),
    ),
}


def clean_facts(reason: str, given: Mapping[str, object], *, today: dt.date) -> dict[str, str]:
    """What was entered as it is kept: ISO days, trimmed text, nothing empty. Raises `BadHoldFacts` naming the field."""
    fields = {one.name: one for one in FIELDS.get(reason, ())}
    found: dict[str, str] = {}
    for name, value in given.items():
        if value in (None, ""):
            continue
        field = fields.get(name)
        if field is None:
            raise BadHoldFacts("This reason has no such detail.", field=name)
        if field.kind == DAY:
            found[name] = _day(field, value, today)
        elif field.kind == CHOICE and str(value) not in dict(field.choices):
            raise BadHoldFacts(f"Choose from the list: {field.label.lower()}.", field=name)
        else:
            found[name] = " ".join(str(value).split())[:200]
    return {name: value for name, value in found.items() if value}


def told(reason: str, facts: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Each thing that is known of a hold: label and words, in the order of its fields."""
    known = facts or {}
    return [(one.label, _words(one, known[one.name])) for one in FIELDS.get(reason, ()) if one.name in known]


def day_of(facts: Mapping[str, str] | None, name: str) -> dt.date | None:
    """A day that is known of a hold."""
    text = (facts or {}).get(name)
    return dt.date.fromisoformat(text) if text else None


def _day(field: HoldField, value: object, today: dt.date) -> str:
    try:
        day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise BadHoldFacts(f"Enter a day: {field.label.lower()}.", field=field.name) from error
    if day > today and field.name != "meeting_on":
        raise BadHoldFacts("This day is still to come.", field=field.name)
    return day.isoformat()


def _words(field: HoldField, value: str) -> str:
    if field.kind == DAY:
        day = dt.date.fromisoformat(value)
        return f"{day:%b} {day.day}, {day.year}"
    return dict(field.choices).get(value, value)
