"""The unit of work on a denied claim is what is denied of it."""

from decimal import Decimal

import pytest

from claims.ledger import services as ledger
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_claim, make_payer, move
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db


def test_an_item_shows_what_is_denied_and_not_what_another_payer_owes_beside_it(look):
    claim = make_claim(payers=[make_payer(), make_payer(name="Other", payer_id="OTH1")], lines=("701.95",))
    ledger.post(
        [move(claim.lines.first(), kind="transfer", debit="PAYER2", credit="PAYER1", amount="161.95", on=TODAY)],
        now=NOW, reason="remit",
    )  # fmt: skip
    deny(claim, carc="252", amount="540.00")
    look(claim)
    assert WorkItem.objects.get(claim=claim, state="open").amount == Decimal("540.00")


def test_what_was_paid_since_is_denied_no_more(look):
    claim = make_claim(lines=("240.00",))
    deny(claim, amount="240.00")
    ledger.post(
        [move(claim.lines.first(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="200.00", on=TODAY)],
        now=NOW, reason="remit",
    )  # fmt: skip
    look(claim)
    assert WorkItem.objects.get(claim=claim, state="open").amount == Decimal("40.00")
