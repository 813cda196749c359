"""Members of staff: opening and closing accounts, roles, practices, passwords. Every verb leaves an audit event.

Which practices there are is not known here (the books own them): they are reached through the reverse relation
`user.practices`. An administrator gives access to practices of their own, and manages only people who have a
practice of theirs, none beyond those, and no higher role: resetting a password would open a door to somebody else's
books, or to the whole installation. Who has no practice yet is an owner's to manage, like everybody else.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.text import slugify

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.staff import audit, lockout, open_sessions, passwords, refusals, second_factor, single_sign_on
from arwork.staff.access import Capability, NamedPractice, may, practice_choice, require
from arwork.staff.models import ApiToken, Role, User

PASSWORD_FIELDS = ["password", "must_change_password", "password_expires_at"]


class NameTaken(Conflict):
    """Somebody has that user name."""

    code = "name_taken"


class LastOwner(DomainError):
    """The change would leave nobody who can open practices and manage everybody."""

    code = "last_owner"


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
    """The actor and who shares a practice with them; to an owner everybody."""
    if may(actor, Capability.GRANT_ACCESS):
        return User.objects.all()
    mine = {practice.id for practice in practice_choice(actor).practices}
    shared = User.practices.through.objects.filter(practice_id__in=mine).values("user_id")
    return User.objects.filter(Q(pk__in=shared) | Q(pk=actor.pk))


def grantable_practices(actor: User) -> list[NamedPractice]:
    """The practices that the actor gives access to: an owner to all, an administrator to their own; by name."""
    require(actor, Capability.MANAGE_PEOPLE)
    if not may(actor, Capability.GRANT_ACCESS):
        return list(practice_choice(actor).practices)
    practices = User._meta.get_field("practices").related_model
    return [NamedPractice(*row) for row in practices._default_manager.order_by("name", "id").values_list("id", "name")]


def role_words(role: str) -> str:
    """A role as people read it."""
    return str(Role(role).label)


def grantable_roles(actor: User) -> list[str]:
    """The roles that the actor gives: nobody makes somebody more than they are themselves."""
    require(actor, Capability.MANAGE_PEOPLE)
    return [role for role in Role.values if role != Role.OWNER or actor.role == Role.OWNER]


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
    _ensure_grantable(facts, actor=actor)
    password = passwords.temporary()
    user = User(username=username, **_columns(facts))
    passwords.set_temporary(user, password, now=now)
    user.save()
    _set_practices(user, facts.practices, actor=actor, now=now)
    after = _snapshot(user)
    audit.record(actor, "person_opened", "user", user.pk, practice_id=None, after=after, now=now)
    return user, password


@transaction.atomic
def open_service(facts: PersonFacts, *, actor: User, now: dt.datetime) -> User:
    """An account for a program, which never signs in; its name begins with `service-`."""
    require(actor, Capability.MANAGE_PEOPLE)
    if not (word := slugify(facts.last_name)):
        raise DomainError("Give the program a name with letters from a to z or digits.")
    username = f"service-{word}"
    _ensure_name_free(username)
    _ensure_grantable(facts, actor=actor)
    user = User(username=username, is_service=True, **_columns(facts))
    user.set_unusable_password()
    user.save()
    _set_practices(user, facts.practices, actor=actor, now=now)
    audit.record(actor, "service_opened", "user", user.pk, practice_id=None, after=_snapshot(user), now=now)
    return user


@transaction.atomic
def change_account(user_id: int, facts: PersonFacts, *, actor: User, now: dt.datetime) -> User:
    """Change name, e-mail, role and practices. One's own role is changed by another administrator."""
    user = _locked(user_id, actor=actor)
    before, username = _snapshot(user), User.normalize_username(facts.username)
    if user.username != username:
        _ensure_name_free(username, by_other_than=user.pk)
    _ensure_grantable(facts, actor=actor)
    if user.role != facts.role:
        if user.pk == actor.pk:
            raise DomainError("Somebody else must change your own role.")
        _keep_an_owner(user)
    user.username = username
    for name, value in _columns(facts).items():
        setattr(user, name, value)
    user.save()
    _set_practices(user, facts.practices, actor=actor, now=now)
    after = _snapshot(user)
    if after != before:
        audit.record(actor, "person_changed", "user", user.pk, practice_id=None, before=before, after=after, now=now)
    return user


