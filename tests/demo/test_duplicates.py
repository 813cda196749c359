"""The demo shows bills that came twice and people who were typed twice: some wait, one of each is merged."""

import pytest

from claims.billing.models import Claim, PossibleDuplicate
from claims.duplicates.models import PersonPair
from claims.ledger.verify import verify
from claims.practices.models import Practice
from tests.demo.loaded import load_once

pytestmark = pytest.mark.django_db
loaded = load_once(claims=120)


def test_one_pair_of_claims_waits_and_one_is_merged():
    assert set(PossibleDuplicate.objects.values_list("state", flat=True)) == {"open", "merged"}
    assert Claim.objects.exclude(merged_into=None).count() == 1


def test_one_pair_of_people_waits_and_one_is_merged():
    assert {"open", "merged"} <= set(PersonPair.objects.values_list("state", flat=True))


def test_the_books_hold():
    practices = list(Practice.objects.values_list("pk", flat=True))
    assert [check.failures for check in verify(practices) if not check.holds] == []
