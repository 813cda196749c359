"""Who is on the line: asked before anything is said, recorded whatever came of it, and forgotten after the call.

Two identifiers and, for whoever is not the patient or the guarantor, the right to hear it (45 CFR 164.502(g),
164.510(b), 164.514(h)). Who fails hears nothing, not even that there is an account; tries are few, over all who answer
the phone. Verified is the caller of whoever verified them, until an outcome is logged or the call has lasted too long.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account, Coverage, Patient, Person, PersonAddress, PersonPhone
from collections_app.contacts.identifiers import NEEDED, OnFile, compare
from collections_app.contacts.identity_models import IdentityCheck, Speaker
from collections_app.contacts.models import Contact, Direction
from collections_app.contacts.person_facts import facts_of, standing
from collections_app.contacts.person_models import Representative
from collections_app.contacts.selectors import people_of
from collections_app.limits.figures import LimitBook
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User


#: Who called whom.
DIRECTIONS = Direction.choices
INBOUND, OUTBOUND = str(Direction.IN), str(Direction.OUT)


class BadIdentity(DomainError):
    """An answer that can't be compared, or a speaker who can't be verified so."""

    code = "bad_identity"


class TooManyTries(Conflict):
    """Whoever calls failed too often: nobody is verified for a while."""

    code = "too_many_tries"


class CallerState(StrEnum):
    """How the caller of a member of staff stands."""

    OPEN = "open"
    VERIFIED = "verified"
    FAILED = "failed"
    SOMEBODY_ELSE = "else"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class CallerStanding:
    """How the caller stands, until when, and how many tries are left."""

    state: CallerState
    until: dt.datetime | None = None
    check: IdentityCheck | None = None
    tries_left: int = 0

    @property
    def is_verified(self) -> bool:
        return self.state == CallerState.VERIFIED

    @property
    def hides_detail(self) -> bool:
        """Whether nothing of the account is shown: somebody is on the line who may not hear it."""
        return self.state in (CallerState.FAILED, CallerState.SOMEBODY_ELSE, CallerState.LOCKED)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who says they are on the line: whose identifiers they give, and what lets them hear it."""

    speaker: str
    person_id: int
    name: str = ""
    representative_id: int | None = None
    agreement: str = ""
    direction: str = Direction.OUT


def caller_standing(account_id: int, *, actor: "User", now: dt.datetime) -> CallerStanding:
    """How the caller of `actor` about an account stands. At most four queries."""
    book = limit_book()
    practice = Account.objects.filter(pk=account_id).values_list("practice_id", flat=True).first()
    failed, tries, frees_at = _tries(account_id, book, now=now, practice_id=practice)
    left = max(tries - failed, 0)
    last = IdentityCheck.objects.filter(account=account_id, by=actor, expires_at__gt=now, at__lte=now)
    check = last.select_related("person").order_by("-pk").first()
    if check is not None and _is_over(check, actor):
        check = None
    if check is not None and check.result == IdentityCheck.Result.VERIFIED:
        return CallerStanding(CallerState.VERIFIED, check.expires_at, check, left)
    if not left:
        return CallerStanding(CallerState.LOCKED, frees_at, check, 0)
    if check is None:
        return CallerStanding(CallerState.OPEN, tries_left=left)
    state = CallerState.FAILED if check.result == IdentityCheck.Result.FAILED else CallerState.SOMEBODY_ELSE
    return CallerStanding(state, check.expires_at, check, left)


def verify_identity(
    *, actor: "User", account_id: int, caller: Caller, said: Mapping[str, str], now: dt.datetime, today: dt.date
) -> IdentityCheck:
    """Compare what a caller says with what is on file, and keep what came of it; what was said is not kept.

    Raises `BadIdentity` naming the field, `TooManyTries`, `NotFound`, `SensitiveText`.
    """
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(name=caller.name, agreement=caller.agreement)
    with transaction.atomic():
        rows = Account.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
        account = rows.filter(pk=account_id).first()
        if account is None:
            raise NotFound("There is no such account among your practices.", account_id=account_id)
        book = limit_book()
        failed, tries, frees_at = _tries(account.pk, book, now=now, practice_id=account.practice_id)
        if failed >= tries:
            raise TooManyTries(
                "Too many tries failed. Say nothing, offer to write to the address on file, and tell a supervisor.",
                until=frees_at,
            )
        person = _person_of(account, caller)
        speaks_by = _ensure_right(person, caller, today=today)
        is_other = caller.speaker == Speaker.SOMEBODY_ELSE
        answers = compare({} if is_other else said, _on_file(account, person))
        if not is_other and len(answers.asked) < NEEDED:
            raise BadIdentity("Ask for two identifiers at least, and enter what the caller says.", field="birth_on")
        results = IdentityCheck.Result
        result = results.SOMEBODY_ELSE if is_other else results.VERIFIED if answers.is_verified else results.FAILED
        minutes = book.value("identity_minutes", on=today, practice_id=account.practice_id)
        check = IdentityCheck.objects.create(
            practice_id=account.practice_id, account=account, person=person, speaker=caller.speaker,
            speaker_name=" ".join(caller.name.split())[:120], representative=speaks_by,
            agreement=" ".join(caller.agreement.split())[:300], direction=caller.direction,
            asked=list(answers.asked), matched=list(answers.matched), result=result, at=now,
            expires_at=now + dt.timedelta(minutes=minutes), by=actor,
        )  # fmt: skip
        audit.record(
            actor, f"caller_{result.name.lower()}", "account", account.pk, practice_id=account.practice_id,
            after={"speaker": caller.speaker, "asked": check.asked, "matched": check.matched, "check": check.pk},
            now=now,
        )  # fmt: skip
    return check


