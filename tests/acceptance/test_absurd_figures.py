"""Figures that no table can hold: a field that shifted, a counter that ran over. They stop nobody's payment."""

import pytest

from claims.billing.models import ClaimLine
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_claim
from tests.remits.era import Clp, Era, Svc


def remitted(number: str, units: str) -> str:
    line = Svc("100.00", "80.00", [("CO-45", "20.00")])
    return Era([Clp(number, [line])]).text().replace("*100.00*80.00**1~", f"*100.00*80.00**{units}~")


@pytest.mark.parametrize("units", ["9999999999", "99999999.9999", "-9999999999", "0.00001"])
def test_a_count_of_units_holds_no_payment_up(import_edi: ImportEdi, units: str) -> None:
    claim = make_claim(number="AB-1", lines=["100.00"])
    [told] = import_edi(remitted("AB-1", units))
    claim.refresh_from_db()
    assert (told["status"], str(claim.balance)) == ("posted", "0.00")


def test_nor_does_it_hold_up_a_claim_that_only_its_payment_names(import_edi: ImportEdi) -> None:
    [told] = import_edi(remitted("AB-2", "9999999999"), onboarding=True)
    assert (told["status"], str(ClaimLine.objects.get(claim__number="AB-2").charge)) == ("posted", "100.00")


def test_amounts_whose_sum_no_deposit_could_be_wait_with_their_segments(import_edi: ImportEdi) -> None:
    vast = "9999999999999.00"
    lines = [Svc(vast, vast)]
    [told] = import_edi(Era([Clp("AB-3", lines), Clp("AB-4", lines, icn="I2")], bpr="5.00").text())
    assert told["status"] == "staged"
    assert {"segment 13, CLP03", "segment 13, CLP04"} <= {
        problem["where"] for problem in told["problems"] if problem["code"] == "bad_amount"
    }
