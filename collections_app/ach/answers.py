"""What the bank answers: returns and notices of change taken in, matched by trace, applied the same day (RULES 13.3).

A file is taken in once, and a line once, whichever file brings it. What can't be matched or applied waits with its
reason and never keeps a neighbour waiting. A return takes the receipt back to the cent, tells who rested on the money,
and says what follows: another try on a payday, a stop, a correction. A notice of change corrects the authorization
before its next debit, and its history says what it was.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import nacha_reading
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.nacha_reading import BadNachaFile, ReadBatch, ReadEntry
from arwork.lib.races import told_when_lost
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.receipts.recording import lock_accounts
from collections_app.ach import changes, returning
from collections_app.ach.listening import tell_of_returns
from collections_app.ach.models import AchAnswer, AchAnswerFile, AchEntry
from collections_app.ach.returns import kind_of
from collections_app.ach.settling import settle_entries
from collections_app.ach.states import AnswerKind, AnswerState, EntryState

if TYPE_CHECKING:
    from arwork.staff.models import User

_TAKEN = "Somebody took the same file in at this moment. Look at the list."
LONGEST = 2_000_000  # characters


@dataclass(frozen=True, slots=True)
class AnswerPreview:
    """One line as it would be taken in; `entry` is the debit it answers, `trouble` why it would wait."""

    line: int
    kind: str
    code: str
    trace: str
    entry: AchEntry | None
    trouble: str
    is_known: bool


def preview(content: bytes, *, practice_id: int, actor: "User") -> list[AnswerPreview]:
    """What taking the file in would do. Changes nothing. Raises `BadNachaFile`, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    rows = _answers(_text(content), practice_id)
    entries = _entries_of(rows, practice_id)
    known = _known(rows, practice_id)
    return [
        AnswerPreview(
            one.line, one.kind, one.code, one.original_trace, entries.get(one.original_trace),
            _trouble(one, entries.get(one.original_trace)), _key(one) in known,
        )
        for one in rows
    ]  # fmt: skip


def take_in(
    name: str, content: bytes, *, practice_id: int, actor: "User", today: dt.date, now: dt.datetime
) -> AchAnswerFile:
    """Take a file of the bank in and apply what it says. The same file again is the file of before, unchanged.

    Raises `BadNachaFile` naming the line.
    """
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    text = _text(content)
    digest = hashlib.sha256(content).hexdigest()
    rows = _answers(text, practice_id)
    if known := AchAnswerFile.objects.filter(practice=practice_id, sha256=digest).first():
        return known
    settle_entries(today=today, now=now, practices=[practice_id])
    with told_when_lost(_TAKEN), transaction.atomic():
        entries = _entries_of(rows, practice_id)
        lock_accounts({one.account_id for one in entries.values()})
        fresh = [one for one in rows if _key(one) not in _known(rows, practice_id)]
        file = AchAnswerFile.objects.create(
            practice_id=practice_id, name=name[:120], content=text, sha256=digest, count=len(fresh), taken_on=today,
            taken_at=now, taken_by=actor,
        )  # fmt: skip
        for one in fresh:
            one.file, one.entry = file, entries.get(one.original_trace)
            one.reason = _trouble(one, one.entry) or "Not applied yet"
        AchAnswer.objects.bulk_create(fresh, batch_size=500)
        facts = {"count": file.count, "sha256": digest}
        audit.record(
            actor, "ach_answers_taken", "ach_answer_file", file.pk, practice_id=practice_id, after=facts, now=now
        )
        apply_answers([one.pk for one in fresh], actor=actor, today=today, now=now)
    return file


def apply_answers(answer_ids: Sequence[int], *, actor: "User", today: dt.date, now: dt.datetime) -> int:
    """Apply waiting answers that can be; the others keep their reason. How many were applied. The accounts of their
    debits are locked by whoever calls, or here, in order."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        rows = AchAnswer.objects.filter(pk__in=answer_ids, state=AnswerState.WAITING, practice__in=practice_ids(actor))
        lock_accounts(rows.filter(entry__isnull=False).values_list("entry__account_id", flat=True))
        applied, returned = 0, []
        for one in rows.select_related("entry").order_by("pk"):
            if trouble := _trouble(one, one.entry):
                _wait(one, trouble)
                continue
            try:
                with transaction.atomic():
                    said = _apply(one, actor=actor, today=today, now=now)
            except DomainError as error:
                _wait(one, error.message)
                continue
            one.state, one.reason, one.answered_at, one.answered_by = AnswerState.APPLIED, said[:200], now, actor
            one.save(update_fields=["state", "reason", "answered_at", "answered_by"])
            applied += 1
            if one.kind == AnswerKind.RETURN and one.entry is not None:
                returned.append(one.entry)
        tell_of_returns([one.pk for one in returned if not one.is_prenote], today=today, now=now)
        announce("payment", accounts={one.account_id for one in returned})
    return applied


def match_by_hand(answer_id: int, *, entry_id: int, actor: "User", today: dt.date, now: dt.datetime) -> AchAnswer:
    """Say which debit a line answers, and apply it. Raises `Conflict` where it does not fit."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        answer = _waiting(answer_id, actor)
        entry = AchEntry.objects.filter(pk=entry_id, practice=answer.practice_id).first()
        if entry is None:
            raise NotFound("There is no such debit in this practice.")
        answer.entry = entry
        answer.save(update_fields=["entry"])
        apply_answers([answer.pk], actor=actor, today=today, now=now)
        answer.refresh_from_db()
        if answer.state == AnswerState.WAITING:
            raise Conflict(answer.reason)
    return answer


