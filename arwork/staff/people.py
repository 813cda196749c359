"""Members of staff: opening and closing accounts, roles, practices, passwords. Every verb leaves an audit event.

Which practices there are is not known here (the books own them): they are reached through the reverse relation
`user.practices`. An administrator gives access to practices of their own, and manages only people who have no
practice beyond those, or resetting a password would open a door to somebody else's books.
"""

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit, lockout, refusals
from arwork.staff.access import Capability, practice_choice, require
from arwork.staff.models import Role, User

# Without the letters and digits that are mistaken for one another when a password is read aloud.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class NameTaken(Conflict):
    """Somebody has that user name."""

    code = "name_taken"


class LastAdministrator(DomainError):
    """The change would leave nobody who can manage people."""

    code = "last_administrator"


@dataclass(frozen=True)
class PersonFacts:
    """What an administrator enters about a member of staff."""

    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    practices: frozenset[int]


def staff_list(*, actor: User) -> QuerySet[User]:
    """Everybody the actor manages, with their practices, active people first."""
    require(actor, Capability.MANAGE_PEOPLE)
    return _managed(actor).prefetch_related("practices").order_by("-is_active", "last_name", "username")


def names(*, actor: User) -> list[tuple[int, str]]:
    """Id and name of everybody whose deeds the actor may see, for filters of the audit trail."""
    require(actor, Capability.SEE_AUDIT)
    return [(user.pk, str(user)) for user in colleagues(actor=actor).order_by("last_name", "username")]


def colleagues(*, actor: User) -> QuerySet[User]:
    """Who shares a practice with the actor, and who has none at all."""
    mine = {practice.id for practice in practice_choice(actor).practices}
    shared = User.practices.through.objects.filter(practice_id__in=mine).values("user_id")
    return User.objects.filter(Q(pk__in=shared) | Q(practices=None))


def person(user_id: int, *, actor: User) -> User:
    """One member of staff; raises `NotFound` for people whom the actor doesn't manage."""
    require(actor, Capability.MANAGE_PEOPLE)
    found = _managed(actor).prefetch_related("practices").filter(pk=user_id).first()
    if found is None:
        raise NotFound("There is no such person among those you manage.")
    return found


@transaction.atomic
def open_account(facts: PersonFacts, *, actor: User, now: dt.datetime) -> tuple[User, str]:
    """A new member of staff and the password to tell them, which they must replace at once."""
    require(actor, Capability.MANAGE_PEOPLE)
    username = User.normalize_username(facts.username)  # as the sign-in page spells what is typed there
    _ensure_name_free(username)
    password = _password()
    user = User(username=username, must_change_password=True, **_columns(facts))
    user.set_password(password)
    user.save()
    _set_practices(user, facts.practices, actor=actor)
    after = _snapshot(user)
    audit.record(actor, "person_opened", "user", user.pk, practice_id=None, after=after, now=now)
    return user, password


@transaction.atomic
def open_service(facts: PersonFacts, *, actor: User, now: dt.datetime) -> User:
    """An account for a program, which never signs in; its name begins with `service-`."""
    require(actor, Capability.MANAGE_PEOPLE)
    username = f"service-{slugify(facts.last_name)}"
    _ensure_name_free(username)
    user = User(username=username, is_service=True, **_columns(facts))
    user.set_unusable_password()
    user.save()
    _set_practices(user, facts.practices, actor=actor)
    audit.record(actor, "service_opened", "user", user.pk, practice_id=None, after=_snapshot(user), now=now)
    return user


@transaction.atomic
def change_account(user_id: int, facts: PersonFacts, *, actor: User, now: dt.datetime) -> User:
    """Change name, e-mail, role and practices. One's own role is changed by another administrator."""
    user = _locked(user_id, actor=actor)
    before, username = _snapshot(user), User.normalize_username(facts.username)
    if user.username != username:
        _ensure_name_free(username, by_other_than=user.pk)
    if user.role != facts.role:
        if user.pk == actor.pk:
            raise DomainError("Another administrator must change your own role.")
        _keep_an_administrator(user)
    user.username = username
    for name, value in _columns(facts).items():
        setattr(user, name, value)
    user.save()
    _set_practices(user, facts.practices, actor=actor)
    after = _snapshot(user)
    if after != before:
        audit.record(actor, "person_changed", "user", user.pk, practice_id=None, before=before, after=after, now=now)
    return user


