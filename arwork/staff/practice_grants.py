"""Who may see which practice, as an owner decides it for the whole installation, practice by practice.

An administrator does the same at each person, for practices of their own (`people`). Each change stands in the trail of
the practice.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q

from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, require
from arwork.staff.models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet

GRANTED, WITHDRAWN = "access_granted", "access_withdrawn"


@dataclass(frozen=True)
class PracticeGrants:
    """A practice and how many active people may see it."""

    id: int
    name: str
    people: int


def practices_with_people(*, actor: User) -> list[PracticeGrants]:
    """Every practice of the installation, by name. One query."""
    require(actor, Capability.GRANT_ACCESS)
    rows = practice_rows().annotate(people=Count("staff", filter=Q(staff__is_active=True)))
    return [PracticeGrants(*row) for row in rows.order_by("name", "id").values_list("id", "name", "people")]


def people_of(practice_id: int, *, actor: User) -> "tuple[PracticeGrants, QuerySet[User], QuerySet[User]]":
    """A practice, who may see it, and the active people to whom it can be granted. Raises `NotFound`."""
    require(actor, Capability.GRANT_ACCESS)
    practice = _practice(practice_id)
    inside = User.objects.filter(practices=practice_id)
    found = PracticeGrants(practice.pk, practice.name, inside.filter(is_active=True).count())
    outside = User.objects.filter(is_active=True).exclude(pk__in=inside.values("pk"))
    order = ("last_name", "first_name", "username")
    return found, inside.order_by("-is_active", *order), outside.order_by(*order)


def grant(practice_id: int, user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Let somebody see a practice. Raises `NotFound`, and `Conflict` for a closed account."""
    user = _person(practice_id, user_id, actor=actor)
    if not user.is_active:
        raise Conflict("This account is closed. Open it again first, under People.")
    return _change(practice_id, user, GRANTED, actor=actor, now=now)


def withdraw(practice_id: int, user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Take a practice from somebody, from their next request on. Raises `NotFound`."""
    user = _person(practice_id, user_id, actor=actor)
    return _change(practice_id, user, WITHDRAWN, actor=actor, now=now)


def _change(practice_id: int, user: User, action: str, *, actor: User, now: dt.datetime) -> User:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        has = user.practices.filter(pk=practice_id).exists()
        if has != (action == GRANTED):
            (user.practices.add if action == GRANTED else user.practices.remove)(practice_id)
            audit.record(actor, action, "user", user.pk, practice_id=practice_id, now=now)
    return user


def _person(practice_id: int, user_id: int, *, actor: User) -> User:
    require(actor, Capability.GRANT_ACCESS)
    _practice(practice_id)
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise NotFound("There is no such person. Choose one from the list.")
    return found


def _practice(practice_id: int) -> Any:
    found = practice_rows().filter(pk=practice_id).first()
    if found is None:
        raise NotFound("There is no such practice.")
    return found


def practice_rows() -> Any:
    """The table of practices, which the books own."""
    return User._meta.get_field("practices").related_model._default_manager
