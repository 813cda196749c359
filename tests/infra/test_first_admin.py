"""The first owner of a new installation."""

import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from arwork.staff.models import AuditEvent, User

pytestmark = pytest.mark.django_db


def _first_admin(username: str) -> str:
    out = io.StringIO()
    call_command("first_admin", username, stdout=out)
    return out.getvalue().split()[-1]


def test_the_printed_password_opens_the_account_once() -> None:
    password = _first_admin("ana")
    user = authenticate(RequestFactory().post("/login"), username="ana", password=password)
    assert isinstance(user, User)
    assert (user.role, user.must_change_password) == ("owner", True)
    event = AuditEvent.objects.get(action="person_opened")
    assert password not in str(event.after)


def test_it_works_only_while_there_is_no_owner() -> None:
    _first_admin("ana")
    with pytest.raises(CommandError, match="already"):
        _first_admin("ben")
    User.objects.filter(username="ana").update(is_active=False)
    with pytest.raises(CommandError, match="taken"):
        _first_admin("Ana")
    assert _first_admin("ben")
