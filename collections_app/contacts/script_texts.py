"""What a practice says on the phone: its own texts over the shipped ones, each version kept (see `scripts`)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import long_day
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from collections_app.contacts.script_models import ScriptText
from collections_app.contacts.scripts import ENGLISH, LANGUAGES, BadScript, Passage, ensure_sayable, passages

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """A passage of a practice in one language as Setup lists it: what is said today, and since when it is their own."""

    passage: Passage
    language: str
    words: str
    own_since: dt.date | None

    @property
    def title(self) -> str:
        return self.passage.titles[ENGLISH]

    @property
    def language_name(self) -> str:
        return LANGUAGES[self.language]


def own_texts(practice_id: int, on: dt.date) -> Mapping[tuple[str, str], str]:
    """What the practice says otherwise on a day, by passage and language. One query."""
    return {key: row.words for key, row in _in_force(practice_id, on).items() if row.words}


def script_rows(practice_id: int, *, actor: "User", today: dt.date) -> list[ScriptRow]:
    """Every passage in each language as it is said today. Raises `NotFound`."""
    require(actor, Capability.SEE_CLAIMS)
    ensure_in_view(actor, practice_id)
    own = _in_force(practice_id, today)
    found = []
    for passage in passages().values():
        for language in LANGUAGES:
            row = own.get((passage.code, language))
            words = row.words if row and row.words else passage.texts[language]
            found.append(ScriptRow(passage, language, words, row.from_on if row and row.words else None))
    return found


def versions_of(practice_id: int, code: str, language: str, *, actor: "User") -> list[ScriptText]:
    """Every version that a practice had of a passage, the newest first."""
    rows = ScriptText.objects.filter(practice=practice_id, practice__in=practice_ids(actor), code=code)
    return list(rows.filter(language=language).select_related("by").order_by("-pk"))


def write_script(
    *,
    actor: "User",
    practice_id: int,
    code: str,
    language: str,
    words: str,
    from_on: dt.date,
    now: dt.datetime,
    today: dt.date,
) -> ScriptText:
    """Say a passage otherwise from a day on; empty words: the shipped text again. Raises `BadScript` naming the field,
    `NotFound`, `SensitiveText`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    text = " ".join(words.split())
    if text:
        ensure_sayable(code, language, text)
    elif code not in passages() or language not in LANGUAGES:
        raise BadScript("There is no such passage.", field="code")
    ensure_not_sensitive(words=text)
    if from_on < today:
        raise BadScript(
            f"Enter a day from today, {long_day(today)}, on: what was said stays as it was.", field="from_on"
        )
    with transaction.atomic():
        row = ScriptText.objects.create(
            practice_id=practice_id, code=code, language=language, words=text, from_on=from_on, at=now, by=actor
        )
        audit.record(
            actor, "script_written", "script", row.pk, practice_id=practice_id,
            after={"code": code, "language": language, "from": from_on, "is_shipped": not text}, now=now,
        )  # fmt: skip
    return row


def _in_force(practice_id: int, on: dt.date) -> dict[tuple[str, str], ScriptText]:
    rows = ScriptText.objects.filter(practice=practice_id, from_on__lte=on).order_by("from_on", "pk")
    return {(row.code, row.language): row for row in rows}
