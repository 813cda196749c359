"""The pages about courts and law firms, as a browser without scripts has them."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from claims.approvals.models import ApprovalRequest
from collections_app.contacts.models import Hold
from collections_app.contacts.services import place_hold
from collections_app.legal.models import CourtCase, LawFirm, LegalReferral
from tests.cast import NOW, TODAY
from tests.legal.conftest import owed, owes

pytestmark = pytest.mark.django_db
FILED = dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _friday():
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def bankrupt(account, actor):
    facts = {"chapter": "7", "filed_on": FILED}
    place_hold(actor=actor, account_id=account.pk, reason="bankruptcy", facts=facts, now=NOW, today=TODAY)
    return CourtCase.objects.get()


def test_a_bankruptcy_from_its_list_to_its_discharge(account, ana, sol):
    owes(account, "300.00", on=dt.date(2026, 10, 5))
    owes(account, "80.00", on=dt.date(2026, 11, 9))
    case = bankrupt(account, ana)
    client = sit(sol)
    listed = client.get(reverse("bankruptcies")).content.decode()
    assert "Proof of claim by" in listed
    assert "2027-01-11" in listed
    page = client.get(reverse("court_case", args=[case.pk])).content.decode()
    assert "$380.00" in page
    for words in ("Before: stayed", "300.00", "80.00", "Enter a discharge"):
        assert words in page
    form = client.get(reverse("court_case_deed", args=[case.pk, "discharge"]))
    assert b"never asked for again" in form.content
    done = client.post(reverse("court_case_deed", args=[case.pk, "discharge"]), {"on": "2026-11-20"}, follow=True)
    assert "$300.00 is written off." in done.content.decode()
    assert owed(account) == Decimal("80.00")
    assert client.get(reverse("court_case_deed", args=[case.pk, "discharge"])).status_code == 404
    assert "Discharged" in client.get(reverse("bankruptcies") + "?tab=ended").content.decode()


def test_a_collector_files_and_plans_but_enters_no_order_of_a_court(account, ana):
    owes(account, "300.00", on=dt.date(2026, 10, 5))
    case = bankrupt(account, ana)
    client = sit(ana)
    page = client.get(reverse("court_case", args=[case.pk])).content.decode()
    assert "Note that a claim was filed" in page
    assert "Enter a discharge" not in page
    assert client.get(reverse("court_case_deed", args=[case.pk, "dismissal"])).status_code == 404
    wrong = client.post(
        reverse("court_case_deed", args=[case.pk, "claim"]), {"amount": "300.00", "filed_on": "2027-01-01"}
    )
    assert wrong.status_code == 400 or b"still to come" in wrong.content
    client.post(reverse("court_case_deed", args=[case.pk, "claim"]), {"amount": "300.00", "filed_on": "2026-11-20"})
    case.refresh_from_db()
    assert case.claim_amount == Decimal("300.00")
    client.post(
        reverse("court_case_deed", args=[case.pk, "step"]),
        {"next_action": "Call the clerk", "next_on": "2026-11-24", "owner": ana.pk},
    )
    case.refresh_from_db()
    assert (case.next_action, case.next_on) == ("Call the clerk", dt.date(2026, 11, 24))


def test_a_referral_from_the_list_of_candidates_to_the_firm(ripe, firm, sol, sue):
    client = sit(sol)
    assert "Guarino" in client.get(reverse("legal_candidates")).content.decode()
    new = client.get(reverse("referral_new", args=[ripe.pk])).content.decode()
    assert "3 years for medical debt (NY)" in new
    asked = client.post(
        reverse("referral_new", args=[ripe.pk]),
        {"firm": firm.pk, "scra": "not_active", "scra_checked_on": "2026-11-20", "reason": "Answers nothing"},
    )
    referral = LegalReferral.objects.get()
    assert asked.url == reverse("legal_referral", args=[referral.pk])
    second = sit(sue)
    question = ApprovalRequest.objects.get()
    assert (
        reverse("legal_referral", args=[referral.pk])
        in second.get(reverse("approval", args=[question.pk])).content.decode()
    )
    second.post(reverse("approvals_decide"), {"request": question.pk, "decision": "approve"})
    referral.refresh_from_db()
    if referral.state == "asked":
        pytest.fail("approved on the page")
    client.post(reverse("referral_send", args=[referral.pk]))
    page = client.get(reverse("legal_referral", args=[referral.pk])).content.decode()
    assert "SHA-256" in page
    client.post(reverse("referral_deed", args=[referral.pk, "advance"]), {"state": "accepted", "on": "2026-11-20"})
    referral.refresh_from_db()
    assert referral.state == "accepted"
    assert "Holt and Reyes" in client.get(reverse("legal")).content.decode()
    account = client.get(reverse("account_work", args=[ripe.pk])).content.decode()
    assert "Nobody of ours asks for this account." in account


def test_what_speaks_against_a_suit_stands_there_instead_of_a_form(account, firm, sol):
    owes(account, "600.00", on=dt.date(2023, 3, 10))
    page = sit(sol).get(reverse("referral_new", args=[account.pk])).content.decode()
    assert "Too old to sue for (12 CFR 1006.26)" in page
    assert "Ask a second person" not in page


def test_a_debt_that_is_too_old_is_told_on_the_account_and_listed(account, ana):
    owes(account, "600.00", on=dt.date(2023, 3, 10))
    client = sit(ana)
    assert "Say so on a call" in client.get(reverse("account_work", args=[account.pk])).content.decode()
    listed = client.get(reverse("legal_dates")).content.decode()
    assert "2026-03-10" in listed
    assert "too old" in listed


def test_nobody_follows_it_until_a_supervisor_gives_it_to_somebody_in_one_click(account, ana, sol):
    case = bankrupt(account, ana)
    CourtCase.objects.filter(pk=case.pk).update(owner=None, next_on=None)
    client = sit(sol)
    assert "1 case without owner" in client.get(reverse("my_day")).content.decode()
    assert "an owner, a day" in client.get(reverse("unfollowed")).content.decode()
    client.post(
        reverse("unfollowed_assign"), {"source": "legal", "case": case.pk, "kind": "Bankruptcy", "owner": ana.pk}
    )
    case.refresh_from_db()
    assert (case.owner, case.next_on) == (ana, TODAY)
    assert "Everything has somebody" in client.get(reverse("unfollowed")).content.decode()
    assert "1 case of yours due" in sit(ana).get(reverse("my_day")).content.decode()
    assert sit(ana).get(reverse("unfollowed")).status_code == 403


def test_an_administrator_enters_a_law_firm(practice, ada, sol):
    client = sit(ada)
    entered = {"practice": practice.pk, "name": "Holt and Reyes", "states": "ny nj", "fee_percent": 25}
    assert client.post(reverse("law_firm_new"), entered).url == reverse("law_firms")
    firm = LawFirm.objects.get()
    assert firm.states == "NJ NY"
    assert b"by their two letters" in client.post(reverse("law_firm_new"), {**entered, "states": "Nowhere"}).content
    client.post(reverse("law_firm_end", args=[firm.pk]))
    assert "no new accounts" in sit(sol).get(reverse("law_firms")).content.decode()


def test_an_estate_has_its_list_and_its_page(account, ana):
    facts = {"died_on": dt.date(2026, 10, 1), "estate_contact": "Renata Holm"}
    place_hold(actor=ana, account_id=account.pk, reason="deceased", facts=facts, now=NOW, today=TODAY)
    assert Hold.objects.get().court_case.kind == "estate"
    client = sit(ana)
    assert "2027-04-29" in client.get(reverse("estates")).content.decode()
    page = client.get(reverse("court_case", args=[CourtCase.objects.get().pk])).content.decode()
    assert "Renata Holm" in page
    assert "N.Y. SCPA 1802" in page


def test_the_hub_leads_to_each_place(account, ana, sol, ripe, firm):
    bankrupt(account, ana)
    ask_page = sit(sol).get(reverse("patients")).content.decode()
    for name in ("legal", "bankruptcies", "estates", "legal_dates", "unfollowed"):
        assert reverse(name) in ask_page
