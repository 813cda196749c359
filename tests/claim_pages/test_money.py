"""Money: the page that leads to everything by which people move it."""

import pytest
from django.test import Client

from tests.cast import make_practice, make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["collector", "supervisor", "admin", "owner", "auditor"])
def test_every_place_that_is_offered_opens(client: Client, role: str) -> None:
    client.force_login(make_user(role=role, practices=[make_practice()]), backend=BACKEND)
    places = [url for _, rows in client.get("/money").context["groups"] for _, url, _ in rows]
    assert places
    assert {url: client.get(url).status_code for url in places} == dict.fromkeys(places, 200)


def test_what_waits_is_counted_where_it_waits(client: Client) -> None:
    practice = make_practice()
    supervisor = make_user(role="supervisor", practices=[practice])
    client.force_login(supervisor, backend=BACKEND)
    counts = {place.name: count for _, rows in client.get("/money").context["groups"] for place, _, count in rows}
    assert counts["remit_exceptions"] == 0
    assert counts["cash_days"] == 0
