"""Everything goes under a new key: fields, notes that can't be changed otherwise, received files. In pieces, too."""

import datetime as dt
import io
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from arwork.lib import key_rotation, schema
from arwork.lib.encrypted_fields import EncryptedField
from arwork.lib.encryption import Undecipherable
from arwork.lib.keyring import new_key
from arwork.staff.models import AuditEvent, User
from claims.edi import store
from claims.parties.models import Coverage, Person, PersonPhone
from collections_app.contacts.models import Contact
from tests.cast import make_sol
from tests.edi_intake.conftest import NOW, TakeIn
from tests.edi_intake.writing import Sent, write_837

pytestmark = pytest.mark.django_db
K1, K2 = (f"k{n}:" + letter * 43 + "=" for n, letter in ((1, "I"), (2, "Q")))
GUS = Sent(number="HC-1", member="MBR00100")


@pytest.fixture(autouse=True)
def _first_key(settings) -> None:
    settings.FIELD_KEYS = K1


def rotate(*words: str) -> list[str]:
    out = io.StringIO()
    call_command("rotate_keys", *words, stdout=out)
    return out.getvalue().splitlines()


def note_a_call(account_id: int) -> Contact:
    person = Person.objects.earliest("pk")
    return Contact.objects.create(
        practice_id=person.practice_id, account_id=account_id, person=person, channel="phone", outcome="reached",
        note="Gus asks for mercy", at=NOW,
        by=make_sol(person.practice),
    )  # fmt: skip


@pytest.fixture
def _books(take_in: TakeIn) -> None:
    take_in(write_837([GUS.but(number=f"HC-{n}", first=f"GUS{n}", member=f"MBR0010{n}") for n in range(5)]))
    for person in Person.objects.all():
        PersonPhone.objects.create(person=person, number="+12125550123")
    note_a_call(Coverage.objects.earliest("pk").patient.account_id)


def everything() -> dict[str, list[tuple]]:
    return {
        model._meta.db_table: list(model._default_manager.order_by("pk").values_list("pk", *(f.name for f in fields)))
        for model, fields in key_rotation.encrypted_models()
    }


@pytest.mark.usefixtures("_books")
def test_after_it_the_old_key_is_needed_for_nothing(settings) -> None:
    before = everything()
    assert before["claims_coverage"]
    assert before["collections_app_contact"]
    settings.FIELD_KEYS = f"{K2},{K1}"
    assert "claims_coverage: 5 rows" in rotate("--count")
    said = rotate()
    assert "claims_coverage: 5 of 5 rows" in said
    assert "received files: 1 of 1" in said
    settings.FIELD_KEYS = K2
    assert everything() == before
    assert Coverage.objects.filter(member_id__begins="mbr0010").count() == 5
    assert PersonPhone.objects.filter(number="+12125550123").count() == 5
    [sha256] = store.stored_hashes()
    assert b"GUARINO" in b"".join(store.stored_blocks(sha256))
    event = AuditEvent.objects.get(action="rotate_keys")
    assert event.after == {"key": "k2", "rows": 21, "files": 1, "rows_left": 0, "files_left": 0}


