"""Making letters, and taking one back that was wrong: a letter never changes and is never erased."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.documents import services as documents
from claims.documents.services import MadeFile
from claims.parties.models import Account
from collections_app.letters import rendering
from collections_app.letters.drafting import drafted
from collections_app.letters.facts import frozen
from collections_app.letters.kinds import LetterKind, kind_of
from collections_app.letters.models import Letter, LetterVoid
from collections_app.letters.words import language_of
from collections_app.limits.authority import authority

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadLetter(DomainError):
    """A letter that can't be made or taken back as asked."""

    code = "bad_letter"


class AskedLetter(NamedTuple):
    """A letter as somebody asked for it."""

    kind: str
    account_id: int
    facts: Mapping[str, Any]
    language: str
    claim_ids: Sequence[int] = ()


def make_letter(
    *,
    kind: str,
    account_id: int,
    facts: Mapping[str, Any],
    language: str,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    claim_ids: Iterable[int] = (),
) -> Letter:
    """Make a letter by the text in force and freeze it: its PDF stands in the store of documents, under its SHA-256,
    about the account and the claims. The very same letter of one day is made once.

    A language that no letter is written in is English. `actor` None is the house itself (a job of the night). Raises
    `MissingFact`, `SensitiveText` and `BadLetter` naming the field, `NoAddress`, `NotFound` where the account is not
    the actor's.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    asked, language = kind_of(kind), language_of(language).value
    ensure_not_sensitive(**{name: value for name, value in facts.items() if isinstance(value, str)})
    with transaction.atomic():
        account = _locked(account_id, actor)
        draft = drafted(asked, account, facts, language=language, today=today)
        ensure_may_give_up(asked, draft.given, account=account, actor=actor, today=today)
        claims = _claims_of(account, claim_ids)
        pdf = rendering.render(asked.template, draft.data, language=language, on=today)
        made = MadeFile(BytesIO(pdf), f"{asked.code.replace('_', '-')}-{today:%Y-%m-%d}.pdf", asked.name)
        document = documents.keep_made(
            account.practice_id, made, account_id=account.pk, claim_ids=claims, actor=actor, now=now
        )
        same = Letter.objects.filter(account=account, kind=kind, sha256=document.sha256, made_on=today, void=None)
        if found := same.first():
            return found
        letter = Letter.objects.create(
            practice_id=account.practice_id,
            account=account,
            kind=kind,
            language=language,
            text_id=draft.text.rule_id,
            version=draft.text.version,
            title=asked.name,
            facts=frozen(draft.given),
            sha256=document.sha256,
            document=document,
            made_on=today,
            made_at=now,
            made_by=actor,
        )
        told = {"kind": kind, "language": language, "version": letter.version, "account": account.pk,
                "sha256": letter.sha256}  # fmt: skip
        audit.record(actor, "letter_made", "letter", letter.pk, practice_id=account.practice_id, after=told, now=now)
    return letter


def ensure_stands(letter: Letter) -> None:
    """Raise `Conflict` for a letter that was taken back: it goes nowhere."""
    if LetterVoid.objects.filter(letter=letter).exists():
        raise Conflict("It was taken back. Write another one.")


def void_letter(
    letter_id: int, *, reason: str, actor: "User", now: dt.datetime, replaced_by: Letter | None = None
) -> LetterVoid:
    """Say that a letter no longer counts, and why; it stays as it was made. Raises `NotFound`, `Conflict`."""
    require(actor, Capability.WORK_ITEMS)
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise BadLetter("Say why it no longer counts: whoever finds it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        rows = Letter.objects.select_for_update().filter(practice__in=practice_ids(actor))
        letter = rows.filter(pk=letter_id).first()
        if letter is None:
            raise NotFound("There is no such letter in your practices.")
        if LetterVoid.objects.filter(letter=letter).exists():
            raise Conflict("Somebody has taken it back already.")
        void = LetterVoid.objects.create(letter=letter, replaced_by=replaced_by, reason=reason, at=now, by=actor)
        told = {"replaced_by": replaced_by.pk if replaced_by else None}
        audit.record(
            actor, "letter_taken_back", "letter", letter.pk, practice_id=letter.practice_id, after=told, now=now
        )
    return void


def replace_letter(
    letter_id: int, *, reason: str, made: AskedLetter, actor: "User", today: dt.date, now: dt.datetime
) -> Letter:
    """Make a letter in the place of one that was wrong, and take that one back. Raises as both."""
    with transaction.atomic():
        letter = make_letter(**made._asdict(), actor=actor, today=today, now=now)
        if letter.pk == letter_id:
            raise Conflict("Nothing about it is changed: it would be the very same letter.")
        void_letter(letter_id, reason=reason, actor=actor, now=now, replaced_by=letter)
    return letter


def ensure_may_give_up(
    kind: LetterKind, facts: Mapping[str, Any], *, account: Account, actor: "User | None", today: dt.date
) -> None:
    """A letter binds the practice: nobody offers by one what they may not settle alone (RULES 13.9)."""
    if kind.gives_up is None or actor is None:
        return
    most = authority().alone("wo_settlement", role=actor.role, practice_id=account.practice_id, on=today)
    given_up = kind.gives_up(facts)
    if most is not None and given_up > most:
        raise BadLetter(
            f"It takes ${given_up:,.2f} off, and you settle up to ${most:,.2f} alone. Ask a supervisor to write it.",
            field="offer",
        )


def _claims_of(account: Account, claim_ids: Iterable[int]) -> list[int]:
    """The claims, once each; those of another account are none of this letter's."""
    asked = list(dict.fromkeys(claim_ids))
    own = set(Claim.objects.filter(pk__in=asked, account=account).values_list("pk", flat=True)) if asked else set()
    if len(own) < len(asked):
        raise NotFound("There is no such visit of this account.", field="claim")
    return asked


def _locked(account_id: int, actor: "User | None") -> Account:
    rows = Account.objects.select_for_update(of=("self",)).select_related("practice", "guarantor")
    if actor is not None:
        rows = rows.filter(practice__in=practice_ids(actor))
    found = rows.filter(pk=account_id).first()
    if found is None:
        raise NotFound("There is no such account in your practices.")
    return found
