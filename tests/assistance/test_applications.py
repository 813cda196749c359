"""Applying: from the desk and the patient's page, completed by papers, withdrawn; what stops meanwhile."""

from decimal import Decimal
from io import BytesIO

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import SensitiveText
from claims.documents.services import BroughtFile
from claims.receipts.kept_out import kept_out
from collections_app.assistance import days, papers
from collections_app.assistance import services as assistance
from collections_app.assistance.household import Household, Income, household_of
from collections_app.assistance.models import AssistanceApplication, AssistanceEvent
from collections_app.assistance.selectors import applied_on_both, assistance_of, open_applications, open_cases
from collections_app.assistance.services import AskedAssistance, BadApplication
from collections_app.contacts.models import Hold
from collections_app.portal import requests as portal
from collections_app.portal.models import PortalRequest
from tests.assistance.conftest import DAY, apply
from tests.cast import NOW, TODAY, make_account, make_practice, make_user

pytestmark = pytest.mark.django_db
D = Decimal


def claims_of(account):
    return list(account.claims.order_by("pk").values_list("pk", flat=True))


def test_an_application_stops_what_is_asked_at_once_and_waits_for_papers(account, ana):
    one = apply(account, ana)
    assert (one.state, one.next_action, one.owner) == ("incomplete", "Complete the application", ana)
    hold = Hold.objects.get(account=account)
    assert (hold.reason, hold.lifted_at, one.hold) == ("assistance", None, hold)
    claims = claims_of(account)
    assert set(kept_out({account.pk: claims}, today=TODAY)) == set(claims)
    assert [paper.kind for paper in one.documents.all()] == ["income", "household"]
    assert open_applications([account.pk]) == {account.pk}
    assert assistance_of(account.pk) == one


