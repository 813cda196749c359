"""Two at the same plan at once, on a database that runs them at once: it is agreed once, and there is one."""

import pytest

from collections_app.plans import services as plans
from collections_app.plans.models import PaymentPlan, PlanConsent, PlanSchedule
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice
from tests.plans.conftest import MORNING_AFTER, agreed, draft, noon
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHEN = {"today": TODAY, "now": NOW}


@pytest.fixture
def account():
    patient = make_patient(account=make_account(practice=make_practice()))
    make_claim(patient=patient, payers=(), lines=["500.00"])
    return patient.account


@pytest.fixture
def ana():
    return make_ana(make_practice())


def test_a_form_that_is_sent_twice_agrees_once(account, ana):
    plan = plans.propose(draft(account, ana), actor=ana, **WHEN)
    schedule = plan.proposed_id

    def agree():
        consent = plans.TakenConsent("spoken", "Gus Guarino")
        return plans.agree(plan.pk, schedule_id=schedule, consent=consent, actor=ana, **WHEN).state

    assert at_once(agree, agree) == ["current", "current"]
    assert PlanConsent.objects.count() == 1


def test_two_who_propose_keep_one_plan(account, ana):
    one, other = draft(account, ana), draft(account, ana, each="125.00")
    results = at_once(
        lambda: plans.propose(one, actor=ana, **WHEN).pk, lambda: plans.propose(other, actor=ana, **WHEN).pk
    )
    assert len(set(results)) == 1
    assert (PaymentPlan.objects.count(), PlanSchedule.objects.count()) == (1, 2)


def test_two_who_settle_break_it_once(account, ana):
    plan = agreed(account, ana)

    def settle():
        return plans.settle_plans(today=MORNING_AFTER, now=noon(MORNING_AFTER)).broken

    assert sorted(at_once(settle, settle)) == [0, 1]
    assert plan.events.filter(code="broken").count() == 1
