"""Contacts that were made against the gate's word, each with the reason that was typed, until a supervisor looks."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from collections_app.contacts.gate_models import ContactVerdict, VerdictReview

if TYPE_CHECKING:
    from arwork.staff.models import User


def against_the_rule(*, actor: "User") -> QuerySet[ContactVerdict]:
    """Contacts of the actor's practices that were made while they were blocked, the latest first; what was withdrawn
    since was never made, and is left out."""
    require(actor, Capability.SEE_TEAM)
    rows = ContactVerdict.objects.filter(
        answer="block", contact__practice__in=practice_ids(actor), contact__retold_by=None
    ).select_related("contact__account", "contact__claim", "contact__by", "review__by")
    return rows.order_by("-pk")


def waiting_count(*, actor: "User") -> int:
    """How many of them no supervisor has looked at. One query."""
    return against_the_rule(actor=actor).filter(review=None).count()


def review_contact(*, actor: "User", verdict_id: int, note: str, now: dt.datetime) -> VerdictReview:
    """Say that a contact against the rule was looked at, and what follows. Raises `NotFound`, and `DomainError` without
    words, where it was looked at already, or where it is one's own."""
    require(actor, Capability.ASSIGN_WORK)
    if not note.strip():
        raise DomainError("Write what follows from it, or why it was right.", field="note")
    ensure_not_sensitive(note=note)
    with transaction.atomic():
        found = against_the_rule(actor=actor).filter(pk=verdict_id).first()
        if found is None:
            raise NotFound("There is no such contact among your practices.")
        if found.contact.by_id == actor.pk:
            raise DomainError("Somebody else looks at a contact that you made yourself.")
        row, is_new = VerdictReview.objects.get_or_create(
            verdict=found, defaults={"note": note.strip()[:300], "at": now, "by": actor}
        )
        if not is_new:
            raise DomainError(f"{row.by} has looked at it already.")
        audit.record(
            actor, "contact_reviewed", "contact", found.contact_id, practice_id=found.contact.practice_id,
            after={"account": found.contact.account_id, "rule": found.rule}, now=now,
        )  # fmt: skip
    return row
