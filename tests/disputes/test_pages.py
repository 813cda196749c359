"""The pages of disputes, as a collector uses them."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from collections_app.disputes import asking, services
from collections_app.disputes.models import BillingDispute, GuestQuestion
from tests.cast import make_abe
from tests.disputes.opening import DAY
from tests.portal.conftest import open_door

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(gus: SimpleNamespace, client: Client) -> Client:
    client.force_login(gus.ana)
    return client


def opened(gus: SimpleNamespace, **given: object) -> BillingDispute:
    told = {"kind": "service", "words": "I was not there that day."} | given
    return services.open_dispute(
        gus.account.pk,
        gus.claim.pk,
        kind=told["kind"],
        words=told["words"],
        amount=None,
        actor=gus.ana,
        today=clock.today(),
        now=clock.now(),
    )


def test_a_dispute_is_kept_from_the_account_asked_about_and_answered(gus: SimpleNamespace, ana: Client) -> None:
    form = ana.get(f"/accounts/{gus.account.pk}/dispute?claim={gus.claim.pk}").content.decode()
    assert "Which services" in form
    kept = ana.post(
        f"/accounts/{gus.account.pk}/dispute",
        {
            "claim": gus.claim.pk, "kind": "duplicate", "words": "They billed one test twice.", "came_by": "phone",
            "received_on": clock.today().isoformat(), "lines": ["1"],
        },
    )  # fmt: skip
    found = BillingDispute.objects.get()
    assert (kept.status_code, kept["Location"]) == (302, f"/disputes/{found.pk}")
    page = ana.get(f"/disputes/{found.pk}").content.decode()
    for words in ("They billed one test twice.", "Our own term", "Answer it", "Ask somebody"):
        assert words in page
    assert "They billed one test twice." not in str(AuditEvent.objects.filter(action="dispute_opened").values())
    asked = ana.post(
        f"/disputes/{found.pk}/ask",
        {
            "role": "coder", "name": "Cora", "words": "Was the test done twice?", "facts": ["day", "line-1"],
            "due_on": (clock.today() + 7 * DAY).isoformat(),
        },
    ).content.decode()  # fmt: skip
    assert "/asked/open?key=" in asked
    assert "No e-mail address was entered" in asked
    assert "/asked/open?key=" not in ana.get(f"/disputes/{found.pk}").content.decode()
    closed = ana.post(f"/disputes/{found.pk}/close", {"to": "corrected", "answer": "One was taken off."})
    assert closed.status_code == 302
    page = ana.get(f"/disputes/{found.pk}").content.decode()
    assert "One was taken off." in page
    assert "Open it again" in page
    again = ana.post(f"/disputes/{found.pk}/reopen", {"why": "There is more."})
    assert again.status_code == 302
    assert BillingDispute.objects.get().is_open


def test_what_is_missing_is_said_beside_its_field(gus: SimpleNamespace, ana: Client) -> None:
    address = f"/accounts/{gus.account.pk}/dispute"
    empty = ana.post(address, {"kind": "", "words": ""})
    assert empty.status_code == 422
    low = {
        "claim": gus.claim.pk, "kind": "estimate", "words": "The estimate was lower.", "came_by": "letter",
        "received_on": clock.today().isoformat(), "estimate": "200",
    }  # fmt: skip
    refused = ana.post(address, low)
    assert refused.status_code == 422
    assert "$40.00 above the estimate" in refused.content.decode()
    found = opened(gus)
    assert ana.post(f"/disputes/{found.pk}/close", {"to": "", "answer": ""}).status_code == 422
    past = ana.post(f"/disputes/{found.pk}/next", {"action": "Call them", "on": "2020-01-01"})
    assert past.status_code == 422
    assert "Choose today or a later day" in past.content.decode()


def test_the_next_step_is_planned_and_a_case_taken(gus: SimpleNamespace, ana: Client) -> None:
    found = opened(gus)
    BillingDispute.objects.update(owner=None)
    assert "nobody yet" in ana.get(f"/disputes/{found.pk}").content.decode()
    ana.post(f"/disputes/{found.pk}/take")
    day = (clock.today() + DAY).isoformat()
    ana.post(f"/disputes/{found.pk}/next", {"action": "Call the coder", "on": day})
    found.refresh_from_db()
    assert (found.owner, found.next_action, found.next_on.isoformat()) == (gus.ana, "Call the coder", day)


def test_a_question_ends_from_the_case(gus: SimpleNamespace, ana: Client) -> None:
    found = opened(gus)
    told = asking.Asked("coder", "Cora", "Was the test done twice?", clock.today() + DAY)
    made = asking.ask(found.pk, told, actor=gus.ana, today=clock.today(), now=clock.now())
    assert "End the question" in ana.get(f"/disputes/{found.pk}").content.decode()
    ana.post(f"/disputes/questions/{made.question.pk}/end")
    assert GuestQuestion.objects.get().revoked_at is not None


def test_the_list_has_tabs_a_report_and_a_file(gus: SimpleNamespace, ana: Client) -> None:
    opened(gus)
    page = ana.get("/disputes").content.decode()
    assert "To do 1: $240.00" in page
    assert "How disputes end" in page
    for tab in ("asked", "overdue", "closed"):
        assert "No dispute here" in ana.get(f"/disputes?tab={tab}").content.decode()
    assert "No dispute here" in ana.get("/disputes?kind=paid").content.decode()
    file = b"".join(ana.get("/disputes?export=csv")).decode()  # type: ignore[arg-type]
    assert "Wrong service or date" in file
    assert "240.00" in file


def test_as_many_queries_for_many_disputes_as_for_few(
    gus: SimpleNamespace, ana: Client, django_assert_max_num_queries
) -> None:
    for _ in range(12):
        opened(gus)
    ana.get("/disputes")
    with django_assert_max_num_queries(45):
        ana.get("/disputes")


def test_the_account_and_the_hub_show_what_is_disputed(gus: SimpleNamespace, ana: Client) -> None:
    found = opened(gus)
    account = ana.get(f"/accounts/{gus.account.pk}/work").content.decode()
    assert f"/disputes/{found.pk}" in account
    assert f"/accounts/{gus.account.pk}/dispute" in account
    assert "Disputes" in ana.get("/patients").content.decode()
    assert f"?claim={gus.claim.pk}" in ana.get(f"/claims/{gus.claim.pk}").content.decode()


def test_an_auditor_reads_and_changes_nothing(gus: SimpleNamespace, client: Client) -> None:
    found = opened(gus)
    client.force_login(make_abe(gus.practice))
    page = client.get(f"/disputes/{found.pk}").content.decode()
    assert "Answer it" not in page
    assert "Take it" not in page
    assert client.post(f"/disputes/{found.pk}/take").status_code == 403
    assert client.get(f"/disputes/{found.pk}/ask").status_code == 403


def test_the_patient_reads_by_when_and_then_what_was_found(gus: SimpleNamespace, ana: Client) -> None:
    patient = Client()
    open_door(patient, gus.link)
    patient.post(f"/my-bill/visits/{gus.claim.pk}/dispute", {"kind": "paid", "words": "I paid this in October."})
    found = BillingDispute.objects.get()
    assert (found.kind, found.came_by) == ("paid", "page")
    page = patient.get("/my-bill").content.decode()
    assert "We are looking at it, and answer you by" in page
    assert f"/disputes/{found.pk}" in ana.get(reverse("patients_asked")).content.decode()
    ana.post(f"/disputes/{found.pk}/close", {"to": "corrected", "answer": "We found your payment."})
    page = patient.get("/my-bill").content.decode()
    assert "We corrected the bill." in page
    assert "We found your payment." in page
