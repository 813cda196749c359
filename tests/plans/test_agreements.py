"""Agreeing to a plan: what goes in, what is read and kept, who is asked, what is taken back, what may not be twice."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from collections_app.contacts.models import Hold
from collections_app.plans import services as plans
from collections_app.plans.affordability import Means
from collections_app.plans.models import PaymentPlan, PlanConsent, PlanEvent, PlanInstallment, PlanSchedule, PlanVisit
from collections_app.plans.schedule import BadPlan
from collections_app.plans.selectors import plan_lines_for_statement, plan_of, plans_kept
from tests.cast import NOW, TODAY, make_claim, make_practice, make_sol, make_user, move
from tests.plans.conftest import DAY, FIRST, agree, agreed, draft, live_in, pays, settle

pytestmark = pytest.mark.django_db
D = Decimal


def test_a_plan_is_agreed_with_the_words_that_were_read(account, ana):
    plan = agreed(account, ana)
    assert (plan.state, plan.remaining, plan.next_due_on, plan.next_amount) == ("current", D(500), FIRST, D(100))
    rows = PlanInstallment.objects.filter(schedule=plan.schedule).values_list("number", "due_on", "amount")
    assert list(rows) == [
        (number, dt.date(2026 + (11 + number - 1) // 12, (11 + number - 1) % 12 + 1, 1), D("100.00"))
        for number in range(1, 6)
    ]
    consent = PlanConsent.objects.get()
    assert (consent.how, consent.said_by, consent.taken_by) == ("spoken", "Gus Guarino", ana)
    assert "5 payments of $100.00 are due every month, the first on December 1, 2026" in consent.words
    assert "Annual percentage rate 0 %" in consent.words  # five installments, not four
    assert plan.schedule.position == "disclosed"
    assert set(plans_kept([account.pk], TODAY)) == {account.pk}
    assert plans_kept([account.pk], TODAY) == {account.pk: "A payment plan is kept: $100.00 due Dec 1"}
    line = plan_lines_for_statement([account.pk])[account.pk]
    assert (line.due_on, line.amount, line.past_due, line.remaining) == (FIRST, D(100), D(0), D(500))
    assert len(line.installments) == 5


def test_four_installments_disclose_nothing(account, ana):
    plan = agreed(account, ana, each="125.00")
    assert plan.schedule.position == "exempt"
    assert "Annual percentage" not in PlanConsent.objects.get().words


def test_disputed_assistance_and_insurance_parts_are_left_out_and_it_is_said_why(account, ana):
    first, second = Claim.objects.filter(account=account).order_by("pk")
    Hold.objects.create(
        practice=account.practice, account=account, claim=second, reason="dispute", from_on=TODAY, placed_at=NOW
    )
    insured = make_claim(patient=first.patient, lines=("80.00",))
    found = draft(account, ana)
    assert found.ground.total == D("300.00")
    assert {one.claim.pk: one.left_out for one in found.ground.visits} == {
        first.pk: "", second.pk: "it is disputed", insured.pk: "it is at the insurance",
    }  # fmt: skip
    plan = agreed(account, ana)
    assert set(PlanVisit.objects.filter(schedule=plan.schedule).values_list("claim", "amount", "left_out")) == {
        (first.pk, D(300), ""), (second.pk, D(0), "it is disputed"), (insured.pk, D(0), "it is at the insurance"),
    }  # fmt: skip


def test_a_hold_of_the_account_leaves_nothing_to_plan(account, ana):
    Hold.objects.create(practice=account.practice, account=account, reason="assistance", from_on=TODAY, placed_at=NOW)
    with pytest.raises(BadPlan, match="Nothing is owed here"):
        draft(account, ana)


def test_a_plan_sent_twice_is_agreed_once(account, ana):
    plan = plans.propose(draft(account, ana), actor=ana, today=TODAY, now=NOW)
    schedule = plan.proposed_id
    agree(plan, ana)
    again = plans.agree(
        plan.pk, schedule_id=schedule, consent=plans.TakenConsent("spoken", "Gus"), actor=ana, today=TODAY, now=NOW
    )
    assert (again.state, PlanConsent.objects.count(), PlanSchedule.objects.count()) == ("current", 1, 1)


def test_other_terms_proposed_since_are_read_first(account, ana):
    plan = plans.propose(draft(account, ana), actor=ana, today=TODAY, now=NOW)
    old = plan.proposed_id
    plans.propose(draft(account, ana, each="125.00"), actor=ana, today=TODAY, now=NOW)
    with pytest.raises(Conflict, match="Other terms"):
        plans.agree(
            plan.pk, schedule_id=old, consent=plans.TakenConsent("spoken", "Gus"), actor=ana, today=TODAY, now=NOW
        )
    assert PaymentPlan.objects.count() == 1


def test_nobody_agrees_to_more_than_is_owed_by_then(account, ana):
    plan = plans.propose(draft(account, ana), actor=ana, today=TODAY, now=NOW)
    pays(account, "50.00", on=TODAY)
    with pytest.raises(Conflict, match=r"\$450.00 is owed"):
        agree(plan, ana)


@pytest.mark.parametrize(("how", "said_by", "field"), [("spoken", " ", "said_by"), ("nodded", "Gus", "how")])
def test_consent_says_who_and_how(account, ana, how, said_by, field):
    plan = plans.propose(draft(account, ana), actor=ana, today=TODAY, now=NOW)
    with pytest.raises(BadPlan) as caught:
        agree(plan, ana, how=how, said_by=said_by)
    assert caught.value.facts["field"] == field


def test_what_leaves_the_policy_is_asked_of_a_second_person(account, ana):
    long = draft(account, ana, each="20.00")
    assert long.exceptions
    with pytest.raises(DomainError, match="Say why"):
        plans.propose(long, actor=ana, today=TODAY, now=NOW)
    plan = plans.propose(long, actor=ana, today=TODAY, now=NOW, reason="She lost her job")
    with pytest.raises(Conflict, match="second person"):
        agree(plan, ana)
    request = ApprovalRequest.objects.get()
    assert (request.kind, request.amount, request.subject_id) == ("payment_plan", D("500.00"), plan.pk)
    sol = make_sol(make_practice())
    approvals.approve(request.pk, actor=sol, today=TODAY, now=NOW)
    plan.refresh_from_db()
    assert agree(plan, ana).state == "current"
    codes = list(PlanEvent.objects.order_by("pk").values_list("code", flat=True))
    assert codes == ["proposed", "allowed", "agreed"]


def test_a_refused_exception_is_no_plan(account, ana):
    plan = plans.propose(draft(account, ana, each="20.00"), actor=ana, today=TODAY, now=NOW, reason="Asked for it")
    sol = make_sol(make_practice())
    approvals.refuse([ApprovalRequest.objects.get().pk], note="Offer 12 months", actor=sol, now=NOW)
    plan.refresh_from_db()
    assert (plan.state, plan.words) == ("cancelled", "Canceled: a second person did not agree")


def test_a_supervisor_settles_an_exception_alone_within_their_limit(account, ana):
    sol = make_sol(make_practice())
    plan = plans.propose(draft(account, sol, each="20.00"), actor=sol, today=TODAY, now=NOW)
    assert plan.is_allowed
    assert not ApprovalRequest.objects.exists()


def test_what_a_law_forbids_nobody_may_agree_to(account, ana):
    live_in(account, "NY")
    means = Means(income=D("1000.00"), stated=D("100.00"))
    forbidden = draft(account, ana, means=means)
    with pytest.raises(BadPlan, match="NY caps a plan at 5 % of income"):
        plans.propose(forbidden, actor=ana, today=TODAY, now=NOW, reason="She wants it")
    assert not PaymentPlan.objects.exists()


def test_the_district_of_columbia_gets_it_in_writing_within_seven_days(account, ana):
    live_in(account, "DC", "20001")
    plan = agreed(account, ana)
    assert plan.confirm_by == TODAY + 7 * DAY
    plan = plans.confirm_in_writing(plan.pk, how="Handed over", actor=ana, today=TODAY, now=NOW)
    assert plan.confirmed_at == NOW


def test_an_agreement_is_taken_back_within_ten_minutes(account, ana):
    plan = agreed(account, ana)
    late = NOW + dt.timedelta(minutes=11)
    with pytest.raises(Conflict, match="ten minutes"):
        plans.undo_agreement(plan.pk, actor=ana, today=TODAY, now=late)
    plan = plans.undo_agreement(plan.pk, actor=ana, today=TODAY, now=NOW + dt.timedelta(minutes=9))
    assert (plan.state, plan.ended) == ("cancelled", "undone")
    assert set(plans_kept([account.pk], TODAY)) == set()


def test_a_renegotiation_keeps_the_history_and_is_taken_back_to_what_was(account, ana):
    plan = agreed(account, ana)
    pays(account, "100.00", on=FIRST)
    plan = settle(plan, FIRST)
    later, now = FIRST + DAY, NOW + 12 * DAY
    new = draft(account, ana, each="80.00", today=later, first=dt.date(2027, 1, 4))
    proposed = plans.renegotiate(plan.pk, new, actor=ana, today=later, now=now)
    assert (proposed.state, proposed.schedule.number, proposed.proposed.number) == ("current", 1, 2)
    plan = agree(proposed, ana, today=later, now=now)
    assert (plan.schedule.number, plan.schedule.why, plan.remaining) == (2, "renegotiated", D(400))
    assert PlanSchedule.objects.filter(plan=plan).count() == 2
    plan = plans.undo_agreement(plan.pk, actor=ana, today=later, now=now)
    assert (plan.schedule.number, plan.state, plan.received, plan.remaining) == (1, "current", D(100), D(400))


def test_a_new_visit_joins_only_when_it_is_agreed(account, ana):
    plan = agreed(account, ana)
    patient = Claim.objects.filter(account=account).first().patient
    make_claim(patient=patient, payers=(), lines=("75.00",), service_on=TODAY, billed_on=TODAY + DAY)
    plan = settle(plan, TODAY + DAY)
    assert plan.remaining == D("500.00")
    new = draft(account, ana, each="115.00", today=TODAY + DAY)
    plan = agree(
        plans.renegotiate(plan.pk, new, actor=ana, today=TODAY + DAY, now=NOW + DAY), ana, today=TODAY + DAY,
        now=NOW + DAY,
    )  # fmt: skip
    assert (plan.schedule.why, plan.remaining) == ("visits", D("575.00"))


def test_a_plan_is_canceled_with_a_reason(account, ana):
    plan = agreed(account, ana)
    with pytest.raises(DomainError, match="Choose why"):
        plans.cancel(plan.pk, why="undone", actor=ana, today=TODAY, now=NOW)
    with pytest.raises(DomainError, match="card number"):
        plans.cancel(plan.pk, why="other", words="4111 1111 1111 1111", actor=ana, today=TODAY, now=NOW)
    plan = plans.cancel(plan.pk, why="asked", actor=ana, today=TODAY, now=NOW)
    assert plan.words == "Canceled: the patient asked for it"
    with pytest.raises(Conflict, match="over already"):
        plans.cancel(plan.pk, why="asked", actor=ana, today=TODAY, now=NOW)
    assert plan_of(account.pk) is None


def test_a_plan_of_another_practice_is_not_there(account, ana):
    plan = agreed(account, ana)
    other = make_user(username="olga", practices=[make_practice(name="Cedar", npi="1033219875", tin="069999999")])
    with pytest.raises(NotFound):
        plans.cancel(plan.pk, why="asked", actor=other, today=TODAY, now=NOW)


def test_what_was_agreed_never_changes(account, ana):
    plan = agreed(account, ana)
    changes = (
        (PlanSchedule, {"number": 9}), (PlanInstallment, {"number": 9}), (PlanVisit, {"amount": D(1)}),
        (PlanConsent, {"how": "typed"}), (PlanEvent, {"code": "x"}),
    )  # fmt: skip
    for model, change in changes:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.filter(pk__gt=0)._raw_delete("default")
    plan.refresh_from_db()
    assert plan.state == "current"


def test_an_account_has_one_open_plan(account, ana):
    agreed(account, ana)
    with pytest.raises(IntegrityError):
        PaymentPlan.objects.create(practice=account.practice, account=account, owner=ana, made_at=NOW)


def test_a_visit_that_a_write_off_settled_ends_nothing_early(account, ana):
    """What is forgiven comes off the end: the patient pays what is left, in the installments that were agreed."""
    from claims.ledger import services as ledger

    plan = agreed(account, ana)
    line = Claim.objects.filter(account=account).order_by("pk").first().lines.get()
    ledger.post(
        [move(line, kind="write_off", debit="WO_CHARITY", credit="PATIENT", amount="300.00", on=TODAY + DAY)], now=NOW
    )
    plan = settle(plan, TODAY + DAY)
    assert (plan.state, plan.remaining, plan.next_due_on) == ("current", D("200.00"), FIRST)
