"""Gus and his page: born April 9, 1961, of Albany, who owes $240.00 for a visit on September 14, 2026."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from arwork.lib import clock
from claims.parties.models import PersonAddress
from collections_app.portal.links import portal_link
from tests.cast import make_account, make_ana, make_claim, make_patient, make_practice

BORN = {"month": "4", "day": "9", "year": "1961"}
RIGHT = {**BORN, "zip": "12207"}


def open_door(client: Client, link: str, answers: dict[str, str] | None = None) -> Any:
    """Follow a link, and answer the questions."""
    client.get(link.removeprefix("http://127.0.0.1:8000"))
    return client.post("/my-bill/answer", answers or RIGHT)


def indebted() -> SimpleNamespace:
    """Gus, his visit, and a link to his page."""
    practice = make_practice()
    practice.phone, practice.address, practice.city, practice.zip = "+15185550100", "1 Quay", "Albany", "12207"
    practice.save()
    account = make_account(practice=practice, address=False)
    PersonAddress.objects.create(
        person=account.guarantor, line1="12 Dove Street", city="Albany", state="NY", zip="12207-1010"
    )
    patient = make_patient(account=account)
    claim = make_claim(patient=patient, payers=(), lines=("240.00",), service_on=dt.date(2026, 9, 14))
    link = portal_link(account, actor=None, now=clock.now(), today=clock.today())
    return SimpleNamespace(
        practice=practice, account=account, patient=patient, claim=claim, link=link, ana=make_ana(practice)
    )


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    """Gus, who owes $240.00."""
    return indebted()


@pytest.fixture
def inside(gus: SimpleNamespace, client: Client) -> Client:
    """A browser in which Gus is on his page."""
    assert open_door(client, gus.link).status_code == 302
    return client
