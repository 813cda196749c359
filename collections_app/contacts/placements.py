"""In whose name accounts are worked, and under which licences: entered by a day, asked for by the script and the gate.

Nothing is overwritten: another placement begins on its day, and an end is set to a licence.
"""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from arwork.lib.errors import DomainError, NotFound
from arwork.lib.events import announce
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.parties.models import Account
from claims.plausible.places import STATES
from collections_app.contacts.gate_models import Licence, Placement
from collections_app.contacts.rules import PROFILE_WORDS

if TYPE_CHECKING:
    from arwork.staff.models import User

NEW_YORK_CITY = "NYC"
#: Where a licence may be of: the states, and the city that gives its own.
JURISDICTIONS = {**STATES, NEW_YORK_CITY: "New York City"}


class BadPlacement(DomainError):
    """A placement or a licence that can't be so."""

    code = "bad_placement"


def profile_of(account: Account, on: dt.date) -> str:
    """In whose name an account is worked on a day: its own placement before that of its practice; "" where nobody
    said. One query."""
    rows = Placement.objects.filter(Q(account=account.pk) | Q(account=None, practice=account.practice_id))
    found = [
        (own is not None, valid_from, pk, profile)
        for pk, own, valid_from, profile in rows.filter(valid_from__lte=on).values_list(
            "pk", "account_id", "valid_from", "profile"
        )
    ]
    return max(found)[-1] if found else ""


def placements(*, actor: "User") -> list[Placement]:
    """Every placement of the actor's practices, theirs and those of single accounts, the newest first."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Placement.objects.filter(practice__in=practice_ids(actor)).select_related(
        "practice", "account", "entered_by"
    )
    return list(rows.order_by("practice__name", "-valid_from", "-pk"))


def licences(*, actor: "User") -> list[Licence]:
    """Every licence of the actor's practices, those that ended too."""
    require(actor, Capability.SEE_CLAIMS)
    rows = Licence.objects.filter(practice__in=practice_ids(actor)).select_related("practice")
    return list(rows.order_by("practice__name", "jurisdiction", "-valid_from"))


def place(
    *,
    actor: "User",
    practice_id: int,
    profile: str,
    valid_from: dt.date,
    now: dt.datetime,
    today: dt.date,
    account_number: str = "",
) -> Placement:
    """Say in whose name a practice, or one of its accounts, is worked from a day on. Raises `BadPlacement`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    if profile not in PROFILE_WORDS:
        raise BadPlacement("Choose in whose name accounts are worked.", field="profile")
    if valid_from < today:
        raise BadPlacement("Enter today or a later day: what was done stays in its name.", field="valid_from")
    account = None
    if account_number.strip():
        account = Account.objects.filter(practice=practice_id, number=account_number.strip()).first()
        if account is None:
            raise BadPlacement("This practice has no account of this number.", field="account_number")
    with transaction.atomic():
        row = Placement.objects.create(
            practice_id=practice_id, account=account, profile=profile, valid_from=valid_from, entered_at=now,
            entered_by=actor,
        )  # fmt: skip
        audit.record(
            actor, "placement_entered", "placement", row.pk, practice_id=practice_id,
            after={"profile": profile, "from": valid_from, "account": account.pk if account else None}, now=now,
        )  # fmt: skip
        if account:
            announce("placement", accounts=[account.pk])
    return row


def add_licence(
    *,
    actor: "User",
    practice_id: int,
    jurisdiction: str,
    number: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    now: dt.datetime,
) -> Licence:
    """Enter a license to collect. Raises `BadPlacement` naming the field."""
    require(actor, Capability.CONFIGURE_PAYERS)
    ensure_in_view(actor, practice_id)
    if jurisdiction not in JURISDICTIONS:
        raise BadPlacement("Choose a state, or New York City.", field="jurisdiction")
    if not number.strip():
        raise BadPlacement("Enter the number of the license.", field="number")
    if valid_to is not None and valid_to < valid_from:
        raise BadPlacement("A license can't end before it begins.", field="valid_to")
    with transaction.atomic():
        row = Licence.objects.create(
            practice_id=practice_id, jurisdiction=jurisdiction, number=" ".join(number.split())[:40],
            valid_from=valid_from, valid_to=valid_to,
        )  # fmt: skip
        _told(actor, "licence_entered", row, now)
    return row


def licence_seen_by(licence_id: int, *, actor: "User") -> Licence:
    """One license of the actor's practices. Raises `NotFound`."""
    found = Licence.objects.filter(pk=licence_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such license in your practices.")
    return found


def end_licence(licence_id: int, *, actor: "User", last_day: dt.date, now: dt.datetime) -> Licence:
    """Set the last day of a licence. Raises `BadPlacement`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    with transaction.atomic():
        rows = Licence.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
        row = rows.filter(pk=licence_id).first()
        if row is None:
            raise NotFound("There is no such license in your practices.")
        if last_day < row.valid_from:
            raise BadPlacement("A license can't end before it begins.", field="valid_to")
        row.valid_to = last_day
        row.save(update_fields=["valid_to"])
        _told(actor, "licence_ended", row, now)
    return row


def _told(actor: "User", action: str, row: Licence, now: dt.datetime) -> None:
    after = {"jurisdiction": row.jurisdiction, "from": row.valid_from, "to": row.valid_to}
    audit.record(actor, action, "licence", row.pk, practice_id=row.practice_id, after=after, now=now)
