"""Asking somebody without a seat here about a case, by a link that opens with a code, and taking the question back.

The token stands in clear nowhere but in the link, and the code nowhere but in what the asker is shown once: the link
goes by e-mail or is copied, the code is told by phone. A message names no patient, bill or amount.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import salted_hmac

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.deliveries.carriers import NotTaken, OutgoingMessage, TryLater, carrier_of
from collections_app.deliveries.doors import digest_of
from collections_app.disputes.history import keep
from collections_app.disputes.models import BillingDispute, DisputeEvent, GuestQuestion
from collections_app.disputes.services import FIRST_STEP, follow_questions, standing_dispute
from collections_app.disputes.shown import chosen_facts, documents_offered
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User

_CODE_SALT = "dispute-code"
AWAITED = "See whether the answer came"
#: Of an open case: more is a mailing.
MOST_AWAITED = 10


class BadQuestion(DomainError):
    """A question that can't be asked as entered, naming the field."""

    code = "bad_question"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of whom, and what they are shown: codes of `shown.offers`, ids of `shown.documents_offered`."""

    role: str
    name: str
    words: str
    due_on: dt.date
    email: str = ""
    facts: Collection[str] = ()
    document_ids: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question with its link and its code, which nobody can be shown again."""

    question: GuestQuestion
    link: str
    code: str


def ask(dispute_id: int, asked: Asked, *, actor: "User", today: dt.date, now: dt.datetime) -> MadeQuestion:
    """Ask about a case. Raises `BadQuestion` naming the field, `Conflict` where it is closed, `NotFound`."""
    require(actor, Capability.WORK_ITEMS)
    name, words = " ".join(asked.name.split())[:80], asked.words.strip()[:1000]
    _ensure_fits(asked, name=name, words=words, today=today)
    ensure_not_sensitive(name=name, words=words)
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        found = standing_dispute(dispute_id, actor)
        if found.questions.filter(answered_at=None, revoked_at=None).count() >= MOST_AWAITED:
            raise BadQuestion("Several people have this question already. Wait for one of them.", field="name")
        days = limit_book().value("guest_link_days", on=today, practice_id=found.practice_id)
        digest = digest_of(token)
        question = GuestQuestion.objects.create(
            practice_id=found.practice_id,
            dispute=found,
            role=asked.role,
            name=name,
            email=asked.email.strip(),
            words=words,
            facts=chosen_facts(found, asked.facts),
            due_on=asked.due_on,
            digest=digest,
            code_digest=code_digest(digest, code),
            asked_at=now,
            asked_by=actor,
            ends_at=now + dt.timedelta(days=max(days, (asked.due_on - today).days + 1)),
        )
        offered = {one.pk: one for one in documents_offered(found)}
        question.documents.set([offered[pk] for pk in asked.document_ids if pk in offered])
        found.next_action, found.next_on = AWAITED, asked.due_on
        found.owner = found.owner or actor
        found.save(update_fields=["owner"])
        follow_questions(found)
        keep(found, DisputeEvent.Kind.ASKED, actor=actor, words=words, who=name, question=question, now=now)
        shown = {"facts": sorted(asked.facts), "documents": sorted(offered.keys() & set(asked.document_ids))}
        _trail(actor, "dispute_asked", question, now=now, **shown)
    return MadeQuestion(question, f"{settings.MESSAGES.public_url}/asked/open?key={token}", code)


def mail_link(made: MadeQuestion, *, actor: "User", now: dt.datetime) -> str:
    """E-mail the link, after the question is kept; what keeps it from leaving, in words, empty where it left. The code
    goes another way."""
    question = made.question
    carrier = carrier_of("email") if question.email else None
    if carrier is None:
        return "No e-mail leaves from here: copy the link." if question.email else "No e-mail address was entered."
    practice = question.practice.name
    message = OutgoingMessage(
        key=f"question-{question.pk}",
        to=question.email,
        subject=f"{practice}: a question for you",
        sender=practice,
        words=(
            f"{actor.get_full_name() or practice} of {practice} has a question about a bill and asks you to answer it "
            f"by {question.due_on:%B} {question.due_on.day}.\n\n{made.link}\n\n"
            "The page asks for a code of six digits, which you are told by phone. No account is needed."
        ),
    )
    try:
        carrier.carry(message)
    except (NotTaken, TryLater) as error:
        return f"It could not be mailed ({error}): copy the link."
    _trail(actor, "dispute_question_mailed", question, now=now)
    return ""


def revoke(question_id: int, *, actor: "User", now: dt.datetime) -> GuestQuestion:
    """End a question: its link opens nothing any more. Raises `Conflict` where it was answered or ended before."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        question = GuestQuestion.objects.filter(pk=question_id, practice__in=practice_ids(actor)).first()
        if question is None:
            raise NotFound("There is no such question in your practices.")
        found = standing_dispute(question.dispute_id, actor)
        question = GuestQuestion.objects.select_for_update().get(pk=question_id)
        if question.answered_at is not None:
            raise Conflict("The answer is here already. Look at it.")
        if question.revoked_at is not None:
            raise Conflict("Somebody has ended this question already.")
        question.revoked_at = now
        question.save(update_fields=["revoked_at"])
        question.visits.filter(ended_at=None).update(ended_at=now)
        follow_questions(found)
        if found.state == BillingDispute.State.OPEN:
            found.next_action = FIRST_STEP
            found.save(update_fields=["next_action"])
        keep(found, DisputeEvent.Kind.REVOKED, actor=actor, who=question.name, question=question, now=now)
        _trail(actor, "dispute_question_ended", question, now=now)
    return question


def code_digest(digest: str, code: str) -> str:
    """As a code is kept: keyed, and bound to its link, for six digits are soon guessed from a plain digest."""
    return salted_hmac(_CODE_SALT, f"{digest}:{code}", algorithm="sha256").hexdigest()


def _ensure_fits(asked: Asked, *, name: str, words: str, today: dt.date) -> None:
    if asked.role not in GuestQuestion.Role.values:
        raise BadQuestion("Choose whom you ask.", field="role")
    if not name:
        raise BadQuestion("Enter the name of the person or office.", field="name")
    if len(words) < 10:
        raise BadQuestion("Write the question in a sentence.", field="words")
    if not today <= asked.due_on <= today + dt.timedelta(days=60):
        raise BadQuestion("Choose a day from today on, within 60 days.", field="due_on")
    if asked.email.strip():
        try:
            validate_email(asked.email.strip())
        except ValidationError as error:
            raise BadQuestion("This is no e-mail address.", field="email") from error


def _trail(actor: "User", action: str, question: GuestQuestion, *, now: dt.datetime, **facts: object) -> None:
    found = question.dispute
    told = {"account": found.account_id, "claim": found.claim_id, "dispute": found.pk, **facts}
    audit.record(actor, action, "guest_question", question.pk, practice_id=question.practice_id, after=told, now=now)
    announce("dispute", accounts=[found.account_id], claims=[found.claim_id] if found.claim_id else [])
