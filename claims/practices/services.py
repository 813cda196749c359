"""Practices as admins keep them: who they are in files, where they are."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_choice, require
from claims.plausible.contacts import NO_PHONE, phone_of
from claims.plausible.particulars import tin_of
from claims.plausible.places import state_of, zip_of
from claims.practices.models import Practice, PracticeAccess
from claims.practices.npi import is_npi

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadPractice(DomainError):
    """An entry that could not be used."""

    code = "bad_practice"


@dataclass(frozen=True, slots=True)
class PracticeFacts:
    """A practice as it is entered."""

    name: str
    npi: str
    tin: str = ""
    time_zone: str = "America/New_York"
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    is_active: bool = True


@transaction.atomic
def open_practice(facts: PracticeFacts, *, actor: "User", now: dt.datetime) -> Practice:
    """A new practice; whoever opens it sees it, and gives others access."""
    require(actor, Capability.OPEN_PRACTICES)
    _check(facts)
    practice = Practice.objects.create(**asdict(facts))
    PracticeAccess.objects.create(practice=practice, user=actor)
    actor.__dict__.pop("_practice_choice", None)
    audit.record(
        actor, "practice_opened", "practice", practice.pk, practice_id=practice.pk, after=asdict(facts), now=now
    )
    return practice


@transaction.atomic
def change_practice(practice_id: int, facts: PracticeFacts, *, actor: "User", now: dt.datetime) -> Practice:
    """Change one of the actor's practices."""
    practice = _locked(practice_id, actor=actor)
    _check(facts, practice)
    before = {name: getattr(practice, name) for name in asdict(facts)}
    for name, value in asdict(facts).items():
        setattr(practice, name, value)
    practice.save()
    if before != asdict(facts):
        audit.record(
            actor, "practice_changed", "practice", practice_id, practice_id=practice_id, before=before,
            after=asdict(facts), now=now,
        )  # fmt: skip
    return practice


def _locked(practice_id: int, *, actor: "User") -> Practice:
    require(actor, Capability.CONFIGURE_PAYERS)
    mine = {practice.id for practice in practice_choice(actor).practices}
    found = Practice.objects.select_for_update().filter(pk=practice_id).first() if practice_id in mine else None
    if found is None:
        raise NotFound("There is no such practice among yours.")
    return found


def _check(facts: PracticeFacts, practice: Practice | None = None) -> None:
    # A number that a file brought stays until somebody knows a better one: the rest can be corrected meanwhile.
    if not is_npi(facts.npi) and not (practice and facts.npi == practice.npi):
        raise BadPractice(
            "That is no NPI: ten digits whose last one checks the others. Look for a typing slip.", field="npi"
        )
    if facts.tin and not tin_of(facts.tin) and not (practice and facts.tin == practice.tin):
        raise BadPractice("A tax number has nine digits, not all alike; leave out the hyphen.", field="tin")
    if facts.state and not state_of(facts.state):
        raise BadPractice("No state or territory has this code. Enter two letters, such as NY.", field="state")
    if facts.zip and not zip_of(facts.zip):
        raise BadPractice("A ZIP code has five digits, or nine.", field="zip")
    if facts.phone and not phone_of(facts.phone):
        raise BadPractice(NO_PHONE, field="phone")
    if facts.time_zone not in available_timezones():
        raise BadPractice("Choose a time zone from the list.")
    if Practice.objects.filter(npi=facts.npi).exclude(pk=practice.pk if practice else 0).exists():
        raise Conflict("Another practice has this NPI.", field="npi")
