"""Files that come after people corrected somebody: the same person, the same claim, and nothing overwritten."""

import datetime as dt

import pytest

from arwork.staff.models import User
from claims.amendments import contact_points, coverages, history, particulars, suggestions
from claims.amendments.contact_points import AddressFacts
from claims.amendments.coverages import CoverFacts
from claims.amendments.particulars import Particulars
from claims.billing.models import Claim
from claims.edi.models import EdiTransaction
from claims.parties.models import Account, Coverage, FileSuggestion, Patient, Person, PersonAddress, PersonPhone
from tests.acceptance.conftest import ImportEdi
from tests.amendments.turns import turn
from tests.cast import make_practice, make_sol
from tests.edi_intake.writing import Sent, write_837

pytestmark = pytest.mark.django_db
ONE = Sent(number="G-1")
BORN = dt.date(1961, 4, 12)


def moved(file: bytes) -> bytes:
    return file.replace(b"N3*12 ELM STREET", b"N3*77 PINE ROAD").replace(b"BROOKLYN*NY*11201", b"ALBANY*NY*12207")


@pytest.fixture
def sol(import_edi: ImportEdi) -> User:
    practice = make_practice()
    import_edi(write_837([ONE]))
    return make_sol(practice)


def test_bills_under_the_old_and_the_new_name_are_one_persons(sol: User, import_edi: ImportEdi) -> None:
    person = Person.objects.get()
    particulars.correct_person(person.pk, Particulars("Guarini", "Gus", birth_on=BORN, sex="M"), turn=turn(sol))
    import_edi(
        write_837([ONE.but(number="G-2")], control=2), write_837([ONE.but(number="G-3", last="GUARINI")], control=3)
    )
    assert (Person.objects.count(), Patient.objects.count(), Account.objects.count()) == (1, 1, 1)
    assert Claim.objects.filter(patient__person=person).count() == 3
    assert Person.objects.get().last == "Guarini"


def test_the_same_claim_under_the_new_name_is_the_same_claim(sol: User, import_edi: ImportEdi) -> None:
    person = Person.objects.get()
    particulars.correct_person(person.pk, Particulars("Guarini", "Gus", birth_on=BORN, sex="M"), turn=turn(sol))
    import_edi(write_837([ONE.but(last="GUARINI", frequency="7", icn="X1")], control=2))
    assert Claim.objects.count() == 1


def test_a_name_that_was_taken_back_is_somebody_else_again(sol: User, import_edi: ImportEdi) -> None:
    person = Person.objects.get()
    change = particulars.correct_person(
        person.pk, Particulars("Guarini", "Gus", birth_on=BORN, sex="M"), turn=turn(sol)
    )
    assert change
    history.undo(change.pk, turn(sol))
    import_edi(
        write_837([ONE.but(number="G-2")], control=2), write_837([ONE.but(number="G-3", last="GUARINI")], control=3)
    )
    assert Person.objects.count() == 2


def test_a_confirmed_address_stands_and_the_files_is_offered(sol: User, import_edi: ImportEdi) -> None:
    person = Person.objects.get()
    contact_points.add_address(person.pk, AddressFacts("9 Oak Street", "", "Albany", "NY", "12207"), turn=turn(sol))
    import_edi(write_837([ONE.but(number="G-2")], control=2))
    assert not FileSuggestion.objects.exists()  # where they lived before is nothing new
    import_edi(moved(write_837([ONE.but(number="G-3")], control=3, sent_on="20261103")))
    assert PersonAddress.objects.get(is_current=True).line1 == "9 Oak Street"
    offered = FileSuggestion.objects.get()
    assert (offered.address.line1, offered.told_on) == ("77 PINE ROAD", dt.date(2026, 11, 3))
    import_edi(moved(write_837([ONE.but(number="G-4")], control=4)))
    assert FileSuggestion.objects.count() == 1
    suggestions.leave(offered.pk, turn(sol))
    import_edi(moved(write_837([ONE.but(number="G-5")], control=5)))
    assert FileSuggestion.objects.count() == 1
    assert PersonAddress.objects.get(is_current=True).line1 == "9 Oak Street"


def test_an_address_from_which_mail_came_back_gives_way_to_the_files(sol: User, import_edi: ImportEdi) -> None:
    person = Person.objects.get()
    contact_points.add_address(person.pk, AddressFacts("9 Oak Street", "", "Albany", "NY", "12207"), turn=turn(sol))
    contact_points.mark_address(PersonAddress.objects.get(is_current=True).pk, turn(sol, source="mail"), is_bad=True)
    import_edi(moved(write_837([ONE.but(number="G-3")], control=3)))
    assert PersonAddress.objects.get(is_current=True).line1 == "77 PINE ROAD"
    assert not FileSuggestion.objects.exists()


def test_a_member_id_that_was_put_right_meets_the_old_one_of_files(sol: User, import_edi: ImportEdi) -> None:
    cover = Coverage.objects.select_related("patient").get()
    facts = CoverFacts(cover.payer_id, 1, "MBR009")
    coverages.correct_coverage(cover.pk, facts, turn=turn(sol))
    import_edi(
        write_837([ONE.but(number="G-2")], control=2), write_837([ONE.but(number="G-3", member="MBR009")], control=3)
    )
    assert Coverage.objects.get().member_id == "MBR009"
    assert set(Claim.objects.values_list("coverage1_id", flat=True)) == {cover.pk}


def test_what_nobody_can_have_is_kept_out_and_found(sol: User, import_edi: ImportEdi) -> None:
    file = write_837([ONE.but(number="B-1", last="BELL", born="20990101", member="B9")], control=9)
    file = file.replace(b"N4*BROOKLYN*NY*11201", b"N4*BROOKLYN*ZZ*1").replace(
        b"DMG*D8*20990101", b"PER*IC**TE*12~DMG*D8*20990101"
    )
    import_edi(file)
    person = Person.objects.get(last="BELL")
    home = person.addresses.get()
    assert (home.line1, home.state, home.zip, person.birth_on) == ("12 ELM STREET", "", "", None)
    assert not PersonPhone.objects.filter(person=person).exists()
    assert Claim.objects.get(number="B-1").balance == 125
    codes = {one["code"] for one in EdiTransaction.objects.order_by("-pk")[0].problems}
    assert {"bad_state", "bad_zip", "bad_phone", "bad_birth_date"} <= codes
