"""How people of the demo may be reached: what they allowed and withdrew, told of themselves and who speaks for them; a
bankruptcy, callers who were verified or failed, in whose name a practice calls. Through the same verbs as the pages."""

import datetime as dt
from typing import Any

from django.db import transaction

from arwork.lib import events
from arwork.staff.models import User
from claims.billing.models import Claim
from claims.parties.models import Account, Person, PersonPhone
from claims.practices.models import Practice
from collections_app.contacts import placements
from collections_app.contacts.consent_models import ConsentEvent
from collections_app.contacts.consents import give_consent, revoke_consent
from collections_app.contacts.identity import Caller, verify_identity
from collections_app.contacts.person_records import FactEntry, RepresentativeEntry, add_representative, record_fact
from collections_app.contacts.script_texts import write_script
from collections_app.contacts.services import place_hold
from collections_app.demo.places import PRACTICES

_EVENING = dt.time(21, 0)  # UTC
_AFTER, _MOST = 4, 5  # the first four accounts are those of the amendments


def reach_people(until: dt.date) -> None:
    """Do it once, in the days before `until`."""
    claims = Claim.objects.filter(practice__npi=PRACTICES[0].npi, balance__gt=0, responsible="PATIENT")
    found = Account.objects.filter(claims__in=claims).distinct().select_related("guarantor").order_by("number")
    accounts = list(found[_AFTER : _AFTER + _MOST])
    if ConsentEvent.objects.exists() or len(accounts) < _MOST:
        return
    with events.quiet(), transaction.atomic():
        allows, told, spoken_for, bankrupt, called = accounts
        _allows(allows.guarantor, until)
        _told(told.guarantor, until)
        _spoken_for(spoken_for.guarantor, until)
        _bankrupt(bankrupt, until)
        _called(called, until)
        _in_whose_name(until)


def _allows(person: Person, until: dt.date) -> None:
    """Texts and automatic calls on the form of the first visit; texts withdrawn by STOP since."""
    phone = person.phones.order_by("pk").first() or PersonPhone.objects.create(
        person=person, number="+15185550162", ending="0162", source="document"
    )
    actor = User.objects.get(username="collector")
    for channel in ("text", "auto"):
        give_consent(
            actor=actor, person_id=person.pk, channel=channel, address_id=phone.pk, source="writing",
            words="Form of the first visit", is_opt_in=True, **_when(until, 60), said_on=until - dt.timedelta(days=60),
        )  # fmt: skip
    revoke_consent(
        actor=None, person_id=person.pk, channel="text", address_id=phone.pk, source="reply", words="STOP",
        **_when(until, 9), said_on=until - dt.timedelta(days=9),
    )  # fmt: skip


def _told(person: Person, until: dt.date) -> None:
    """Works nights, and is not to be called at work."""
    actor, on = User.objects.get(username="collector"), until - dt.timedelta(days=6)
    now = dt.datetime.combine(on, _EVENING, tzinfo=dt.UTC)
    asleep = FactEntry("quiet", on, words="works nights", starts=dt.time(8), ends=dt.time(13), told_by="herself")
    record_fact(person.pk, asleep, actor=actor, now=now)
    record_fact(person.pk, FactEntry("not_work", on, told_by="herself"), actor=actor, now=now)


def _spoken_for(person: Person, until: dt.date) -> None:
    """A daughter with a power of attorney."""
    on = until - dt.timedelta(days=15)
    daughter = RepresentativeEntry(
        "agent", "Renata Holm", on, phone="(518) 555-0171", authority="power of attorney of June 3, copy on file"
    )
    actor = User.objects.get(username="collector")
    add_representative(person.pk, daughter, actor=actor, now=dt.datetime.combine(on, _EVENING, tzinfo=dt.UTC))


def _bankrupt(account: Account, until: dt.date) -> None:
    """Chapter 13, as the notice of the court says."""
    facts = {
        "chapter": "13", "case_number": "26-11874", "district": "N.D.N.Y.", "filed_on": until - dt.timedelta(days=12),
        "attorney": "Ines Varga", "attorney_contact": "(518) 555-0119", "meeting_on": until + dt.timedelta(days=19),
    }  # fmt: skip
    place_hold(
        actor=User.objects.get(username="supervisor"), account_id=account.pk, reason="bankruptcy", facts=facts,
        note="Notice of the court", **_when(until, 4),
    )  # fmt: skip


def _called(account: Account, until: dt.date) -> None:
    """Somebody who guessed, and the guarantor an hour later."""
    person, actor = account.guarantor, User.objects.get(username="collector")
    caller = Caller("guarantor", person.pk, direction="in")
    at = dt.datetime.combine(until - dt.timedelta(days=3), _EVENING, tzinfo=dt.UTC)
    right = {"account": account.number}
    if person.birth_on:
        right["birth_on"] = f"{person.birth_on:%m/%d/%Y}"
    if home := person.addresses.filter(is_current=True).exclude(zip="").first():
        right["zip"] = home.zip
    for said, hours in (({"birth_on": "01/01/1950", "zip": "00000"}, 0), (right, 1)):
        moment = at + dt.timedelta(hours=hours)
        verify_identity(actor=actor, account_id=account.pk, caller=caller, said=said, now=moment, today=moment.date())


def _in_whose_name(until: dt.date) -> None:
    """One practice calls in its own name, and opens a call in its own words."""
    practice = Practice.objects.get(npi=PRACTICES[0].npi)
    actor = User.objects.get(username="admin")
    now = dt.datetime.combine(until, dt.time(11), tzinfo=dt.UTC)
    placements.place(
        actor=actor, practice_id=practice.pk, profile="first_party", valid_from=until, now=now, today=until
    )
    write_script(
        actor=actor, practice_id=practice.pk, code="closing", language="en", from_on=until, now=now, today=until,
        words="So that we both have it the same: … You get it in writing. Our number is {callback}; ask for {agent}. "
        "Thank you, and be well.",
    )  # fmt: skip


def _when(until: dt.date, days_ago: int) -> dict[str, Any]:
    """The moment and the day of something that happened some days ago."""
    on = until - dt.timedelta(days=days_ago)
    return {"now": dt.datetime.combine(on, _EVENING, tzinfo=dt.UTC), "today": on}
