"""Asking the gate: facts are read in sets, the verdict is given, and what is recorded keeps the verdict it had.

Whoever hands work out, shows a number, sends a message or logs a call asks here. `record_attempt` asks again under a
lock on the person, so of two who call somebody at once for the last time that is lawful one is told to wait.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from arwork.lib import clock
from arwork.lib.bulk import Among
from arwork.lib.dates import add_years
from arwork.lib.errors import DomainError
from arwork.lib.sensitive import ensure_not_sensitive
from claims.parties.models import Account, Person, PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts import gate, time_zones
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.frequency import DAY, Attempt, CallPause
from collections_app.contacts.gate import (
    EMAIL,
    LETTER,
    OF_PERSON,
    AddressFact,
    ContactFacts,
    HoldFact,
    Purpose,
    Verdict,
)
from collections_app.contacts.gate_models import ContactVerdict, Licence, Placement
from collections_app.contacts.models import Contact, ContactOutcome, Direction, Hold
from collections_app.contacts.rule_entry import contact_rule_book
from collections_app.contacts.rules import ContactRuleBook, places_of
from collections_app.contacts.selectors import everybody_who_is, holds_in_force
from collections_app.contacts.services import log_contact
from collections_app.contacts.standings import standings_of

if TYPE_CHECKING:
    pass

_OF_AGE = 18
#: What mail is called where it is sent.
_NAMES = {"mail": LETTER}


class ContactBlocked(DomainError):
    """The law or what was agreed forbids this contact now. Facts: the `field` that takes the reason of one that was
    made all the same, and `until`, the first lawful minute."""

    code = "contact_blocked"


@dataclass(frozen=True, slots=True)
class _Guarantor:
    account_id: int
    person_id: int
    practice_id: int
    born_on: dt.date | None


def verdict_for(
    *, account_id: int, channel: str, purpose: str, at: dt.datetime, address_id: int | None = None
) -> Verdict:
    """Whether the guarantor of an account may be contacted now, at one number or address where that is chosen.
    At most fourteen queries."""
    facts = facts_for([account_id], channel=channel, at=at)[account_id]
    return gate.verdict(_at_address(facts, address_id), _name(channel), Purpose(purpose), at)


def verdicts_for(account_ids: Collection[int], *, channel: str, purpose: str, at: dt.datetime) -> dict[int, Verdict]:
    """The same of many accounts, in as many queries as of one."""
    found = facts_for(account_ids, channel=channel, at=at)
    return {pk: gate.verdict(facts, _name(channel), Purpose(purpose), at) for pk, facts in found.items()}


def record_attempt(
    contact: Contact,
    *,
    why_anyway: str = "",
    debts: Iterable[int] = (),
    address_id: int | None = None,
    may_override: bool = True,
) -> Contact:
    """Keep an attempt to reach a person, with the verdict that it had. The caller holds the transaction.

    The person stays locked until it ends, and the gate is asked again: what others recorded meanwhile counts. One that
    is blocked needs `why_anyway`, a reason typed by whoever made it, and is told to a supervisor. Raises
    `ContactBlocked`, `SensitiveText`.
    """
    ensure_not_sensitive(why_anyway=why_anyway)
    person = Person.objects.select_for_update(no_key=True).get(pk=contact.person_id or 0)
    account_id = contact.account_id or 0
    facts = facts_for([account_id], channel=contact.channel, at=contact.at, besides=contact.retells_id)[account_id]
    spoken_of = frozenset(debts) or frozenset({contact.claim_id} if contact.claim_id else ())
    facts = replace(_at_address(facts, address_id), debts=spoken_of)
    purpose = Purpose(contact.purpose)
    found = gate.verdict(facts, _name(contact.channel), purpose, contact.at)
    if contact.direction == Direction.IN:
        found = Verdict(gate.Answer.ALLOW)
    if found.is_blocked and not (why_anyway.strip() and may_override):
        raise ContactBlocked(blocked_words(found), field="why_anyway", until=found.until and found.until.isoformat())
    contact.person = person
    kept = log_contact(contact)
    ContactVerdict.objects.create(
        contact=kept,
        answer=found.answer,
        reason=found.reason[:200],
        rule=found.rule,
        source=found.source,
        until=found.until,
        number_kind=facts.address.kind if facts.address else "",
        debts=sorted(spoken_of),
        why_anyway=why_anyway.strip()[:300] if found.is_blocked else "",
    )
    return kept


def blocked_words(found: Verdict) -> str:
    """Why a contact is refused, and what to do, in a sentence or two."""
    since = f" It is allowed from {_moment(found.until)}." if found.until else ""
    return (
        f"Not allowed at this moment: {found.reason} ({found.source}).{since} If it was made all the same, say why: a "
        "supervisor will see it."
    )


def _moment(at: dt.datetime) -> str:
    here = timezone.localtime(at)
    return f"{here:%b} {here.day}, {here:%H:%M}"


def pauses_for(facts: Mapping[int, ContactFacts], today: dt.date) -> dict[int, CallPause | None]:
    """By account, what the count of earlier calls forbids on a day, and until when."""
    noon = timezone.make_aware(dt.datetime.combine(today, dt.time(12)))
    return {pk: gate.pause_of(one, noon) if one.attempts else None for pk, one in facts.items()}


def facts_for(
    account_ids: Collection[int], *, channel: str, at: dt.datetime, besides: int | None = None
) -> dict[int, ContactFacts]:
    """Everything that bears on contacting the guarantors of these accounts; without the contact `besides`. At most
    fourteen queries, and those of the sources of standings."""
    today = timezone.localdate(at)
    whose = _guarantors(account_ids)
    found = calling_facts(account_ids, at=at, besides=besides, channel=channel)
    holds = _holds(whose, today)
    standing = standings_of(account_ids, today)
    licences = _licences(whose, today)
    return {
        pk: replace(
            facts,
            holds=tuple(holds[pk]),
            standing=standing.get(pk, ""),
            licences=frozenset(licences[whose[pk].practice_id]),
            minor_until=_of_age(whose[pk].born_on, today),
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
) -> dict[int, ContactFacts]:
    """Of these facts those that say where somebody may be, which rules are kept, and what was tried before. Eight
    queries at most."""
    book = rules or contact_rule_book()
    today = timezone.localdate(at)
    whose = _guarantors(account_ids)
    people = {one.person_id for one in whose.values()}
    homes, phones = _homes(people), _phones(people)
    time_zones.foresee({home.zip[:5] for rows in homes.values() for home in rows})
    attempts = attempts_to(people, at=at, bearing_days=book.bearing_days, besides=besides)
    profiles = _profiles(whose, today)
    reached_at = _addresses(people, _name(channel), homes, phones, today)
    office = str(clock.office_zone())
    return {
        pk: ContactFacts(
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
    columns = ("person_id", "at", "channel", "direction", "outcome", "purpose", "claim_id")
    found: dict[int, list[Attempt]] = defaultdict(list)
    for person, made_at, channel, direction, outcome, purpose, claim, kind, debts in rows.values_list(
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
                purpose=purpose,
                kind=kind or "",
                debts=frozenset(debts or ([claim] if claim else [])),
            )
        )
    return dict(found)


def _name(channel: str) -> str:
    return _NAMES.get(channel, channel)


def _at_address(facts: ContactFacts, address_id: int | None) -> ContactFacts:
    if address_id is None:
        return facts
    known = next((one for one in facts.addresses if one.address_id == address_id), AddressFact(address_id))
    return replace(facts, address=known)


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
) -> dict[int, list[AddressFact]]:
    """What a channel reaches each at, with what is known of it. At most seven queries."""
    found: dict[int, list[AddressFact]] = defaultdict(list)
    if channel == LETTER:
        for person, rows in homes.items():
            found[person] = [AddressFact(one.pk, "home", one.is_bad, has_consent=True) for one in rows]
        return found
    allowed = {pk for rows in consented_addresses(person_ids, channel, today).values() for pk in rows}
    if channel == EMAIL:
        for one in PersonEmail.objects.filter(Among("person", person_ids)).order_by("pk"):
            found[one.person_id].append(AddressFact(one.pk, "", one.is_wrong, one.pk in allowed))
        return found
    for person, numbers in phones.items():
        found[person] = [
            AddressFact(one.pk, "" if one.kind == "unknown" else one.kind, one.is_wrong, one.pk in allowed)
            for one in numbers
        ]
    return found


def _holds(whose: Mapping[int, _Guarantor], today: dt.date) -> dict[int, list[HoldFact]]:
    """Holds of each account, and those of its guarantor's other accounts that bind the person."""
    people: dict[int, list[int]] = defaultdict(list)
    for one in whose.values():
        people[one.person_id].append(one.account_id)
    rows = Hold.objects.filter(
        Q(Among("account", whose)) | Q(Among("account__guarantor", people), reason__in=OF_PERSON),
        holds_in_force(today),
    ).order_by("from_on", "pk")
    found: dict[int, list[HoldFact]] = defaultdict(list)
    columns = ("account_id", "account__guarantor_id", "reason", "from_on", "until_on", "claim_id")
    for account, person, reason, from_on, until_on, claim in rows.values_list(*columns):
        fact = HoldFact(reason, str(Hold.Reason(reason).label), from_on, until_on, claim)
        bound = set(people[person]) if reason in OF_PERSON else set()
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


def _of_age(born_on: dt.date | None, today: dt.date) -> dt.date | None:
    if born_on is None:
        return None
    day = add_years(born_on, _OF_AGE)
    return day if day > today else None