def checks_of(account_id: int, *, actor: "User", most: int = 20) -> QuerySet[IdentityCheck]:
    """Who was asked who they are about an account, the latest first."""
    rows = IdentityCheck.objects.filter(account=account_id, practice__in=practice_ids(actor))
    return rows.select_related("by", "person", "representative").order_by("-pk")[:most]


def failed_checks(*, actor: "User", since: dt.datetime) -> QuerySet[IdentityCheck]:
    """Callers who failed, over all who answer the phone, the latest first: for supervisors."""
    require(actor, Capability.SEE_TEAM)
    rows = IdentityCheck.objects.filter(
        practice__in=practice_ids(actor), result=IdentityCheck.Result.FAILED, at__gte=since
    )
    return rows.select_related("by", "account", "person").order_by("-pk")


def representatives_of(person_ids: list[int], today: dt.date) -> list[Representative]:
    """Who may speak for these people today. One query."""
    rows = Representative.objects.filter(standing(today), person__in=person_ids)
    return list(rows.select_related("person").order_by("pk"))


def _tries(
    account_id: int, book: LimitBook, *, now: dt.datetime, practice_id: int | None
) -> tuple[int, int, dt.datetime | None]:
    """Tries that failed in a row of late, how many may, and from when on another one is free."""
    tries = book.value("identity_tries", on=now.date(), practice_id=practice_id)
    pause = dt.timedelta(minutes=book.value("identity_pause", on=now.date(), practice_id=practice_id))
    rows = IdentityCheck.objects.filter(account=account_id, at__gt=now - pause, at__lte=now).order_by("-pk")
    failed = []
    for result, at in rows.exclude(result=IdentityCheck.Result.SOMEBODY_ELSE).values_list("result", "at")[:tries]:
        if result == IdentityCheck.Result.VERIFIED:
            break
        failed.append(at)
    return len(failed), tries, failed[-1] + pause if failed else None


def _is_over(check: IdentityCheck, actor: "User") -> bool:
    """Whether the call ended: whoever verified the caller logged what came of it."""
    return Contact.objects.filter(account=check.account_id, by=actor, at__gt=check.at).exclude(channel="note").exists()


def _person_of(account: Account, caller: Caller) -> Person:
    if caller.speaker not in Speaker.values:
        raise BadIdentity("Say who is on the line.", field="speaker")
    if caller.person_id not in {pk for pk, _ in people_of(account)}:
        raise BadIdentity("Choose one of the people of this account.", field="person")
    if caller.speaker == Speaker.GUARANTOR and caller.person_id != account.guarantor_id:
        raise BadIdentity("This is not who answers for the account.", field="person")
    return Person.objects.get(pk=caller.person_id)


def _ensure_right(person: Person, caller: Caller, *, today: dt.date) -> Representative | None:
    """By what right somebody hears it. Raises `BadIdentity` where there is none."""
    if caller.speaker == Speaker.REPRESENTATIVE:
        found = next(
            (one for one in representatives_of([person.pk], today) if one.pk == caller.representative_id), None
        )
        if found is None:
            raise BadIdentity(
                "No authority is on file for them today. Enter it first, with its paper.", field="representative"
            )
        return found
    if caller.speaker == Speaker.INVOLVED and not (caller.agreement.strip() and caller.name.strip()):
        raise BadIdentity("Enter who it is, and when and how the patient agreed to it.", field="agreement")
    if caller.speaker in (Speaker.PATIENT, Speaker.GUARANTOR) and facts_of([person.pk], today)[person.pk].is_minor:
        raise BadIdentity("A minor is not spoken with about a bill: ask for the guarantor.", field="speaker")
    return None


def _on_file(account: Account, person: Person) -> OnFile:
    """What there is to compare with. Four queries."""
    homes = list(PersonAddress.objects.filter(person=person, is_bad=False).values_list("zip", "line1"))
    phones = PersonPhone.objects.filter(person=person, is_wrong=False).values_list("number", flat=True)
    treated = Patient.objects.filter(account=account, person=person)
    members = Coverage.objects.filter(patient__in=treated).values_list("member_id", flat=True)
    merged = Account.objects.filter(merged_into=account).values_list("number", flat=True)
    return OnFile(
        birth_on=person.birth_on,
        zips=frozenset(code for code, _ in homes if code),
        streets=frozenset(line for _, line in homes if line),
        phones=frozenset(phones),
        accounts=frozenset({account.number, *merged}),
        members=frozenset(members),
    )
