"""Questions about letters: the list, those of an account or a claim, one with its proof and what it was made from."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from arwork.lib.encryption import Undecipherable
from arwork.lib.errors import NotFound
from arwork.lib.prefixes import begins
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.selectors import same_claims
from claims.documents.selectors import bytes_of, documents_about
from claims.parties.selectors import same_accounts
from collections_app.letters.facts import thawed
from collections_app.letters.kinds import kind_of
from collections_app.letters.merging import said
from collections_app.letters.models import Letter

if TYPE_CHECKING:
    from arwork.staff.models import User


class Proof(StrEnum):
    """What the hash of a letter says of its kept bytes."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """How the list is narrowed; empty or None is not at all. `standing` is `taken_back` or `stands`."""

    kind: str = ""
    language: str = ""
    standing: str = ""
    search: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def letters(asked: LetterFilter, *, actor: "User") -> QuerySet[Letter]:
    """Letters of the actor's practices, the newest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = _rows().filter(practice__in=practice_ids(actor))
    exact = {"kind": asked.kind, "language": asked.language, "made_on__gte": asked.since, "made_on__lte": asked.until}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if asked.standing:
        rows = rows.filter(void__isnull=asked.standing == "stands")
    if words := " ".join(asked.search.upper().replace(",", " ").split()):
        rows = rows.filter(begins("account__number", words) | begins("account__guarantor__search_name", words))
    return rows


def letter_seen_by(actor: "User", letter_id: int) -> Letter:
    """One letter. Raises `NotFound` where the actor's practices have no such."""
    require(actor, Capability.SEE_CLAIMS)
    found = _rows().filter(pk=letter_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such letter in your practices.")
    return found


def letters_of_account(account_id: int) -> QuerySet[Letter]:
    """Letters about an account and those merged into it, the newest first."""
    return _rows().filter(account__in=same_accounts(account_id))


def letters_about(*, claim_id: int | None = None, account_id: int | None = None) -> QuerySet[Letter]:
    """Letters about a claim, or about an account as a whole and its claims; the newest first."""
    if claim_id:
        return _rows().filter(document__in=documents_about(same_claims(claim_id)))
    return letters_of_account(account_id or 0)


def proof_of(letter: Letter) -> Proof:
    """Whether the kept bytes are those that were made: their SHA-256 is taken anew."""
    digest = sha256()
    try:
        for block in bytes_of(letter.document):
            digest.update(block)
    except NotFound:
        return Proof.GONE
    except (Undecipherable, OSError):
        return Proof.CHANGED
    return Proof.UNCHANGED if digest.hexdigest() == letter.sha256 else Proof.CHANGED


def told_by(letter: Letter) -> list[tuple[str, str]]:
    """What a letter was made from: (label, words) of each fact that its kind asks for."""
    facts = thawed(letter.facts)
    return [
        (field.label, said(facts[field.name], language=letter.language))
        for field in kind_of(letter.kind).fields
        if facts.get(field.name) not in (None, "")
    ]


def facts_of(letter: Letter) -> dict[str, Any]:
    """The facts of a letter, to write another one from."""
    facts: dict[str, Any] = thawed(letter.facts)
    return {field.name: facts[field.name] for field in kind_of(letter.kind).fields if field.name in facts}


def record_look(letter: Letter, *, actor: "User", now: dt.datetime) -> None:
    """Note that somebody looked at a letter, and so at the account and claims that it is about."""
    claims = letter.document.links.filter(claim__isnull=False).values_list("claim_id", flat=True)
    seen = {"letter": [letter.pk], "account": [letter.account_id], "claim": list(claims)}
    audit.record_read(actor, "letter", letter.pk, practice_id=letter.practice_id, now=now, seen=seen)


def letters_shown(letter: Letter) -> Iterable[tuple[str, int | None]]:
    """Whom a row of the list shows, for the trail."""
    return [("letter", letter.pk), ("account", letter.account_id)]


def _rows() -> QuerySet[Letter]:
    related = ("practice", "account__guarantor", "made_by", "document", "void__by", "void__replaced_by")
    return Letter.objects.select_related(*related).order_by("-made_at", "-pk")
