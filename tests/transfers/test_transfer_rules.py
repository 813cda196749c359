"""What may be moved to whom: worked examples of the rules."""

from decimal import Decimal

import pytest

from claims.transfers.transfer_rules import REASONS, TransferFacts, consequences, refusal

PAYERS = {"PAYER1": "Meridian Choice", "PAYER2": "Second Mutual"}


def facts(origin="PAYER1", target="PATIENT", amount="40.00", owed="100.00", **changes):
    return TransferFacts(origin, target, Decimal(amount), Decimal(owed), PAYERS, **changes)


@pytest.mark.parametrize(
    ("origin", "target", "reason"),
    [
        ("PAYER1", "PATIENT", "patient"),
        ("PAYER1", "PATIENT", "abn"),
        ("PAYER1", "PAYER2", "order"),
        ("PATIENT", "PAYER2", "coverage"),
        ("PATIENT", "OTHER", "third_party"),
        ("PATIENT", "AGENCY", "placed"),
        ("AGENCY", "PATIENT", "recalled"),
        ("OTHER", "PAYER1", "mistake"),
    ],
)
def test_what_may_be_moved(origin, target, reason):
    assert refusal(facts(origin, target), reason) is None
    assert consequences(facts(origin, target))


@pytest.mark.parametrize(
    ("case", "reason", "field", "words"),
    [
        (facts(amount="100.01"), "patient", "amount", "owes $100.00"),
        (facts(amount="0.00"), "patient", "amount", "at most"),
        (facts(target="PAYER3"), "coverage", "target", "no tertiary payer"),
        (facts(target="PAYER1"), "order", "target", "already"),
        (facts(is_void=True), "patient", "target", "void"),
        (facts(target="PAYER2"), "patient", "reason", "no reason to move it to the secondary payer"),
        (facts(), "", "reason", "Choose why"),
        (facts(target="AGENCY"), "placed", "target", "Only what the patient owes"),
        (facts("PATIENT", "AGENCY", holds=["disputed"]), "placed", "target", "disputed"),
        (facts(denied=["CO-97"]), "patient", "target", "group CO"),
        (facts(denied=["CO-97"]), "mistake", "target", "group CO"),
        (facts(paid_in_full="Medicaid's payment is payment in full"), "abn", "target", "payment in full"),
    ],
)
def test_what_may_not(case, reason, field, words):
    found = refusal(case, reason)
    assert found is not None
    assert found.field == field
    assert words in found.why


def test_what_was_denied_as_contractual_is_the_patients_only_with_a_signed_notice():
    case = facts(denied=["CO-50"])
    assert [code for code in REASONS if refusal(case, code) is None] == ["abn"]


def test_what_follows_is_said_before():
    said = " ".join(consequences(facts()))
    for words in ("statement clock starts today", "Meridian Choice stay", "until somebody undoes it"):
        assert words in said