def test_it_is_to_be_decided_once_every_paper_is_accepted(account, ana):
    one = apply(account, ana)
    for kind, state in (("income", "accepted"), ("household", "received")):
        assistance.change_document(one.pk, kind, state=state, actor=ana, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert one.state == "incomplete"
    assistance.change_document(one.pk, "household", state="waived", actor=ana, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.next_action) == ("ready", "Decide")


def test_what_is_told_later_adds_to_what_was_told(account, ana):
    one = apply(account, ana, household=Household(people=3))
    again = apply(account, ana, household=Household(income=(Income("work", "monthly", D(2500)),)))
    assert again.pk == one.pk  # never two open ones
    assert household_of(again.household) == Household(3, (Income("work", "monthly", D("2500.00")),))
    assert household_of(again.household).a_year == D("30000.00")
    assert Hold.objects.filter(account=account).count() == 1


def test_an_account_never_has_two_open_ones_whoever_writes(account, ana):
    one = apply(account, ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistanceApplication.objects.create(
            practice_id=one.practice_id, account=account, channel="desk", received_on=TODAY, made_at=NOW, hold=one.hold
        )


def test_a_presumptive_reason_needs_no_papers_and_must_be_the_policys(account, ana):
    one = apply(account, ana, household=Household(), presumptive="homeless")
    assert (one.state, one.channel, one.documents.count()) == ("ready", "presumptive", 0)
    assistance.withdraw(one.pk, reason="Taken by mistake", actor=ana, today=TODAY, now=NOW)
    with pytest.raises(BadApplication, match="gives nothing for that reason"):
        apply(account, ana, household=Household(), presumptive="nonsense")


def test_a_paper_that_came_is_kept_with_the_documents_of_the_account(account, ana):
    one = apply(account, ana)
    brought = BroughtFile(BytesIO(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), "stub.pdf", "patient")
    paper = assistance.upload_document(one.pk, "income", brought=brought, actor=ana, today=TODAY, now=NOW)
    assert (paper.state, paper.document.practice_id) == ("received", account.practice_id)


def test_what_is_missing_is_asked_for_by_letter_with_a_day(account, ana):
    one = apply(account, ana, household=Household(people=3))
    letter = papers.ask_for_missing(one.pk, actor=ana, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert (letter.kind, one.missing_by) == ("assistance_incomplete", TODAY + 30 * DAY)
    assert letter.facts["missing"].startswith("What comes in, and how often\n\nProof of income")
    assert letter.deliveries.get().channel == "mail"
    assert days.follow_days(today=TODAY + 30 * DAY, now=NOW)["assistance_ran_out"] == 0
    for _ in range(2):  # said once
        told = days.follow_days(today=TODAY + 31 * DAY, now=NOW)
    assert told["assistance_ran_out"] == 0
    one.refresh_from_db()
    assert (one.next_action, one.next_on) == (days.RAN_OUT, TODAY + 31 * DAY)
    assert AssistanceEvent.objects.filter(code="ran_out").count() == 1
    assert Hold.objects.get(account=account).lifted_at is None  # it stands until somebody has decided
    assistance.give_more_time(one.pk, until=TODAY + 60 * DAY, actor=ana, today=TODAY + 31 * DAY, now=NOW)
    one.refresh_from_db()
    assert one.next_on == TODAY + 60 * DAY


def test_the_letter_is_spanish_for_who_speaks_it(account, ana):
    account.guarantor.language = "es"
    account.guarantor.save()
    one = apply(account, ana, household=Household(people=3))
    letter = papers.ask_for_missing(one.pk, actor=ana, today=TODAY, now=NOW)
    assert letter.language == "es"
    assert letter.facts["missing"].startswith("Cuánto ingresa")


def test_withdrawn_lets_the_account_go_on(account, ana):
    one = apply(account, ana)
    assistance.withdraw(one.pk, reason="They found a job", actor=ana, today=TODAY, now=NOW)
    assert Hold.objects.get(account=account).lifted_at == NOW
    assert assistance_of(account.pk) is None
    with pytest.raises(Conflict):
        assistance.withdraw(one.pk, reason="Again", actor=ana, today=TODAY, now=NOW)


def test_the_patients_page_makes_one_and_reads_what_was_decided(account, ana, sol):
    made = portal.ask_assistance(account, people=3, income=D("2500.00"), words="I lost my job.", now=NOW, today=TODAY)
    one = AssistanceApplication.objects.get()
    assert (one.channel, one.owner, one.hold) == ("page", None, made.hold)
    assert household_of(one.household).a_year == D("30000.00")
    assistance.decide(one.pk, is_approved=False, reason="No papers came", actor=sol, today=TODAY, now=NOW)
    made.refresh_from_db()
    assert (made.state, made.answer) == (PortalRequest.State.DONE, "Not approved: No papers came")


def test_another_practices_application_is_not_there(account, ana):
    one = apply(account, ana)
    stranger = make_user(username="zed", practices=[make_practice(name="Other", npi="1999999976")])
    for call in (
        lambda: assistance.apply(account.pk, AskedAssistance(), actor=stranger, today=TODAY, now=NOW),
        lambda: assistance.decide(one.pk, is_approved=False, reason="x", actor=stranger, today=TODAY, now=NOW),
        lambda: assistance.withdraw(one.pk, reason="x", actor=stranger, today=TODAY, now=NOW),
        lambda: papers.ask_for_missing(one.pk, actor=stranger, today=TODAY, now=NOW),
    ):
        with pytest.raises(NotFound):
            call()


def test_card_numbers_are_refused_and_a_day_to_come_too(account, ana):
    with pytest.raises(SensitiveText):
        apply(account, ana, words="4111 1111 1111 1111")
    with pytest.raises(BadApplication):
        apply(account, ana, received_on=TODAY + DAY)


def test_what_happened_is_never_changed(account, ana):
    apply(account, ana)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AssistanceEvent.objects.update(words="another story")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AssistanceEvent.objects.all().delete()


def test_two_accounts_with_open_applications_stay_two(account, ana):
    other = make_account(practice=account.practice, last="Moreno", first="Ida")
    apply(account, ana)
    assert applied_on_both(other, account) == []
    apply(other, ana)
    assert "Withdraw one of them" in applied_on_both(other, account)[0]


def test_who_takes_it_over_works_it_and_it_is_told_of_as_an_open_case(account, sol):
    portal.ask_assistance(account, people=3, income=None, words="", now=NOW, today=TODAY)
    one = AssistanceApplication.objects.get()
    (case,) = open_cases([account.practice_id], TODAY)
    assert (case.pk, case.account_id, case.lacks) == (one.pk, account.pk, ("an owner",))
    assistance.take_over(one.pk, actor=sol, today=TODAY, now=NOW)
    (case,) = open_cases([account.practice_id], TODAY)
    assert (case.owner_id, case.next_action, case.next_on) == (sol.pk, "Complete the application", TODAY)
    assistance.withdraw(one.pk, reason="They found a job", actor=sol, today=TODAY, now=NOW)
    assert open_cases([account.practice_id], TODAY) == []
