"""API tokens: opened and ended by people, used by programs.

A token never does more than its owner may: the role's capabilities, less those it wasn't given; the owner's practices,
or one of them. It ends on its day, when somebody ends it, and with its owner's account. A service is an account without
a password, opened by an administrator for a program.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit, origin
from arwork.staff.access import (
    CAPABILITIES,
    Capability,
    choose_practice,
    may,
    narrow,
    practice_choice,
    require,
    require_no_emergency,
)
from arwork.staff.models import ApiToken, User
from arwork.staff.people import PersonFacts, end_api_token, open_service, person, staff_list

PREFIX = "arw_"
LONGEST = dt.timedelta(days=366)
_USED_EVERY = dt.timedelta(minutes=1)  # so a busy program does not write a row with each request
_SHOWN = 10
#: What endpoints ask for, or do more for (a test compares): another capability would open nothing to a program.
OF_PROGRAMS = frozenset(
    {
        Capability.SEE_CLAIMS,
        Capability.WORK_ITEMS,
        Capability.IMPORT_FILES,
        Capability.SEE_UNCLAIMED_FILES,
        Capability.RESOLVE_EXCEPTIONS,
        Capability.SEE_REPORTS,
    }
)


class BadToken(DomainError):
    """This token can't be opened as asked."""

    code = "bad_token"


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What somebody asks for: `capabilities` by their names, `practice_id` None for all practices of the owner."""

    name: str
    capabilities: frozenset[str]
    practice_id: int | None
    expires_on: dt.date


def grantable(owner: User) -> list[Capability]:
    """What a token of `owner` can be given, in order of their names; being signed in goes without saying."""
    return sorted(CAPABILITIES.get(owner.role, frozenset()) & OF_PROGRAMS)


def tokens_seen_by(actor: User) -> QuerySet[ApiToken]:
    """One's own, and those of everybody whom one manages; those in use first, the newest first."""
    owners = staff_list(actor=actor) if may(actor, Capability.MANAGE_PEOPLE) else User.objects.filter(pk=actor.pk)
    rows = ApiToken.objects.filter(owner__in=owners.order_by()).select_related("owner", "opened_by")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def services_seen_by(actor: User) -> list[User]:
    """The accounts of programs that the actor manages, by name."""
    return list(staff_list(actor=actor).filter(is_service=True).order_by("-is_active", "last_name"))


def beginnings(token_ids: Collection[int]) -> dict[int, str]:
    """What tokens begin with, by id, as whoever reads of their deeds tells them apart. One query, or none."""
    if not token_ids:
        return {}
    return {token.pk: str(token) for token in ApiToken.objects.filter(pk__in=token_ids).only("beginning")}


def owner_for(user_id: int | None, *, actor: User) -> User:
    """Whose token is to be opened: one's own, or that of a service one manages. Raises `NotFound`."""
    if user_id in (None, actor.pk):
        return actor
    found = person(user_id or 0, actor=actor)
    if not found.is_service:
        raise NotFound("People open their own tokens; you can open one for a service.")
    return found


@transaction.atomic
def open_token(
    facts: TokenFacts, *, owner: User, actor: User, today: dt.date, now: dt.datetime
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once. Raises `BadToken`."""
    require(actor, Capability.SIGNED_IN)
    require_no_emergency(actor)
    owner = owner_for(owner.pk, actor=actor)
    _ensure_opens(facts, owner=owner, today=today)
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        owner=owner,
        name=facts.name,
        digest=_digest(text),
        beginning=text[:_SHOWN],
        capabilities=sorted(facts.capabilities),
        practice_id=facts.practice_id,
        opened_by=actor,
        opened_at=now,
        expires_at=now + (facts.expires_on - today),
    )
    after = {
        "owner": owner.pk,
        "capabilities": row.capabilities,
        "practice": row.practice_id,
        "expires_at": row.expires_at,
    }
    audit.record(actor, "token_opened", "api_token", row.pk, practice_id=row.practice_id, after=after, now=now)
    return row, text


@transaction.atomic
def end_token(token_id: int, *, actor: User, now: dt.datetime) -> ApiToken:
    """End a token at once, for good. Raises `NotFound` for one the actor doesn't see."""
    row = tokens_seen_by(actor).order_by().select_for_update(of=("self",)).filter(pk=token_id).first()
    if row is None:
        raise NotFound("There is no such token among those you see.")
    if row.ended_at is None:
        end_api_token(row, actor=actor, now=now)
    return row


@transaction.atomic
def open_service_account(*, name: str, role: str, practices: Iterable[int], actor: User, now: dt.datetime) -> User:
    """An account for a program: no password, no sign-in, tokens only."""
    facts = PersonFacts("", "", name, "", role, frozenset(practices))
    return open_service(facts, actor=actor, now=now)


def owner_of(text: str, *, now: dt.datetime) -> User | None:
    """Whom a request with this token acts for, narrowed to what the token grants; None when it opens nothing."""
    if not text.startswith(PREFIX):
        return None
    row = ApiToken.objects.select_related("owner").filter(digest=_digest(text)).first()
    if row is None or row.ended_at is not None or row.expires_at <= now or not row.owner.is_active:
        return None
    if row.last_used_at is None or now - row.last_used_at >= _USED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    origin.note_token(row.pk)
    owner = row.owner
    narrow(owner, row.capabilities)
    if row.practice_id is not None:
        choose_practice(owner, row.practice_id)
        if practice_choice(owner).chosen is None:  # it left the practice: nothing, not everything
            return None
    return owner


def _ensure_opens(facts: TokenFacts, *, owner: User, today: dt.date) -> None:
    if not facts.capabilities:
        raise BadToken("Choose what the token may do.")
    if not facts.capabilities <= set(grantable(owner)):
        raise BadToken(f"{owner} may not do all of that, so no token can.")
    if not today < facts.expires_on <= today + LONGEST:
        raise BadToken(f"Choose a last day between tomorrow and {today + LONGEST}.")
    practices = {practice.id for practice in practice_choice(owner).practices}
    if facts.practice_id is not None and facts.practice_id not in practices:
        raise BadToken(f"{owner} has no access to that practice.")


def _digest(text: str) -> str:
    # A random token of 256 bits needs no salt and no slow hash.
    return hashlib.sha256(text.encode()).hexdigest()
