"""A second factor that is lost, removed, reset or given new codes; and what a database that leaks gives away."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from arwork.lib.errors import DomainError
from arwork.staff import factor_secrets, people, second_factor
from arwork.staff.models import AuditEvent, User
from tests.cast import NOW, make_ada, make_practice, make_user
from tests.staff.second_factors import code_of, give_code, give_password, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def time() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def _actions() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_secrets_are_encrypted_and_survive_a_new_key(client: Client, settings: Any) -> None:
    ana = make_user()
    secret, codes = with_app(ana, at=NOW)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code.replace(" ", "") in stored for code in codes)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "1" * 50
    assert second_factor.check_code(ana, code_of(secret, NOW), now=NOW) == "totp"
    settings.SECRET_KEY_FALLBACKS = []  # what was used meanwhile is kept with the new key
    later = NOW + dt.timedelta(minutes=2)
    assert second_factor.check_code(ana, code_of(secret, later), now=later) == "totp", (
        "used once, kept with the new key"
    )


def test_recovery_codes_survive_a_new_key_too(settings: Any) -> None:
    ana = make_user()
    _, codes = with_app(ana, at=NOW)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "1" * 50
    assert second_factor.check_code(ana, codes[0], now=NOW) == "recovery_codes"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(ana, codes[0], now=NOW)
    assert second_factor.check_code(ana, codes[1], now=NOW) == "recovery_codes"


def test_a_rotation_encrypts_what_nobody_used_meanwhile(settings: Any, django_assert_num_queries: Any) -> None:
    ana, bob = make_user(), make_user(username="bob")
    (secret, codes), (lost, _) = with_app(ana, at=NOW), with_app(bob, at=NOW)
    Authenticator.objects.filter(user=bob, type="totp").update(data={"secret": _under("forgotten", lost), "step": 1})
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "1" * 50
    said = io.StringIO()
    call_command("rotate_keys", "--count", stdout=said)
    assert "mfa_authenticator: 3 rows" in said.getvalue(), "and not the one whose key is lost"
    call_command("rotate_keys", stdout=said)
    assert "Nothing is under older keys any more" in said.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    assert second_factor.check_code(ana, codes[0], now=NOW) == "recovery_codes"
    assert second_factor.check_code(ana, code_of(secret, NOW), now=NOW) == "totp"
    with django_assert_num_queries(6):  # two batches, each in a savepoint; the second is empty
        assert factor_secrets.renew_outdated(say=lambda _: None) == 0


def _under(key: str, secret: str) -> str:
    with override_settings(SECRET_KEY=key):
        return factor_secrets.FactorAdapter().encrypt(secret)


def test_a_key_that_is_lost_refuses_and_breaks_nothing(settings: Any) -> None:
    ana = make_user()
    secret, codes = with_app(ana, at=NOW)
    settings.SECRET_KEY = "another-key-" + "1" * 50
    assert second_factor.factors(ana).codes_left == 10
    for code in (code_of(secret, NOW), codes[0]):
        with pytest.raises(second_factor.WrongCode):
            second_factor.check_code(ana, code, now=NOW)


def test_new_recovery_codes_void_those_of_before(client: Client) -> None:
    ana = make_user()
    secret, before = with_app(ana, at=NOW)
    give_password(client)
    give_code(client, code_of(secret, NOW))
    page = client.post("/security/second/codes").content.decode()
    codes = re.findall(r"<li>(\d{5} \d{5})</li>", page)
    assert len(codes) == 10
    assert "data:text/plain" in page
    with pytest.raises(second_factor.WrongCode):
        second_factor.check_code(ana, before[0], now=NOW)
    assert second_factor.check_code(ana, codes[0], now=NOW) == "recovery_codes"
    assert codes[1] not in client.get("/security").content.decode(), "shown once"


def test_the_last_one_stays_where_the_role_needs_it(settings: Any) -> None:
    ana = make_user()
    with_app(ana, at=NOW)
    (app,) = second_factor.factors(ana).main
    settings.SECOND_FACTOR_ROLES = ["all"]
    with pytest.raises(DomainError, match="this is the last"):
        second_factor.remove(ana, app.id, now=NOW)
    settings.SECOND_FACTOR_ROLES = []
    second_factor.remove(ana, app.id, now=NOW)
    assert not Authenticator.objects.exists(), "recovery codes go with the last one"
    assert _actions()[-1] == "second_factor_removed"


def test_nobody_removes_one_of_somebody_else(client: Client) -> None:
    ana, ben = make_user(), make_user(username="ben")
    with_app(ana, at=NOW)
    (app,) = second_factor.factors(ana).main
    give_password(client, "ben")
    assert client.post(f"/security/second/{app.id}/remove").status_code == 404
    assert second_factor.has_any(ana)
    assert not second_factor.has_any(ben)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager_tasks")
def test_an_administrator_resets_a_lost_one_and_the_person_is_told(client: Client, settings: Any) -> None:
    settings.EMAIL_CONFIGURED = True
    harbor = make_practice()
    ana, ada = make_user(practices=[harbor]), make_ada(harbor)
    User.objects.filter(pk=ana.pk).update(email="ana@harbor.example")
    secret, _ = with_app(ana, at=NOW)
    of_ana = Client()
    give_password(of_ana)
    give_code(of_ana, code_of(secret, NOW))
    give_password(client, "ada")
    assert "Reset the second factor" in client.get(f"/people/{ana.pk}").content.decode()
    client.post(f"/people/{ana.pk}/second")
    assert of_ana.get("/security").status_code == 302, "signed out"
    assert give_password(of_ana).headers["Location"] == "/people", "the password alone, until a new one is set up"
    event = AuditEvent.objects.get(action="second_factor_reset")
    assert (event.actor, event.subject_id, event.before) == (ada, ana.pk, {"kinds": ["recovery_codes", "totp"]})
    assert outbox.outbox[-1].to == ["ana@harbor.example"]
    assert "removed the second factor" in outbox.outbox[-1].body


def test_nobody_resets_their_own_and_nobody_that_of_other_practices() -> None:
    ada = make_ada(make_practice())
    otto = make_user(username="otto", practices=[make_practice(name="Oak Street Surgery", npi="1003000126")])
    for user in (ada, otto):
        with_app(user, at=NOW)
    with pytest.raises(DomainError, match="Another administrator"):
        people.reset_second_factor(ada.pk, actor=ada, now=NOW)
    with pytest.raises(DomainError, match="no such person"):
        people.reset_second_factor(otto.pk, actor=ada, now=NOW)


def test_the_last_administrator_is_helped_by_a_command(client: Client) -> None:
    ada = make_ada(make_practice())
    with_app(ada, at=NOW)
    call_command("reset_second_factor", "ada", stdout=io.StringIO())
    assert give_password(client, "ada").headers["Location"] == "/people"
    assert AuditEvent.objects.get(action="second_factor_reset").actor is None
    for name in ("ada", "nobody"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name)
