"""Questions about documents: those of a claim or an account, and one with its bytes."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.documents.models import Document, DocumentLink
from claims.documents.store import kept_documents

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def documents_of_claim(claim_id: int) -> QuerySet[Document]:
    """What was brought about a claim, the newest first; withdrawn ones too."""
    return _in_order(Document.objects.filter(links__claim=claim_id))


def documents_of_account(account_id: int) -> QuerySet[Document]:
    """What was brought about a guarantor account itself, the newest first; withdrawn ones too."""
    return _in_order(Document.objects.filter(links__account=account_id))


def documents_about(claims: "QuerySet[Claim]") -> QuerySet[DocumentLink]:
    """The documents about any of these claims: ids, to ask within a query."""
    return DocumentLink.objects.filter(claim__in=claims).values("document")  # type: ignore[return-value]


def document_seen_by(actor: "User", document_id: int) -> Document:
    """One document. Raises `NotFound` where the actor's practices have no such."""
    require(actor, Capability.SEE_CLAIMS)
    found = _in_order(Document.objects.filter(pk=document_id, practice__in=practice_ids(actor))).first()
    if found is None:
        raise NotFound("There is no such document in your practices.")
    return found


def links_of(document: Document) -> list[DocumentLink]:
    """What a document is about, with its claims and accounts."""
    return list(document.links.select_related("claim", "account").order_by("pk"))


def bytes_of(document: Document) -> Iterator[bytes]:
    """The document itself, block by block. Raises `NotFound` where its bytes are gone."""
    if not kept_documents.has(document.sha256):
        raise NotFound("The bytes of this document are not here any more: they were past their term, or were lost.")
    return kept_documents.blocks(document.sha256)


def record_look(document: Document, *, actor: "User", now: dt.datetime) -> None:
    """Note that somebody looked at a document, and so at the claims and accounts that it is about."""
    links = list(document.links.values_list("claim_id", "account_id"))
    seen = {
        "document": [document.pk],
        "claim": [claim for claim, _ in links if claim],
        "account": [account for _, account in links if account],
    }
    audit.record_read(actor, "document", document.pk, practice_id=document.practice_id, now=now, seen=seen)


def _in_order(rows: QuerySet[Document]) -> QuerySet[Document]:
    return rows.select_related("added_by", "withdrawn_by").order_by("-added_at", "-pk")
