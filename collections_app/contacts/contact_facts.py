"""Everything that bears on contacting somebody, read in sets: where they may be, what was tried, what stops."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils import timezone

from arwork.lib.bulk import Among
from arwork.lib.dates import add_years
from claims.parties.models import Account, PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts import call_hours, gate, person_facts, time_zones
from collections_app.contacts.cautions import Caution
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.debt_facts import debt_facts_of
from collections_app.contacts.frequency import DAY, Attempt
from collections_app.contacts.gate import (
    EMAIL,
    LETTER,
    OF_PERSON,
    AddressFact,
    GateFacts,
    HoldFact,
    Purpose,
)
from collections_app.contacts.gate_models import Licence, Placement
from collections_app.contacts.models import Contact, ContactOutcome, Direction, Hold
from collections_app.contacts.person_facts import ToldFacts
from collections_app.contacts.person_models import Representative
from collections_app.contacts.quiet_times import QuietTime
from collections_app.contacts.rule_entry import contact_rule_book
from collections_app.contacts.rules import ContactRuleBook, places_of
from collections_app.contacts.selectors import everybody_who_is, holds_in_force
from collections_app.contacts.standings import standings_of

_OF_AGE = 18
#: What mail is called where it is sent.
_NAMES = {"mail": LETTER}


@dataclass(frozen=True, slots=True)
class _Guarantor:
    account_id: int
    person_id: int
    practice_id: int
    born_on: dt.date | None


def facts_for(
    account_ids: Collection[int], *, channel: str, at: dt.datetime, besides: int | None = None
) -> dict[int, GateFacts]:
    """Everything that bears on contacting the guarantors of these accounts; without the contact `besides`. At most
    thirty queries, however many accounts, and those of the sources of standings and of facts about debts."""
    today = timezone.localdate(at)
    whose = _guarantors(account_ids)
    found = calling_facts(account_ids, at=at, besides=besides, channel=channel, asks_consent=True)
    holds = _holds(whose, today)
    standing = standings_of(account_ids, today)
    licences = _licences(whose, today)
    known = person_facts.facts_of({one.person_id for one in whose.values()}, today)
    debts = debt_facts_of(account_ids, today)
    return {
        pk: replace(
            facts,
            holds=(
                *holds[pk],
                *_holds_in_facts(known.get(whose[pk].person_id), today),
                *(one for one in debts.get(pk, ()) if isinstance(one, HoldFact)),
            ),
            cautions=tuple(one for one in debts.get(pk, ()) if isinstance(one, Caution)),
            standing=standing.get(pk, ""),
            licences=frozenset(licences[whose[pk].practice_id]),
            **_of_person(whose[pk], known.get(whose[pk].person_id), today, channel=named(channel)),
        )
        for pk, facts in found.items()
    }


def calling_facts(
    account_ids: Collection[int],
    *,
    at: dt.datetime,
    channel: str = gate.PHONE,
    besides: int | None = None,
    rules: ContactRuleBook | None = None,
    asks_consent: bool = False,
) -> dict[int, GateFacts]:
    """Of these facts those that say where somebody may be, which rules are kept, and what was tried before. Nine
    queries at most; with `asks_consent` also which numbers may be used, in seven more."""
    book = rules or contact_rule_book()
    today = timezone.localdate(at)
    whose = _guarantors(account_ids)
    people = {one.person_id for one in whose.values()}
    homes, phones = _homes(people), _phones(people)
    time_zones.foresee({home.zip[:5] for rows in homes.values() for home in rows})
    attempts = attempts_to(people, at=at, bearing_days=book.bearing_days, besides=besides)
    profiles = _profiles(whose, today)
    reached_at = _addresses(people, named(channel), homes, phones, today, asks_consent=asks_consent)
    office = timezone.get_default_timezone_name()
    return {
        pk: GateFacts(
            rules=book,
            office_zone=office,
            zones=_zones(homes[one.person_id], phones[one.person_id]),
            places=frozenset(
                place for home in homes[one.person_id] for place in places_of(state=home.state, zip_code=home.zip)
            ),
            profile=profiles.get(pk),
            practice_id=one.practice_id,
            attempts=tuple(attempts.get(one.person_id, ())),
            addresses=tuple(reached_at[one.person_id]),
        )
        for pk, one in whose.items()
    }


def attempts_to(
    person_ids: Collection[int], *, at: dt.datetime, bearing_days: int, besides: int | None = None
) -> dict[int, list[Attempt]]:
    """What was made or tried to reach each of these people, by everybody, as far back as it bears on the next one; a
    call told twice counts once. Two queries."""
    same = everybody_who_is(person_ids)
    rows = Contact.objects.filter(
        Among("person", same), at__gte=at - DAY * (bearing_days + 2), at__lt=at + DAY * 2
    ).exclude(Q(outcome__in=(ContactOutcome.WITHDRAWN, ContactOutcome.NOTED)) | Q(retold_by__isnull=False))
    if besides is not None:
        rows = rows.exclude(pk=besides)
    columns = ("person_id", "at", "channel", "direction", "outcome", "purpose", "claim_id", "number_end")
    found: dict[int, list[Attempt]] = defaultdict(list)
    for person, made_at, channel, direction, outcome, purpose, claim, ending, kind, debts in rows.values_list(
        *columns, "gate__number_kind", "gate__debts"
    ):
        found[same[person or 0]].append(
            Attempt(
                at=made_at,
                channel=channel,
                is_inbound=direction == Direction.IN,
                is_connected=outcome != ContactOutcome.NOT_CONNECTED,
                is_conversation=channel == gate.PHONE and outcome == ContactOutcome.REACHED,
                is_requested=purpose == Purpose.REQUESTED,
                purpose=_purpose(purpose, outcome),
                asked_at=ending if outcome == ContactOutcome.THIRD_PARTY else "",
                kind=kind or "",
                debts=frozenset(debts or ([claim] if claim else [])),
            )
        )
    return dict(found)


def _purpose(purpose: str, outcome: str) -> str:
    """What an attempt was for: where nobody else answered, nobody was asked where the person is."""
    return Purpose.COLLECTION if purpose == Purpose.LOCATION and outcome != ContactOutcome.THIRD_PARTY else purpose


def named(channel: str) -> str:
    """A channel as the contact log names it: what is sent by mail is a letter."""
    return _NAMES.get(channel, channel)


def _guarantors(account_ids: Collection[int]) -> dict[int, _Guarantor]:
    columns = ("pk", "guarantor_id", "practice_id", "guarantor__birth_on")
    rows = Account.objects.filter(Among("pk", account_ids)).values_list(*columns)
    return {row[0]: _Guarantor(*row) for row in rows}


def _homes(person_ids: Collection[int]) -> dict[int, list[PersonAddress]]:
    """The current addresses of each, the newest first."""
    found: dict[int, list[PersonAddress]] = defaultdict(list)
    rows = PersonAddress.objects.filter(Among("person", person_ids), is_current=True).order_by("-pk")
    for row in rows.only("person_id", "state", "zip", "is_bad"):
        found[row.person_id].append(row)
    return found


def _phones(person_ids: Collection[int]) -> dict[int, list[PersonPhone]]:
    found: dict[int, list[PersonPhone]] = defaultdict(list)
    for row in PersonPhone.objects.filter(Among("person", person_ids)).order_by("pk"):
        found[row.person_id].append(row)
    return found


def _zones(homes: Iterable[PersonAddress], phones: Iterable[PersonPhone]) -> frozenset[str]:
    return time_zones.candidate_zones(
        places=[(home.state, home.zip) for home in homes], phones=[one.number for one in phones if not one.is_wrong]
    )


def _addresses(
    person_ids: Collection[int],
    channel: str,
    homes: Mapping[int, list[PersonAddress]],
    phones: Mapping[int, list[PersonPhone]],
    today: dt.date,
    *,
    asks_consent: bool,
) -> dict[int, list[AddressFact]]:
    """What a channel reaches each at, with what is known of it. At most seven queries."""
    found: dict[int, list[AddressFact]] = defaultdict(list)
    if channel == LETTER:
        for person, rows in homes.items():
            found[person] = [AddressFact(one.pk, "home", one.is_bad, has_consent=True) for one in rows]
        return found
    if not asks_consent:
        return found
    allowed = {pk for rows in consented_addresses(person_ids, channel=channel, on=today).values() for pk in rows}
    if channel == EMAIL:
        for one in PersonEmail.objects.filter(Among("person", person_ids)).order_by("pk"):
            found[one.person_id].append(AddressFact(one.pk, "", one.is_wrong, one.pk in allowed))
        return found
    for person, numbers in phones.items():
        found[person] = [
            AddressFact(
                one.pk,
                "" if one.kind == "unknown" else one.kind,
                one.is_wrong,
                has_consent=one.pk in allowed,
                is_forbidden=channel == gate.PHONE and one.pk not in allowed and not one.is_wrong,
            )
            for one in numbers
        ]
    return found


def _holds(whose: Mapping[int, _Guarantor], today: dt.date) -> dict[int, list[HoldFact]]:
    """Holds of each account, and those of its guarantor's other accounts that bind the person."""
    people: dict[int, list[int]] = defaultdict(list)
    for one in whose.values():
        people[one.person_id].append(one.account_id)
    rows = Hold.objects.filter(
        Q(Among("account", whose))
        | Q(Among("person", people))
        | Q(Among("account__guarantor", people), reason__in=OF_PERSON),
        holds_in_force(today),
    ).order_by("from_on", "pk")
    found: dict[int, list[HoldFact]] = defaultdict(list)
    columns = ("account_id", "person_id", "account__guarantor_id", "reason", "from_on", "until_on", "claim_id")
    for account, person, guarantor, reason, from_on, until_on, claim in rows.values_list(*columns):
        fact = HoldFact(reason, str(Hold.Reason(reason).label), from_on, until_on, claim)
        bound = set(people.get(person or guarantor, ())) if reason in OF_PERSON else set()
        for pk in bound | ({account} & whose.keys()):
            found[pk].append(fact)
    return found


