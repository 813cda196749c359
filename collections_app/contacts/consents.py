"""Consent to calls, texts and e-mail: asked for before anything is used, given and withdrawn.

A withdrawal counts from the moment it is recorded, whatever the means (the law allows ten business days: 47 CFR
64.1200(a)(10)). Somebody who is one with another person by a merger withdrew it for both.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.bulk import Among
from arwork.lib.dates import add_business_days, long_day
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Person, PersonAddress, PersonEmail, PersonPhone
from claims.parties.selectors import accounts_by_person
from collections_app.contacts.consent_models import ConsentChannel, ConsentEvent, ConsentSource
from collections_app.contacts.consent_rules import (
    BY_CONSENT,
    EMAIL,
    MANUAL,
    PHONE_CHANNELS,
    ConsentStanding,
    ConsentWord,
    consent_channel,
    standing_on,
)
from collections_app.contacts.rules import places_of
from collections_app.contacts.selectors import everybody_who_is
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User


class BadConsent(DomainError):
    """A word about consent that can't be kept."""

    code = "bad_consent"


@dataclass(frozen=True, slots=True)
class AddressConsent:
    """A number or an e-mail address of a person with how each of its channels stands."""

    person_id: int
    address_id: int
    is_wrong: bool
    standings: Mapping[str, ConsentStanding]


def consented_addresses(person_ids: Collection[int], *, channel: str, on: dt.date) -> dict[int, list[int]]:
    """The numbers or e-mail addresses of each person that may be used by a channel on a day, the oldest first; who has
    none is left out. At most six queries, however many people."""
    return consented_by_channel(person_ids, channels=(channel,), on=on)[channel]


def consented_by_channel(
    person_ids: Collection[int], *, channels: Collection[str], on: dt.date
) -> dict[str, dict[int, list[int]]]:
    """The same for several channels at once. At most nine queries, however many people and channels."""
    asked = {one: code for one in channels if (code := consent_channel(one))}
    needing = asked_in_writing(person_ids, on) if set(asked.values()) & (BY_CONSENT - {"auto"}) else frozenset()
    known = {
        is_email: standings_of(person_ids, channel=EMAIL if is_email else MANUAL, on=on)
        for is_email in {code == EMAIL for code in asked.values()}
    }
    found: dict[str, dict[int, list[int]]] = {one: {} for one in channels}
    for channel, code in asked.items():
        for one in known[code == EMAIL]:
            if one.standings[code].allows(needs_opt_in=one.person_id in needing) and not one.is_wrong:
                found[channel].setdefault(one.person_id, []).append(one.address_id)
    return found


def standings_of(person_ids: Collection[int], *, channel: str, on: dt.date) -> list[AddressConsent]:
    """Every number (or e-mail address, as `channel` says) of these people, and how its channels stand. Three queries.

    Words about the same number of somebody who was merged into the person count too.
    """
    same = everybody_who_is(person_ids)
    is_email = channel == EMAIL
    if is_email:
        emails = PersonEmail.objects.filter(Among("person", same)).order_by("pk")
        rows = [(one.pk, one.person_id, one.address.lower(), one.is_wrong) for one in emails]
    else:
        phones = PersonPhone.objects.filter(Among("person", same)).order_by("pk")
        rows = [(one.pk, one.person_id, one.number, one.is_wrong) for one in phones]
    value_of = {pk: value for pk, _, value, _ in rows}
    words = _words(same, value_of, is_email=is_email)
    channels = (EMAIL,) if is_email else PHONE_CHANNELS
    found: dict[tuple[int, str], AddressConsent] = {}
    for pk, owner, value, is_wrong in sorted(rows, key=lambda row: (row[1] not in person_ids, row[0])):
        person = same[owner]
        if (person, value) in found:  # the twin of somebody who was merged: one number
            continue
        heard = [*words[person, ""], *words[person, value]]
        standings = {one: standing_on(heard, one, on) for one in channels}
        found[person, value] = AddressConsent(person, pk, is_wrong, standings)
    return list(found.values())


