"""Two people place the same account at the same moment, on a database that runs them at once: it is placed once."""

from decimal import Decimal
from uuid import uuid4

import pytest

from arwork.lib.errors import DomainError
from claims.ledger.models import Receivable
from collections_app.agencies.models import AgencyPlacement, PlacementBatch
from collections_app.agencies.placing import place
from tests.cast import NOW, TODAY
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_form_that_is_sent_twice_places_once(agency, owing, sol):
    account, key = owing("200.00"), uuid4()

    def placed():
        return place([account.pk], agency.pk, key=key, actor=sol, today=TODAY, now=NOW).pk

    first, second = at_once(placed, placed)
    assert first == second
    assert (PlacementBatch.objects.count(), AgencyPlacement.objects.count()) == (1, 1)


def test_two_lists_with_the_same_account_place_it_once(agency, owing, sol):
    account = owing("200.00")

    def placed():
        try:
            return place([account.pk], agency.pk, key=uuid4(), actor=sol, today=TODAY, now=NOW).count
        except DomainError:
            return 0

    assert sorted(at_once(placed, placed)) == [0, 1]
    assert Receivable.objects.get(bucket="AGENCY").amount == Decimal("200.00")
