"""What a patient chooses on their page: the language, and which numbers and addresses we may write to.

Consent by a click on one's own page is given in writing and withdrawn at once (15 USC 7001; 47 CFR 64.1200(a)(10)).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from arwork.lib.errors import DomainError
from arwork.staff import audit
from claims.parties.models import Account, Person, PersonEmail, PersonPhone
from claims.plausible.contacts import email_of, phone_of
from collections_app.contacts.consents import consented_by_channel, give_consent, revoke_consent
from collections_app.portal.deeds import keep_deed
from collections_app.portal.models import PortalDeed, PortalVisit
from collections_app.portal.phrases import LANGUAGES


class BadChoice(DomainError):
    """A number or an address that can't be one."""

    code = "bad_choice"


@dataclass(frozen=True, slots=True)
class AllowedWay:
    """A way to write to the guarantor, shown in part, and whether we may."""

    code: str  # text-12, email-3
    shown: str
    is_allowed: bool

    @property
    def is_text(self) -> bool:
        return self.code.startswith("text")


def ways_of(account: Account, *, today: dt.date) -> list[AllowedWay]:
    """Numbers for texts and e-mail addresses of the guarantor, with their endings alone."""
    person = account.guarantor_id
    allowed = consented_by_channel([person], channels=("text", "email"), on=today)
    texts, emails = (set(allowed[channel].get(person, [])) for channel in ("text", "email"))
    found = [
        AllowedWay(f"text-{one.pk}", f"••• {one.number[-4:]}", one.pk in texts)
        for one in PersonPhone.objects.filter(person=person, is_wrong=False).order_by("pk")
    ]
    return found + [
        AllowedWay(f"email-{one.pk}", hidden_address(one.address), one.pk in emails)
        for one in PersonEmail.objects.filter(person=person, is_wrong=False).order_by("pk")
    ]


def choose_ways(account: Account, *, allowed: Collection[str], now: dt.datetime, today: dt.date) -> int:
    """Allow exactly these ways, and withdraw the others; how many changed."""
    changed = 0
    with transaction.atomic():
        for way in ways_of(account, today=today):
            channel, _, row_id = way.code.partition("-")
            about = {
                "actor": None, "person_id": account.guarantor_id, "channel": channel, "address_id": int(row_id),
                "source": "portal", "said_on": today, "now": now, "today": today,
            }  # fmt: skip
            if way.code in allowed and not way.is_allowed:
                give_consent(**about, is_opt_in=True)  # type: ignore[arg-type]
            elif way.code not in allowed and way.is_allowed:
                revoke_consent(**about)  # type: ignore[arg-type]
            else:
                continue
            changed += 1
        if changed:
            keep_deed(account, PortalDeed.Kind.CHOSE, words="how we may write", now=now)
    return changed


def choose_language(visit: PortalVisit, *, language: str, now: dt.datetime) -> None:
    """The language of the page and of what we write from now on."""
    if language not in LANGUAGES:
        return
    account = visit.link.account
    with transaction.atomic():
        PortalVisit.objects.filter(pk=visit.pk).update(language=language)
        if Person.objects.filter(pk=visit.person_id).exclude(language=language).update(language=language):
            audit.record(None, "language_chosen", "person", visit.person_id, practice_id=account.practice_id,
                         after={"language": language}, now=now)  # fmt: skip
            keep_deed(account, PortalDeed.Kind.CHOSE, words=f"language: {language}", now=now)


def new_contact(*, phone: str, email: str) -> dict[str, str]:
    """What was typed as a number and an address, as they are kept. Raises `BadChoice` naming the field."""
    found = {}
    if phone.strip():
        found["phone"] = phone_of(phone)
        if not found["phone"]:
            raise BadChoice("This is no telephone number.", field="phone")
    if email.strip():
        found["email"] = email_of(email)
        if not found["email"]:
            raise BadChoice("This is no e-mail address.", field="email")
    if not found:
        raise BadChoice("Enter a number or an address.", field="phone")
    return found


def hidden_address(address: str) -> str:
    """`g•••@example.com`."""
    name, at, place = address.partition("@")
    return f"{name[:1]}•••{at}{place}"
