"""Refunds from asking to the bank: each step with its postings, and what refuses it (RULES 4)."""

import csv
import datetime as dt
import hashlib
import io

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden, NotFound
from arwork.lib.money import ZERO, money
from arwork.staff.models import AuditEvent, Role, User
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.credits.selectors import credit_of
from claims.ledger import services as ledger
from claims.ledger.selectors import account_totals
from claims.practices.models import Practice
from claims.receipts.recording import ReceivedMoney, post_receipts
from claims.refunds import requests, runs, selectors
from claims.refunds.models import Refund
from claims.refunds.requests import RefundImpossible
from claims.remits.verify import verify
from tests.balances import balance_of
from tests.cast import NOW, TODAY, make_ada, make_claim, make_oona, make_practice, make_sol, make_user, move
from tests.refunds.stories import WHEN, asked, draft, of_account, of_payer, overpaid
from tests.refunds.test_nacha import read

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def ana(practice: Practice) -> User:
    return make_user(username="ana", role=Role.COLLECTOR, practices=[practice])


@pytest.fixture
def sol(practice: Practice) -> User:
    return make_sol(practice)


def approve(refund: Refund, by: User) -> Refund:
    approvals.approve(ApprovalRequest.objects.get(subject="refund", subject_id=refund.pk).pk, actor=by, **WHEN)
    refund.refresh_from_db()
    return refund


def books(practice: Practice) -> dict[str, str]:
    """What stands in the accounts that a refund moves, and whether everything holds."""
    assert [check.name for check in verify([practice.pk]) if not check.holds] == []
    totals = account_totals([practice.pk])
    return {name: str(totals[name]) for name in ("PAYER1", "REFUND", "CASH")}


def test_a_refund_from_asking_to_clearing(practice: Practice, ana: User, sol: User) -> None:
    claim = overpaid()
    refund = asked(claim, actor=ana)
    assert refund.state == "asked"
    assert books(practice) == {"PAYER1": "-50.00", "REFUND": "0.00", "CASH": "150.00"}
    approve(refund, sol)
    assert (refund.state, refund.approved_by) == ("approved", sol)
    assert books(practice) == {"PAYER1": "0.00", "REFUND": "-50.00", "CASH": "150.00"}
    run = runs.issue_checks([refund.pk], first_number=1041, actor=sol, **WHEN)
    refund.refresh_from_db()
    assert (refund.state, refund.number, refund.issued_on) == ("issued", "1041", TODAY)
    assert books(practice) == {"PAYER1": "0.00", "REFUND": "0.00", "CASH": "100.00"}
    assert hashlib.sha256(run.content.encode()).hexdigest() == run.sha256
    [row] = csv.DictReader(io.StringIO(run.content))
    assert (row["check_number"], row["amount"], row["payee"]) == ("1041", "50.00", "Gus Guarino")
    runs.clear_refund(refund.pk, cleared_on=TODAY, actor=sol, **WHEN)
    refund.refresh_from_db()
    assert (refund.state, refund.cleared_on) == ("cleared", TODAY)
    runs.unclear_refund(refund.pk, actor=sol, now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.cleared_on) == ("issued", None)


def test_nobody_approves_what_they_asked_and_a_collector_approves_nothing(ana: User, sol: User) -> None:
    mine = asked(overpaid(), actor=sol)
    with pytest.raises(Forbidden):
        approve(mine, sol)
    with pytest.raises(Forbidden):
        approve(mine, ana)
    assert Refund.objects.get().state == "asked"


def test_an_owner_returns_small_sums_alone(practice: Practice) -> None:
    assert asked(overpaid(), actor=make_oona(practice)).state == "approved"


