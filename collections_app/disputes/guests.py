"""The page of who is asked: a link, a code, one question, one answer.

Tries are counted as at every door (`deliveries.doors`), and wrong codes of one link for good: after so many it opens
nothing. A wrong code, an unknown link and one that ended look the same. Whoever answers is in the trail without a
member of staff; an answer stands, and the page shows it until the link ends.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.db.models import F

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from claims.documents import services as documents
from claims.documents.models import Document
from claims.documents.selectors import bytes_of
from claims.parties.models import Account
from collections_app.deliveries.doors import digest_of, note_right, take_try
from collections_app.disputes.asking import code_digest
from collections_app.disputes.history import keep
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion, GuestVisit
from collections_app.disputes.services import follow_questions
from collections_app.limits.selectors import limit_book

#: How long a visit lasts: since the last page, and in all.
IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=2)
TO_READ = "Read the answer, then close the dispute"
Choice = GuestQuestion.Choice


class BadReply(DomainError):
    """An answer that can't be kept as it is, naming the field."""

    code = "bad_reply"


@dataclass(frozen=True, slots=True)
class OpenedQuestion:
    """What came of the code: the secret of a visit, or why there is none (`wrong` or `paused`)."""

    secret: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class BroughtAlong:
    """A file that comes with an answer."""

    stream: BinaryIO
    name: str


def open_question(*, token: str, code: str, origin: str, now: dt.datetime, today: dt.date) -> OpenedQuestion:
    """Give the code. `origin` is the network address; it is kept as a keyed digest, while tries count."""
    digest = digest_of(token)
    made = take_try(digest, origin=origin, now=now, today=today)
    if made is None:
        return OpenedQuestion(why="paused")
    most = limit_book().value("guest_codes", on=today)
    typed = code_digest(digest, "".join(code.split()))
    with transaction.atomic():
        rows = GuestQuestion.objects.select_for_update(of=("self",)).select_related("dispute")
        question = rows.filter(digest=digest, revoked_at=None, ends_at__gt=now, wrong_codes__lt=most).first()
        is_right = hmac.compare_digest(question.code_digest if question else digest_of(digest), typed)
        if question is None:
            return OpenedQuestion(why="wrong")
        if not is_right:
            GuestQuestion.objects.filter(pk=question.pk).update(wrong_codes=F("wrong_codes") + 1)
            _trail("guest_refused", question, now=now)
            return OpenedQuestion(why="wrong")
        note_right(made)
        secret = secrets.token_urlsafe(32)
        GuestVisit.objects.create(question=question, digest=digest_of(secret), begun_at=now, seen_at=now)
        GuestQuestion.objects.filter(pk=question.pk).update(opened_at=now)
        keep(question.dispute, DisputeEvent.Kind.SEEN, actor=None, who=question.name, question=question, now=now)
        _trail("guest_opened", question, now=now)
    return OpenedQuestion(secret=secret)


def visit_of(secret: str, *, now: dt.datetime) -> GuestVisit | None:
    """The visit that a cookie stands for, as long as it lasts and its question stands."""
    if not secret:
        return None
    rows = GuestVisit.objects.select_related("question__dispute", "question__practice", "question__asked_by")
    standing = {"question__revoked_at": None, "question__ends_at__gt": now}
    visit = rows.filter(digest=digest_of(secret), ended_at=None, **standing).first()
    if visit is None or now - visit.seen_at > IDLE or now - visit.begun_at > LONGEST:
        return None
    if now - visit.seen_at > dt.timedelta(seconds=30):
        GuestVisit.objects.filter(pk=visit.pk).update(seen_at=now)
    return visit


def leave(visit: GuestVisit, *, now: dt.datetime) -> None:
    """They are done."""
    GuestVisit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=now)


def read_document(visit: GuestVisit, document_id: int, *, now: dt.datetime) -> tuple[Document, Iterator[bytes]]:
    """A document that is shown with the question, and that it was read. Raises `NotFound` for every other one."""
    found = visit.question.documents.filter(pk=document_id, withdrawn_at=None).first()
    if found is None:
        raise NotFound("There is no such document.")
    _trail("guest_read", visit.question, now=now, document=found.pk)
    return found, bytes_of(found)


def reply(
    visit: GuestVisit,
    *,
    choice: str,
    words: str,
    now: dt.datetime,
    today: dt.date,
    brought: BroughtAlong | None = None,
) -> GuestQuestion:
    """Answer, once. Raises `BadReply` naming the field, `Conflict` where it was answered or ended, `NoDocument`,
    `SensitiveText`."""
    words = words.strip()[:1000]
    if choice not in Choice.values:
        raise BadReply("Choose one of the answers.", field="choice")
    if choice != Choice.RIGHT and len(words) < 3:
        asks = "what it should be" if choice == Choice.WRONG else "what you need"
        raise BadReply(f"Write {asks}.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        # The account first, as whoever closes the case does: a late answer finds it closed, never half.
        Account.objects.select_for_update(of=("self",)).get(pk=visit.question.dispute.account_id)
        found = BillingDispute.objects.select_for_update(of=("self",)).get(pk=visit.question.dispute_id)
        question = GuestQuestion.objects.select_for_update(of=("self",)).get(pk=visit.question_id)
        if question.answered_at is not None:
            raise Conflict("This question was answered already.")
        if question.revoked_at is not None or not found.is_open:
            raise Conflict("This question needs no answer any more.")
        if brought is not None:
            question.brought = _keep_file(found, brought, now=now)
        question.choice, question.answer, question.answered_at = choice, words, now
        question.save(update_fields=["choice", "answer", "answered_at", "brought"])
        found.next_action, found.next_on = TO_READ, today
        follow_questions(found)
        told = f"{question.get_choice_display()}. {words}".strip()[:1000]
        keep(found, DisputeEvent.Kind.REPLIED, actor=None, words=told, who=question.name, question=question, now=now)
        _trail("guest_replied", question, now=now, choice=choice)
        announce("dispute", accounts=[found.account_id], claims=[found.claim_id] if found.claim_id else [])
    return question


def _keep_file(found: BillingDispute, brought: BroughtAlong, *, now: dt.datetime) -> Document:
    file = documents.BroughtFile(brought.stream, brought.name, Document.Kind.OTHER, "Came with an answer to a dispute")
    return documents.keep_from_outside(
        file, practice_id=found.practice_id, account_id=found.account_id, claim_id=found.claim_id, now=now
    )


def _trail(action: str, question: GuestQuestion, *, now: dt.datetime, **facts: object) -> None:
    found = question.dispute
    told = {"account": found.account_id, "claim": found.claim_id, "dispute": found.pk, **facts}
    audit.record(None, action, "guest_question", question.pk, practice_id=question.practice_id, after=told, now=now)