@pytest.mark.usefixtures("_books")
def test_a_rotation_that_stopped_half_way_is_readable_and_goes_on(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    settings.FIELD_KEYS = f"{K2},{K1}"
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    written = []

    def stop(text: str) -> None:
        written.append(text)
        if text.startswith("claims_coverage: 4"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate_fields(say=stop)
    assert key_rotation.count_outdated()["claims_coverage"] == 1
    assert everything() == before
    rotate()
    assert key_rotation.count_outdated() == {}
    settings.FIELD_KEYS = K2
    assert everything() == before


@pytest.mark.usefixtures("_books")
def test_a_second_rotation_writes_nothing(settings) -> None:
    settings.FIELD_KEYS = f"{K2},{K1}"
    rotate()
    assert rotate()[-2] == "Now under the key k2: 0 rows more, 0 files more."


@pytest.mark.usefixtures("_books")
def test_without_the_old_key_it_names_that_key_and_changes_nothing(settings) -> None:
    settings.FIELD_KEYS = K2
    with pytest.raises(CommandError, match="the key k1, which"):
        rotate()
    settings.FIELD_KEYS = K1
    assert key_rotation.count_outdated() == {}


@pytest.mark.usefixtures("_books")
def test_contacts_can_be_changed_by_nobody_afterwards_either(settings) -> None:
    settings.FIELD_KEYS = f"{K2},{K1}"
    rotate()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Contact.objects.update(minutes=5)


@pytest.mark.usefixtures("_books")
def test_a_file_that_is_being_read_is_left_and_said(settings) -> None:
    settings.FIELD_KEYS = f"{K2},{K1}"
    [sha256] = store.stored_hashes()
    with store.reading_lock(sha256), pytest.raises(CommandError, match="0 rows and 1 files are still under older"):
        rotate()
    rotate()
    assert not store.is_outdated(sha256)


def test_a_new_key_is_printed_and_its_id_is_checked() -> None:
    [entry] = rotate("--new-key", "k2")
    assert entry.startswith("k2:")
    with pytest.raises(CommandError, match="is no id"):
        rotate("--new-key", "K 2")


@time_machine.travel(NOW + dt.timedelta(days=11))  # when the number may be called, and so is shown
@pytest.mark.usefixtures("_books")
def test_with_a_wrong_key_a_page_says_so_and_shows_nothing(settings, client) -> None:
    client.force_login(User.objects.get())
    account = Coverage.objects.earliest("pk").patient.account_id
    assert b"(212) 555-0123" in client.get(f"/accounts/{account}").content
    settings.FIELD_KEYS = new_key("k1")
    client.raise_request_exception = False
    page = client.get(f"/accounts/{account}")
    assert page.status_code == 503
    assert b"the key of their name is another one" in page.content
    assert b"555-0123" not in page.content


@pytest.mark.usefixtures("_books")
def test_nothing_starts_under_other_keys(settings) -> None:
    assert schema.refusal() == ""
    settings.FIELD_KEYS = K2
    assert "the key k1, which this installation does not have" in schema.refusal()
    settings.FIELD_KEYS = f"{K2},{K1}"
    assert schema.refusal() == ""
    settings.INDEX_KEY = "another"
    assert "INDEX_KEY (where it is not given, MATCH_KEY_SECRET) is not the one" in schema.refusal()


def test_nothing_of_a_patient_is_legible_on_disk(take_in: TakeIn, settings) -> None:
    """The database as it is dumped, and the folder of received files, after an import, a phone and a note."""
    take_in(write_837([GUS.but(member="MBR-7741-XQ", born="19610412")]))
    person = Person.objects.get()
    PersonPhone.objects.create(person=person, number="+12125550123")
    note_a_call(Coverage.objects.get().patient.account_id)
    assert (person.birth_on, person.addresses.get().line1) == (dt.date(1961, 4, 12), "12 ELM STREET")
    told = (b"MBR-7741-XQ", b"MBR7741XQ", b"2125550123", b"1961-04-12", b"19610412", b"ELM STREET", b"asks for mercy")
    columns = [
        (model._meta.db_table, field.column) for model in apps.get_models() for field in model._meta.concrete_fields
    ]
    with connection.cursor() as cursor:
        for table, column in columns:
            cursor.execute(f'SELECT "{column}" FROM "{table}"')
            for (value,) in cursor.fetchall():
                held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert not [word for word in told if word in held], f"{table}.{column}"
    files = [path for path in Path(settings.RAW_FILES_DIR).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files for word in told if word in path.read_bytes()]


def test_every_encrypted_field_can_be_read_back() -> None:
    fields = [field for _, fields in key_rotation.encrypted_models() for field in fields]
    assert len(fields) > 10
    for field in fields:
        assert isinstance(field, EncryptedField)
        value = dt.date(1961, 4, 12) if type(field).__name__ == "EncryptedDateField" else "Élan 5"
        assert field.read(field.stored(value)) == value
        with pytest.raises(Undecipherable):
            field.read(field.stored(value)[:-1])
