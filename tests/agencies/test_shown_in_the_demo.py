"""The demo shows an agency: a batch that it has, a payment and a return that it reports, an account called back."""

import pytest

from claims.remits.verify import verify
from collections_app.agencies.models import Agency, AgencyFileRow, AgencyPlacement
from tests.demo.loaded import load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=300)


def test_an_agency_with_what_became_of_its_accounts():
    agency = Agency.objects.get()
    assert agency.licences.count() >= 3
    assert set(AgencyPlacement.objects.values_list("state", flat=True)) >= {"placed", "returned", "recalled"}
    assert AgencyFileRow.objects.filter(state="waiting").count() == 1
    assert all(check.holds for check in verify([agency.practice_id]))
