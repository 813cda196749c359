"""Settlements from offer to settled: authority, a second person, ledger stories, what stands in the way."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, DomainError, NotFound
from claims.adjustments.models import WriteOff
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.models import Posting, Receivable
from claims.receipts.corrections import return_receipt
from claims.receipts.models import Receipt
from collections_app.contacts.services import place_hold
from collections_app.contacts.standings import standings_of
from collections_app.limits.models import Limit
from collections_app.plans.visits import visits_for_plan
from collections_app.settlements import prompt_pay, services
from collections_app.settlements.drafts import ground_of
from collections_app.settlements.models import Settlement, SettlementEvent, SettlementVisit
from collections_app.settlements.selectors import settled_accounts, standing_offer
from collections_app.settlements.settling import settle_settlements
from collections_app.settlements.terms import BadSettlement
from collections_app.statements.cycle import SetApart
from collections_app.statements.owing import owed_by
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_claim,
    make_coverage,
    make_patient,
    make_payer,
    make_practice,
    make_sol,
    make_user,
    move,
)
from tests.settlements.conftest import (
    DAY,
    DUE,
    GRACE_ENDS,
    D,
    accept,
    accepted,
    draft,
    noon,
    offered,
    pays,
    settle,
)

pytestmark = pytest.mark.django_db


def owed(account):
    rows = Receivable.objects.filter(account=account, bucket="PATIENT").order_by("claim__service_from")
    return list(rows.values_list("amount", flat=True))


def codes(found):
    return list(SettlementEvent.objects.filter(settlement=found).order_by("pk").values_list("code", flat=True))


def test_500_dollars_are_settled_for_350_and_150_come_off_when_the_money_is_there(account, oona):
    found = accepted(account, oona)
    assert (found.state, found.discount, found.percent) == ("accepted", D("150.00"), D("30.00"))
    pays(account, "300.00", on=DUE)
    found = settle(found, DUE)
    assert (found.state, found.received, found.next_amount) == ("accepted", D("300.00"), D("50.00"))
    assert not WriteOff.objects.exists()
    pays(account, "50.00", on=DUE + DAY)
    found = settle(found, DUE + DAY)
    assert (found.state, found.received, found.written_off) == ("settled", D("350.00"), D("150.00"))
    assert owed(account) == []
    off = found.write_offs.get()
    assert (off.books_to, off.amount, off.state, off.posted_by) == ("WO_SETTLEMENT", D("150.00"), "posted", None)
    assert Posting.objects.get(debit="WO_SETTLEMENT").amount == D("150.00")
    assert settled_accounts([account.pk]) == {account.pk}
    assert codes(found) == ["offered", "accepted", "settled"]


def test_paid_and_written_off_are_what_was_owed_visit_by_visit(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    for visit in SettlementVisit.objects.filter(settlement=found):
        rows = Posting.objects.filter(claim=visit.claim, credit="PATIENT", kind__in=("patient_payment", "write_off"))
        assert sum(row.amount for row in rows) == visit.owed


def test_settling_twice_changes_nothing_the_second_time(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    before = Settlement.objects.values().get()
    again = settle_settlements(today=DUE, now=noon(DUE + DAY))
    assert (again.settled, again.accounts) == (0, frozenset())
    assert Settlement.objects.values().get() == before
    assert WriteOff.objects.count() == 1


def test_a_missed_day_leaves_the_whole_owed_and_the_account_comes_first(account, oona):
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    found = accepted(account, oona)
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(account=account, claim=None)
    assert (item.hold, item.because) == ("plan", "a settlement is kept: money of Dec 8 pays the next installment")
    assert standings_of([account.pk], TODAY)[account.pk] == "A settlement was accepted: $350.00 due Dec 1"
    pays(account, "100.00", on=DUE)
    assert settle(found, GRACE_ENDS).state == "accepted"
    found = settle(found, GRACE_ENDS + DAY)
    assert (found.state, found.ended_on, found.received) == ("broken", GRACE_ENDS + DAY, D("100.00"))
    assert sum(owed(account)) == D("400.00")
    assert not WriteOff.objects.exists()
    worklist.refresh(accounts=[account.pk], today=GRACE_ENDS + DAY, now=noon(GRACE_ENDS + DAY))
    item.refresh_from_db()
    assert (item.hold, item.category, item.because) == ("", "broken_settlement", "settlement broken on Dec 9")
    assert item.promise_broken_on == GRACE_ENDS + DAY


def test_money_of_its_time_that_was_entered_late_heals_it(account, oona):
    found = settle(accepted(account, oona), GRACE_ENDS + DAY)
    assert found.state == "broken"
    pays(account, "350.00", on=GRACE_ENDS, at=noon(GRACE_ENDS + 3 * DAY))
    found = settle(found, GRACE_ENDS + 3 * DAY)
    assert (found.state, found.written_off) == ("settled", D("150.00"))
    assert owed(account) == []


def test_a_check_that_bounces_afterwards_takes_the_write_off_back_and_restores_everything(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    back = GRACE_ENDS + 3 * DAY
    sol = make_sol(make_practice())
    return_receipt(Receipt.objects.get().pk, actor=sol, why="nsf", returned_on=back, today=back, now=noon(back))
    found = settle(found, back)
    assert (found.state, found.received, found.written_off) == ("broken", D("0.00"), D("0.00"))
    assert owed(account) == [D("300.00"), D("200.00")]
    assert found.write_offs.get().state == "reversed"
    assert codes(found)[-1] == "returned"


def test_two_payments_are_each_due_on_their_day(account, oona):
    second = dt.date(2026, 12, 30)
    found = accepted(account, oona, due=(DUE, second))
    pays(account, "175.00", on=DUE)
    found = settle(found, GRACE_ENDS + DAY)
    assert (found.state, found.next_due_on, found.next_amount) == ("accepted", second, D("175.00"))
    pays(account, "175.00", on=second)
    assert settle(found, second).state == "settled"


def test_money_goes_to_the_settled_visit_before_an_older_one(account, oona):
    newer = Claim.objects.filter(account=account).order_by("-service_from").first()
    found = accepted(account, oona, "120.00", claim_ids=[newer.pk])
    pays(account, "120.00", on=DUE)
    found = settle(found, DUE)
    assert (found.state, found.written_off) == ("settled", D("80.00"))
    assert owed(account) == [D("300.00")]


def test_where_a_payer_paid_after_all_it_ends_and_nothing_comes_off(account, oona):
    found = accepted(account, oona)
    Receivable.objects.filter(account=account).delete()
    found = settle(found, TODAY + DAY)
    assert (found.state, found.written_off) == ("gone", D("0.00"))


def test_a_collector_asks_a_second_person_who_is_not_herself(account, ana):
    found = offered(account, ana)
    assert found.state == "waiting"
    assert found.exceptions == [
        "30.00% comes off, and you settle young and small balances up to 10% alone.",
        "$150.00 comes off, and you settle young and small balances up to $0.00 alone.",
    ]
    with pytest.raises(Conflict, match="second person has not agreed"):
        accept(found, ana)
    request = ApprovalRequest.objects.get()
    with pytest.raises(DomainError):
        approvals.approve(request.pk, actor=ana, today=TODAY, now=NOW)
    approvals.approve(request.pk, actor=make_sol(make_practice()), today=TODAY, now=NOW)
    found.refresh_from_db()
    assert found.state == "offered"
    assert accept(found, ana).state == "accepted"


def test_a_refused_settlement_is_over_and_says_why(account, ana):
    found = offered(account, ana)
    question = ApprovalRequest.objects.get()
    approvals.refuse([question.pk], note="Offer a plan first", actor=make_sol(make_practice()), now=NOW)
    found.refresh_from_db()
    assert (found.state, found.ended_on) == ("refused", TODAY)
    assert found.events.first().words == "Offer a plan first"
    assert standing_offer(account.pk) is None


def test_beyond_her_authority_she_needs_a_reason(account, ana):
    with pytest.raises(DomainError, match="Say why"):
        offered(account, ana, reason="")
    assert not Settlement.objects.exists()


def test_a_supervisor_settles_alone_within_percent_and_dollars(account):
    sol = make_sol(make_practice())
    assert offered(account, sol, "425.00").state == "offered"  # 15 % of young and small, 75.00


def test_a_cent_beyond_the_percent_asks_somebody(account):
    sol = make_sol(make_practice())
    assert draft(account, sol, "424.95").exceptions


def test_the_older_the_balance_the_more_a_role_settles_alone(account):
    sol = make_sol(make_practice())
    Receivable.objects.filter(account=account).update(since_on=TODAY - 400 * DAY)
    assert not draft(account, sol, "300.00").exceptions  # 40 % of old and small


def test_an_account_has_one_open_settlement(account, oona):
    offered(account, oona)
    with pytest.raises(BadSettlement, match="open on it already"):
        draft(account, oona, "400.00")


def test_the_database_refuses_a_second_open_one_and_a_write_off_before_the_money(account, oona):
    found = offered(account, oona)
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=found.pk).update(written_off=1)
    found.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        found.save()


def test_what_was_offered_is_never_changed(account, oona):
    found = offered(account, oona)
    with pytest.raises(IntegrityError), transaction.atomic():
        found.visits.update(owed=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        found.payments.all().delete()


def test_an_offer_expires_after_its_last_day_and_its_question_ends(account, ana):
    found = offered(account, ana, due=(DUE,))
    assert found.expires_on == DUE
    assert services.expire_offers(today=DUE, now=noon(DUE)) == frozenset()
    assert services.expire_offers(today=DUE + DAY, now=noon(DUE + DAY)) == {account.pk}
    found.refresh_from_db()
    assert (found.state, found.ended_on) == ("expired", DUE + DAY)
    assert ApprovalRequest.objects.get().state == "superseded"


def test_where_money_moved_since_it_is_offered_anew(account, oona):
    found = offered(account, oona)
    pays(account, "10.00", on=TODAY)
    with pytest.raises(Conflict, match=r"\$490.00 is owed"):
        accept(found, oona)


def test_accepted_twice_is_accepted_once_and_taken_back_it_is_offered_again(account, oona):
    found = accepted(account, oona)
    accept(found, oona)
    assert codes(found).count("accepted") == 1
    found = services.undo_acceptance(found.pk, actor=oona, today=TODAY, now=NOW + dt.timedelta(minutes=9))
    assert (found.state, found.accepted_on, found.said_by) == ("offered", None, "")
    accept(found, oona)
    with pytest.raises(Conflict, match="ten minutes"):
        services.undo_acceptance(found.pk, actor=oona, today=TODAY, now=NOW + dt.timedelta(minutes=11))


def test_given_up_what_was_received_stays_and_the_rest_is_owed(account, oona):
    found = accepted(account, oona)
    pays(account, "100.00", on=DUE)
    found = services.withdraw(found.pk, reason="They found insurance", actor=oona, today=DUE, now=noon(DUE))
    assert (found.state, found.ended_on) == ("withdrawn", DUE)
    assert sum(owed(account)) == D("400.00")


def test_a_settled_visit_is_in_no_plan_and_no_settlement_again(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    claim = Claim.objects.filter(account=account).first()
    taken = move(claim.lines.get(), kind="transfer", debit="PATIENT", credit="PAYER1", amount="40.00", on=DUE + DAY)
    ledger.post([taken], now=noon(DUE + DAY))
    left_out = {one.claim.pk: one.left_out for one in visits_for_plan(account.pk, today=DUE + DAY)}
    assert left_out[claim.pk] == "it was settled: nothing more is asked"
    ground = ground_of(actor=oona, account_id=account.pk, today=DUE + DAY)
    assert ground.owed == {}
    assert {one.reason for one in owed_by([account.pk], today=DUE + DAY)[account.pk].visits} == {SetApart.SETTLED}


def covered_by(claim, payer_class):
    claim.coverage1 = make_coverage(patient=claim.patient, payer=make_payer(payer_class=payer_class))
    claim.save()


def test_medicare_s_share_is_settled_only_for_a_documented_hardship(account, oona):
    covered_by(Claim.objects.filter(account=account).first(), "medicare")
    with pytest.raises(BadSettlement, match="1320a-7a"):
        draft(account, oona)
    assert draft(account, oona, hardship="Benefit letter: 1,100.00 a month").hardship


def test_medicaid_s_payment_is_payment_in_full(account, oona):
    covered_by(Claim.objects.filter(account=account).order_by("service_from").first(), "medicaid")
    ground = ground_of(actor=oona, account_id=account.pk, today=TODAY)
    assert ground.total == D("200.00")
    assert [one.left_out for one in ground.left_out] == ["Medicaid's payment is payment in full (42 CFR 447.15)"]


@pytest.mark.parametrize("reason", ["bankruptcy", "dispute", "assistance", "nsa"])
def test_what_is_held_is_not_bargained_about(account, oona, reason):
    place_hold(actor=oona, account_id=account.pk, reason=reason, today=TODAY, now=NOW)
    assert ground_of(actor=oona, account_id=account.pk, today=TODAY).why_not


def test_prompt_pay_is_ten_percent_within_thirty_days_of_the_first_statement(account, ana, oona):
    with pytest.raises(BadSettlement, match="no prompt-pay discount"):
        prompt_pay.draft_prompt_pay(actor=ana, account_id=account.pk, today=TODAY)
    Limit.objects.create(
        name="prompt_pay_percent", value=10, practice=account.practice, valid_from=TODAY, source="The board",
        entered_by=oona,
    )  # fmt: skip
    first, second = Claim.objects.filter(account=account).order_by("service_from")
    Claim.objects.filter(pk=first.pk).update(first_statement_on=TODAY - 31 * DAY)
    Claim.objects.filter(pk=second.pk).update(first_statement_on=TODAY - 10 * DAY)
    made = prompt_pay.draft_prompt_pay(actor=ana, account_id=account.pk, today=TODAY)
    assert (made.offer, made.rows) == (D("180.00"), [(TODAY + 20 * DAY, D("180.00"))])
    found = accept(services.offer(made, actor=ana, today=TODAY, now=NOW), ana)
    pays(account, "180.00", on=TODAY + 20 * DAY)
    found = settle(found, TODAY + 20 * DAY)
    assert (found.state, found.write_offs.get().books_to) == ("settled", "WO_DISCOUNT")
    assert owed(account) == [D("300.00")]


def test_the_queries_do_not_depend_on_how_many_are_settled(account, oona):
    def made(number):
        for _ in range(number):
            patient = make_patient(account=make_account(practice=account.practice))
            make_claim(patient=patient, payers=(), lines=("100.00",))
            accepted(patient.account, oona, "60.00")
            pays(patient.account, "60.00", on=DUE)

    def queries(number):
        made(number)
        with CaptureQueriesContext(connection) as seen:
            settle_settlements(today=DUE, now=noon(DUE))
        return len(seen)

    settle_settlements(today=DUE, now=noon(DUE))
    few = queries(1)
    assert queries(6) <= few + 4  # bulk updates are cut by their rows
    assert Settlement.objects.filter(state="settled").count() == 7


def test_another_practice_s_settlement_is_not_there(account, oona):
    found = offered(account, oona)
    cedar = make_practice(name="Cedar Clinic", npi="1679576722", tin="061234568")
    other = make_user(username="carl", role="supervisor", practices=[cedar])
    with pytest.raises(NotFound):
        services.withdraw(found.pk, reason="x", actor=other, today=TODAY, now=NOW)
