"""A payment that stood on the wrong claim: moved whole or in part, the deposit ties out, and it can be brought back."""

from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError
from claims.ledger.models import Posting
from claims.receipts import corrections
from claims.receipts.recording import record_receipt
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.selectors import tie_out
from claims.remits.verify import verify
from claims.transfers import posting_moves
from claims.transfers.selectors import hand_moves_of
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol
from tests.remits.era import PAID_ON, Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    return make_sol(practice)


@pytest.fixture
def claims(practice):
    """The payer named the first claim, but meant the second: 90.00 of 240.00 is paid there."""
    patient = make_patient(account=make_account(practice=practice))
    wrong = make_claim(patient=patient, number="H1", lines=["240.00"])
    right = make_claim(patient=patient, number="H2", lines=["70.00", "240.00"])
    take(Era([Clp("H1", [Svc("240.00", "90.00", [("CO-45", "60.00"), ("CO-197", "90.00")])])]))
    return wrong, right


def payment(claim):
    return Posting.objects.get(claim=claim, kind="payer_payment", reverses=None, reversed_by=None)


def moved(posting, actor, *, claim="H2", line=2, amount="90.00", words="The payer meant H2"):
    asked = {"claim": claim, "line_number": line, "amount": Decimal(amount), "words": words}
    return posting_moves.move_posting(posting.pk, **asked, actor=actor, today=TODAY, now=NOW)


def prove(practice):
    assert [check.failures for check in verify([practice.pk]) if not check.holds] == []
    assert all(tie_out(row.pk).is_tied for row in Remittance.objects.all())


@pytest.mark.parametrize(("amount", "left", "there"), [("90.00", "180.00", "220.00"), ("30.00", "120.00", "280.00")])
def test_the_deposit_ties_out_wherever_its_payment_stands(practice, sol, claims, amount, left, there):
    wrong, right = claims
    moved(payment(wrong), sol, amount=amount)
    assert (buckets(wrong), buckets(right)) == ({"PAYER1": left}, {"PAYER1": there})
    made = payment(right)
    assert (made.effective_on, made.remit_claim_id) == (PAID_ON, RemitClaim.objects.get().pk)
    prove(practice)


def test_it_is_brought_back_as_it_was(practice, sol, claims):
    wrong, right = claims
    before = buckets(wrong), buckets(right)
    move = moved(payment(wrong), sol, amount="30.00")
    posting_moves.undo_move(move.pk, actor=sol, today=TODAY, now=NOW)
    assert (buckets(wrong), buckets(right)) == before
    with pytest.raises(Conflict):
        posting_moves.undo_move(move.pk, actor=sol, today=TODAY, now=NOW)
    moved(payment(wrong), sol)
    assert [one.undone_on for one in hand_moves_of(right.pk, actor=sol, now=NOW).moves] == [None, TODAY]
    prove(practice)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "90.01"}, "amount"), ({"amount": "0.00"}, "amount"), ({"line": 1}, "amount"),
        ({"line": 9}, "line_number"), ({"claim": "H1", "line": 1}, "line_number"), ({"claim": "H9"}, "claim"),
        ({"words": " "}, "words"),
    ],
)  # fmt: skip
def test_no_line_gets_more_than_it_owes(sol, claims, changes, field):
    with pytest.raises(DomainError) as error:
        moved(payment(claims[0]), sol, **changes)
    assert error.value.facts["field"] == field


def test_what_was_moved_does_not_move_again_from_where_it_was(sol, claims):
    posting = payment(claims[0])
    moved(posting, sol)
    with pytest.raises(Conflict, match="does not stand"):
        moved(posting, sol)


def test_a_payer_that_reverses_what_was_moved_asks_a_person(practice, sol, claims):
    wrong, right = claims
    moved(payment(wrong), sol)
    back = Clp("H1", [Svc("-240.00", "-90.00", [("CO-45", "-60.00"), ("CO-197", "-90.00")])], status="22")
    take(Era([back], trace="EFT2"))
    waits = RemitException.objects.get(state="open")
    assert "moved by hand" in waits.detail
    prove(practice)


def test_a_decision_is_not_undone_while_its_payment_stands_elsewhere(practice, sol, claims):
    from claims.remits import exceptions
    from claims.remits.undo import undo_decision

    wrong, right = claims
    take(Era([Clp("X9", [Svc("240.00", "50.00", [("CO-45", "190.00")])], last="ELSE", member="Z")], trace="EFT2"))
    waits = RemitException.objects.get(state="open")
    third = make_claim(patient=wrong.patient, number="H3", lines=["240.00"])
    exceptions.match_exception(waits.pk, claim_id=third.pk, actor=sol, today=TODAY, now=NOW)
    move = moved(payment(third), sol, amount="50.00")
    with pytest.raises(Conflict, match="moved by hand to claim H2"):
        undo_decision(waits.pk, actor=sol, today=TODAY, now=NOW)
    posting_moves.undo_move(move.pk, actor=sol, today=TODAY, now=NOW)
    prove(practice)


def test_what_a_patient_paid_moves_within_the_account_and_goes_back_with_its_check(practice, sol):
    patient = make_patient(account=make_account(practice=practice))
    first, second = (make_claim(patient=patient, payers=(), number=one, lines=["50.00"]) for one in ("P1", "P2"))
    stranger = make_claim(patient=make_patient(account=make_account(practice=practice)), payers=(), number="P3")
    receipt = record_receipt(
        actor=sol, account_id=first.account_id, amount=Decimal(50), received_on=TODAY, method="check",
        reference="1041", today=TODAY, now=NOW,
    )  # fmt: skip
    paid = Posting.objects.get(kind="patient_payment")
    with pytest.raises(DomainError, match="Open the receipt"):
        moved(paid, sol, claim=stranger.number, line=1, amount="10.00")
    moved(paid, sol, claim="P2", line=1, amount="20.00")
    assert (buckets(first), buckets(second)) == ({"PATIENT": "20.00"}, {"PATIENT": "30.00"})
    corrections.return_receipt(receipt.pk, actor=sol, why="nsf", returned_on=TODAY, today=TODAY, now=NOW)
    assert (buckets(first), buckets(second)) == ({"PATIENT": "50.00"}, {"PATIENT": "50.00"})
    prove(practice)
