"""An owner where arwork runs already, and the pages of an owner."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from arwork.staff.models import AuditEvent, User
from claims.practices.models import Practice
from tests.cast import NOW, make_ada, make_oona, make_practice, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
MIGRATION = importlib.import_module("arwork.staff.migrations.0005_owner")


def migrate() -> None:
    with connection.schema_editor() if connection.vendor == "postgresql" else _Editor() as editor:
        MIGRATION.name_an_owner(apps, editor)


class _Editor:
    connection = connection

    def __enter__(self) -> "_Editor":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_the_oldest_active_administrator_becomes_the_owner_and_nobody_else() -> None:
    first = make_user(username="first", role="admin")
    second, third = (make_user(username=name, role="admin") for name in ("second", "third"))
    User.objects.filter(pk=first.pk).update(is_active=False)
    User.objects.filter(pk=second.pk).update(date_joined=NOW.replace(year=2025))
    for _ in range(2):
        migrate()
        assert set(User.objects.filter(role="owner")) == {second}
    assert User.objects.get(pk=third.pk).role == "admin"


def test_an_installation_without_administrators_is_left_alone() -> None:
    make_user(username="ana")
    migrate()
    assert not User.objects.filter(role="owner").exists()


def test_an_owner_gives_and_takes_access_on_a_page(client: Client) -> None:
    oak, oona, cleo = make_practice(name="Oak"), make_oona(), make_user(username="cleo", first="Cleo")
    client.force_login(oona, backend=BACKEND)
    assert "nobody" in client.get("/people/practices").content.decode()
    address = f"/people/practices/{oak.pk}"
    assert "Nobody sees this practice" in client.get(address).content.decode()
    assert "Cleo Test sees this practice now" in client.post(address, {"person": cleo.pk}, follow=True).content.decode()
    assert list(cleo.practices.all()) == [oak]
    assert client.post(address, {"person": "x"}).status_code == 404
    shown = client.get(address).content.decode()
    assert "Yes, withdraw it" in shown  # one press takes nothing away
    everybody = client.get(f"/people/practices/{_with_everybody().pk}").content.decode()
    assert "Everybody has access" in everybody
    assert "Give access" not in everybody
    client.post(f"{address}/{cleo.pk}/withdraw")
    assert oak not in cleo.practices.all()
    assert "access granted" in client.get("/audit").content.decode().lower().replace("_", " ")
    client.force_login(make_ada(oak), backend=BACKEND)
    assert client.get("/people/practices").status_code == 403
    found = AuditEvent.objects.filter(practice_id=oak.pk, subject="user", subject_id=cleo.pk)
    assert found.count() == 2
    assert "access granted" in client.get("/audit").content.decode().lower().replace("_", " ")


def _with_everybody() -> Practice:
    full = make_practice(name="Full House", npi="1003000134")
    for one in User.objects.all():
        one.practices.add(full)
    return full


def test_the_form_of_an_administrator_offers_no_owner_and_no_other_practice(client: Client) -> None:
    harbor, oak = make_practice(), make_practice(name="Oak Street Surgery", npi="1003000126")
    client.force_login(make_ada(harbor), backend=BACKEND)
    text = client.get("/people/new").content.decode()
    assert 'value="owner"' not in text
    assert "Oak Street" not in text
    client.force_login(make_oona(), backend=BACKEND)
    text = client.get("/people/new").content.decode()
    assert 'value="owner"' in text
    assert f'value="{oak.pk}"' in text
