"""Names, day of birth, sex and language of a person, corrected by people."""

import datetime as dt
from dataclasses import asdict, dataclass

from django.db import transaction

from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability
from claims.amendments import subjects
from claims.amendments.history import BadParticulars, Turn, keep, person_to_change
from claims.amendments.models import PersonChange
from claims.parties.models import Account
from claims.plausible.particulars import LANGUAGES, SEXES, age_warning, birth_problem


@dataclass(frozen=True, slots=True)
class Particulars:
    """A person as they are entered."""

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    birth_on: dt.date | None = None
    sex: str = ""
    language: str = ""


def correct_person(person_id: int, facts: Particulars, *, turn: Turn) -> PersonChange | None:
    """Bring a person to what was entered; None where nothing differs. Raises `BadParticulars`, `ChangedByAnother`, and
    `Conflict` where another person is known by that name and day."""
    _check(facts, turn.today)
    with transaction.atomic():
        person = person_to_change(person_id, turn, capability=Capability.CORRECT_PEOPLE)
        asked = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(facts).items()}
        step = subjects.changed(subjects.PERSON, person_id, asked)
        return keep(person, action="corrected", steps=[step], turn=turn)


def set_language(person_id: int, language: str, *, turn: Turn) -> PersonChange | None:
    """In which language somebody is written and spoken to."""
    if language and language not in LANGUAGES:
        raise BadParticulars("Choose a language from the list.", field="language")
    with transaction.atomic():
        person = person_to_change(person_id, turn, capability=Capability.WORK_ITEMS)
        return keep(
            person,
            action="language",
            steps=[subjects.changed(subjects.PERSON, person_id, {"language": language})],
            turn=turn,
        )


def person_warnings(person_id: int, facts: Particulars, *, today: dt.date) -> list[str]:
    """What is odd about an entry, and no reason to refuse it."""
    answers = Account.objects.filter(guarantor=person_id).exists()
    return [one for one in (age_warning(facts.birth_on, today=today, answers=answers),) if one]


def _check(facts: Particulars, today: dt.date) -> None:
    if not facts.last.strip():
        raise BadParticulars("Enter the last name.", field="last")
    for name in subjects.NAMES:
        text = getattr(facts, name)
        if any(char.isdigit() for char in text):
            raise BadParticulars("A name has no digits.", field=name)
        ensure_not_sensitive(**{name: text})
    if problem := birth_problem(facts.birth_on, today=today):
        raise BadParticulars(problem, field="birth_on")
    if facts.sex and facts.sex not in SEXES:
        raise BadParticulars("Choose from the list.", field="sex")
    if facts.language and facts.language not in LANGUAGES:
        raise BadParticulars("Choose a language from the list.", field="language")
