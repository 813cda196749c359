"""A claim that was paid is replaced or voided: what was paid stays where it is, and the books say who is owed."""

import pytest

from claims.billing.models import Claim
from tests.acceptance.conftest import ImportEdi
from tests.balances import balance_of
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

GUS = Sent(number="RV-1", charge="200.00")
PAID = Clp(
    number="RV-1",
    lines=[Svc("200.00", "120.00", [("CO-45", "50.00"), ("PR-2", "30.00")], code="99213", on=None)],
)


def owed() -> dict[str, str]:
    found = balance_of(Claim.objects.get(number="RV-1").pk)
    return {bucket: str(amount) for bucket, amount in found.items() if amount}


def test_a_replacement_that_charges_more_leaves_the_difference_with_the_payer(import_edi: ImportEdi) -> None:
    import_edi(write_837([GUS]), Era([PAID]).text())
    assert owed() == {"PATIENT": "30.00"}
    [told] = import_edi(write_837([GUS.but(frequency="7", charge="260.00", icn="ICN1")], control=2))
    assert (told["status"], told["posted"]) == ("posted", 1)
    assert owed() == {"PAYER1": "60.00", "PATIENT": "30.00"}


@pytest.mark.parametrize(
    ("charge", "left"),
    [
        ("170.00", {"PATIENT": "30.00"}),  # 20.00 of the write-off stand
        ("150.00", {"PATIENT": "30.00"}),  # nothing is written off: paid and share make the charge
        ("130.00", {"PATIENT": "10.00"}),  # the share gives before the payment does
        ("90.00", {"PAYER1": "-30.00"}),  # a credit of what was paid beyond the charge
    ],
)
def test_a_replacement_that_charges_less_keeps_payments_then_the_share_then_the_write_off(
    import_edi: ImportEdi, charge: str, left: dict[str, str]
) -> None:
    import_edi(write_837([GUS]), Era([PAID]).text())
    import_edi(write_837([GUS.but(frequency="7", charge=charge, icn="ICN1")], control=2))
    assert owed() == left


def test_a_void_after_payment_owes_the_payer_what_it_paid_and_nothing_else(import_edi: ImportEdi) -> None:
    import_edi(write_837([GUS]), Era([PAID]).text())
    [told] = import_edi(write_837([GUS.but(frequency="8", icn="ICN1")], control=2))
    assert told["status"] == "posted"
    assert owed() == {"PAYER1": "-120.00"}
    assert Claim.objects.get(number="RV-1").state == "void"


def test_another_bill_under_a_number_in_use_is_refused_and_changes_nothing(import_edi: ImportEdi) -> None:
    import_edi(write_837([GUS]))
    [told] = import_edi(write_837([GUS.but(charge="999.00", served="20260101")], control=2))
    assert (told["status"], told["posted"], told["exceptions"]) == ("partly", 0, 1)
    [problem] = [one for one in told["problems"] if one["code"] == "number_taken"]
    assert "CLM01" in problem["where"]
    assert "frequency 7" in problem["message"]
    assert owed() == {"PAYER1": "200.00"}
