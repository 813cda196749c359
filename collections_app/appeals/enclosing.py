"""What goes along with an appeal, and what the letter says of this claim alone; then ready to send."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, QuerySet

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from claims.documents import services as documents
from claims.documents.models import Document
from claims.documents.services import BroughtFile
from collections_app.appeals.appeal_levels import level_of
from collections_app.appeals.case_files import CaseFile, files_of
from collections_app.appeals.checklists import KINDS, MADE, ChecklistEntry, checklist, wanted
from collections_app.appeals.models import AppealCase, AppealEnclosure
from collections_app.appeals.sending import keep_packet
from collections_app.appeals.services import BadAppeal, Did, State, changed, ensure_unsent, locked_case, said, tell

if TYPE_CHECKING:
    from arwork.staff.models import User

SEND_IT = "Send the packet, and keep the proof"
#: The letter can't be left out of a packet.
LEAVABLE = tuple(code for code in KINDS if code != "letter")


@transaction.atomic
def enclose(case_id: int, *, document_id: int, kind: str, actor: "User", now: dt.datetime) -> AppealEnclosure:
    """Let a document about the claim go along. Raises `NotFound`, `BadAppeal`, `Conflict` once it was sent."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    _ensure_kind(kind)
    document = documents_to_choose(case).filter(pk=document_id).first()
    if document is None:
        raise NotFound("There is no such document about this claim.")
    return _enclosed(case, document, kind, actor=actor, now=now)


@transaction.atomic
def bring(case_id: int, brought: BroughtFile, *, kind: str, actor: "User", now: dt.datetime) -> AppealEnclosure:
    """Keep a file about the claim, and let it go along. Raises `NoDocument` too."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    _ensure_kind(kind)
    document = documents.add_to_claim(case.claim_id, brought, actor=actor, now=now)
    return _enclosed(case, document, kind, actor=actor, now=now)


@transaction.atomic
def take_out(enclosure_id: int, *, case_id: int, actor: "User", now: dt.datetime) -> AppealCase:
    """A document does not go along after all; it stays with the claim."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    found = case.enclosures.filter(pk=enclosure_id).first()
    if found is None:
        raise NotFound("It does not go along any more.")
    label = KINDS[found.kind]
    found.delete()
    changed(case, now=now)
    tell(case, Did.TAKEN_OUT, actor=actor, now=now, words=label)
    return case


@transaction.atomic
def leave_out(case_id: int, *, code: str, why: str, actor: "User", now: dt.datetime) -> AppealCase:
    """Something of the checklist does not go along, with the reason; an empty reason puts it back."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    if code not in LEAVABLE:
        raise BadAppeal("Choose something of the checklist.", field="code")
    kept = {name: words for name, words in case.left_out.items() if name != code}
    if why.strip():
        kept[code] = said("why", why)[:200]
    elif code not in case.left_out:
        raise BadAppeal("Say why it does not go along.", field="why")
    case.left_out = kept
    changed(case, now=now)
    told = f"{KINDS[code]}: {kept[code]}" if code in kept else f"{KINDS[code]} goes along again"
    tell(case, Did.LEFT_OUT, actor=actor, now=now, words=told)
    return case


@transaction.atomic
def write_points(case_id: int, *, points: str, actor: "User", now: dt.datetime) -> AppealCase:
    """What the letter says of this claim alone, in paragraphs; they stand in it just as they are typed."""
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    points = points.replace("\r\n", "\n").strip()[:4000]
    ensure_not_sensitive(points=points)
    if points == case.points:
        return case
    case.points = points
    changed(case, now=now)
    tell(case, Did.WRITTEN, actor=actor, now=now)
    return case


@transaction.atomic
def make_ready(case_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> AppealCase:
    """Say that a packet is complete: it is put together and kept, and leaves as it is unless something is changed.

    Raises `BadAppeal` naming what is missing, `BadPacket`, `MissingFact`.
    """
    case = locked_case(case_id, actor=actor)
    ensure_unsent(case)
    room = files_of([case.pk], today=today)
    [file] = room.files
    if missing := [one.label.lower() for one in checklist_of(file) if one.is_missing]:
        raise BadAppeal(
            f"Still missing: {', '.join(missing)}. Add it, or leave it out with the reason.", field="checklist"
        )
    case.state, case.next_action, case.next_on = State.READY, SEND_IT, today
    case.save(update_fields=["state", "next_action", "next_on"])
    tell(case, Did.READY, actor=actor, now=now)
    keep_packet(file, room.texts, actor=actor, today=today, now=now)
    return case


def checklist_of(file: CaseFile) -> list[ChecklistEntry]:
    """The checklist of a case as it stands."""
    level = level_of(file.case.ladder, file.case.level)
    codes = wanted(
        file.case.category,
        needs=level.needs if level else "",
        has_form=bool(file.playbook and file.playbook.form),
    )
    brought = [one.kind for one in file.enclosures]
    return checklist(codes, brought=brought, left_out=file.case.left_out, has_proof=file.proof is not None)


def documents_to_choose(case: AppealCase) -> QuerySet[Document]:
    """What was brought about the claim and does not go along yet; our own letters to the patient never do."""
    about = Document.objects.filter(links__claim=case.claim_id, practice=case.practice_id)
    rows = about.filter(withdrawn_at=None, bytes_dropped_at=None).exclude(kind=Document.Kind.MADE)
    chosen = AppealEnclosure.objects.filter(case=case).values("document")
    return rows.exclude(pk__in=chosen).distinct().order_by("-added_at", "-pk")


def _enclosed(case: AppealCase, document: Document, kind: str, *, actor: "User", now: dt.datetime) -> AppealEnclosure:
    if case.enclosures.filter(document=document).exists():
        raise Conflict("It goes along already.")
    last = case.enclosures.aggregate(last=Max("position"))["last"] or 0
    found = AppealEnclosure.objects.create(case=case, document=document, kind=kind, position=last + 1)
    case.left_out = {name: words for name, words in case.left_out.items() if name != kind}
    changed(case, now=now)
    tell(case, Did.ENCLOSED, actor=actor, now=now, words=KINDS[kind], document=document.pk)
    return found


def _ensure_kind(kind: str) -> None:
    if kind not in KINDS or kind in MADE[:3]:
        raise BadAppeal("Say what of the checklist it is.", field="kind")
