"""The worklist follows the books: what opens, changes and closes items, and that looking twice changes nothing."""

import datetime as dt

import pytest

from claims.billing.models import Submission
from claims.denials.models import Denial
from claims.ledger import services as ledger
from collections_app.worklist import refresh
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice, move

pytestmark = pytest.mark.django_db


def look(*claims, accounts=(), today=TODAY, event=""):
    return refresh.refresh(claims=[c.pk for c in claims], accounts=accounts, today=today, now=NOW, event=event)


def test_an_unanswered_claim_becomes_an_item_with_a_next_action_and_a_date():
    claim = make_claim(lines=("240.00",), billed_on=dt.date(2026, 11, 2))
    done = look(claim)
    item = WorkItem.objects.get(claim=claim)
    assert done.opened == 1
    assert (item.kind, str(item.amount)) == ("no_response", "240.00")
    assert item.next_action == "check_status"
    assert item.next_on == dt.date(2026, 12, 2)
