"""Agencies entered and changed, with their agreement, licenses and fees: what was agreed is not rewritten, it ends."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.plausible.places import STATES
from collections_app.agencies.layouts import DEFAULT, check_columns
from collections_app.agencies.models import HUNDRED_PERCENT, Agency, AgencyFee, AgencyLicence
from collections_app.agencies.states import BLOCK, DATE_FORMATS, ISO, NET, PROFILES, REMITS, THIRD_PARTY, TIME_BARRED

if TYPE_CHECKING:
    from arwork.staff.models import User

MOST_PLACEMENTS = 5
OLDEST_DAYS = 3_660


class BadAgency(DomainError):
    """Something about an agency that can't be so; `field` names it."""

    code = "bad_agency"


@dataclass(frozen=True, slots=True)
class AgencyDraft:
    """An agency as it is entered."""

    name: str
    contact: str = ""
    profile: str = THIRD_PARTY
    agreement_on: dt.date | None = None
    agreement_until: dt.date | None = None
    remits: str = NET
    minimum: Decimal = ZERO
    states: str = ""
    needs_offers: bool = True
    time_barred: str = BLOCK
    columns: Sequence[str] = DEFAULT
    date_format: str = ISO
    is_active: bool = True


def enter(practice_id: int, draft: AgencyDraft, *, actor: "User", today: dt.date, now: dt.datetime) -> Agency:
    """Enter an agency of a practice. Raises `BadAgency`, `Conflict` where it is known, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    facts = _checked(draft, today=today)
    with transaction.atomic():
        if Agency.objects.filter(practice=practice_id, name=facts["name"]).exists():
            raise Conflict("This practice has an agency of that name.", field="name")
        made = Agency.objects.create(practice_id=practice_id, entered_at=now, entered_by=actor, **facts)
        audit.record(actor, "agency_entered", "agency", made.pk, practice_id=practice_id, after=_told(facts), now=now)
    return made


def change(agency_id: int, draft: AgencyDraft, *, actor: "User", today: dt.date, now: dt.datetime) -> Agency:
    """Change an agency. Raises `BadAgency`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    facts = _checked(draft, today=today)
    with transaction.atomic():
        found = _locked(agency_id, actor)
        if Agency.objects.filter(practice=found.practice_id, name=facts["name"]).exclude(pk=found.pk).exists():
            raise Conflict("This practice has an agency of that name.", field="name")
        before = {name: getattr(found, name) for name in facts}
        for name, value in facts.items():
            setattr(found, name, value)
        found.save(update_fields=list(facts))
        audit.record(
            actor, "agency_changed", "agency", found.pk, practice_id=found.practice_id, before=_told(before),
            after=_told(facts), now=now,
        )  # fmt: skip
    return found


def draft_of(agency: Agency) -> AgencyDraft:
    """An agency as a form shows it."""
    return AgencyDraft(
        **{name: getattr(agency, name) for name in AgencyDraft.__dataclass_fields__ if name != "columns"},
        columns=tuple(agency.columns) or DEFAULT,
    )


def add_licence(
    agency_id: int,
    *,
    state: str,
    number: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    actor: "User",
    now: dt.datetime,
) -> AgencyLicence:
    """Enter a license of an agency. Raises `BadAgency`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if state not in STATES:
        raise BadAgency("Choose a state.", field="state")
    if not number.strip():
        raise BadAgency("Enter the number of the license.", field="number")
    if valid_to is not None and valid_to < valid_from:
        raise BadAgency("A license can't end before it begins.", field="valid_to")
    with transaction.atomic():
        agency = _locked(agency_id, actor)
        made = AgencyLicence.objects.create(
            agency=agency, state=state, number=" ".join(number.split())[:40], valid_from=valid_from, valid_to=valid_to
        )
        after = {"agency": agency.pk, "state": state, "from": valid_from, "to": valid_to}
        audit.record(
            actor, "agency_licence_entered", "agency", agency.pk, practice_id=agency.practice_id, after=after, now=now
        )
    return made


def licence_seen_by(licence_id: int, *, actor: "User") -> AgencyLicence:
    """A license of an agency of the actor's practices. Raises `NotFound`."""
    rows = AgencyLicence.objects.filter(pk=licence_id, agency__practice__in=practice_ids(actor))
    found = rows.select_related("agency").first()
    if found is None:
        raise NotFound("There is no such license in your practices.")
    return found


