"""Encrypted values: what opens them, what does not, and how they are found without being read."""

import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction

from arwork.lib import bulk
from arwork.lib.encryption import Undecipherable, digest, key_id_of, keyring, seal, unseal
from arwork.lib.keyring import BadKeys, new_key, read_keys
from claims.parties.models import Coverage, Person, PersonAddress, PersonPhone
from tests.cast import make_account, make_coverage, make_patient, make_payer, make_practice

OLD, NEW = new_key("old"), new_key("new")


def stored(model: type[models.Model], column: str, pk: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} WHERE id = %s", [pk])
        return bytes(cursor.fetchone()[0])


def store(model: type[models.Model], column: str, pk: int, value: bytes) -> None:
    with connection.cursor() as cursor:
        binary = connection.Database.Binary(value)
        cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = %s WHERE id = %s", [binary, pk])


@pytest.fixture
def gus(db: None) -> Person:
    return make_account(practice=make_practice()).guarantor


def test_the_newest_key_encrypts_and_every_key_decrypts(settings) -> None:
    settings.FIELD_KEYS = OLD
    before = seal(b"M100", bound_to=b"t.c")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    after = seal(b"M100", bound_to=b"t.c")
    assert (key_id_of(before), key_id_of(after)) == ("old", "new")
    assert unseal(before, bound_to=b"t.c") == unseal(after, bound_to=b"t.c") == b"M100"


def test_the_same_value_is_never_encrypted_twice_alike() -> None:
    assert len({seal(b"M100", bound_to=b"t.c") for _ in range(50)}) == 50


@pytest.mark.parametrize("at", range(0, 45, 4))
def test_no_bit_can_be_changed(at: int) -> None:
    sealed = bytearray(seal(b"a member id", bound_to=b"t.c"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(Undecipherable):
        unseal(bytes(sealed), bound_to=b"t.c")


@pytest.mark.parametrize("sealed", [b"M100", b"", b"\x01", b"\x01\x30abc", b"\x02" + b"0" * 60])
def test_what_was_never_encrypted_is_not_shown_as_if_it_were_a_value(sealed: bytes) -> None:
    with pytest.raises(Undecipherable) as refused:
        unseal(sealed, bound_to=b"t.c")
    assert "M100" not in str(refused.value)


def test_a_missing_key_is_named_and_another_under_its_name_is_refused(settings) -> None:
    settings.FIELD_KEYS = OLD
    sealed = seal(b"M100", bound_to=b"t.c")
    settings.FIELD_KEYS = NEW
    with pytest.raises(Undecipherable, match="the key old, which"):
        unseal(sealed, bound_to=b"t.c")
    settings.FIELD_KEYS = new_key("old")
    with pytest.raises(Undecipherable, match="the key of their name is another one"):
        unseal(sealed, bound_to=b"t.c")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "k1",
        "k1:",
        "k1:AAAA",
        "K 1:" + "A" * 43 + "=",
        "twice:" + "A" * 43 + "=,twice:" + "B" * 43 + "=",
        "k1:" + "*" * 44,
    ],
)
def test_a_list_of_keys_that_is_none_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(BadKeys) as refused:
        read_keys(text)
    assert not text.partition(":")[2] or text.partition(":")[2] not in str(refused.value)


def test_digests_survive_new_field_keys_and_not_another_index_key(settings) -> None:
    before = digest(b"M100", size=16)
    settings.FIELD_KEYS = NEW
    assert digest(b"M100", size=16) == before
    settings.INDEX_KEY = "another"
    assert digest(b"M100", size=16) != before


def test_values_come_back_whole_and_stand_nowhere_in_the_row(gus: Person) -> None:
    home = PersonAddress.objects.create(person=gus, line1="5 Elm Strèet", zip="10001")
    Person.objects.filter(pk=gus.pk).update(birth_on=dt.date(1961, 4, 9))
    again = Person.objects.get(pk=gus.pk)
    assert again.birth_on == dt.date(1961, 4, 9)
    found = PersonAddress.objects.get(pk=home.pk)
    assert (found.line1, found.line2) == ("5 Elm Strèet", "")
    assert b"1961" not in stored(Person, "birth_on", gus.pk)
    assert b"Elm" not in stored(PersonAddress, "line1", home.pk)
    assert stored(PersonAddress, "line2", home.pk) == b""
    Person.objects.filter(pk=gus.pk).update(birth_on=None)
    assert Person.objects.filter(birth_on__isnull=True).get() == gus


def test_a_value_that_was_moved_to_another_column_or_got_another_index_does_not_open(gus: Person) -> None:
    home = PersonAddress.objects.create(person=gus, line1="5 Elm Street", line2="Apt 3")
    store(PersonAddress, "line2", home.pk, stored(PersonAddress, "line1", home.pk))
    with pytest.raises(Undecipherable):
        PersonAddress.objects.get(pk=home.pk)
    one, other = (PersonPhone.objects.create(person=gus, number=n) for n in ("+12125550123", "+12125550124"))
    mine, theirs = stored(PersonPhone, "number", one.pk), stored(PersonPhone, "number", other.pk)
    PersonPhone.objects.filter(pk=other.pk).delete()
    store(PersonPhone, "number", one.pk, theirs[:16] + mine[16:])
    with pytest.raises(Undecipherable):
        PersonPhone.objects.get(pk=one.pk)


