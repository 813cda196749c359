"""Changing what letters say: a text is never edited, another one begins and ends the one before.

Ending an admin's text lets the shipped one speak again. What was made by a text stays as it was made.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from arwork.lib.dated_rules import DRAFTED, check_dates, standing, succeed
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_choice, practice_ids, require
from arwork.staff.dated_rows import DatedTable
from collections_app.letters.kinds import all_kinds, kind_of
from collections_app.letters.merging import check_text
from collections_app.letters.models import LetterText
from collections_app.letters.texts import TextRow, as_row, text_book
from collections_app.letters.words import LetterLanguage

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadLetterText(DomainError):
    """A text that could never hold, or not as meant. Facts: the `field`."""

    code = "bad_letter_text"


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A text as it was entered; `practice_id` None and an empty `state` are everywhere."""

    kind: str
    language: str
    subject: str
    body: str
    valid_from: dt.date
    source: str
    state: str = ""
    practice_id: int | None = None
    valid_to: dt.date | None = None


class DiffPart(NamedTuple):
    """Words that stay, go or come: `same`, `gone`, `new`."""

    how: str
    words: str


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text with where it stands in time, and whose it is."""

    row: TextRow
    stands: str
    practice: str = ""
    stored: LetterText | None = None


@transaction.atomic
def add_text(draft: TextDraft, *, actor: "User", now: dt.datetime) -> LetterText:
    """Let a text hold from its day on; an own one for the same practice and state ends the day before.

    Raises `BadText` naming what the kind does not know or must say, `BadLetterText`, `BadDates`, `Forbidden`.
    """
    _require(actor, draft.practice_id)
    check_draft(draft, actor=actor)
    rows = LetterText.objects.filter(kind=draft.kind, language=draft.language)
    new, ended = succeed([as_row(one) for one in rows], TextRow(**asdict(draft), rule_id=DRAFTED))
    row = LetterText(**{**asdict(draft), "valid_to": new.valid_to}, entered_by=actor, entered_at=now)
    return _TABLE.add(row, ended=ended, actor=actor, now=now)


@transaction.atomic
def end_text(text_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> dt.date | None:
    """End a text as soon as may be, so that the one behind it holds again; one that has not begun is taken out (None).

    Raises `NotFound`, `BadDates`, `Forbidden`.
    """
    found = text_of(text_id, actor=actor)
    _require(actor, found.practice_id)
    return _TABLE.end(text_id, last_day=None, actor=actor, today=today, now=now)


def check_draft(draft: TextDraft, *, actor: "User") -> None:
    """Raise what `add_text` would, without keeping anything."""
    kind = kind_of(draft.kind)
    if draft.language not in list(LetterLanguage):
        raise BadLetterText("Choose the language.", field="language")
    if draft.state and not (len(draft.state) == 2 and draft.state.isascii() and draft.state.isupper()):
        raise BadLetterText("Name a state by its two letters.", field="state")
    if draft.practice_id is not None and draft.practice_id not in practice_ids(actor):
        raise BadLetterText("This practice is not among yours.", field="practice_id")
    if not draft.source.strip():
        raise BadLetterText("Say why it says so: the law, or who decided it.", field="source")
    ensure_not_sensitive(subject=draft.subject, body=draft.body, source=draft.source)
    check_text(kind, draft.subject, draft.body)
    check_dates(draft.valid_from, draft.valid_to)


def text_of(text_id: int, *, actor: "User") -> LetterText:
    """One text, of all practices or of one that the actor sees. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    rows = LetterText.objects.filter(Q(practice=None) | Q(practice__in=practice_ids(actor)))
    found = rows.select_related("practice", "entered_by").filter(pk=text_id).first()
    if found is None:
        raise NotFound("There is no such text any more. Look at the list again.")
    return found


def text_list(*, actor: "User", today: dt.date) -> list[tuple[str, str, list[ListedText]]]:
    """(code, name, texts) of every kind: admins' own before the shipped ones, of one language the latest first."""
    require(actor, Capability.SEE_CLAIMS)
    names = {practice.id: practice.name for practice in practice_choice(actor).practices}
    rows = LetterText.objects.filter(Q(practice=None) | Q(practice__in=practice_ids(actor))).select_related(
        "entered_by"
    )
    own = {row.pk: row for row in rows.order_by("-valid_from", "-pk")}
    book, found = text_book(), []
    for kind in all_kinds():
        listed = []
        for language in LetterLanguage:
            told = [row for row in book.about(f"{kind.code}.{language}") if row.rule_id is None or row.rule_id in own]
            told.sort(key=lambda row: (row.rule_id is None, -row.begins.toordinal(), -(row.rule_id or 0)))
            listed += [_listed(row, own, names, today) for row in told]
        found.append((kind.code, kind.name, listed))
    return found


def text_before(text: TextRow) -> TextRow | None:
    """What a text took the place of, or would: the one entered before it for the same practice and state, or else the
    one that speaks for more."""
    entered = text.rule_id or DRAFTED
    earlier = [row for row in text_book([text.kind]).about(text.about) if (row.rule_id or 0) < entered]
    fitting = [row for row in earlier if row.fits((text.state, text.practice_id))]
    return max(fitting, key=lambda row: (row.specificity, row.rule_id or 0), default=None)


def differences(before: str, after: str) -> list[DiffPart]:
    """What changed between two texts, word by word, in reading order."""
    old, new = _words(before), _words(after)
    parts: list[DiffPart] = []
    for how, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            parts.append(DiffPart("same", "".join(new[b1:b2])))
            continue
        if a2 > a1:
            parts.append(DiffPart("gone", "".join(old[a1:a2])))
        if b2 > b1:
            parts.append(DiffPart("new", "".join(new[b1:b2])))
    return parts


def _words(text: str) -> Sequence[str]:
    """Words with the white space behind them."""
    found: list[str] = []
    for word in text.replace("\r\n", "\n").split(" "):
        found.extend(part for line in word.splitlines(keepends=True) for part in [line])
        if found:
            found[-1] += " "
    return found


def _listed(row: TextRow, own: dict[int, LetterText], names: dict[int, str], today: dt.date) -> ListedText:
    stored = own.get(row.rule_id or 0)
    return ListedText(row, standing(row.valid_from, row.valid_to, today), names.get(row.practice_id or 0, ""), stored)


def _require(actor: "User", practice_id: int | None) -> None:
    """A text for every practice is an owner's; an administrator sets those of their own practices."""
    require(actor, Capability.CONFIGURE_SHARED if practice_id is None else Capability.CONFIGURE_PAYERS)


def _facts(text: LetterText) -> dict[str, Any]:
    names = ("kind", "language", "state", "practice_id", "subject", "body", "valid_from", "valid_to", "source")
    return {name: getattr(text, name) for name in names}


_TABLE = DatedTable(LetterText, subject="letter_text", deed="letter_text", facts=_facts)
