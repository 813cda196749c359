"""What stands on a line that charges less: payments, then what was transferred, then what was written off."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.money import ZERO
from claims.ledger.replacement_charges import StandingMove, left_standing
from claims.remits.billed_submissions import held_back
from claims.remits.era import Move, OpenClaim, OpenLine, PostingPlan

CENTS = st.integers(0, 30_000).map(lambda cents: Decimal(cents) / 100)


def moves_of(share: Decimal, contractual: Decimal, sequestration: Decimal) -> list[StandingMove]:
    found = [
        StandingMove(1, "transfer", "PATIENT", "PAYER1", share),
        StandingMove(2, "contractual", "CONTRACTUAL", "PAYER1", contractual),
        StandingMove(3, "sequestration", "SEQUESTRATION", "PAYER1", sequestration),
    ]
    return [one for one in found if one.amount]


@pytest.mark.parametrize(
    ("charge", "share", "off"),
    [("200", "30", "50"), ("190", "30", "40"), ("150", "30", "0"), ("130", "10", "0"), ("120", "0", "0")],
)
def test_a_charge_of_200_paid_120_of_which_30_are_the_patients_and_50_written_off(
    charge: str, share: str, off: str
) -> None:
    moves = moves_of(Decimal(30), Decimal(50), ZERO)
    owed = {"PAYER1": Decimal(charge) - 200, "PATIENT": Decimal(30)}
    left = left_standing(moves, owed, bucket="PAYER1", taken_back=200 - Decimal(charge))
    assert (left.get(1, Decimal(30)), left.get(2, Decimal(50))) == (Decimal(share), Decimal(off))


def test_what_was_written_off_of_a_share_gives_as_well_before_the_patient_has_a_credit() -> None:
    moves = [*moves_of(Decimal(30), ZERO, ZERO), StandingMove(4, "write_off", "WO_BAD_DEBT", "PATIENT", Decimal(30))]
    left = left_standing(moves, {"PAYER1": Decimal(-30)}, bucket="PAYER1", taken_back=Decimal(30))
    assert left == {1: ZERO, 4: ZERO}


def test_what_the_patient_paid_stands() -> None:
    left = left_standing(
        moves_of(Decimal(30), ZERO, ZERO), {"PAYER1": Decimal(-30)}, bucket="PAYER1", taken_back=Decimal(30)
    )
    assert left == {1: ZERO}  # and the 30 that were paid are the patient's credit


@given(CENTS, CENTS, CENTS, CENTS, CENTS)
def test_before_or_after_the_replacement_the_same_stands(
    paid: Decimal, share: Decimal, contractual: Decimal, sequestration: Decimal, charge: Decimal
) -> None:
    """The answer read before its bill was replaced, or after; the oracle counts what the charge has room for."""
    billed = paid + share + contractual + sequestration
    charge = min(charge, billed)
    room = max(charge - paid, ZERO)
    stands = [min(share, room)]
    stands.append(min(contractual, room - stands[0]))
    stands.append(min(sequestration, room - stands[0] - stands[1]))

    moves = moves_of(share, contractual, sequestration)
    if charge:
        owed = {"PAYER1": charge - billed, "PATIENT": share}
        left = left_standing(moves, owed, bucket="PAYER1", taken_back=billed - charge)
    else:
        left = {one.id: ZERO for one in moves}
    given_ = dict(enumerate((share, contractual, sequestration), 1))
    assert [left.get(pk, amount) for pk, amount in given_.items()] == stands

    answer = [Move("payer_payment", "CASH", "PAYER1", paid, 7)] if paid else []
    answer += [Move(one.kind, one.debit, one.credit, one.amount, 7) for one in moves]
    line = OpenLine(7, 1, charge, {"PAYER1": charge})
    made = held_back(PostingPlan(moves=tuple(answer)), OpenClaim("PAYER1", (line,), billed={7: billed}))
    posted = {move.kind: move.amount for move in made.moves}
    kinds = ("transfer", "contractual", "sequestration")
    assert [posted.get(kind, ZERO) for kind in kinds] == stands
    assert posted.get("payer_payment", ZERO) == paid
