"""Who owes, moved by hand: the balance stays, it is shown until undone, and undone it is as it was."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError
from claims.ledger import services as ledger
from claims.ledger.models import Receivable
from claims.payers.models import PayerClass
from claims.remits.verify import verify
from claims.transfers import bucket_transfers, rebill_marks
from claims.transfers.selectors import hand_moves_of
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice, make_sol, make_user, move
from tests.remits.era import Clp, Era, Svc, buckets, take

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=11)


@pytest.fixture
def claim():
    second = make_payer(name="Second Mutual", payer_id="SEC01")
    return make_claim(number="H1", lines=["100.00", "40.00"], payers=[make_payer(), second])


@pytest.fixture
def sol(claim):
    return make_sol(claim.practice)


def moved(
    claim, actor, amount="140.00", origin="PAYER1", target="PATIENT", reason="patient", line_id=None, words="EOB"
):
    asked = {"line_id": line_id, "origin": origin, "target": target, "amount": Decimal(amount), "reason": reason}
    return bucket_transfers.transfer(claim.pk, **asked, words=words, actor=actor, today=TODAY, now=NOW)


def undone(row, actor, now=NOW, because=""):
    return bucket_transfers.undo_transfer(row.pk, because=because, actor=actor, today=TODAY, now=now)


def test_it_moves_and_changes_no_total(claim, sol):
    moved(claim, sol, "120.00")
    assert buckets(claim) == {"PAYER1": "20.00", "PATIENT": "120.00"}
    assert claim.balance == Decimal(140)
    assert Receivable.objects.get(bucket="PATIENT").since_on == TODAY
    assert all(check.holds for check in verify([claim.practice_id]))


def test_one_line_is_moved_by_itself(claim, sol):
    line = claim.lines.get(number=2)
    moved(claim, sol, "40.00", target="PAYER2", reason="order", line_id=line.pk)
    line.refresh_from_db()
    assert (line.payer1, line.payer2) == (0, Decimal(40))
    with pytest.raises(DomainError, match=r"owes \$0.00"):
        moved(claim, sol, "1.00", target="PAYER2", reason="order", line_id=line.pk)


def test_it_is_shown_until_it_is_undone(claim, sol):
    row = moved(claim, sol)
    (told,) = hand_moves_of(claim.pk, actor=sol, now=NOW).standing
    assert told.words == "$140.00 moved by hand from the primary payer to the patient"
    undone(row, sol)
    after = hand_moves_of(claim.pk, actor=sol, now=NOW)
    assert (after.standing, len(after.transfers)) == ([], 1)


def test_undone_each_owes_since_it_did_before(claim, sol):
    before = buckets(claim), Receivable.objects.get().since_on
    undone(moved(claim, sol), sol)
    assert (buckets(claim), Receivable.objects.get().since_on) == before
    assert all(check.holds for check in verify([claim.practice_id]))


def test_others_and_later_say_why_it_is_undone(claim, sol):
    row = moved(claim, sol)
    sue = make_user(username="sue", role="supervisor", practices=[claim.practice])
    for actor, now in ((sol, LATER), (sue, NOW)):
        with pytest.raises(DomainError, match="Say why"):
            undone(row, actor, now)
    undone(row, sue, LATER, "The payer pays after all")
    with pytest.raises(Conflict):
        undone(row, sol)


def test_what_was_paid_since_does_not_go_back_whole(claim, sol):
    row = moved(claim, sol)
    line = claim.lines.get(number=1)
    paid = move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="30.00", on=TODAY)
    ledger.post([paid], now=NOW)
    with pytest.raises(Conflict, match="paid or moved on"):
        undone(row, sol)
    moved(claim, sol, "110.00", "PATIENT", "PAYER1", "mistake")
    assert buckets(claim) == {"PAYER1": "110.00"}


def test_a_contractual_denial_is_never_the_patients(claim, sol):
    denied = Clp(
        "H1", [Svc("100.00", "0.00", [("CO-97", "100.00")]), Svc("40.00", "0.00", [("CO-97", "40.00")], "85025")]
    )
    take(Era([denied]))
    with pytest.raises(DomainError, match="CO-97"):
        moved(claim, sol)
    moved(claim, sol, reason="abn")
    assert buckets(claim) == {"PATIENT": "140.00"}


def test_nothing_of_a_claim_with_medicaid_is_the_patients(sol):
    medicaid = make_payer(name="Medicaid", payer_class=PayerClass.MEDICAID, payer_id="MCD01")
    claim = make_claim(lines=["100.00"], payers=[medicaid])
    with pytest.raises(DomainError, match="payment in full"):
        moved(claim, sol, "100.00")


def test_a_reason_in_words_and_the_role_are_needed(claim, sol):
    with pytest.raises(DomainError, match="few words"):
        moved(claim, sol, words=" ")
    with pytest.raises(DomainError):
        moved(claim, make_ana(claim.practice))
    assert buckets(claim) == {"PAYER1": "140.00"}


def test_what_a_payer_answers_later_leaves_it_standing(claim, sol):
    moved(claim, sol, "40.00", line_id=claim.lines.get(number=2).pk)
    take(Era([Clp("H1", [Svc("100.00", "100.00")], charge="140.00")]))
    assert buckets(claim)["PATIENT"] == "40.00"
    assert len(hand_moves_of(claim.pk, actor=sol, now=NOW).standing) == 1


# --- to be billed again ---


def marked(claim, actor, bucket="PAYER1", reason="lost"):
    return rebill_marks.mark_to_bill_again(
        claim.pk, bucket=bucket, reason=reason, words="", actor=actor, today=TODAY, now=NOW
    )


def test_a_mark_stands_until_a_submission_to_that_payer_is_read(claim, sol):
    marked(claim, sol)
    with pytest.raises(Conflict):
        marked(claim, sol)
    for sequence, stands in (("S", True), ("P", False)):
        claim.submissions.create(
            sequence=sequence, submitted_on=TODAY, state_on=TODAY, charge=claim.charge, source=f"again {sequence}"
        )
        assert bool(rebill_marks.open_marks([claim.pk])) is stands
    marked(claim, sol)


def test_a_mark_is_withdrawn_once(claim, sol):
    mark = marked(claim, sol)
    rebill_marks.withdraw_mark(mark.pk, actor=sol, now=NOW)
    with pytest.raises(Conflict):
        rebill_marks.withdraw_mark(mark.pk, actor=sol, now=NOW)
    assert not rebill_marks.open_marks([claim.pk])


def test_only_a_payer_that_owes_is_billed_again(claim, sol):
    with pytest.raises(DomainError, match="owes nothing"):
        marked(claim, sol, "PAYER2")
    with pytest.raises(DomainError, match="Say why"):
        marked(claim, sol, reason="other")


def test_sending_it_is_the_next_thing_to_do_until_it_was_sent(claim, sol):
    from collections_app.worklist import services as worklist
    from collections_app.worklist.models import WorkItem

    def item():
        worklist.refresh(claims=[claim.pk], accounts=[], today=TODAY, now=NOW)
        return WorkItem.objects.get(claim=claim)

    before = item().next_action
    mark = marked(claim, sol)
    assert (item().next_action, item().next_on, item().rebill_on) == ("send_again", TODAY, TODAY)
    rebill_marks.withdraw_mark(mark.pk, actor=sol, now=NOW)
    assert item().next_action == before
    marked(claim, sol)
    assert item().next_action == "send_again"
    claim.submissions.create(submitted_on=TODAY, state_on=TODAY, charge=claim.charge, source="again")
    assert item().next_action not in ("send_again", "none")
    assert item().rebill_on is None


def test_the_practice_keeps_its_walls(claim):
    sue = make_user(username="sue", role="supervisor", practices=[make_practice(npi="1366400001", name="Elm")])
    for deed in (lambda: moved(claim, sue), lambda: marked(claim, sue)):
        with pytest.raises(DomainError, match="no such claim"):
            deed()
