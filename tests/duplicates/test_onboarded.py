"""A claim opened from a remittance that repeats another one is asked about as well."""

import pytest

from claims.billing.models import Claim, PossibleDuplicate
from tests import cast
from tests.duplicates.conftest import ensure_books_hold
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def test_two_answers_to_one_service_under_two_numbers_are_asked_about() -> None:
    practice = cast.make_practice()
    lines = [Svc("240.00", "120.00", [("CO-45", "120.00")])]
    both = [Clp("H1", lines, icn="I1"), Clp("H2", lines, icn="I2")]
    take(Era(both, practice=practice), create_missing=True)
    if Claim.objects.count() == 2:
        assert PossibleDuplicate.objects.get().claim.number == "H2"
    ensure_books_hold()
