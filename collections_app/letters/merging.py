"""Texts with merge fields: read, checked against what a kind allows, and filled with facts. Pure.

A text is plain: paragraphs stand apart by an empty line; `# ` begins a heading, `- ` an item of a list; `**so**` is
bold; `{name}` stands for a fact, `[name]` on a line of its own places a table, a box or a form. A paragraph that
begins with `{?name}` is there only where that fact is known. Nothing else means anything: facts and words reach the
page as they are, whatever signs they hold.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from arwork.lib.errors import DomainError
from collections_app.letters.kinds import COMMON, FactShape, LetterKind, fields_of
from collections_app.letters.words import day_words, money_words

_FIELD = re.compile(r"\{([a-z_]+)\}")
_ONLY_WITH = re.compile(r"^\{\?([a-z_]+)\}\s*")
_BLOCK = re.compile(r"^\[([a-z_]+)\]$")
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
_BRACE = re.compile(r"[{}]")
Element = dict[str, Any]


class BadText(DomainError):
    """A text that names what its kind does not know, or lacks what it must say."""

    code = "bad_text"


class MissingFact(DomainError):
    """A fact that the text names and nobody gave. Facts: the `field`."""

    code = "missing_fact"


class TextNames(NamedTuple):
    """What a text names."""

    fields: frozenset[str]
    blocks: frozenset[str]


def named_in(text: str) -> TextNames:
    """The fields and blocks that a text names; those that it only asks for (`{?name}`) too."""
    bare = [_ONLY_WITH.sub("", part) for part in _paragraphs(text)]
    blocks = {found[1] for part in bare if (found := _BLOCK.match(part))}
    asked = {found[1] for part in _paragraphs(text) if (found := _ONLY_WITH.match(part))}
    return TextNames(frozenset({*_FIELD.findall(text), *asked}), frozenset(blocks))


def check_text(kind: LetterKind, subject: str, body: str) -> None:
    """Raise `BadText` naming what the kind does not know, and what it must say and does not."""
    known, blocks = fields_of(kind), {block.name for block in kind.blocks}
    for field, text in (("subject", subject), ("body", body)):
        if not text.strip():
            raise BadText("A letter needs words.", field=field)
        named = named_in(text)
        if unknown := sorted(named.fields - set(known) - blocks):
            raise BadText(f"This kind of letter has no {_listed('{%s}', unknown)}. {_offer(known)}", field=field)
        if unknown := sorted(named.blocks - blocks):
            raise BadText(f"This kind of letter has no {_listed('[%s]', unknown)}.", field=field)
        bare = _FIELD.sub("", "\n\n".join(_ONLY_WITH.sub("", part) for part in _paragraphs(text)))
        if _BRACE.search(bare):
            raise BadText("A brace stands alone. Write merge fields as {account_number}.", field=field)
    if named_in(subject).blocks or "\n" in subject.strip():
        raise BadText("The title is one line of words.", field="subject")
    named = named_in(body)
    if lacking := [name for name in kind.must if name not in named.fields | named.blocks]:
        said = ", ".join(f"[{name}]" if name in blocks else f"{{{name}}}" for name in lacking)
        raise BadText(f"This letter has to say {said}: put it back.", field="body")


def fill(kind: LetterKind, text: str, facts: Mapping[str, Any], *, language: str) -> list[Element]:
    """The elements of a text with its facts, for a template. Raises `MissingFact` naming the field."""
    return [one for part in _paragraphs(text) for one in _element(kind, part, facts, language)]


def fill_line(kind: LetterKind, text: str, facts: Mapping[str, Any], *, language: str) -> str:
    """One line with its facts. Raises `MissingFact`."""
    return _FIELD.sub(lambda found: _said(kind, found[1], facts, language), " ".join(text.split()))


def said(value: Any, *, language: str) -> str:
    """A fact as letters write it."""
    if isinstance(value, Decimal):
        return money_words(value, language)
    return day_words(value, language) if isinstance(value, dt.date) else str(value)


def _element(kind: LetterKind, part: str, facts: Mapping[str, Any], language: str) -> Iterable[Element]:
    if found := _ONLY_WITH.match(part):
        if _is_missing(facts, found[1]):
            return
        part = part[found.end() :]
    if placed := _BLOCK.match(part):
        yield spoken(_block(kind, placed[1], facts, language), language=language)
        return
    if (alone := _FIELD.fullmatch(part)) and fields_of(kind)[alone[1]].shape == FactShape.WORDS:
        yield from _typed(_said(kind, alone[1], facts, language))
        return
    lines = part.split("\n")
    if part.startswith("# "):
        yield {"kind": "heading", "text": fill_line(kind, part[2:], facts, language=language)}
    elif all(line.startswith("- ") for line in lines):
        yield {"kind": "list", "items": [_runs(kind, line[2:], facts, language) for line in lines]}
    else:
        yield {"kind": "paragraph", "lines": [_runs(kind, line, facts, language) for line in lines]}


def _block(kind: LetterKind, name: str, facts: Mapping[str, Any], language: str) -> Any:
    """The block that somebody brought, or that is built from the facts it needs."""
    known = next((block for block in kind.blocks if block.name == name), None)
    if name in facts or known is None or known.build is None:
        if _is_missing(facts, name):
            raise _missing(kind, name)
        return facts[name]
    if lacking := next((need for need in known.needs if _is_missing(facts, need)), None):
        raise _missing(kind, lacking)
    return known.build(facts, language)


def _typed(words: str) -> Iterable[Element]:
    """Words that somebody typed, paragraph by paragraph, just as they are."""
    for part in _paragraphs(words):
        yield {"kind": "paragraph", "lines": [[{"text": line, "bold": False}] for line in part.split("\n")]}


def ensure_given(kind: LetterKind, facts: Mapping[str, Any]) -> None:
    """Raise `MissingFact` naming the first fact that a kind can't do without and nobody gave."""
    for field in kind.fields:
        if not field.is_optional and _is_missing(facts, field.name):
            raise _missing(kind, field.name)


