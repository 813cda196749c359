"""Consent by number and channel: given, withdrawn at once, kept through mergers, never anybody else's."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Forbidden, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.duplicates.person_merge import merge_people
from claims.parties import phone_numbers
from claims.parties.models import PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts.consent_models import ConsentEvent
from collections_app.contacts.consents import (
    BadConsent,
    consent_history,
    consented_addresses,
    give_consent,
    revoke_consent,
    standings_of,
)
from tests.cast import NOW, TODAY, make_abe, make_account, make_ana, make_person, make_practice, make_sol

pytestmark = pytest.mark.django_db
NOV_2 = dt.date(2026, 11, 2)


@pytest.fixture
def account():
    return make_account()


@pytest.fixture
def ana(account):
    return make_ana(account.practice)


@pytest.fixture
def phone(account) -> PersonPhone:
    return PersonPhone.objects.create(person=account.guarantor, number="+17185550101", kind="mobile")


def give(ana, phone, channel="text", **more):
    asked = {"source": "call", "said_on": NOV_2, "now": NOW, "today": TODAY} | more
    return give_consent(actor=ana, person_id=phone.person_id, channel=channel, address_id=phone.pk, **asked)


def usable(phone, channel="sms", on=TODAY) -> bool:
    return phone.pk in consented_addresses([phone.person_id], channel=channel, on=on).get(phone.person_id, ())


def test_a_text_needs_consent_for_that_number_and_that_channel(ana, account, phone) -> None:
    other = PersonPhone.objects.create(person=account.guarantor, number="+17185550102")
    assert (usable(phone), usable(phone, "phone"), usable(phone, "auto")) == (False, True, False)
    give(ana, phone)
    assert (usable(phone), usable(phone, "auto"), usable(other)) == (True, False, False)
    assert not usable(phone, on=dt.date(2026, 11, 1))


def test_withdrawn_by_any_means_it_is_stopped_the_same_moment(ana, phone) -> None:
    give(ana, phone)
    revoke_consent(
        actor=None, person_id=phone.person_id, channel="text", address_id=phone.pk, source="reply", said_on=TODAY,
        now=NOW, today=TODAY, words="STOP",
    )  # fmt: skip
    assert not usable(phone)
    assert usable(phone, "phone")
    assert AuditEvent.objects.filter(action="consent_withdrawn").exists()


def test_revoke_all_stops_calls_texts_and_email(ana, account, phone) -> None:
    email = PersonEmail.objects.create(person=account.guarantor, address="gus@example.com")
    give(ana, phone)
    give_consent(
        actor=ana, person_id=account.guarantor_id, channel="email", address_id=email.pk, source="writing",
        said_on=NOV_2, now=NOW, today=TODAY,
    )  # fmt: skip
    assert consented_addresses([account.guarantor_id], channel="email", on=TODAY) == {account.guarantor_id: [email.pk]}
    revoke_consent(
        actor=ana, person_id=account.guarantor_id, source="mail", said_on=TODAY, now=NOW, today=TODAY
    )  # fmt: skip
    assert [usable(phone, channel) for channel in ("phone", "sms", "auto")] == [False, False, False]
    assert not consented_addresses([account.guarantor_id], channel="email", on=TODAY)


def test_a_withdrawal_recorded_after_ten_business_days_says_so(ana, account, phone) -> None:
    """Said on Monday, November 2; Veterans Day rests, so the tenth business day is November 17; entered on the 20th."""
    give(ana, phone, said_on=dt.date(2026, 10, 1))
    revoke_consent(actor=ana, person_id=phone.person_id, source="call", said_on=NOV_2, now=NOW, today=TODAY)
    told = consent_history([account.guarantor_id], actor=ana)
    assert [(one.what, one.late) for one in told] == [
        ("Everything: withdrawn", "recorded after Nov 17, 2026, its last day"), ("Text messages: given", ""),
    ]  # fmt: skip


def test_a_number_found_by_a_search_has_no_consent(account) -> None:
    pk = phone_numbers.add_found(person_id=account.guarantor_id, entered="(646) 555-0199")
    found = PersonPhone.objects.get(pk=pk)
    assert (usable(found, "phone"), usable(found), usable(found, "auto")) == (True, False, False)


def test_a_wrong_number_is_not_used_whatever_was_said_of_it(ana, phone) -> None:
    give(ana, phone)
    PersonPhone.objects.filter(pk=phone.pk).update(is_wrong=True)
    assert (usable(phone), usable(phone, "phone")) == (False, False)


def test_in_new_york_city_texts_take_an_opt_in_in_writing(ana, account, phone) -> None:
    PersonAddress.objects.create(person=account.guarantor, line1="1 Main St", city="Brooklyn", state="NY", zip="11201")
    give(ana, phone)
    assert usable(phone, on=dt.date(2026, 8, 31)) is False  # not given yet
    assert usable(phone) is False
    give(ana, phone, source="writing", is_opt_in=True)
    assert usable(phone) is True
    with pytest.raises(BadConsent, match="not in writing"):
        give(ana, phone, source="call", is_opt_in=True)


def test_whoever_is_merged_keeps_what_they_forbade(ana, account, phone) -> None:
    twin = make_person(practice=account.practice, last="Guarino", first="Augusto")
    theirs = PersonPhone.objects.create(person=twin, number=phone.number)
    give(ana, phone)
    revoke_consent(
        actor=ana, person_id=twin.pk, channel="text", address_id=theirs.pk, source="call", said_on=TODAY, now=NOW,
        today=TODAY,
    )  # fmt: skip
    assert usable(phone)
    sol = make_sol(account.practice)
    merge_people(twin.pk, into=account.guarantor_id, choices={}, actor=sol, today=TODAY, now=NOW)
    assert not usable(phone)


def test_words_about_consent_stay_as_they_were_said(ana, phone) -> None:
    row = give(ana, phone, words="asked for texts about the bill")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ConsentEvent.objects.filter(pk=row.pk).update(is_given=False)


def test_what_cannot_be_is_refused_by_name(ana, account, phone) -> None:
    with pytest.raises(BadConsent, match="said already"):
        give(ana, phone, said_on=dt.date(2026, 11, 21))
    with pytest.raises(BadConsent, match="expire before"):
        give(ana, phone, expires_on=dt.date(2026, 11, 1))
    with pytest.raises(SensitiveText):
        give(ana, phone, words="SSN 078-05-1120")
    stranger = PersonPhone.objects.create(person=make_account().guarantor, number="+17185550133")
    with pytest.raises(NotFound):
        give_consent(
            actor=ana, person_id=account.guarantor_id, channel="text", address_id=stranger.pk, source="call",
            said_on=NOV_2, now=NOW, today=TODAY,
        )  # fmt: skip
    with pytest.raises(Forbidden):
        give(make_abe(account.practice), phone)


def test_nobody_of_another_practice_gives_or_withdraws_it(phone) -> None:
    other = make_ana(make_practice(name="Elm Clinic", npi="1992999999", tin="111111111"))
    with pytest.raises(NotFound):
        give(other, phone)
    with pytest.raises(NotFound):
        revoke_consent(actor=other, person_id=phone.person_id, source="call", said_on=TODAY, now=NOW, today=TODAY)


def test_a_thousand_people_are_asked_about_in_as_many_queries_as_one(ana, django_assert_max_num_queries) -> None:
    phones = []
    for number in range(40):
        person = make_account(last=f"Gua{number}").guarantor
        phones.append(PersonPhone.objects.create(person=person, number=f"+1718555{number:04}"))
        if number % 2:
            give(ana, phones[-1])
    with django_assert_max_num_queries(6):
        found = consented_addresses([one.person_id for one in phones], channel="sms", on=TODAY)
    assert sorted(found) == sorted(one.person_id for number, one in enumerate(phones) if number % 2)
    with django_assert_max_num_queries(3):
        assert len(standings_of([one.person_id for one in phones], channel="sms", on=TODAY)) == 40