def end_licence(licence_id: int, *, last_day: dt.date, actor: "User", now: dt.datetime) -> AgencyLicence:
    """Set the last day of a license. Raises `BadAgency`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    with transaction.atomic():
        rows = AgencyLicence.objects.select_for_update(of=("self",)).select_related("agency")
        found = rows.filter(pk=licence_id, agency__practice__in=practice_ids(actor)).first()
        if found is None:
            raise NotFound("There is no such license in your practices.")
        if last_day < found.valid_from:
            raise BadAgency("A license can't end before it begins.", field="valid_to")
        found.valid_to = last_day
        found.save(update_fields=["valid_to"])
        audit.record(
            actor, "agency_licence_ended", "agency", found.agency_id, practice_id=found.agency.practice_id,
            after={"state": found.state, "to": last_day}, now=now,
        )  # fmt: skip
    return found


def add_fee(
    agency_id: int,
    *,
    placement_number: int,
    age_from: int,
    percent: Decimal,
    valid_from: dt.date,
    source: str,
    actor: "User",
    now: dt.datetime,
) -> AgencyFee:
    """Enter a fee of the contract, `percent` as 27.5. Raises `BadAgency`, `Conflict` where one begins that day."""
    require(actor, Capability.CONFIGURE_PAYERS)
    hundredths = int(percent * 100)
    if not 0 <= hundredths <= HUNDRED_PERCENT or hundredths != percent * 100:
        raise BadAgency("From 0 to 100 percent, two digits after the point at most.", field="percent")
    if not 1 <= placement_number <= MOST_PLACEMENTS:
        raise BadAgency(f"From the first to the placement number {MOST_PLACEMENTS}.", field="placement_number")
    if not 0 <= age_from <= OLDEST_DAYS:
        raise BadAgency("Days from the service to the placement, up to ten years.", field="age_from")
    if not source.strip():
        raise BadAgency("Say where the contract says so.", field="source")
    ensure_not_sensitive(source=source)
    with transaction.atomic():
        agency = _locked(agency_id, actor)
        wanted = {"placement_number": placement_number, "age_from": age_from, "valid_from": valid_from}
        if AgencyFee.objects.filter(agency=agency, **wanted).exists():
            raise Conflict("A fee of this band begins on that day already.", field="valid_from")
        made = AgencyFee.objects.create(agency=agency, percent=hundredths, source=source.strip()[:120], **wanted)
        audit.record(
            actor, "agency_fee_entered", "agency", agency.pk, practice_id=agency.practice_id,
            after={**wanted, "hundredths": hundredths}, now=now,
        )  # fmt: skip
    return made


def _locked(agency_id: int, actor: "User") -> Agency:
    found = Agency.objects.select_for_update().filter(pk=agency_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such agency in your practices.")
    return found


def _checked(draft: AgencyDraft, *, today: dt.date) -> dict:
    name, places = " ".join(draft.name.split()), draft.states.upper().replace(",", " ").split()
    if not name:
        raise BadAgency("Enter its name.", field="name")
    for field, given, choices in (
        ("profile", draft.profile, PROFILES), ("remits", draft.remits, REMITS),
        ("time_barred", draft.time_barred, TIME_BARRED), ("date_format", draft.date_format, DATE_FORMATS),
    ):  # fmt: skip
        if given not in dict(choices):
            raise BadAgency("Choose from the list.", field=field)
    if draft.minimum < ZERO:
        raise BadAgency("Zero or more.", field="minimum")
    if unknown := [one for one in places if one not in STATES]:
        raise BadAgency(f"{unknown[0]} is no state.", field="states")
    if draft.agreement_on is None and draft.agreement_until is not None:
        raise BadAgency("Say when it was signed.", field="agreement_on")
    if draft.agreement_on is not None and draft.agreement_on > today:
        raise BadAgency("This day is still to come.", field="agreement_on")
    if draft.agreement_on and draft.agreement_until and draft.agreement_until < draft.agreement_on:
        raise BadAgency("An agreement can't end before it is signed.", field="agreement_until")
    ensure_not_sensitive(name=name, contact=draft.contact)
    return asdict(draft) | {
        "name": name[:80],
        "contact": " ".join(draft.contact.split())[:120],
        "states": " ".join(sorted(set(places))),
        "columns": check_columns(draft.columns),
    }


def _told(facts: dict) -> dict:
    return {name: value for name, value in facts.items() if name not in ("name", "contact")}