def give_consent(
    *,
    actor: "User | None",
    person_id: int,
    channel: str,
    address_id: int,
    source: str,
    said_on: dt.date,
    now: dt.datetime,
    today: dt.date,
    expires_on: dt.date | None = None,
    is_opt_in: bool = False,
    words: str = "",
) -> ConsentEvent:
    """Record that a person allowed a channel of one of their numbers or addresses.

    `actor` None: the person did it, by a reply or on their page. Raises `BadConsent`, `NotFound`, `SensitiveText`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    channel = _channel(channel)
    if expires_on is not None and expires_on < said_on:
        raise BadConsent("Consent can't expire before it is given.", field="expires_on")
    if is_opt_in and source not in (ConsentSource.WRITING, ConsentSource.EMAIL, ConsentSource.PORTAL, "reply", "mail"):
        raise BadConsent("What was asked for on a call is not in writing. Choose the paper or message.", field="source")
    with transaction.atomic():
        person = _locked_person(person_id, practice_ids(actor) if actor else None)
        row = _event(person, channel, address_id, source=source, said_on=said_on, words=words, today=today)
        row.is_given, row.expires_on, row.is_opt_in = True, expires_on, is_opt_in
        return _kept(row, actor=actor, now=now)


def revoke_consent(
    *,
    actor: "User | None",
    person_id: int,
    source: str,
    said_on: dt.date,
    now: dt.datetime,
    today: dt.date,
    channel: str = "",
    address_id: int | None = None,
    words: str = "",
) -> ConsentEvent:
    """Record that a person forbids a channel of a number or address, a channel of all of them, or everything.

    `actor` None: the person did it, by a reply or on their page. In force at once. Raises `BadConsent`, `NotFound`,
    `SensitiveText`.
    """
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    if address_id is not None and not channel:
        raise BadConsent("Say which channel is forbidden.", field="channel")
    with transaction.atomic():
        person = _locked_person(person_id, practice_ids(actor) if actor else None)
        asked = _channel(channel) if channel else ""
        row = _event(person, asked, address_id, source=source, said_on=said_on, words=words, today=today)
        row.is_given = False
        return _kept(row, actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """A word about consent as a page tells it; `late` where it was recorded after its last lawful day."""

    event: ConsentEvent
    what: str
    late: str


def consent_history(person_ids: Collection[int], *, actor: "User", most: int = 50) -> list[ConsentTold]:
    """Every word about consent of these people and of who was merged into them, the newest first. Three queries."""
    same = everybody_who_is(person_ids)
    rows = ConsentEvent.objects.filter(Among("person", same), practice__in=practice_ids(actor))
    rows = rows.select_related("phone", "email", "by", "person").order_by("-pk")[:most]
    book = limit_book()
    told = []
    for row in rows:
        days = book.value("revocation_days", on=row.said_on, practice_id=row.practice_id)
        last = add_business_days(row.said_on, days)
        recorded = row.at.date()
        late = f"recorded after {long_day(last)}, its last day" if not row.is_given and recorded > last else ""
        told.append(ConsentTold(row, _told(row), late))
    return told


def _told(row: ConsentEvent) -> str:
    channel = row.get_channel_display() if row.channel else "Everything"
    return f"{channel}: {'given' if row.is_given else 'forbidden' if row.channel == MANUAL else 'withdrawn'}"


def _words(
    same: Mapping[int, int], value_of: Mapping[int, str], *, is_email: bool
) -> Mapping[tuple[int, str], list[ConsentWord]]:
    """Words by person and number (or e-mail address); under an empty one those about all of them."""
    found: dict[tuple[int, str], list[ConsentWord]] = defaultdict(list)
    columns = ("pk", "person_id", "phone_id", "email_id", "channel", "is_given", "said_on", "expires_on", "is_opt_in")
    rows = ConsentEvent.objects.filter(Among("person", same)).values_list(*columns)
    for pk, person, phone, email, channel, is_given, said_on, expires_on, is_opt_in in rows:
        address = email if is_email else phone
        if address is None and (phone or email):
            continue
        word = ConsentWord(channel, is_given, said_on, pk, expires_on, is_opt_in)
        found[same[person], value_of.get(address, "gone") if address else ""].append(word)
    return found


def asked_in_writing(person_ids: Collection[int], on: dt.date) -> frozenset[int]:
    """Who lives where texts and e-mail take an opt-in in writing (6 RCNY 5-77(b)). Two queries."""
    book = limit_book()
    places = {
        place for place in book.scopes("written_opt_in", on=on) if book.value("written_opt_in", on=on, scope=place)
    }
    if not places:
        return frozenset()
    homes = PersonAddress.objects.filter(Among("person", person_ids), is_current=True)
    rows = homes.values_list("person_id", "state", "zip")
    return frozenset(
        person for person, state, zip_code in rows if places & set(places_of(state=state, zip_code=zip_code))
    )


def _locked_person(person_id: int, practices: "Collection[int] | None") -> Person:
    rows = Person.objects.select_for_update(of=("self",))
    if practices is not None:
        rows = rows.filter(practice__in=practices)
    person = rows.filter(pk=person_id).first()
    if person is None:
        raise NotFound("There is no such person in your practices.")
    return person


def _channel(channel: str) -> str:
    asked = consent_channel(channel)
    if not asked:
        raise BadConsent("Choose calls, texts or e-mail.", field="channel")
    return asked


def _event(
    person: Person, channel: str, address_id: int | None, *, source: str, said_on: dt.date, words: str, today: dt.date
) -> ConsentEvent:
    """The row, not saved yet. Raises `BadConsent`, `NotFound`, `SensitiveText`."""
    ensure_not_sensitive(words=words)
    if source not in ConsentSource.values or source == ConsentSource.BEFORE:
        raise BadConsent("Say by which means the person said it.", field="source")
    if said_on > today:
        raise BadConsent("Enter a day up to today: it is said already.", field="said_on")
    row = ConsentEvent(
        practice_id=person.practice_id, person=person, channel=channel, source=source, said_on=said_on,
        words=" ".join(words.split())[:300],
    )  # fmt: skip
    if address_id is not None:
        name, model = ("email", PersonEmail) if channel == EMAIL else ("phone", PersonPhone)
        owned = model._default_manager.filter(person=person, pk=address_id)
        if not owned.exists():
            raise NotFound("There is no such number or address of this person.")
        setattr(row, f"{name}_id", address_id)
    return row


def _kept(row: ConsentEvent, *, actor: "User | None", now: dt.datetime) -> ConsentEvent:
    row.at, row.by = now, actor
    row.save(force_insert=True)
    audit.record(
        actor, "consent_given" if row.is_given else "consent_withdrawn", "person", row.person_id,
        practice_id=row.practice_id,
        after={"channel": row.channel, "phone": row.phone_id, "email": row.email_id, "source": row.source}, now=now,
    )  # fmt: skip
    accounts = accounts_by_person([row.person_id])[row.person_id]
    announce("consent", accounts=[account_id for account_id, _ in accounts])
    return row


def channel_choices(channel: str) -> Sequence[tuple[str, str]]:
    """The channels of a phone, or of an e-mail address, with their words."""
    if channel == EMAIL:
        return [(EMAIL, ConsentChannel.EMAIL.label)]
    return [(one.value, one.label) for one in ConsentChannel if one.value in PHONE_CHANNELS]