def spoken(value: Any, *, language: str) -> Any:
    """A block with every amount and day in it as words."""
    if isinstance(value, Mapping):
        return {name: spoken(one, language=language) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [spoken(one, language=language) for one in value]
    return value if isinstance(value, str | bool | int) or value is None else said(value, language=language)


def _runs(kind: LetterKind, line: str, facts: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """A line as runs of plain and bold words. What a fact brings stays as it is, be it made of asterisks."""
    parts = _BOLD.split(line)
    runs = [
        {"text": _FIELD.sub(lambda found: _said(kind, found[1], facts, language), part), "bold": bool(at % 2)}
        for at, part in enumerate(parts)
        if part
    ]
    return runs or [{"text": "", "bold": False}]


def _said(kind: LetterKind, name: str, facts: Mapping[str, Any], language: str) -> str:
    if _is_missing(facts, name):
        raise _missing(kind, name)
    return said(facts[name], language=language)


def _is_missing(facts: Mapping[str, Any], name: str) -> bool:
    return facts.get(name) is None or facts[name] == ""


def _missing(kind: LetterKind, name: str) -> MissingFact:
    field = fields_of(kind).get(name)
    label = field.label if field else next((block.label for block in kind.blocks if block.name == name), name)
    return MissingFact(f"The letter needs the {label} ({name}). Say it first.", field=name)


def _paragraphs(text: str) -> list[str]:
    """Paragraphs without the spaces around their lines."""
    parts = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))
    trimmed = ("\n".join(line.strip() for line in part.strip().split("\n")) for part in parts)
    return [part for part in trimmed if part]


def _listed(form: str, names: Iterable[str]) -> str:
    return ", ".join(form % name for name in names)


def _offer(known: Iterable[str]) -> str:
    own = [name for name in known if name not in {field.name for field in COMMON}]
    return f"It knows {_listed('{%s}', own or [field.name for field in COMMON])}."