@transaction.atomic
def set_active(user_id: int, *, active: bool, actor: User, now: dt.datetime) -> User:
    """Close an account (its sessions end with the next request) or open it again. Accounts are never deleted."""
    user = _locked(user_id, actor=actor)
    if user.is_active == active:
        return user
    if not active:
        if user.pk == actor.pk:
            raise DomainError("Another administrator must close your own account.")
        _keep_an_administrator(user)
    user.is_active = active
    user.save(update_fields=["is_active"])
    action = "person_reopened" if active else "person_closed"
    audit.record(actor, action, "user", user.pk, practice_id=None, now=now)
    return user


@transaction.atomic
def reset_password(user_id: int, *, actor: User, now: dt.datetime) -> tuple[User, str]:
    """A new password to tell the person, who must replace it at once; also unlocks the name."""
    user = _locked(user_id, actor=actor)
    if user.is_service:
        raise DomainError("A service has no password. Open a token for it.")
    password = _password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    lockout.unlock(user.username)
    audit.record(actor, "password_reset", "user", user.pk, practice_id=None, now=now)
    return user, password


@transaction.atomic
def unlock(user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Let somebody try again at once whose name was locked by wrong passwords; the password stays."""
    user = _locked(user_id, actor=actor)
    lockout.unlock(user.username)
    audit.record(actor, "name_unlocked", "user", user.pk, practice_id=None, now=now)
    return user


@transaction.atomic
def change_own_password(user: Any, password: str, *, now: dt.datetime) -> User:
    """Set one's own password (validated by the form); every other session of the account ends."""
    own = User.objects.select_for_update().get(pk=user.pk)
    own.set_password(password)
    own.must_change_password = False
    own.save(update_fields=["password", "must_change_password"])
    audit.record(own, "password_changed", "user", own.pk, practice_id=None, now=now)
    return own


def note_sign_in(user: User, *, now: dt.datetime) -> None:
    """Record a sign-in."""
    audit.record(user, "signed_in", "user", user.pk, practice_id=None, now=now)


def note_sign_out(user: Any, *, now: dt.datetime, idle: bool = False) -> None:
    """Record a sign-out, by hand or by the idle limit."""
    audit.record(user, "signed_out_idle" if idle else "signed_out", "user", user.pk, practice_id=None, now=now)


def note_failed_sign_in(username: str, *, address: str | None = None, now: dt.datetime) -> None:
    """Record a failed sign-in, by account where there is one: what was typed may be a password.

    Many from one address become few events (`refusals`).
    """
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    refusals.record_refusal(user_id, address=address or "", now=now)


def _managed(actor: User) -> QuerySet[User]:
    mine = {practice.id for practice in practice_choice(actor).practices}
    others = User.practices.through.objects.exclude(practice_id__in=mine).values("user_id")
    return User.objects.exclude(pk__in=others)


def _locked(user_id: int, *, actor: User) -> User:
    person(user_id, actor=actor)
    return User.objects.select_for_update().get(pk=user_id)


def _columns(facts: PersonFacts) -> dict[str, str]:
    return {
        "first_name": facts.first_name,
        "last_name": facts.last_name,
        "email": facts.email,
        "role": facts.role,
    }


def _snapshot(user: User) -> dict[str, Any]:
    practices = sorted(user.practices.values_list("id", flat=True))
    return {"username": user.username, "role": user.role, "practices": practices}


def _set_practices(user: User, wanted: Collection[int], *, actor: User) -> None:
    mine = {practice.id for practice in practice_choice(actor).practices}
    if not set(wanted) <= mine:
        raise NotFound("You can give access only to practices of your own.")
    kept = set(user.practices.values_list("id", flat=True)) - mine
    user.practices.set(kept | set(wanted))


def _ensure_name_free(username: str, *, by_other_than: int | None = None) -> None:
    # Case-blind: two accounts that differ only in a capital are a trap for whoever assigns work.
    taken = User.objects.filter(username__iexact=username)
    if (taken if by_other_than is None else taken.exclude(pk=by_other_than)).exists():
        raise NameTaken("That user name is taken. Choose another.")


def _keep_an_administrator(leaving: User) -> None:
    if leaving.role != Role.ADMIN or not leaving.is_active or leaving.is_service:
        return
    others = (
        User.objects.select_for_update()
        .filter(role=Role.ADMIN, is_active=True, is_service=False)
        .exclude(pk=leaving.pk)
    )
    if not others.exists():
        raise LastAdministrator("This is the last administrator. Make somebody else one first.")


def _password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
