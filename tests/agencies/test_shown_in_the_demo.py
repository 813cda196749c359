"""The demo shows an agency with its contract, and its books stay together whatever was placed there."""

import pytest

from claims.remits.verify import verify
from collections_app.agencies.models import Agency
from tests.demo.loaded import load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=300)


def test_an_agency_with_its_contract():
    agency = Agency.objects.get()
    assert (agency.licences.count(), agency.fees.count()) == (6, 3)
    assert all(check.holds for check in verify([agency.practice_id]))