def see_to(answer_id: int, *, what: str, actor: "User", now: dt.datetime) -> AchAnswer:
    """A person saw to a line that can't be applied, and says what they did. Raises `Conflict`, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(what=what)
    if not what.strip():
        raise DomainError("Say what you did about it.", field="what")
    with transaction.atomic():
        answer = _waiting(answer_id, actor)
        answer.state, answer.reason = AnswerState.SEEN_TO, what.strip()[:200]
        answer.answered_at, answer.answered_by = now, actor
        answer.save(update_fields=["state", "reason", "answered_at", "answered_by"])
        facts = {"code": answer.code}
        audit.record(
            actor, "ach_answer_seen_to", "ach_answer", answer.pk, practice_id=answer.practice_id, after=facts, now=now
        )
    return answer


def _apply(answer: AchAnswer, *, actor: "User", today: dt.date, now: dt.datetime) -> str:
    """Do what an answer asks for; what was done, in a sentence."""
    entry = answer.entry
    assert entry is not None
    if answer.kind == AnswerKind.NOC:
        return changes.follow_notice(answer, entry, today=today, now=now)
    on = answer.settled_on or today
    return returning.take_back(entry, code=answer.code, on=min(on, today), actor=actor, today=today, now=now)


def _trouble(answer: AchAnswer, entry: AchEntry | None) -> str:
    """Why a line can't be applied; empty where it can."""
    if answer.kind in (AnswerKind.DISHONORED, AnswerKind.CONTESTED):
        return f"{AnswerKind(answer.kind).label}: banks settle this between them. Read it with yours."
    if entry is None:
        return "No debit of this practice bears this trace."
    if answer.kind == AnswerKind.NOC:
        return "" if answer.code in changes.KNOWN else "This kind of change is made by hand."
    if entry.state == EntryState.RETURNED:
        return "This debit came back before."
    if entry.state not in (EntryState.SENT, EntryState.SETTLED):
        return "This debit never left."
    if answer.amount != entry.amount:
        return f"The bank says ${answer.amount:,.2f}, the debit was of ${entry.amount:,.2f}."
    return ""


def _wait(answer: AchAnswer, why: str) -> None:
    answer.reason = why[:200]
    answer.save(update_fields=["reason"])


def _waiting(answer_id: int, actor: "User") -> AchAnswer:
    mine = AchAnswer.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    found = mine.filter(pk=answer_id).first()
    if found is None:
        raise NotFound("There is no such line in your practices.")
    if found.state != AnswerState.WAITING:
        raise Conflict("This line does not wait any more.")
    return found


def _answers(text: str, practice_id: int) -> list[AchAnswer]:
    """The lines of a file that answer something, not yet kept; each once. Raises `BadNachaFile` where there is none."""
    found: dict[tuple[str, str, str, str], AchAnswer] = {}
    for batch, entry in nacha_reading.read(text).entries:
        if entry.answer is not None:
            one = _answer(batch, entry, practice_id)
            found.setdefault(_key(one), one)
    if not found:
        raise BadNachaFile("The file holds no return and no notice of change.", line=1, field="file")
    return list(found.values())


def _answer(batch: ReadBatch, entry: ReadEntry, practice_id: int) -> AchAnswer:
    said = entry.answer
    assert said is not None
    return AchAnswer(
        practice_id=practice_id,
        line=entry.line,
        kind=kind_of(said.code),
        code=said.code,
        original_trace=said.original_trace,
        trace=said.trace.strip() or entry.trace,
        amount=entry.amount,
        settled_on=batch.settled_on,
        corrected=said.corrected.rstrip() if kind_of(said.code) == AnswerKind.NOC else "",
    )


def _entries_of(rows: Sequence[AchAnswer], practice_id: int) -> dict[str, AchEntry]:
    traces = {one.original_trace for one in rows}
    found = AchEntry.objects.filter(practice=practice_id, trace__in=traces).select_related("authorization", "account")
    return {one.trace: one for one in found}


def _known(rows: Sequence[AchAnswer], practice_id: int) -> set[tuple[str, str, str, str]]:
    traces = {one.original_trace for one in rows}
    found = AchAnswer.objects.filter(practice=practice_id, original_trace__in=traces)
    return {_key(one) for one in found}


def _key(one: AchAnswer) -> tuple[str, str, str, str]:
    return str(one.kind), one.original_trace, one.code, one.trace


def _text(content: bytes) -> str:
    if len(content) > LONGEST:
        raise BadNachaFile("This file is too large to hold returns of one practice.", line=1, field="file")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise BadNachaFile("This is no ACH file: it holds more than plain letters.", line=1, field="file") from error
