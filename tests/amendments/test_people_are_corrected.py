"""People are corrected by people: what is kept of it, what follows, what is refused, and how it is taken back."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.staff.models import AuditEvent
from claims.amendments import contact_points, guarantors, history, particulars, suggestions
from claims.amendments.contact_points import AddressFacts
from claims.amendments.history import BadParticulars, ChangedByAnother
from claims.amendments.models import ChangedField, PersonChange
from claims.amendments.particulars import Particulars
from claims.parties import selectors as parties
from claims.parties.models import FileSuggestion, Person, PersonAddress, PersonPhone
from claims.parties.party_drafts import PersonDraft
from claims.parties.search_query import read_search
from tests.amendments.turns import turn
from tests.cast import TODAY, make_account, make_ana, make_practice, make_sol, make_user

pytestmark = pytest.mark.django_db

OAK = AddressFacts("9 Oak Street", "", "Brooklyn", "ny", "11201")
ELM = AddressFacts("1 Elm Street", "Apt 2", "Albany", "NY", "12207")


def gus() -> Person:
    return make_account(address=False).guarantor


def facts(person: Person, **other: object) -> Particulars:
    own = {name: getattr(person, name) for name in Particulars.__dataclass_fields__}
    return Particulars(**(own | other))  # type: ignore[arg-type]


def test_a_change_keeps_who_when_on_whose_word_why_and_what_stood_before() -> None:
    person, sol = gus(), make_sol(make_practice())
    change = particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(sol, reason="licence seen"))
    assert change is not None
    assert (change.by, change.source, change.said_by, change.reason) == (sol, "call", "Gus himself", "licence seen")
    assert history.steps_of(change)[0].before == {"last": "Guarino"}
    assert history.steps_of(change)[0].after == {"last": "Guarini"}
    person.refresh_from_db()
    assert (person.search_name, person.turned_name) == ("GUARINI GUS", "GUS GUARINI")


def test_the_trail_names_fields_and_no_value() -> None:
    person, sol = gus(), make_sol(make_practice())
    particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(sol))
    event = AuditEvent.objects.get(action="person_changed")
    assert event.after["fields"] == ["person.last"]
    assert "Guarin" not in str(event.after)


def test_what_stands_so_already_is_no_change() -> None:
    person, sol = gus(), make_sol(make_practice())
    assert particulars.correct_person(person.pk, facts(person), turn=turn(sol)) is None
    assert not PersonChange.objects.exists()


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"last": " "}, "last"),
        ({"first": "G3s"}, "first"),
        ({"birth_on": TODAY + dt.timedelta(days=1)}, "birth_on"),
        ({"birth_on": dt.date(1899, 12, 31)}, "birth_on"),
        ({"sex": "X"}, "sex"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(other: dict[str, object], field: str) -> None:
    person, sol = gus(), make_sol(make_practice())
    with pytest.raises(BadParticulars) as refused:
        particulars.correct_person(person.pk, facts(person, **other), turn=turn(sol))
    assert refused.value.facts["field"] == field


def test_a_guarantor_who_is_a_child_is_said_and_not_refused() -> None:
    person = gus()
    assert (
        "of age" in particulars.person_warnings(person.pk, facts(person, birth_on=dt.date(2015, 1, 1)), today=TODAY)[0]
    )


def test_the_old_and_the_new_name_find_somebody() -> None:
    person, sol = gus(), make_sol(make_practice())
    particulars.correct_person(person.pk, facts(person, last="Whitlock"), turn=turn(sol))
    for words in ("guarino", "whitlock", "gus whitlock", "guarino, gus"):
        assert list(parties.people(actor=sol, asked=read_search(words))) == [person], words


def test_a_name_that_is_somebody_elses_is_for_merging() -> None:
    person, sol = gus(), make_sol(make_practice())
    other = make_account(last="Whitlock", address=False).guarantor
    particulars.correct_person(other.pk, facts(other, first="Gustav"), turn=turn(sol))
    with pytest.raises(Conflict, match="merge them"):
        particulars.correct_person(person.pk, facts(person, last="Whitlock", first="Gustav"), turn=turn(sol))


def test_a_new_address_is_current_and_the_old_one_stays() -> None:
    person, ana = gus(), make_ana(make_practice())
    contact_points.add_address(person.pk, ELM, turn=turn(ana))
    contact_points.add_address(person.pk, OAK, turn=turn(ana, source="document"))
    rows = PersonAddress.objects.filter(person=person).order_by("pk")
    assert [(row.line1, row.is_current, row.source) for row in rows] == [
        ("1 Elm Street", False, "call"),
        ("9 Oak Street", True, "document"),
    ]
    contact_points.add_address(
        person.pk, AddressFacts("1 ELM street", "apt. 2", "ALBANY", "NY", "12207-1234"), turn=turn(ana)
    )
    assert [row.is_current for row in rows.all()] == [True, False]


@pytest.mark.parametrize(
    ("field", "value"), [("line1", ""), ("city", " "), ("state", "ZZ"), ("zip", "1"), ("zip", "00000")]
)
def test_an_address_that_can_not_be_is_refused_at_its_field(field: str, value: str) -> None:
    person, ana = gus(), make_ana(make_practice())
    entered = {name: getattr(OAK, name) for name in ("line1", "line2", "city", "state", "zip")} | {field: value}
    with pytest.raises(BadParticulars) as refused:
        contact_points.add_address(person.pk, AddressFacts(**entered), turn=turn(ana))
    assert refused.value.facts["field"] == field


def test_a_zip_in_another_state_is_said() -> None:
    assert "lies in New York" in contact_points.address_warnings(AddressFacts("1", "", "X", "NJ", "11201"))[0]
    assert not contact_points.address_warnings(OAK)


def test_a_number_is_known_once_and_one_is_preferred() -> None:
    person, ana = gus(), make_ana(make_practice())
    contact_points.add_phone(person.pk, "(212) 555-0123", turn=turn(ana), kind="mobile", preferred=True)
    contact_points.add_phone(person.pk, "212 555 0124", turn=turn(ana), preferred=True)
    assert list(PersonPhone.objects.order_by("pk").values_list("number", "is_preferred")) == [
        ("+12125550123", False),
        ("+12125550124", True),
    ]
    assert PersonPhone.objects.filter(ending="0124").exists()
    with pytest.raises(BadParticulars):
        contact_points.add_phone(person.pk, "12125550123", turn=turn(ana))
    with pytest.raises(BadParticulars):
        contact_points.add_phone(person.pk, "12", turn=turn(ana))


def test_a_change_is_taken_back_by_another_one() -> None:
    person, sol = gus(), make_sol(make_practice())
    one = particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(sol))
    assert one
    back = history.undo(one.pk, turn(sol, source="slip", minutes=1))
    person.refresh_from_db()
    assert (person.last, back.undoes_id, PersonChange.objects.count()) == ("Guarino", one.pk, 2)
    assert list(parties.people(actor=sol, asked=read_search("guarini"))) == []
    with pytest.raises(Conflict, match="already"):
        history.undo(one.pk, turn(sol))


def test_what_was_changed_later_stands_in_the_way() -> None:
    person, sol = gus(), make_sol(make_practice())
    one = particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(sol))
    person.refresh_from_db()
    two = particulars.correct_person(person.pk, facts(person, last="Guarinu"), turn=turn(sol, minutes=1))
    assert one
    assert two
    with pytest.raises(Conflict, match="changed the same"):
        history.undo(one.pk, turn(sol, minutes=2))
    history.undo(two.pk, turn(sol, minutes=3))
    history.undo(one.pk, turn(sol, minutes=4))
    person.refresh_from_db()
    assert person.last == "Guarino"


def test_an_added_number_goes_and_comes_back_with_its_id() -> None:
    person, ana = gus(), make_ana(make_practice())
    one = contact_points.add_phone(person.pk, "2125550123", turn=turn(ana), kind="home")
    pk = PersonPhone.objects.get().pk
    back = history.undo(one.pk, turn(ana))
    assert not PersonPhone.objects.exists()
    history.undo(back.pk, turn(ana))
    row = PersonPhone.objects.get()
    assert (row.pk, row.number, row.kind, row.ending) == (pk, "+12125550123", "home", "0123")


def test_a_number_found_wrong_at_the_desk_meanwhile_is_not_set_back() -> None:
    person, ana = gus(), make_ana(make_practice())
    one = contact_points.add_phone(person.pk, "2125550123", turn=turn(ana))
    PersonPhone.objects.update(is_wrong=True)
    with pytest.raises(Conflict, match="came later from elsewhere"):
        history.undo(one.pk, turn(ana))


def test_the_second_of_two_is_told_both_values() -> None:
    person, sol, ana = gus(), make_sol(make_practice()), make_ana(make_practice())
    contact_points.add_address(person.pk, ELM, turn=turn(ana))
    address = PersonAddress.objects.get()
    opened = history.last_change()
    contact_points.correct_address(address.pk, OAK, turn=turn(sol, seen=opened))
    mine = AddressFacts("3 Pine", "", "Albany", "NY", "12207")
    with pytest.raises(ChangedByAnother) as told:
        contact_points.correct_address(address.pk, mine, turn=turn(ana, seen=opened))
    assert "Sol" in told.value.message
    assert contact_points.correct_address(address.pk, mine, turn=turn(ana, seen=told.value.facts["last"]))
    assert particulars.set_language(person.pk, "es", turn=turn(ana, seen=opened))  # another field is nobody's business


def test_collectors_correct_how_somebody_is_reached_and_no_more() -> None:
    person, ana, sol = gus(), make_ana(make_practice()), make_sol(make_practice())
    with pytest.raises(Forbidden):
        particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(ana))
    named = particulars.correct_person(person.pk, facts(person, last="Guarini"), turn=turn(sol))
    assert named
    with pytest.raises(Forbidden):
        history.undo(named.pk, turn(ana))
    language = particulars.set_language(person.pk, "es", turn=turn(ana))
    assert language
    assert history.undo(language.pk, turn(ana))


def test_the_people_of_another_practice_do_not_exist() -> None:
    person = gus()
    stranger = make_user(username="cy", role="supervisor", practices=[make_practice(name="Cedar", npi="1003000126")])
    contact_points.add_address(person.pk, ELM, turn=turn(make_sol(make_practice())))
    row, change = PersonAddress.objects.get(), PersonChange.objects.get()
    for call in (
        lambda: particulars.correct_person(person.pk, facts(person, last="X"), turn=turn(stranger)),
        lambda: contact_points.add_phone(person.pk, "2125550123", turn=turn(stranger)),
        lambda: contact_points.correct_address(row.pk, OAK, turn=turn(stranger)),
        lambda: history.undo(change.pk, turn(stranger)),
    ):
        with pytest.raises(NotFound):
            call()


def test_nothing_recorded_is_changed_or_deleted() -> None:
    person, ana = gus(), make_ana(make_practice())
    contact_points.add_address(person.pk, ELM, turn=turn(ana))
    for rows in (PersonChange.objects, ChangedField.objects):
        for spoil in (lambda rows=rows: rows.update(id=99), lambda rows=rows: rows.all()._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic():
                spoil()


def test_no_value_is_readable_in_the_database() -> None:
    person, sol = gus(), make_sol(make_practice())
    contact_points.add_address(person.pk, ELM, turn=turn(sol, reason="her sister said Quillfeather"))
    contact_points.add_email(person.pk, "gus@quillfeather.example", turn=turn(sol))
    particulars.correct_person(person.pk, facts(person, birth_on=dt.date(1961, 4, 10)), turn=turn(sol))
    with connection.cursor() as cursor:
        for table in ("claims_personchange", "claims_personemail", "claims_changedfield"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = repr([bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor for cell in row])
            assert not [word for word in ("Elm", "uillfeather", "1961", "Gus himself") if word in kept]


def test_a_suggestion_is_taken_or_left_once() -> None:
    person, ana = gus(), make_ana(make_practice())
    contact_points.add_address(person.pk, ELM, turn=turn(ana))
    theirs = PersonAddress.objects.create(
        person=person, line1="5 File", city="Albany", state="NY", zip="12207", is_current=False
    )
    row = FileSuggestion.objects.create(practice=make_practice(), person=person, address=theirs, told_on=TODAY)
    suggestions.take(row.pk, turn(ana, source="file"))
    assert PersonAddress.objects.get(is_current=True).line1 == "5 File"
    with pytest.raises(Conflict):
        suggestions.leave(row.pk, turn(ana))


def test_another_person_answers_from_a_day_on() -> None:
    account, sol = make_account(address=False), make_sol(make_practice())
    named = PersonDraft("Guarino", "Greta", birth_on=dt.date(1970, 5, 5))
    change = guarantors.change_guarantor(account.pk, turn(sol), person_id=None, named=named, from_on=TODAY)
    account.refresh_from_db()
    assert (str(account.guarantor), account.guarantor_from) == ("Guarino, Greta", TODAY)
    assert change
    history.undo(change.pk, turn(sol))
    account.refresh_from_db()
    assert (str(account.guarantor), account.guarantor_from) == ("Guarino, Gus", None)


def test_somebody_with_an_account_gets_no_second_one() -> None:
    account, other, sol = (
        make_account(address=False),
        make_account(first="Greta", address=False),
        make_sol(make_practice()),
    )
    with pytest.raises(Conflict, match="Merge"):
        guarantors.change_guarantor(account.pk, turn(sol), person_id=other.guarantor_id, named=None, from_on=TODAY)
    with pytest.raises(DomainError):
        guarantors.change_guarantor(
            account.pk, turn(sol), person_id=other.guarantor_id, named=None, from_on=TODAY + dt.timedelta(days=1)
        )
