"""The directory of portal log-ins: who has one, never what opens it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import transaction

from arwork.lib.errors import NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.payers.directory import BadEntry
from claims.payers.models import Payer
from collections_app.payer_calls.models import PORTAL_DEEDS, PortalLogin
from collections_app.payer_calls.passwords import carries_password, looks_like_password

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What a portal may be good for, with its words, as a form offers it.
DEEDS = tuple(PORTAL_DEEDS.items())
_TEXTS = ("name", "owner", "code_goes_to", "note")


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """A log-in as it is entered; `can_do` are keys of `PORTAL_DEEDS`."""

    name: str
    address: str
    owner: str
    code_goes_to: str = ""
    can_do: Collection[str] = ()
    note: str = ""


@transaction.atomic
def save_portal(
    practice_id: int, payer_id: int, *, login_id: int | None = None, facts: PortalFacts, actor: "User", now: dt.datetime
) -> PortalLogin:
    """Add a log-in or change one. Raises `Forbidden`, `NotFound`, `SensitiveText`, and `BadEntry` for an address that
    is none, a name that stands already, and whatever looks like a password."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if practice_id not in practice_ids(actor) or not Payer.objects.filter(pk=payer_id).exists():
        raise NotFound("There is no such payer in one of your practices.")
    values = _checked(facts)
    row = _locked(practice_id, payer_id, login_id) if login_id else PortalLogin(practice_id=practice_id)
    others = PortalLogin.objects.filter(practice=practice_id, payer=payer_id).exclude(pk=row.pk)
    if others.filter(name__iexact=values["name"]).exists():
        raise BadEntry("This portal stands in the list already. Change that entry.", field="name")
    before = {name: getattr(row, name) for name in values} if row.pk else None
    row.payer_id, row.changed_at, row.changed_by = payer_id, now, actor
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    deed = "portal_login_changed" if before else "portal_login_added"
    audit.record(actor, deed, "payer", payer_id, practice_id=practice_id, before=before, after=values, now=now)
    return row


@transaction.atomic
def remove_portal(practice_id: int, payer_id: int, *, login_id: int, actor: "User", now: dt.datetime) -> None:
    """Take a log-in out of the list. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such payer in one of your practices.")
    row = _locked(practice_id, payer_id, login_id)
    before = {"name": row.name, "address": row.address, "owner": row.owner}
    row.delete()
    audit.record(actor, "portal_login_removed", "payer", payer_id, practice_id=practice_id, before=before, now=now)


def _locked(practice_id: int, payer_id: int, login_id: int) -> PortalLogin:
    rows = PortalLogin.objects.select_for_update(of=("self",))
    found = rows.filter(pk=login_id, practice=practice_id, payer=payer_id).first()
    if found is None:
        raise NotFound("That log-in is gone. Look at the list again.")
    return found


def _checked(facts: PortalFacts) -> dict[str, str]:
    values = asdict(facts) | {"can_do": " ".join(one for one in PORTAL_DEEDS if one in facts.can_do)}
    ensure_not_sensitive(**{name: values[name] for name in _TEXTS})
    for name in _TEXTS:
        if looks_like_password(values[name]):
            raise BadEntry(
                "This looks like a password. Passwords are not kept here: say whose log-in it is.", field=name
            )
    if urlsplit(facts.address).scheme != "https" or not urlsplit(facts.address).hostname:
        raise BadEntry("A portal's address begins with https://", field="address")
    if carries_password(facts.address):
        raise BadEntry("Leave the name and the password out of the address.", field="address")
    return values
