"""How codes are built, what is known of modifiers, and which contradict each other. Pure.

ICD-10-CM: a letter, a digit, a letter or digit, then up to four (ICD-10-CM guidelines I.A.2). HCPCS level I (CPT) and
II: five characters. NDC: 11 digits, 5-4-2. CPT is known by number only, its text is licensed.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from arwork.lib.dated_rules import read_seed
from claims.practices.npi import is_npi

SEEDS = Path(__file__).parent / "seeds"
_ICD10 = re.compile(r"[A-TV-Z]\d[0-9A-Z][0-9A-Z]{0,4}")
_PROCEDURE = re.compile(r"\d{4}[0-9A-Z]|[A-Z]\d{4}")
_DENTAL = re.compile(r"D\d{4}")
_HIPPS = re.compile(r"[0-9A-Z]{5}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_TAXONOMY = re.compile(r"[0-9A-Z]{9}X")
_NDC = re.compile(r"\d{11}")
_REVENUE = re.compile(r"0\d{3}|1\d{3}|2\d{3}|3\d{3}")
_EVALUATION = re.compile(r"99[2-4]\d\d|92(00[24]|01[24])|G0(402|438|439|463)|9[89]\d{3}")
#: Why each pair cannot stand on one line.
_CONTRADICTING: dict[frozenset[str], str] = {
    frozenset(pair.split()): why
    for pair, why in (
        ("26 TC", "the professional and the technical part together are the whole service: bill it without either"),
        ("50 RT", "50 says both sides, RT one"),
        ("50 LT", "50 says both sides, LT one"),
        ("RT LT", "a service on both sides is 50, or a line for each side"),
        ("GA GZ", "GA says that the patient signed a notice, GZ that he did not"),
        ("22 52", "22 says more work than usual, 52 less"),
        ("52 53", "52 is a reduced service, 53 one that was broken off"),
        ("73 74", "73 is before anesthesia, 74 after it began"),
        ("AA QZ", "AA is the anesthesiologist himself, QZ a nurse anesthetist without one"),
        ("AA QX", "AA is the anesthesiologist himself, QX a nurse anesthetist under one"),
        ("GT 95", "both say telehealth: the payer takes one of them"),
        ("59 XE", "XE says more exactly what 59 says: one of them"),
        ("59 XP", "XP says more exactly what 59 says: one of them"),
        ("59 XS", "XS says more exactly what 59 says: one of them"),
        ("59 XU", "XU says more exactly what 59 says: one of them"),
    )
}


def is_icd10(code: str) -> bool:
    """Whether a code has the form of ICD-10-CM, with its point or without."""
    return bool(_ICD10.fullmatch(plain_icd(code)))


def plain_icd(code: str) -> str:
    """A diagnosis as files have it: capitals without the point."""
    return code.replace(".", "").strip().upper()


def is_procedure(code: str, qualifier: str) -> bool:
    """Whether a code has the form that its qualifier (HC, AD, HP) asks for; others are not known here."""
    form = {"HC": _PROCEDURE, "AD": _DENTAL, "HP": _HIPPS}.get(qualifier)
    return form is None or bool(form.fullmatch(code))


def is_modifier(code: str) -> bool:
    """Two letters or digits."""
    return bool(_MODIFIER.fullmatch(code))


def is_taxonomy(code: str) -> bool:
    """Ten characters, the last of them X (NUCC provider taxonomy)."""
    return bool(_TAXONOMY.fullmatch(code))


def is_ndc(code: str) -> bool:
    """Eleven digits without hyphens."""
    return bool(_NDC.fullmatch(code))


def is_revenue_code(code: str) -> bool:
    """Four digits, 0001 to 3999."""
    return bool(_REVENUE.fullmatch(code))


def is_provider_number(value: str) -> bool:
    """An NPI with its check digit."""
    return is_npi(value)


def is_evaluation(code: str) -> bool:
    """Whether a procedure is an evaluation and management service, the only kind that modifiers 24, 25 and 57 fit."""
    return bool(_EVALUATION.fullmatch(code))


def contradictions(modifiers: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Pairs that cannot stand together, each with why."""
    found = []
    for n, one in enumerate(modifiers):
        for other in modifiers[n + 1 :]:
            if why := _CONTRADICTING.get(frozenset((one, other))):
                found.append((one, other, why))
    return found


def modifier_words(code: str) -> str:
    """A modifier in our own words, "" for one that we have none for."""
    return str(modifiers_known().get(code, ""))


@cache
def modifiers_known() -> dict[str, str]:
    """Modifiers of CPT and HCPCS level II in our own words."""
    found: dict[str, Any] = read_seed(SEEDS / "modifiers.yaml")
    return {str(code): str(words) for code, words in found.items()}
