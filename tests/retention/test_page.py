"""The page of terms: an owner's, with what goes next and what went."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arwork.staff.models import BrowserSession
from arwork.web.tasks import drop_ended_sessions
from collections_app.retention import services
from tests.cast import NOW, make_oona, make_practice, make_user

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)
    monkeypatch.setattr("arwork.lib.clock.today", NOW.date)


@pytest.mark.parametrize("role", ["collector", "supervisor", "admin", "auditor"])
def test_it_is_no_one_s_but_an_owner_s(client: Client, role: str) -> None:
    client.force_login(make_user(username="one", role=role, practices=[make_practice()]), backend=BACKEND)
    assert client.get(reverse("retention")).status_code == 403
    assert reverse("retention") not in client.get(reverse("setup")).content.decode()


def test_an_owner_sees_terms_what_is_past_them_and_the_last_runs(client: Client) -> None:
    client.force_login(make_oona(make_practice()), backend=BACKEND)
    assert reverse("retention") in client.get(reverse("setup")).content.decode()
    page = client.get(reverse("retention"))
    terms = {one.kind.code: term for one, term, _ in page.context["rows"]}
    assert terms["drafts"] == "7 days"
    assert terms["accepted_files"] == "10 years"
    assert terms["half_arrived"] == "1 day"
    assert f'{reverse("limit_new")}?name=keep_drafts"' in page.content.decode()
    assert "None yet. The first runs in the coming night." in page.content.decode()
    services.enforce(today=NOW.date(), now=NOW)
    assert "Nothing was past its term" in client.get(reverse("retention")).content.decode()


def test_a_hold_stands_on_the_page_and_beside_the_runs_that_it_stopped(client: Client, settings: Any) -> None:
    client.force_login(make_oona(make_practice()), backend=BACKEND)
    settings.LEGAL_HOLD = "Doe v. Harbor <Clinic>"
    services.enforce(today=NOW.date(), now=NOW)
    page = client.get(reverse("retention")).content.decode()
    assert "Doe v. Harbor &lt;Clinic&gt;. Nothing that has a term is deleted until" in page
    assert "Nothing: legal hold, Doe v. Harbor &lt;Clinic&gt;" in page


def test_what_the_page_says_goes_on_under_a_hold_has_no_term(client: Client, settings: Any) -> None:
    """Ended sessions go each hour, once: no run counts them, and no hold is said to keep them."""
    settings.LEGAL_HOLD = "Doe v. Harbor Clinic"
    client.force_login(make_oona(make_practice()), backend=BACKEND)
    page = client.get(reverse("retention"))
    assert not [one.kind.label for one, _, _ in page.context["rows"] if "session" in one.kind.label]
    assert "<strong>Ended sessions, with the searches in them</strong>" in page.content.decode()
    BrowserSession.objects.update(expire_date=NOW - dt.timedelta(seconds=1))
    services.enforce(today=NOW.date(), now=NOW)
    assert BrowserSession.objects.exists()
    drop_ended_sessions()
    assert not BrowserSession.objects.exists()