@transaction.atomic
def set_active(user_id: int, *, active: bool, actor: User, now: dt.datetime) -> User:
    """Close an account, which ends its sessions for good, or open it again. Accounts are never deleted."""
    user = _locked(user_id, actor=actor)
    if user.is_active == active:
        return user
    if not active:
        if user.pk == actor.pk:
            raise DomainError("Somebody else must close your own account.")
        _keep_an_owner(user)
    user.is_active = active
    if not active:
        user.session_epoch += 1
        open_sessions.drop_all(user)
        _end_tokens(user, actor=actor, now=now)
    user.save(update_fields=["is_active", "session_epoch"])
    action = "person_reopened" if active else "person_closed"
    audit.record(actor, action, "user", user.pk, practice_id=None, now=now)
    return user


@transaction.atomic
def reset_password(user_id: int, *, actor: User, now: dt.datetime) -> tuple[User, str]:
    """A new password to tell the person, who must replace it at once; also unlocks the name."""
    user = _locked(user_id, actor=actor)
    if user.is_service:
        raise DomainError("A service has no password. Open a token for it.")
    password = passwords.temporary()
    passwords.set_temporary(user, password, now=now)
    user.save(update_fields=PASSWORD_FIELDS)
    open_sessions.drop_all(user)
    _end_tokens(user, actor=actor, now=now)
    lockout.unlock(user.username)
    audit.record(actor, "password_reset", "user", user.pk, practice_id=None, now=now)
    return user, password


def _end_tokens(user: User, *, actor: User, now: dt.datetime) -> None:
    """End what programs act with for `user`: whoever took an account over may have left one behind."""
    for token in user.api_tokens.filter(ended_at=None):
        end_api_token(token, actor=actor, now=now)


def end_api_token(token: ApiToken, *, actor: User, now: dt.datetime) -> None:
    """End one token, in the caller's transaction."""
    token.ended_at = now
    token.save(update_fields=["ended_at"])
    audit.record(actor, "token_ended", "api_token", token.pk, practice_id=token.practice_id, now=now)


