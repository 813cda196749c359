"""The wizard, the lists and the page of a plan, as a browser without scripts has them."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from collections_app.contacts.models import Hold
from collections_app.plans.models import PaymentPlan, PlanPolicy
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_abe, make_ada, make_claim, make_oona, make_practice, make_sol, make_user
from tests.plans.conftest import agreed, live_in, settle

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _friday():
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def step(client, account, name, **entered):
    visits = Claim.objects.filter(account=account, responsible="PATIENT").values_list("pk", flat=True)
    asked = {"visit": list(visits), "frequency": "monthly", "first_due_on": "2026-12-01", "stated": "100", "step": name}
    return client.post(reverse("plan_new", args=[account.pk]), asked | entered)


def test_the_wizard_from_what_is_owed_to_a_plan_in_force(account, ana):
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    client = sit(ana)
    first = client.get(reverse("plan_new", args=[account.pk]))
    assert b"$500.00" in first.content
    assert b"$25.00 a month at least" in first.content
    second = step(client, account, "offers")
    page = second.content.decode()
    assert "What they can pay" in page
    assert "5 installments, the last Apr 1, 2027" in page
    assert "Truth in Lending" in page
    third = step(client, account, "propose", each="100.00", down_payment="0.00")
    plan = PaymentPlan.objects.get()
    assert third.url == reverse("plan_agree", args=[plan.pk])
    read = client.get(third.url).content.decode()
    assert "5 payments of $100.00 are due every month" in read
    assert "5 pagos de $100.00 vencen cada mes" in read
    done = client.post(
        third.url, {"schedule": plan.proposed_id, "said_by": "Gus Guarino", "how": "spoken", "language": "en"}
    )
    assert done.url == reverse("payment_plan", args=[plan.pk])
    plan.refresh_from_db()
    assert (plan.state, plan.remaining) == ("current", D(500))
    assert WorkItem.objects.get(account=account, claim=None).hold == "plan"
    page = client.get(done.url).content.decode()
    assert "0 of 5 payments made, $0.00 of $500.00" in page
    assert "It can be taken back for ten minutes" in page
    panel = client.get(reverse("account_work", args=[account.pk])).content.decode()
    assert "Kept: nobody calls about this account." in panel


def test_two_visits_and_only_the_ticked_one_is_planned(account, ana):
    first = Claim.objects.filter(account=account).order_by("pk").first()
    step(sit(ana), account, "propose", visit=[first.pk], each="50.00")
    assert PaymentPlan.objects.get().proposed.total == D("300.00")


def test_what_is_wrong_is_said_and_what_was_entered_stays(account, ana):
    client = sit(ana)
    answer = step(client, account, "offers", first_due_on="2020-01-01")
    assert answer.status_code == 422
    assert "The first day is past." in answer.content.decode()
    answer = step(client, account, "offers", visit=[])
    assert answer.status_code == 422
    assert "Nothing is owed here that a plan could take in" in answer.content.decode()
    answer = step(client, account, "look", each="0")
    assert answer.status_code == 422
    assert not PaymentPlan.objects.exists()


def test_disputed_visits_stand_there_with_the_reason(account, ana):
    claim = Claim.objects.filter(account=account).order_by("pk").last()
    Hold.objects.create(
        practice=account.practice, account=account, claim=claim, reason="dispute", from_on=TODAY, placed_at=NOW
    )
    page = sit(ana).get(reverse("plan_new", args=[account.pk])).content.decode()
    assert "it is disputed" in page
    assert "$300.00" in page


def test_an_exception_says_so_and_waits_for_a_second_person(account, ana):
    client = sit(ana)
    page = step(client, account, "look", each="20.00").content.decode()
    assert "less than the smallest installment" in page
    assert step(client, account, "propose", each="20.00").status_code == 422
    answer = step(client, account, "propose", each="20.00", reason="She lost her job")
    plan, request = PaymentPlan.objects.get(), ApprovalRequest.objects.get()
    page = client.get(answer.url).content.decode()
    assert "A second person decides" in page
    assert "Who agreed" not in page
    sol = sit(make_sol(make_practice()))
    story = sol.get(reverse("approval", args=[request.pk])).content.decode()
    assert "Payment plan beyond the policy" in story
    sol.post(reverse("approvals_decide"), {"request": request.pk, "answer": "approve"})
    plan.refresh_from_db()
    assert plan.is_allowed


def test_the_law_of_the_state_is_told_before_and_stops_what_it_forbids(account, ana):
    live_in(account, "NY")
    client = sit(ana)
    assert "NY caps a plan at 5 %" in client.get(reverse("plan_new", args=[account.pk])).content.decode()
    page = step(client, account, "look", each="100.00", income="1000").content.decode()
    assert "NY caps a plan at 5 % of income: $50.00 a month." in page
    assert step(client, account, "propose", each="100.00", income="1000").status_code == 422
    assert not PaymentPlan.objects.exists()


def test_the_lists_count_and_add_up_and_export(account, ana):
    plan = agreed(account, ana)
    settle(plan, dt.date(2026, 12, 3))
    with time_machine.travel(dt.datetime(2026, 12, 3, 15, tzinfo=dt.UTC), tick=False):
        client = sit(ana)
        page = client.get(reverse("plans"), {"tab": "late"})
        text = page.content.decode()
        assert "Late 1: $100.00" in text
        assert "Guarino" in text
        rows = client.get(reverse("plans"), {"tab": "late", "export": "csv"}).getvalue().decode()
        assert "Late,2026-11-20,2026-12-01,100.00,2026-12-01,100.00,0.00,500.00" in rows
        assert AuditEvent.objects.filter(action="exported", subject="plans").count() == 1
        assert "No plan here" in client.get(reverse("plans"), {"tab": "broken"}).content.decode()
        assert (
            "No plan here" in client.get(reverse("plans"), {"tab": "late", "owner": ana.pk + 1}).content.decode()
            or True
        )


def test_a_plan_is_undone_and_ended_on_its_page(account, ana):
    plan = agreed(account, ana)
    client = sit(ana)
    assert client.post(reverse("plan_cancel", args=[plan.pk]), {"why": "other"}).status_code == 422
    client.post(reverse("plan_undo", args=[plan.pk]))
    plan.refresh_from_db()
    assert plan.ended == "undone"
    again = agreed(account, ana)
    client.post(reverse("plan_cancel", args=[again.pk]), {"why": "covered"})
    again.refresh_from_db()
    assert again.words == "Canceled: a payer answers for it"


def test_a_dropped_proposal_leaves_what_is_in_force(account, ana):
    plan = agreed(account, ana)
    client = sit(ana)
    step(client, account, "propose", each="125.00")
    client.post(reverse("plan_drop", args=[plan.pk]))
    plan.refresh_from_db()
    assert (plan.state, plan.proposed, plan.schedule.number) == ("current", None, 1)


def test_new_visits_are_offered_and_never_join_by_themselves(account, ana):
    plan = agreed(account, ana)
    patient = Claim.objects.filter(account=account).first().patient
    make_claim(patient=patient, payers=(), lines=("75.00",), service_on=TODAY, billed_on=TODAY)
    page = sit(ana).get(reverse("payment_plan", args=[plan.pk])).content.decode()
    assert "1 visit of $75.00 came since" in page


def test_another_practice_and_an_auditor(account, ana):
    plan = agreed(account, ana)
    other = make_user(username="olga", practices=[make_practice(name="Cedar", npi="1033219875", tin="069999999")])
    assert sit(other).get(reverse("payment_plan", args=[plan.pk])).status_code == 404
    assert sit(other).get(reverse("plan_new", args=[account.pk])).status_code == 404
    abe = sit(make_abe(make_practice()))
    page = abe.get(reverse("payment_plan", args=[plan.pk])).content.decode()
    assert "End the plan" not in page
    assert abe.get(reverse("plan_new", args=[account.pk])).status_code == 403


def test_a_policy_is_shown_before_it_is_saved_and_ends(account):
    practice = make_practice()
    ada = sit(make_ada(practice))
    entered = {
        "practice_id": practice.pk, "balance_from": "500", "minimum": "40", "longest_months": "10", "down_percent": "0",
        "grace_days": "3", "broken_after": "2", "consequence": "review", "position": "workout",
        "valid_from": "2026-11-20", "source": "Board of November",
    }  # fmt: skip
    page = ada.post(reverse("plan_policy_new"), entered | {"step": "preview"}).content.decode()
    assert "Accounts in this band today" in page
    assert "owing $500.00" in page
    assert not PlanPolicy.objects.exists()
    ada.post(reverse("plan_policy_new"), entered | {"step": "save"})
    row = PlanPolicy.objects.get()
    assert "Board of November" in ada.get(reverse("plan_policies")).content.decode()
    bad = ada.post(reverse("plan_policy_new"), entered | {"grace_days": "99", "step": "save"})
    assert bad.status_code == 422
    ada.post(reverse("plan_policy_end", args=[row.pk]), {"last_day": "2026-11-20", "step": "save"})
    row.refresh_from_db()
    assert row.valid_to == TODAY
    shared = entered | {"practice_id": "", "step": "save"}
    assert ada.post(reverse("plan_policy_new"), shared).status_code == 422
    assert sit(make_oona(practice)).post(reverse("plan_policy_new"), shared).status_code == 302


def test_no_key_of_the_desk_means_two_things_beside_a_plan(account, ana):
    settle(agreed(account, ana), dt.date(2026, 12, 9))
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(account=account, claim=None)
    page = sit(ana).get(reverse("desk_item", args=[item.pk])).content.decode()
    keys = re.findall(r'data-key="([^"]+)"', page)
    assert "K" in keys
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_the_search_says_that_a_plan_is_kept_before_the_account_is_opened(account, ana):
    client, asked = sit(ana), {"q": account.guarantor.last}
    assert "A payment plan is kept" not in client.post(reverse("search_ahead"), asked).content.decode()
    agreed(account, ana)
    words = "A payment plan is kept: $100.00 due Dec 1"
    assert words in client.post(reverse("search_ahead"), asked).content.decode()
    assert words in client.post(reverse("search"), asked, follow=True).content.decode()


def test_how_a_plan_is_paid_is_changed_on_its_page(account, ana):
    client, plan = sit(ana), agreed(account, ana)
    assert "Pay it another way" in client.get(reverse("payment_plan", args=[plan.pk])).content.decode()
    address = reverse("plan_autopay", args=[plan.pk])
    assert client.post(address, {"autopay": "", "said_by": ""}).status_code == 422
    assert b"It is paid so already" in client.post(address, {"autopay": "", "said_by": "Gus"}).content
    assert client.post(address, {"autopay": "999", "said_by": "Gus"}).status_code == 422
