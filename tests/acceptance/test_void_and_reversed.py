"""A claim that was voided, and the payer that reverses what it had paid: the two meet in any order."""

from itertools import permutations

import pytest

from claims.billing.models import Claim
from claims.ledger.selectors import account_totals
from claims.remits.models import RemitException
from tests.acceptance.conftest import ImportEdi
from tests.acceptance.test_paid_before_billed import BILL, paid
from tests.edi_intake.writing import write_837

FILES = {
    "billed": lambda: write_837([BILL], control=1, sent_on="20260916"),
    "voided": lambda: write_837([BILL.but(frequency="8")], control=2, sent_on="20261101"),
    "paid": paid,
    "reversed": lambda: paid(sign="-", trace="EFT2"),
}


@pytest.mark.parametrize("order", [one for one in permutations(FILES) if one.index("billed") < one.index("voided")])
def test_nobody_owes_anything_and_nothing_waits(import_edi: ImportEdi, order: tuple[str, ...]) -> None:
    for name in order:
        import_edi(FILES[name]())

    claim = Claim.objects.get()
    assert (claim.state, str(claim.balance), claim.awaiting_correction_since) == ("void", "0.00", None)
    assert not RemitException.objects.filter(state="open").exists()
    totals = account_totals([claim.practice_id])
    assert (str(totals["CASH"]), str(totals.get("UNAPPLIED", "0.00"))) == ("0.00", "0.00")
