"""What people of the demo put right about patients: a name, addresses, numbers, a coverage that ended, and what a file
says otherwise since. Through the same verbs as the pages."""

import datetime as dt

from django.db import transaction

from arwork.lib import events
from arwork.staff.models import User
from claims.amendments import contact_points, coverages, history, particulars
from claims.amendments.contact_points import AddressFacts
from claims.amendments.coverages import CoverFacts
from claims.amendments.history import Turn, Word
from claims.amendments.models import PersonChange
from claims.amendments.particulars import Particulars
from claims.billing.models import Claim
from claims.parties.models import Account, Coverage, Patient, Person
from claims.parties.party_drafts import PartiesDraft, PersonDraft
from claims.parties.services import open_parties
from claims.payers.models import Payer
from collections_app.demo.places import PRACTICES

_EVENING = dt.time(21, 0)  # UTC


def correct_people(until: dt.date) -> None:
    """Do it once, in the days before `until`."""
    claims = Claim.objects.filter(practice__npi=PRACTICES[0].npi, balance__gt=0, coverage1__isnull=False)
    owing = claims.filter(responsible="PATIENT", service_from__gt=until - dt.timedelta(days=200)).order_by("number")
    accounts = list(Account.objects.filter(claims__in=owing).distinct().order_by("number")[:4])
    if PersonChange.objects.exists() or len(accounts) < 4:
        return
    with events.quiet(), transaction.atomic():
        moved, renamed, phoned, changed_plan = accounts
        _moved(moved, until)
        _renamed(renamed.guarantor, until)
        _phoned(phoned.guarantor, until)
        _changed_plan(Patient.objects.filter(account=changed_plan).order_by("pk")[0], until)


def _moved(account: Account, until: dt.date) -> None:
    """Mail came back, the new address was told on the phone, and a bill brings a third one."""
    person = account.guarantor
    if home := person.addresses.filter(is_current=True).first():
        contact_points.mark_address(home.pk, _turn("collector", "mail", until, 20, "Return to sender"), is_bad=True)
    told = AddressFacts("418 Juniper Lane", "Apt 3B", "Albany", "NY", "12203")
    contact_points.add_address(person.pk, told, turn=_turn("collector", "call", until, 12, said_by="the guarantor"))
    bill = Claim.objects.filter(account=account).order_by("-number")[0].submissions.order_by("-pk").first()
    named = PersonDraft(
        person.last, person.first, person.middle, person.suffix, person.birth_on, address1="27 Mill Road", city="Troy",
        state="NY", zip="12180",
    )  # fmt: skip
    source = bill.source if bill else ""
    draft = PartiesDraft(account.practice_id, named, named, file_source=source, told_on=until - dt.timedelta(days=6))
    open_parties([draft], today=until - dt.timedelta(days=6))


def _renamed(person: Person, until: dt.date) -> None:
    """A marriage, on the word of a licence; and a slip that was taken back."""
    turn = _turn("supervisor", "document", until, 15, "Married in June", said_by="driver's licence")
    facts = Particulars(
        f"{person.last}-Hale", person.first, person.middle, person.suffix, person.birth_on, person.sex, person.language
    )
    particulars.correct_person(person.pk, facts, turn=turn)
    slip = particulars.set_language(person.pk, "fr", turn=_turn("collector", "call", until, 9))
    if slip:
        history.undo(slip.pk, _turn("collector", "slip", until, 8, "Noted at the wrong person"))


def _phoned(person: Person, until: dt.date) -> None:
    """The number on file reaches somebody else; another one is preferred, in Spanish, and there is e-mail."""
    for phone in person.phones.order_by("pk")[:1]:
        turn = _turn("collector", "call", until, 11)
        contact_points.correct_phone(phone.pk, turn, kind="home", wrong=True, preferred=False)
    told = _turn("collector", "call", until, 10, said_by="his daughter")
    contact_points.add_phone(person.pk, "+15185550147", turn=told, kind="mobile", preferred=True)
    contact_points.add_email(person.pk, f"{person.first.lower()}@mail.example", turn=told)
    particulars.set_language(person.pk, "es", turn=told)


def _changed_plan(patient: Patient, until: dt.date) -> None:
    """The coverage ended with the month before last, and another payer answers since."""
    cover = Coverage.objects.filter(patient=patient, rank=1).order_by("pk").first()
    other = Payer.objects.exclude(pk=cover.payer_id if cover else 0).filter(is_confirmed=True).order_by("pk").first()
    if cover is None or other is None:
        return
    last_day = until.replace(day=1) - dt.timedelta(days=1)
    ended = _turn("supervisor", "payer", until, 7, said_by="eligibility line, ref. 88213")
    coverages.end_coverage(cover.pk, last_day, turn=ended, off_claims=False)
    facts = CoverFacts(other.pk, 1, "HLN40917732", group_number="70412", valid_from=last_day + dt.timedelta(days=1))
    card = _turn("supervisor", "document", until, 6, said_by="new insurance card")
    coverages.add_coverage(patient.pk, facts, turn=card, on_claims=False)


def _turn(username: str, source: str, until: dt.date, days_ago: int, reason: str = "", *, said_by: str = "") -> Turn:
    on = until - dt.timedelta(days=days_ago)
    actor = User.objects.get(username=username)
    return Turn(actor, Word(source, said_by, reason), dt.datetime.combine(on, _EVENING, tzinfo=dt.UTC), on)