def test_no_more_is_asked_than_the_credit_and_what_is_asked_counts(ana: User) -> None:
    claim = overpaid()
    with pytest.raises(RefundImpossible, match="At most 50.00") as told:
        asked(claim, "50.01", actor=ana)
    assert told.value.facts["field"] == "amount"
    asked(claim, "30.00", actor=ana)
    with pytest.raises(RefundImpossible, match=r"At most 20\.00"):
        asked(claim, "20.01", actor=ana)
    asked(claim, "20.00", actor=ana)
    with pytest.raises(RefundImpossible, match="All of it is asked for"):
        asked(claim, "0.01", actor=ana)


def test_a_credit_that_shrank_meanwhile_is_not_approved(practice: Practice, ana: User, sol: User) -> None:
    claim = overpaid()
    refund = asked(claim, actor=ana)
    line = claim.lines.select_related("claim").get()
    ledger.post([move(line, kind="transfer", debit="PAYER1", credit="PATIENT", amount="20.00", on=TODAY)], now=NOW)
    with pytest.raises(Conflict, match=r"Only 30\.00"):
        approve(refund, sol)
    assert Refund.objects.get().state == "asked"
    assert books(practice)["REFUND"] == "0.00"


def test_refused_withdrawn_and_canceled_leave_the_credit_as_it_was(practice: Practice, ana: User, sol: User) -> None:
    claim = overpaid()
    before = balance_of(claim.pk)
    began = credit_of(of_payer(claim), actor=ana, today=TODAY).began
    for end in ("refused", "withdrawn", "canceled"):
        refund = asked(claim, actor=ana)
        question = ApprovalRequest.objects.get(subject_id=refund.pk)
        if end == "refused":
            approvals.refuse([question.pk], note="Wait for the payer.", actor=sol, now=NOW)
        elif end == "withdrawn":
            approvals.withdraw(question.pk, actor=ana, now=NOW)
        else:
            approve(refund, sol)
            requests.cancel_refund(refund.pk, why="The payer wants it otherwise.", actor=sol, **WHEN)
        refund.refresh_from_db()
        assert (refund.state, refund.ended_on) == (end, TODAY)
        assert balance_of(claim.pk) == before
        books(practice)
    assert credit_of(of_payer(claim), actor=ana, today=TODAY).began == began, "the clock goes on as it ran"


def test_a_void_check_is_mirrored_and_its_number_is_never_used_again(practice: Practice, ana: User, sol: User) -> None:
    claim = overpaid()
    first = approve(asked(claim, actor=ana), sol)
    runs.issue_checks([first.pk], first_number=7, actor=sol, **WHEN)
    runs.void_refund(first.pk, why="Lost in the mail.", actor=sol, **WHEN)
    assert books(practice) == {"PAYER1": "-50.00", "REFUND": "0.00", "CASH": "150.00"}
    second = approve(asked(claim, actor=ana), sol)
    with pytest.raises(Conflict, match="used before"):
        runs.issue_checks([second.pk], first_number=7, actor=sol, **WHEN)
    runs.issue_checks([second.pk], first_number=8, actor=sol, **WHEN)
    with pytest.raises(Conflict):
        runs.issue_checks([second.pk], first_number=9, actor=sol, **WHEN)
    assert books(practice)["CASH"] == "100.00"


def test_unapplied_cash_of_a_patient_goes_back_unless_an_offset_was_agreed(
    practice: Practice, ana: User, sol: User
) -> None:
    claim = make_claim(payers=(), lines=("20.00",), practice=practice)
    post_receipts(
        [ReceivedMoney(claim.account_id, practice.pk, money("100.00"), TODAY, "Check 1")], posted_on=TODAY, now=NOW
    )
    owing = make_claim(payers=(), lines=("30.00",), patient=claim.patient)
    source = of_account(claim)
    with pytest.raises(RefundImpossible, match=r"owes 30\.00 elsewhere") as told:
        requests.ask_refund(source, draft=draft("80.00"), actor=ana, **WHEN)
    assert told.value.facts["field"] == "offset"
    with pytest.raises(RefundImpossible, match=r"at most 50\.00"):
        requests.ask_refund(source, draft=draft("80.00", offset="agreed", offset_on=TODAY), actor=ana, **WHEN)
    refund = requests.ask_refund(source, draft=draft("80.00", offset="declined", offset_on=TODAY), actor=ana, **WHEN)
    approve(refund, sol)
    claim.account.refresh_from_db()
    assert claim.account.unapplied == ZERO
    runs.issue_checks([refund.pk], first_number=5, actor=sol, **WHEN)
    assert books(practice)["CASH"] == "20.00"
    assert balance_of(owing.pk)["PATIENT"] == money("30.00")


