"""Bringing a document to a claim or an account, and withdrawing one that was added by mistake."""

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, may, practice_ids, require
from claims.billing.selectors import own_claim
from claims.documents.media import HEAD, ensure_document
from claims.documents.models import Document, DocumentLink
from claims.documents.store import kept_documents
from claims.parties.selectors import own_account

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What a document that comes is to the worklist: it ends the wait of what waits for one.
ARRIVED = "document"


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """A file as somebody brings it; `kind` is a `Document.Kind`."""

    stream: BinaryIO
    name: str
    kind: str
    note: str = ""


class MadeFile(NamedTuple):
    """A file that we made ourselves; `note` says what it is."""

    stream: BinaryIO
    name: str
    note: str = ""


def add_to_claim(claim_id: int, brought: BroughtFile, *, actor: "User", now: dt.datetime) -> Document:
    """Keep a document about a claim; what waits for a document there wakes. Raises `NoDocument`, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    claim = own_claim(claim_id, actor=actor)
    with transaction.atomic():
        found = _kept(claim.practice_id, brought, actor=actor, now=now)
        link_to_claims(found, [claim.pk], actor=actor, now=now)
    return found


def add_to_account(account_id: int, brought: BroughtFile, *, actor: "User", now: dt.datetime) -> Document:
    """Keep a document about a guarantor account. Raises as `add_to_claim`."""
    require(actor, Capability.WORK_ITEMS)
    account = own_account(account_id, actor=actor)
    with transaction.atomic():
        found = _kept(account.practice_id, brought, actor=actor, now=now)
        facts = {"linked_by": actor, "linked_at": now}
        DocumentLink.objects.get_or_create(document=found, account=account, defaults=facts)
        _tell(actor, "document_linked", found, {"account": account.pk}, now=now)
        announce(ARRIVED, accounts=[account.pk])
    return found


def keep_document(practice_id: int, brought: BroughtFile, *, actor: "User", now: dt.datetime) -> Document:
    """Keep a document of a practice that is linked to nothing yet. The caller has asked who may."""
    with transaction.atomic():
        return _kept(practice_id, brought, actor=actor, now=now)


def keep_made(
    practice_id: int,
    made: MadeFile,
    *,
    claim_ids: list[int],
    account_id: int | None = None,
    actor: "User | None",
    now: dt.datetime,
) -> Document:
    """Keep what we made ourselves about claims, and an account where it is about one, in the caller's transaction, who
    has asked who may. Nothing that waits for a document wakes: nobody sent us this one."""
    kept = BroughtFile(made.stream, made.name, Document.Kind.MADE, made.note)
    found = _kept(practice_id, kept, actor=actor, now=now)
    accounts = [{"account_id": account_id}] if account_id else []
    for about in (*accounts, *({"claim_id": claim_id} for claim_id in dict.fromkeys(claim_ids))):
        DocumentLink.objects.get_or_create(document=found, **about, defaults={"linked_by": actor, "linked_at": now})
    return found


def keep_from_outside(
    brought: BroughtFile, *, practice_id: int, account_id: int, claim_id: int | None, now: dt.datetime
) -> Document:
    """Keep what somebody without a seat here brought about a claim, or an account, in the caller's transaction, who has
    asked who may. What waits for a document there wakes. Raises `NoDocument`."""
    found = _kept(practice_id, brought, actor=None, now=now)
    if claim_id is not None:
        link_to_claims(found, [claim_id], actor=None, now=now)
    else:
        facts = {"linked_by": None, "linked_at": now}
        DocumentLink.objects.get_or_create(document=found, account_id=account_id, defaults=facts)
        announce(ARRIVED, accounts=[account_id])
    return found


def link_to_claims(document: Document, claim_ids: list[int], *, actor: "User | None", now: dt.datetime) -> None:
    """Say which claims of its practice a document is about, in the caller's transaction; what waits for one wakes."""
    known = set(DocumentLink.objects.filter(document=document, claim__in=claim_ids).values_list("claim_id", flat=True))
    fresh = [pk for pk in dict.fromkeys(claim_ids) if pk not in known]
    DocumentLink.objects.bulk_create(
        [DocumentLink(document=document, claim_id=pk, linked_by=actor, linked_at=now) for pk in fresh]
    )
    if fresh:
        _tell(actor, "document_linked", document, {"claims": fresh}, now=now)
        announce(ARRIVED, claims=fresh)


def withdraw_document(document_id: int, *, reason: str, actor: "User", now: dt.datetime) -> Document:
    """Take a document away that was added by mistake; it stays on record with the reason, and its bytes with it.

    Whoever added it may, and whoever posts money. Raises `NotFound`, `Conflict` where that was done before.
    """
    require(actor, Capability.WORK_ITEMS)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise DomainError("Say why it does not belong here: whoever misses it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        mine = Document.objects.select_for_update().filter(practice__in=practice_ids(actor))
        found = mine.filter(pk=document_id).first()
        if found is None:
            raise NotFound("There is no such document in your practices.")
        if found.added_by_id != actor.pk and not may(actor, Capability.POST_MONEY):
            raise Forbidden("Only who added it, or a supervisor, can withdraw it.")
        if found.is_ours:
            raise Conflict("It is a letter of ours. Take the letter back on its own page; it stays on record.")
        if found.withdrawn_at is not None:
            raise Conflict("Somebody has withdrawn it already.")
        found.withdrawn_at, found.withdrawn_by, found.withdrawn_because = now, actor, reason
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        _tell(actor, "document_withdrawn", found, {"reason": reason}, now=now)
    return found


def _kept(practice_id: int, brought: BroughtFile, *, actor: "User | None", now: dt.datetime) -> Document:
    """The document with these bytes: the one that the practice has, or a new one."""
    ensure_not_sensitive(note=brought.note, name=brought.name)
    if brought.kind not in Document.Kind.values:
        raise DomainError("Say what it is.", field="kind")
    head, size = brought.stream.read(HEAD), brought.stream.seek(0, os.SEEK_END)
    media = ensure_document(head, size)
    brought.stream.seek(0)
    sha256, _ = kept_documents.keep(brought.stream)
    name = " ".join(brought.name.split())[-200:] or f"document.{media.suffix}"
    facts = {
        "kind": brought.kind, "media": media.value, "size": size, "name": name,
        "note": " ".join(brought.note.split())[:300], "added_by": actor, "added_at": now,
    }  # fmt: skip
    found, is_new = Document.objects.get_or_create(
        practice_id=practice_id, sha256=sha256, withdrawn_at=None, defaults=facts
    )
    if is_new:
        _tell(actor, "document_added", found, {"kind": found.kind, "sha256": sha256, "bytes": size}, now=now)
    elif found.bytes_dropped_at:
        Document.objects.filter(pk=found.pk).update(bytes_dropped_at=None)
    return found


def _tell(actor: "User | None", action: str, document: Document, after: dict[str, object], *, now: dt.datetime) -> None:
    audit.record(actor, action, "document", document.pk, practice_id=document.practice_id, after=after, now=now)
