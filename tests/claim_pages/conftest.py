"""Somebody signed in, and somebody else's practice."""

import pytest
from django.test import Client

from claims.practices.models import Practice
from tests.cast import make_abe, make_practice, make_sol, make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def theirs(db) -> Practice:
    """A practice that nobody here works for."""
    return make_practice(name="Oak Street Surgery", npi="1003000126")


@pytest.fixture
def sol(client: Client, db) -> Client:
    """Sol the supervisor, who posts money."""
    client.force_login(make_sol(make_practice()), backend=BACKEND)
    return client


@pytest.fixture
def ana(db) -> Client:
    """Ana the collector."""
    client = Client()
    client.force_login(make_user(practices=[make_practice()]), backend=BACKEND)
    return client


@pytest.fixture
def abe(db) -> Client:
    """Abe the auditor."""
    client = Client()
    client.force_login(make_abe(make_practice()), backend=BACKEND)
    return client