def _profiles(whose: Mapping[int, _Guarantor], today: dt.date) -> dict[int, str]:
    """In whose name each account is worked, where somebody said so."""
    practices = {one.practice_id for one in whose.values()}
    rows = Placement.objects.filter(
        Q(practice__in=practices, account=None) | Q(Among("account", whose)), valid_from__lte=today
    ).order_by("valid_from", "pk")
    of_practice: dict[int, str] = {}
    of_account: dict[int, str] = {}
    for practice, account, profile in rows.values_list("practice_id", "account_id", "profile"):
        if account is None:
            of_practice[practice] = profile
        else:
            of_account[account] = profile
    found = {pk: of_account.get(pk) or of_practice.get(one.practice_id, "") for pk, one in whose.items()}
    return {pk: profile for pk, profile in found.items() if profile}


def _licences(whose: Mapping[int, _Guarantor], today: dt.date) -> dict[int, set[str]]:
    rows = Licence.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        practice__in={one.practice_id for one in whose.values()},
        valid_from__lte=today,
    )
    found: dict[int, set[str]] = defaultdict(set)
    for practice, jurisdiction in rows.values_list("practice_id", "jurisdiction"):
        found[practice].add(jurisdiction)
    return found


def _of_person(whose: _Guarantor, known: ToldFacts | None, today: dt.date, *, channel: str) -> dict[str, Any]:
    """What people recorded of a person, as the gate wants it."""
    if known is None:
        return {}
    speaks = next((one for one in known.representatives if one.kind != Representative.Kind.ATTORNEY), None)
    confined = channel == LETTER and known.only_address_id is not None
    return {
        "quiet": tuple(QuietTime(one.starts, one.ends, one.weekdays or call_hours.EVERY_DAY) for one in known.quiet),
        "no_work_until": (known.not_at_work_until or dt.date.max) if known.not_at_work else None,
        "only_addresses": frozenset({known.only_address_id or 0}) if confined else frozenset(),
        "minor_until": _comes_of_age(whose.born_on, today) if known.is_minor else None,
        "representative": f"{speaks.name}, {Representative.Kind(speaks.kind).label.lower()}" if speaks else "",
    }


def _holds_in_facts(known: ToldFacts | None, today: dt.date) -> list[HoldFact]:
    """An attorney who is named, and an estate nobody speaks for, stop a contact as their holds do."""
    if known is None:
        return []
    found = []
    if known.attorney is not None:
        found.append(HoldFact("attorney", "Represented by an attorney", today))
    if known.is_estate and not known.representatives:
        found.append(HoldFact("deceased", "An estate", today))
    return found


def _comes_of_age(born_on: dt.date | None, today: dt.date) -> dt.date:
    """The day on which a minor comes of age; without end where nobody knows the day of birth."""
    day = add_years(born_on, _OF_AGE) if born_on else dt.date.max
    return day if day > today else dt.date.max
