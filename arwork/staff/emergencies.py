"""Emergency access ("break glass"): reading a practice that is not one's own, for a reason and a while; reviewed after.

45 CFR 164.312(a)(2)(ii). Whoever opens it sees that practice alone and changes nothing; each page they open is an event
of that practice, and what they do is marked with the emergency. The practice's administrators and owners look at it
afterwards and note what they found. `settings.EMERGENCY_MINUTES` says how long it lasts; 0 turns it off.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, Emergency, NamedPractice, emergency_of, may, practice_choice, require
from arwork.staff.models import AuditEvent, EmergencyAccess, User
from arwork.staff.practice_grants import practice_rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

OPENED, CLOSED, REVIEWED, PAGE_READ = "emergency_opened", "emergency_closed", "emergency_reviewed", "emergency_page"


def open_in_emergency(*, npi: str, reason: str, actor: User, now: dt.datetime) -> EmergencyAccess:
    """Open the practice with that NPI to the actor. Its id goes into their session, and nowhere else.

    Raises `Forbidden` where it is turned off, `NotFound`, and `Conflict` for a practice that is theirs anyway.
    """
    require(actor, Capability.OPEN_IN_EMERGENCY)
    if not settings.EMERGENCY_MINUTES:
        raise Forbidden("Emergency access is turned off in this installation. Ask an owner to give you access.")
    if len(reason.strip()) < 10:
        raise DomainError("Say in a few words why it can't wait: somebody will review it.", field="reason")
    ensure_not_sensitive(reason=reason)
    if emergency_of(actor) is not None:
        raise Conflict("You read a practice in an emergency already. End that first.")
    practice = practice_rows().filter(npi=npi.strip()).first()
    if practice is None:
        raise NotFound("No practice here has that NPI. Look for a typing slip.", field="npi")
    if any(one.id == practice.pk for one in practice_choice(actor).practices):
        raise Conflict("This practice is yours anyway: choose it above.")
    with transaction.atomic():
        ends_at = now + dt.timedelta(minutes=settings.EMERGENCY_MINUTES)
        found = EmergencyAccess.objects.create(
            user=actor, practice_id=practice.pk, reason=reason.strip()[:300], opened_at=now, ends_at=ends_at
        )
        after = {"emergency": found.pk, "ends_at": ends_at}
        audit.record(actor, OPENED, "emergency", found.pk, practice_id=practice.pk, after=after, now=now)
    return found


def running(emergency_id: int, *, user_id: int, now: dt.datetime) -> Emergency | None:
    """The emergency of that person while it lasts. Two queries."""
    found = EmergencyAccess.objects.filter(pk=emergency_id, user=user_id, ends_at__gt=now).first()
    if found is None or not settings.EMERGENCY_MINUTES:
        return None
    name = practice_rows().filter(pk=found.practice_id).values_list("name", flat=True).first()
    return Emergency(found.pk, NamedPractice(found.practice_id, str(name)), found.ends_at)


def end(*, actor: User, now: dt.datetime) -> None:
    """End the emergency that the actor works in, before its time. Without one nothing happens."""
    emergency = emergency_of(actor)
    if emergency is None:
        return
    with transaction.atomic():
        EmergencyAccess.objects.filter(pk=emergency.id, ends_at__gt=now).update(ends_at=now)
        practice_id = emergency.practice.id
        audit.record(actor, CLOSED, "emergency", emergency.id, practice_id=practice_id, now=now)


def note_page(path: str, *, actor: User, now: dt.datetime) -> None:
    """Record a page that was opened in an emergency: its path, which holds ids, never what was searched for."""
    emergency = emergency_of(actor)
    if emergency is not None:
        practice_id = emergency.practice.id
        after = {"path": path[:200]}
        audit.record(actor, PAGE_READ, "emergency", emergency.id, practice_id=practice_id, after=after, now=now)


def to_review(*, actor: User) -> "QuerySet[EmergencyAccess]":
    """Emergencies in the actor's practices, in all of them for an owner: those not reviewed first, then the latest."""
    require(actor, Capability.REVIEW_EMERGENCIES)
    rows = EmergencyAccess.objects.select_related("user", "reviewed_by")
    if not may(actor, Capability.GRANT_ACCESS):
        rows = rows.filter(practice_id__in=[practice.id for practice in practice_choice(actor).practices])
    return rows.order_by(F("reviewed_at").desc(nulls_first=True), "-opened_at")


def waiting(*, actor: User) -> int:
    """How many of them nobody has reviewed: what the actor should look at. One query, none without the role."""
    if not may(actor, Capability.REVIEW_EMERGENCIES):
        return 0
    return to_review(actor=actor).filter(reviewed_at=None).exclude(user=actor.pk).count()


def emergency(emergency_id: int, *, actor: User) -> EmergencyAccess:
    """One of them. Raises `NotFound`."""
    found = to_review(actor=actor).filter(pk=emergency_id).first()
    if found is None:
        raise NotFound("There is no such emergency in your practices.")
    return found


def reads_of(found: EmergencyAccess) -> "QuerySet[AuditEvent]":
    """What was opened and read in an emergency, in order."""
    rows = AuditEvent.objects.filter(
        practice_id=found.practice_id, actor=found.user_id, at__gte=found.opened_at, at__lte=found.ends_at
    )
    return rows.order_by("pk")


def review(emergency_id: int, *, note: str, actor: User, now: dt.datetime) -> EmergencyAccess:
    """Note what a review found. Raises `Forbidden` for who opened it, `Conflict` where it was reviewed."""
    found = emergency(emergency_id, actor=actor)
    if not note.strip():
        raise DomainError("Say what you found: that the reason holds, or what follows.", field="note")
    ensure_not_sensitive(note=note)
    if found.user_id == actor.pk:
        raise Forbidden("You opened it: somebody else has to review it.")
    with transaction.atomic():
        rows = EmergencyAccess.objects.filter(pk=emergency_id, reviewed_at=None)
        if not rows.update(reviewed_by=actor, reviewed_at=now, note=note.strip()[:300]):
            raise Conflict("Somebody has reviewed it already.")
        audit.record(actor, REVIEWED, "emergency", emergency_id, practice_id=found.practice_id, now=now)
    return found


def names_of_practices(practice_ids: set[int]) -> dict[int, str]:
    """Practices by id. One query."""
    return dict(practice_rows().filter(pk__in=practice_ids).values_list("pk", "name"))
