"""How the people of an account may be reached, as a page shows it: every number and address with what is known of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Max

from arwork.lib.bulk import Among
from claims.amendments.selectors import Member, source_words
from collections_app.contacts.call_hours import zones_of_phone
from collections_app.contacts.consent_models import ConsentChannel
from collections_app.contacts.consent_rules import EMAIL, PHONE_CHANNELS, ConsentStanding
from collections_app.contacts.consents import AddressConsent, asked_in_writing, standings_of
from collections_app.contacts.hold_facts import told
from collections_app.contacts.models import Contact, ContactOutcome, Hold
from collections_app.contacts.person_facts import fact_rows, representative_rows
from collections_app.contacts.person_models import PersonFact, Representative
from collections_app.contacts.selectors import everybody_who_is, holds_binding

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class ReachedAt:
    """A number or an e-mail address: what it is, whether each channel may use it, and when it last reached them."""

    id: int
    shown: str
    kind: str
    source: str
    is_wrong: bool
    channels: Sequence[tuple[str, ConsentStanding, bool]]
    is_email: bool = False
    local: str = ""
    reached_at: dt.datetime | None = None


@dataclass(slots=True)
class ReachedPerson:
    """One of the people, with what they told of themselves and who speaks for them; `past` is what was ended."""

    member: Member
    points: list[ReachedAt] = field(default_factory=list)
    facts: list[PersonFact] = field(default_factory=list)
    past_facts: list[PersonFact] = field(default_factory=list)
    speakers: list[Representative] = field(default_factory=list)
    past_speakers: list[Representative] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HoldTold:
    """A hold with what is known of it, label by label."""

    hold: Hold
    facts: Sequence[tuple[str, str]]


def people_reached(
    members: Sequence[Member], *, actor: "User", today: dt.date, now: dt.datetime
) -> list[ReachedPerson]:
    """Everybody of an account with how they are reached. Twelve queries, however many people."""
    ids = [one.person.pk for one in members]
    phones = {one.address_id: one for one in standings_of(ids, "phone", today)}
    emails = {one.address_id: one for one in standings_of(ids, EMAIL, today)}
    reached = _last_reached(ids)
    in_writing = asked_in_writing(ids, today)
    found = {one.person.pk: ReachedPerson(one) for one in members}
    for member in members:
        found[member.person.pk].points = _points(member, phones, emails, reached, in_writing, now)
    for fact in fact_rows(ids, actor=actor):
        person = found[fact.person_id]
        (person.facts if _stands(fact, today) else person.past_facts).append(fact)
    for speaker in representative_rows(ids, actor=actor):
        person = found[speaker.person_id]
        (person.speakers if _stands(speaker, today) else person.past_speakers).append(speaker)
    return list(found.values())


def holds_told(account_id: int, today: dt.date) -> tuple[list[HoldTold], list[HoldTold]]:
    """The holds that bind an account today, the strongest first, and those that ended. One query."""
    rows = holds_binding(account_id).select_related("placed_by", "lifted_by", "claim", "person", "account")
    order = list(Hold.Reason.values)
    told_rows = [HoldTold(row, told(row.reason, row.facts)) for row in rows.order_by("-pk")]
    standing = [one for one in told_rows if one.hold.lifted_at is None and not _is_past(one.hold, today)]
    standing.sort(key=lambda one: (order.index(one.hold.reason), one.hold.from_on, one.hold.pk))
    return standing, [one for one in told_rows if one not in standing]


def _points(
    member: Member,
    phones: Mapping[int, AddressConsent],
    emails: Mapping[int, AddressConsent],
    reached: Mapping[tuple[int, str], dt.datetime],
    in_writing: frozenset[int],
    now: dt.datetime,
) -> list[ReachedAt]:
    person = member.person.pk
    found = []
    for phone, shown, kind, source in member.numbers:
        if (known := phones.get(phone.pk)) is not None:
            channels = _channels(known, PHONE_CHANNELS, in_writing)
            at = reached.get((person, phone.number[-4:]))
            local = _local(phone.number, now)
            found.append(ReachedAt(phone.pk, shown, kind, source, phone.is_wrong, channels, local=local, reached_at=at))
    for email in member.emails:
        if (known := emails.get(email.pk)) is not None:
            channels = _channels(known, (EMAIL,), in_writing)
            source = source_words(email.source)
            found.append(ReachedAt(email.pk, email.address, "E-mail", source, email.is_wrong, channels, is_email=True))
    return found


def _channels(
    known: AddressConsent, channels: Sequence[str], in_writing: frozenset[int]
) -> list[tuple[str, ConsentStanding, bool]]:
    """Each channel in words, how it stands, and whether it may be used."""
    needs = known.person_id in in_writing
    rows = []
    for channel in channels:
        standing = known.standings[channel]
        may = not known.is_wrong and standing.allows(needs_opt_in=needs and channel in ("text", EMAIL))
        rows.append((str(ConsentChannel(channel).label), standing, may))
    return rows


def _last_reached(person_ids: Sequence[int]) -> dict[tuple[int, str], dt.datetime]:
    """When each person was last spoken with, by the last digits of the number. Two queries."""
    same = everybody_who_is(person_ids)
    rows = Contact.objects.filter(Among("person", same), outcome=ContactOutcome.REACHED, retold_by=None)
    found: dict[tuple[int, str], dt.datetime] = {}
    for person, ending, at in rows.values_list("person_id", "number_end").annotate(Max("at")):
        key = (same[person or 0], ending)
        found[key] = max(at, found.get(key, at))
    return found


def _local(number: str, now: dt.datetime) -> str:
    """What the clocks show where the number may be."""
    zones = sorted(zones_of_phone(number))
    return " or ".join(
        f"{now.astimezone(ZoneInfo(zone)):%H:%M} {zone.rsplit('/', 1)[-1].replace('_', ' ')}" for zone in zones[:2]
    )


def _stands(row: PersonFact | Representative, today: dt.date) -> bool:
    return row.ended_at is None and (row.until_on is None or row.until_on >= today)


def _is_past(hold: Hold, today: dt.date) -> bool:
    return hold.until_on is not None and hold.until_on < today
