"""What people told of themselves: hours, work, who speaks for them; each for as long as it is so."""

import datetime as dt

import pytest

from arwork.lib.errors import Conflict, NotFound
from claims.parties.models import Person, PersonAddress
from collections_app.contacts.person_facts import QuietHours, facts_of
from collections_app.contacts.person_models import PersonFact
from collections_app.contacts.person_records import (
    BadFact,
    FactEntry,
    RepresentativeEntry,
    add_representative,
    end_fact,
    record_fact,
)
from tests.cast import NOW, TODAY, make_account, make_practice, make_user

pytestmark = pytest.mark.django_db
NOV_2 = dt.date(2026, 11, 2)


def of(account, on=TODAY):
    return facts_of([account.guarantor_id], on)[account.guarantor_id]


def tell(ana, account, kind, **more):
    return record_fact(account.guarantor_id, FactEntry(kind, NOV_2, **more), actor=ana, now=NOW)


def move_to(account, state: str, zip_code: str) -> None:
    PersonAddress.objects.filter(person=account.guarantor).update(state=state, zip=zip_code)


def test_in_massachusetts_a_spoken_request_not_to_call_at_work_binds_ten_days(ana, account) -> None:
    """Asked on November 2: through November 12, and not on the 13th (940 CMR 7.04)."""
    move_to(account, "MA", "02110")
    row = tell(ana, account, "not_work")
    assert row.until_on == dt.date(2026, 11, 12)
    assert "940 CMR" in row.source
    assert [of(account, dt.date(2026, 11, day)).not_at_work for day in (1, 2, 12, 13)] == [False, True, True, False]


def test_in_writing_it_binds_for_good_and_so_it_does_elsewhere(ana, account) -> None:
    move_to(account, "MA", "02110")
    assert tell(ana, account, "not_work", is_written=True).until_on is None
    move_to(account, "NY", "11201")
    assert tell(ana, account, "not_work").until_on is None
    assert of(account, dt.date(2030, 1, 1)).not_at_work


def test_who_may_live_in_two_states_is_kept_to_the_stricter(ana, account) -> None:
    move_to(account, "MA", "02110")
    PersonAddress.objects.create(person=account.guarantor, line1="2 Elm", city="Albany", state="NY", zip="12201")
    assert tell(ana, account, "not_work").until_on is None


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [
        (dt.datetime(2026, 11, 20, 21, 59), False),  # noqa: DTZ001
        (dt.datetime(2026, 11, 20, 22, 0), True),  # noqa: DTZ001
        (dt.datetime(2026, 11, 21, 8, 59), True),  # noqa: DTZ001
        (dt.datetime(2026, 11, 21, 9, 0), False),  # noqa: DTZ001
        (dt.datetime(2026, 11, 20, 8, 59), False),  # noqa: DTZ001
    ],
)
def test_quiet_hours_run_past_midnight_of_their_days(at: dt.datetime, is_quiet: bool) -> None:  # noqa: FBT001
    """Fridays from 22:00 to 9:00 of the Saturday; the small hours of Friday are Thursday's."""
    assert QuietHours(dt.time(22), dt.time(9), "5").covers(at) is is_quiet


def test_a_person_is_what_was_told_until_it_is_ended(ana, account) -> None:
    row = tell(ana, account, "quiet", starts=dt.time(12), ends=dt.time(14), words="night shift")
    tell(ana, account, "place", words="the church")
    tell(ana, account, "safety", words="never leave a message")
    found = of(account)
    assert (found.quiet[0].starts, found.places, found.flags) == (dt.time(12), ("the church",), {"safety"})
    end_fact(row.pk, person_id=account.guarantor_id, actor=ana, because="works days now", now=NOW)
    assert of(account).quiet == ()
    assert PersonFact.objects.get(pk=row.pk).ended_because == "works days now"
    with pytest.raises(Conflict, match="already"):
        end_fact(row.pk, person_id=account.guarantor_id, actor=ana, because="again", now=NOW)


def test_confidential_mail_goes_to_that_address_alone(ana, account) -> None:
    home = PersonAddress.objects.get(person=account.guarantor)
    box = PersonAddress.objects.create(
        person=account.guarantor, line1="PO Box 88", city="Brooklyn", state="NY", zip="11201", is_current=False
    )
    tell(ana, account, "confid", address_id=box.pk)
    assert home.pk != box.pk
    assert (of(account).is_confidential, of(account).only_address_id) == (True, box.pk)


def test_somebody_is_a_minor_until_the_day_they_come_of_age(account) -> None:
    Person.objects.filter(pk=account.guarantor_id).update(birth_on=dt.date(2008, 11, 21))
    assert (of(account, dt.date(2026, 11, 20)).is_minor, of(account, dt.date(2026, 11, 21)).is_minor) == (True, False)


def test_who_needs_a_paper_to_speak_is_not_taken_without_one(ana, account) -> None:
    person = account.guarantor_id
    with pytest.raises(BadFact, match="paper"):
        add_representative(person, RepresentativeEntry("executor", "Dana Ruiz", NOV_2), actor=ana, now=NOW)
    add_representative(person, RepresentativeEntry("spouse", "Rosa Guarino", NOV_2), actor=ana, now=NOW)
    lawyer = RepresentativeEntry("attorney", "Lee Park", NOV_2, authority="letter of Nov 2", phone="212 555 0100")
    add_representative(person, lawyer, actor=ana, now=NOW)
    found = of(account)
    assert [one.kind for one in found.representatives] == ["spouse", "attorney"]
    assert found.attorney is not None
    assert found.attorney.name == "Lee Park"


def test_what_cannot_be_is_refused_by_name(ana, account) -> None:
    with pytest.raises(BadFact, match="from when to when"):
        tell(ana, account, "quiet", starts=dt.time(9))
    with pytest.raises(BadFact, match="which place"):
        tell(ana, account, "place")
    with pytest.raises(BadFact, match="end before"):
        tell(ana, account, "scra", until_on=dt.date(2026, 11, 1))
    elm = make_practice(name="Elm Clinic", npi="1992999999", tin="111111111")
    with pytest.raises(NotFound):
        tell(make_user(username="cara", practices=[elm]), account, "scra")


def test_facts_of_many_people_take_as_many_queries_as_of_one(ana, account, django_assert_max_num_queries) -> None:
    people = [make_account(last=f"Gua{number}").guarantor_id for number in range(30)]
    for person in people:
        record_fact(person, FactEntry("scra", NOV_2), actor=ana, now=NOW)
    with django_assert_max_num_queries(4):
        assert all("scra" in one.flags for one in facts_of(people, TODAY).values())
