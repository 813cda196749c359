"""A claim that was paid is replaced or voided: what was paid stays where it is, and the books say who is owed."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from claims.remits.exceptions import accept_exception
from claims.remits.models import RemitException
from tests.acceptance.conftest import ImportEdi
from tests.balances import balance_of
from tests.cast import NOW, TODAY, make_ada, make_practice
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


SECOND = ("SECOND MUTUAL", "SEC01")
TWO = GUS.but(lines=(("99213", "140.00"), ("36415", "60.00")))
BOTH_INSURE = TWO.but(sequence="S", payer=SECOND, prior=("MERIDIAN CHOICE", "MER01", "120.00"), member="OTH9")


def answered_by_both() -> tuple[bytes | str, ...]:
    """Of 140 and 60: the first payer pays 90 and 30 and leaves 20 and 10; the second pays 15 and 4 of those."""
    first = [
        Svc("140.00", "90.00", [("CO-45", "30.00"), ("PR-2", "20.00")], code="99213", on=None),
        Svc("60.00", "30.00", [("CO-45", "20.00"), ("PR-2", "10.00")], code="36415", on=None),
    ]
    second = [
        Svc("140.00", "15.00", [("OA-23", "120.00"), ("PR-2", "5.00")], code="99213", on=None),
        Svc("60.00", "4.00", [("OA-23", "50.00"), ("PR-2", "6.00")], code="36415", on=None),
    ]
    later = Era([Clp("RV-1", second, status="2", icn="B1")], trace="T2", payer="Second Mutual", payer_id="SEC01")
    return (
        write_837([TWO]), write_837([BOTH_INSURE], control=2, sent_on="20261101"),
        Era([Clp("RV-1", first, icn="A1")], trace="T1").text(),
        later.text().replace("1512345678", "1598765432"),
    )  # fmt: skip


def test_a_void_leaves_each_payer_what_it_paid(import_edi: ImportEdi) -> None:
    import_edi(*answered_by_both())
    assert owed() == {"PATIENT": "11.00"}
    import_edi(write_837([TWO.but(frequency="8", icn="A1")], control=3, sent_on="20261110"))
    assert owed() == {"PAYER1": "-120.00", "PAYER2": "-19.00"}


def test_a_dropped_line_leaves_each_payer_what_it_paid_for_it(import_edi: ImportEdi) -> None:
    import_edi(*answered_by_both())
    less = TWO.but(frequency="7", icn="A1", charge="140.00", lines=(("99213", "140.00"),))
    import_edi(write_837([less], control=3, sent_on="20261110"))
    assert owed() == {"PAYER1": "-30.00", "PAYER2": "-4.00", "PATIENT": "5.00"}


def test_what_was_accepted_on_a_void_claim_is_its_money_alone(import_edi: ImportEdi) -> None:
    """A person accepts the payment that came after the void: nothing is written off or asked of the patient by it."""
    import_edi(write_837([GUS]), write_837([GUS.but(frequency="8", icn="ICN1")], control=2), Era([PAID]).text())
    accept_exception(RemitException.objects.get().pk, actor=make_ada(make_practice()), today=TODAY, now=NOW)
    assert owed() == {"PAYER1": "-120.00"}


def test_a_claim_billed_anew_after_its_void_owes_its_charge_less_what_was_paid(import_edi: ImportEdi) -> None:
    void = write_837([GUS.but(frequency="8", icn="ICN1")], control=2, sent_on="20261012")
    import_edi(write_837([GUS]), Era([PAID]).text(), void, write_837([GUS], control=3, sent_on="20261014"))
    assert owed() == {"PAYER1": "80.00"}


def test_an_answer_to_what_was_voided_is_its_money_alone_also_when_read_after_the_new_bill(
    import_edi: ImportEdi,
) -> None:
    void = write_837([GUS.but(frequency="8", icn="ICN1")], control=2, sent_on="20261012")
    anew = write_837([GUS], control=3, sent_on="20261014")
    import_edi(write_837([GUS]), void, anew, Era([PAID], paid_on=dt.date(2026, 10, 11)).text())
    assert owed() == {"PAYER1": "80.00"}
