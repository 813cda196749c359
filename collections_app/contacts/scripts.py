"""What is said on the phone, in its order, as the facts have it (RULES 10.3, 12.4; 12 CFR 1006.2(j), 1006.18(e)). Pure.

Until somebody is verified the script opens, asks who is there, and has words for a machine and for somebody else; none
of these tell of an account. Only then comes what is owed, with the words that the law wants from who collects for
others, or for a debt too old to sue for. Texts are shipped in English and Spanish; a practice may say it otherwise.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from arwork.lib.dated_rules import read_seed
from arwork.lib.errors import DomainError

SEED = Path(__file__).parent / "seeds" / "scripts.yaml"
ENGLISH, SPANISH = "en", "es"
LANGUAGES = {ENGLISH: "English", SPANISH: "Spanish"}
FIRST_PARTY, EARLY_OUT, THIRD_PARTY = "first_party", "early_out", "third_party"
#: Each merge field, and what it stands for in a preview.
FIELDS = {
    "agent": "Ana Test", "practice": "Harbor Clinic", "callback": "(718) 555-0100", "person": "Gus Guarino",
    "asked": "$120.00", "visits": "one visit, of Sep 14, 2026",
}  # fmt: skip
LONGEST = 1500


class BadScript(DomainError):
    """A text that can't be said so."""

    code = "bad_script"


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage of the script: texts and titles by language, its merge fields, the words it must keep."""

    code: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    fields: tuple[str, ...]
    source: str
    keeps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """What the script follows. `standing` is how the caller stands: open, verified, failed, else or locked."""

    standing: str = "open"
    profile: str = THIRD_PARTY
    language: str = ENGLISH
    is_inbound: bool = False
    must_tell_recording: bool = False
    is_time_barred: bool = False
    owes: bool = True
    business: str = ""


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One thing to say, with its merge fields filled, and a note for whoever says it."""

    code: str
    title: str
    words: str
    source: str
    note: str = ""
    language: str = ENGLISH


def script_for(
    facts: ScriptFacts, values: Mapping[str, str], own: Mapping[tuple[str, str], str] | None = None
) -> list[ScriptLine]:
    """What to say now, in its order; `own` are the practice's texts by passage and language."""
    language = facts.language if facts.language in LANGUAGES else ENGLISH
    book = passages()
    return [_line(book[code], language, facts, values, own or {}) for code in codes_for(facts)]


def codes_for(facts: ScriptFacts) -> list[str]:
    """The passages that belong to the facts, in their order."""
    if facts.standing in ("failed", "locked"):
        return ["refusal"]
    if facts.standing == "else":
        return ["third_party"]
    recorded = ["recorded"] if facts.must_tell_recording else []
    if facts.standing != "verified":
        opening = ["answer"] if facts.is_inbound else ["opening"]
        machine = [] if facts.is_inbound else ["voicemail", "third_party"]
        return [*opening, *recorded, "identity", *machine]
    about = ["explain", "options"] if facts.owes else []
    return [
        *(["mini_miranda"] if facts.profile == THIRD_PARTY else []),
        *about,
        *(["time_barred"] if facts.is_time_barred and facts.owes else []),
        "closing",
    ]


def language_of(code: str) -> str:
    """The language of the script for somebody's own: Spanish for Spanish, else English."""
    return SPANISH if code.lower().startswith(("es", "spa")) else ENGLISH


def ensure_sayable(code: str, language: str, words: str) -> None:
    """Raise `BadScript` for a text with a merge field that the passage lacks, without the words that the law wants, or
    of a message that tells what it is about."""
    passage = passages().get(code)
    if passage is None or language not in LANGUAGES:
        raise BadScript("There is no such passage.", field="code")
    if len(words) > LONGEST:
        raise BadScript(f"Keep it below {LONGEST} characters: nobody listens longer.", field="words")
    for name in _fields_in(words):
        if name not in passage.fields:
            known = ", ".join(f"{{{one}}}" for one in passage.fields) or "none"
            raise BadScript(f"{{{name}}} can't stand here. What can: {known}.", field="words")
    for kept in passage.keeps.get(language, ()):
        if kept not in words.lower():
            raise BadScript(f"Keep the words “{kept}”: {passage.source}.", field="words")
    if code == "voicemail" and (told := telling_word(words, language)):
        raise BadScript(
            f"A message must not tell what it is about: leave “{told}” out (12 CFR 1006.2(j)).", field="words"
        )


def telling_word(words: str, language: str) -> str:
    """A word that tells what a message is about; "" where none does."""
    for word in _seed()["telling"][language]:
        if re.search(rf"\b{re.escape(word)}\b", words, re.IGNORECASE):
            return str(word)
    return ""


def filled(words: str, values: Mapping[str, str]) -> str:
    """A text with its merge fields filled; one that nothing is known of stays as a gap to read over."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1]) or "…", words)


@cache
def passages() -> Mapping[str, Passage]:
    """The shipped passages by code, in the order of the file. Raises `ValueError` for one that can't be said so."""
    found = {}
    for row in _seed()["passages"]:
        found[row["code"]] = Passage(
            code=row["code"],
            titles=row["title"],
            texts={language: row[language] for language in LANGUAGES},
            fields=tuple(row["fields"]),
            source=row["source"],
            keeps={name: tuple(kept) for name, kept in row.get("keeps", {}).items()},
            notes=row.get("note", {}),
        )
    return found


@cache
def _seed() -> dict[str, Any]:
    found: dict[str, Any] = read_seed(SEED)
    return found


def _line(
    passage: Passage,
    language: str,
    facts: ScriptFacts,
    values: Mapping[str, str],
    own: Mapping[tuple[str, str], str],
) -> ScriptLine:
    words = filled(own.get((passage.code, language)) or passage.texts[language], values)
    note = passage.notes.get(ENGLISH, "")
    if passage.code == "voicemail" and (told := telling_word(facts.business, language)):
        words = "…"
        note = f"Leave no message: the name of the business says “{told}”, which tells what it is about."
    return ScriptLine(passage.code, passage.titles[ENGLISH], words, passage.source, note, language)


def _fields_in(words: str) -> Iterable[str]:
    try:
        return [name for _, name, _, _ in Formatter().parse(words) if name is not None]
    except ValueError as error:
        raise BadScript("A { or } stands alone. Merge fields look like {agent}.", field="words") from error