class TestAch:
    def test_it_needs_the_account_to_pay_from_and_writes_a_file_that_adds_up(
        self, practice: Practice, ana: User, sol: User
    ) -> None:
        refund = approve(asked(overpaid(), actor=ana, method="ach"), sol)
        with pytest.raises(Conflict, match="no account to pay from"):
            runs.issue_ach([refund.pk], actor=sol, **WHEN)
        entered = runs.PayingAccountDraft("First Harbor", "021000021", "998877", "Harbor Clinic", "1061234567")
        with pytest.raises(Forbidden):
            runs.save_paying_account(practice.pk, draft=entered, actor=sol, now=NOW)
        runs.save_paying_account(practice.pk, draft=entered, actor=make_ada(practice), now=NOW)
        run = runs.issue_ach([refund.pk], actor=sol, **WHEN)
        [entry] = [one for one in read(run.content) if one["type"] == "6"]
        refund.refresh_from_db()
        assert (refund.number, refund.state) == (entry["trace"], "issued")
        assert (entry["rdfi"] + entry["check"], entry["account"].strip(), entry["amount"]) == (
            "011000015", "123456789", "0000005000",
        )  # fmt: skip
        assert "998877" not in str([event.after for event in AuditEvent.objects.all()])
        runs.download_run(run.pk, actor=sol, now=NOW)
        event = AuditEvent.objects.filter(action="download", subject="refund_run").get()
        assert event.after
        assert event.after["sha256"] == run.sha256

    def test_an_account_number_must_check(self, ana: User) -> None:
        bad = draft("50.00", method="ach")
        wrong = requests.PayeeAccount("011000016", "123456789", "checking")
        with pytest.raises(DomainError) as told:
            requests.ask_refund(
                of_payer(overpaid()), draft=requests.RefundDraft(bad.amount, bad.reason, bad.payee, "ach", wrong),
                actor=ana, **WHEN,
            )  # fmt: skip
        assert told.value.facts["field"] == "payee_routing"


def test_what_nobody_cashed_goes_to_the_state_of_its_owner(practice: Practice, ana: User, sol: User) -> None:
    refund = approve(asked(overpaid(), actor=ana), sol)
    runs.issue_checks([refund.pk], first_number=7, actor=sol, **WHEN)
    assert selectors.unclaimed(actor=sol, today=TODAY + 179 * DAY) == []
    later = TODAY + 1096 * DAY
    [row] = selectors.unclaimed(actor=sol, today=later)
    assert (row.place, row.clock.stale_on, row.clock.dormant_on) == ("RI", TODAY + 180 * DAY, TODAY + 1096 * DAY)
    assert not row.clock.is_dormant(later - DAY)
    before = books(practice)
    runs.report_unclaimed(refund.pk, on=later, actor=sol, today=later, now=NOW)
    runs.report_unclaimed(refund.pk, on=later + DAY, actor=sol, today=later + DAY, now=NOW)
    refund.refresh_from_db()
    assert (refund.state, refund.reported_on, refund.paid_to_state_on) == ("paid_to_state", later, later + DAY)
    assert books(practice) == before


def test_another_practices_refund_is_not_there(ana: User) -> None:
    refund = asked(overpaid(), actor=ana)
    stranger = make_sol(make_practice(name="Other", npi="1992768972", tin="111111111"))
    with pytest.raises(NotFound):
        selectors.refund(refund.pk, actor=stranger)
    with pytest.raises(NotFound):
        requests.refundable(of_payer(refund.claim), actor=stranger, today=TODAY)