@transaction.atomic
def reset_second_factor(user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Take somebody's second factor away who has lost it: they are signed out, and set up a new one."""
    user = _locked(user_id, actor=actor)
    if user.pk == actor.pk:
        raise DomainError("Another administrator must reset your own second factor.")
    second_factor.reset(user, actor=actor, now=now)
    return user


@transaction.atomic
def unlink_sign_on(user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Part somebody from the identity by which single sign-on opens their account; they are signed out."""
    user = _locked(user_id, actor=actor)
    single_sign_on.unlink(user, actor=actor, now=now)
    return user


@transaction.atomic
def unlock(user_id: int, *, actor: User, now: dt.datetime) -> User:
    """Let somebody try again at once whose name was locked by wrong passwords; the password stays."""
    user = _locked(user_id, actor=actor)
    lockout.unlock(user.username)
    audit.record(actor, "name_unlocked", "user", user.pk, practice_id=None, now=now)
    return user


def sessions_of(user_id: int, *, actor: User, now: dt.datetime) -> list[open_sessions.OpenSession]:
    """Where somebody whom the actor manages is signed in."""
    return open_sessions.open_sessions(person(user_id, actor=actor), now=now)


def end_sessions_of(user_id: int, *, handle: str = "", actor: User, now: dt.datetime) -> User:
    """Sign somebody whom the actor manages out, of one browser (`handle`) or of all."""
    user = person(user_id, actor=actor)
    if handle:
        open_sessions.end_session(user, handle, actor=actor, now=now)
    else:
        open_sessions.end_others(user, here=None, actor=actor, now=now)
    return user


@transaction.atomic
def change_own_password(user: Any, password: str, *, here: str | None, now: dt.datetime) -> User:
    """Set one's own password (validated by the form); every session of the account but the one `here` ends."""
    own = User.objects.select_for_update().get(pk=user.pk)
    passwords.set_own(own, password)
    own.save(update_fields=PASSWORD_FIELDS)
    open_sessions.drop_all(own, but=here)
    audit.record(own, "password_changed", "user", own.pk, practice_id=None, now=now)
    return own


def half_signed_in(user_id: int, session_hash: str) -> User | None:
    """Who gave the right password just now; None once it was changed or the account closed meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return user if user is not None and constant_time_compare(user.get_session_auth_hash(), session_hash) else None


def note_sign_in(user: User, *, factor: str = "", now: dt.datetime) -> None:
    """Record a sign-in, and by which second factor."""
    after = {"second_factor": factor} if factor else None
    audit.record(user, "signed_in", "user", user.pk, practice_id=None, after=after, now=now)


def note_sign_out(user: Any, *, why: str = "", now: dt.datetime) -> None:
    """Record a sign-out: by hand, or by the `idle` limit or that of the whole session (`limit`)."""
    action = {"idle": "signed_out_idle", "limit": "signed_out_limit"}.get(why, "signed_out")
    audit.record(user, action, "user", user.pk, practice_id=None, now=now)


def note_refused_proof(user: Any, *, now: dt.datetime) -> None:
    """Record that who is signed in could not prove again who they are."""
    audit.record(user, "proof_refused", "user", user.pk, practice_id=None, now=now)


def note_failed_sign_in(username: str, *, address: str | None = None, now: dt.datetime) -> None:
    """Record a failed sign-in, by account where there is one: what was typed may be a password.

    Many from one address become few events (`refusals`).
    """
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    refusals.record_refusal(user_id, address=address or "", now=now)


def _managed(actor: User) -> QuerySet[User]:
    if may(actor, Capability.GRANT_ACCESS):
        return User.objects.all()
    mine = {practice.id for practice in practice_choice(actor).practices}
    access = User.practices.through.objects
    ours = access.filter(practice_id__in=mine).values("user_id")
    others = access.exclude(practice_id__in=mine).values("user_id")
    return User.objects.filter(Q(pk__in=ours) | Q(pk=actor.pk)).exclude(pk__in=others).exclude(role=Role.OWNER)


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


def _ensure_grantable(facts: PersonFacts, *, actor: User) -> None:
    if facts.role not in grantable_roles(actor):
        raise Forbidden("Only an owner makes somebody an owner.", field="role")
    if not facts.practices and not may(actor, Capability.GRANT_ACCESS):
        raise DomainError("Choose a practice: somebody without any is managed by an owner alone.", field="practices")


def _set_practices(user: User, wanted: Collection[int], *, actor: User, now: dt.datetime) -> None:
    mine = {practice.id for practice in grantable_practices(actor)}
    if not set(wanted) <= mine:
        raise NotFound("You can give access only to practices of your own.")
    before = set(user.practices.values_list("id", flat=True))
    after = (before - mine) | set(wanted)
    user.practices.set(after)
    _note_access(user, before=before, after=after, actor=actor, now=now)


def _note_access(user: User, *, before: set[int], after: set[int], actor: User, now: dt.datetime) -> None:
    """An event in the trail of each practice that somebody came to or left: its administrators are to see it."""
    deeds = [
        audit.Deed("access_granted" if practice_id in after else "access_withdrawn", "user", user.pk, practice_id)
        for practice_id in sorted(before ^ after)
    ]
    audit.record_many(actor, deeds, now=now)


def _ensure_name_free(username: str, *, by_other_than: int | None = None) -> None:
    # Case-blind: two accounts that differ only in a capital are a trap for whoever assigns work.
    taken = User.objects.filter(username__iexact=username)
    if (taken if by_other_than is None else taken.exclude(pk=by_other_than)).exists():
        raise NameTaken("That user name is taken. Choose another.")


def _keep_an_owner(leaving: User) -> None:
    if leaving.role != Role.OWNER or not leaving.is_active or leaving.is_service:
        return
    others = (
        User.objects.select_for_update()
        .filter(role=Role.OWNER, is_active=True, is_service=False)
        .exclude(pk=leaving.pk)
    )
    if not others.exists():
        raise LastOwner("This is the last owner. Make somebody else one first.")