def test_every_way_of_writing_keeps_the_index(gus: Person) -> None:
    def is_found(number: str) -> bool:
        return PersonPhone.objects.filter(number=number, number__in=[number, "+1"]).exists()

    numbers = [f"+1212555010{digit}" for digit in range(8)]
    created = PersonPhone.objects.create(person=gus, number=numbers[0])
    bulk.insert(PersonPhone, [PersonPhone(person=gus, number=number) for number in numbers[1:3]])
    PersonPhone.objects.bulk_create([PersonPhone(person=gus, number=numbers[3])])
    assert all(map(is_found, numbers[:4]))
    created.number = numbers[4]
    created.save(update_fields=["number"])
    assert (is_found(numbers[0]), is_found(numbers[4])) == (False, True)
    PersonPhone.objects.filter(pk=created.pk).update(number=numbers[5])
    assert (is_found(numbers[4]), is_found(numbers[5])) == (False, True)
    bulk.write(PersonPhone, ["number"], {created.pk: (numbers[6],)})
    assert (is_found(numbers[5]), is_found(numbers[6])) == (False, True)
    created.number = numbers[7]
    PersonPhone.objects.bulk_update([created], ["number"])
    assert (is_found(numbers[6]), is_found(numbers[7])) == (False, True)
    assert {one.number for one in PersonPhone.objects.all()} == {*numbers[1:4], numbers[7]}


def test_what_is_unique_stays_unique(gus: Person) -> None:
    PersonPhone.objects.create(person=gus, number="+12125550123")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonPhone.objects.create(person=gus, number="+12125550123")
    bulk.insert(PersonPhone, [PersonPhone(person=gus, number="+12125550123")], ignore_conflicts=True)
    assert PersonPhone.objects.count() == 1


@pytest.mark.parametrize("text", ["w12-3", "W123", "W1 23 4", "w12-34567890 A", "W1234567890AB", "w1234567890ab-cde"])
def test_a_beginning_is_found_however_it_is_spaced_and_in_any_case(gus: Person, text: str) -> None:
    patient = make_patient(account=make_account(practice=make_practice()))
    ours = make_coverage(patient=patient, payer=make_payer(), member_id="W12-34567890-ABCDEF", rank=2)
    make_coverage(patient=patient, payer=make_payer(), member_id="W13-34567890", rank=3)
    assert list(Coverage.objects.filter(member_id__begins=text)) == [ours]


@pytest.mark.parametrize("text", ["W12", "", "W12-34567891", "W1234567890ABX"])
def test_other_beginnings_are_not(gus: Person, text: str) -> None:
    patient = make_patient(account=make_account(practice=make_practice()))
    make_coverage(patient=patient, payer=make_payer(), member_id="W12-34567890-ABCDEF", rank=2)
    assert not Coverage.objects.filter(member_id__begins=text).exists()


@pytest.mark.parametrize(
    "lookup", ["birth_on", "birth_on__gte", "birth_on__year", "addresses__line1", "addresses__line1__icontains",
               "addresses__line1__in", "phones__number__startswith"]
)  # fmt: skip
def test_a_comparison_with_ciphertext_is_refused(gus: Person, lookup: str) -> None:
    with pytest.raises(FieldError, match="is encrypted"):
        Person.objects.filter(**{lookup: ["x"] if lookup.endswith("in") else "x"})


def test_other_columns_and_lists_in_one_parameter_are_refused_too(gus: Person) -> None:
    with pytest.raises(FieldError, match="is encrypted"):
        list(PersonPhone.objects.filter(number=models.F("kind")))
    with pytest.raises(FieldError, match="is encrypted"):
        list(PersonPhone.objects.filter(bulk.Among("number", ["+12125550123"])))


@pytest.mark.parametrize("value", [5, "1961-04-09", dt.datetime(1961, 4, 9, tzinfo=dt.UTC)])
def test_a_date_takes_dates(gus: Person, value: object) -> None:
    with pytest.raises(TypeError):
        Person.objects.filter(pk=gus.pk).update(birth_on=value)


def test_a_text_longer_than_its_column_is_refused(gus: Person) -> None:
    with pytest.raises(ValueError, match="longer than 80"):
        PersonAddress.objects.create(person=gus, line1="x" * 81)


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (PersonPhone.objects.filter(number="+12125550123"), "phone_by_number"),
        (Coverage.objects.filter(member_id__in=["W123"]), "coverage_by_member"),
        (Coverage.objects.filter(member_id__begins="W1234"), "coverage_by_member_prefix"),
        (Person.objects.filter(practice__in=[1, 2], birth_on__begins="1961"), "person_by_birth"),
    ],
)
def test_looking_uses_the_index(db: None, rows: models.QuerySet, index: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.explain()


def test_the_keyring_is_read_once(settings) -> None:
    settings.FIELD_KEYS = OLD
    assert keyring() is keyring()
