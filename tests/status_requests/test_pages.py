"""The pages about questions to payers, as people use them."""

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib.payer_network_settings import PayerNetwork
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.parties.models import Coverage
from collections_app.status_requests.models import AskingWay, ClaimQuestion, CoverageQuestion, DiscoveryConsent
from collections_app.status_requests.sandbox.replies import reply_about_person
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_payer, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


@pytest.fixture
def ana(client: Client) -> Client:
    client.force_login(make_ana(make_practice()))
    return client


def test_what_is_due_is_asked_about_and_the_answer_stands_there(ana, sandbox, connection, open_way, due_item) -> None:
    empty = ana.get(reverse("status_requests"))
    assert "No payer is asked yet" in empty.content.decode()
    open_way()
    item = due_item("150.01")
    page = ana.get(reverse("status_requests"))
    assert item.claim.number in page.content.decode()
    done = ana.post(reverse("status_ask"), {"claim": [item.claim_id]}, follow=True)
    assert "1 answered at once" in done.content.decode()
    answered = ana.get(reverse("status_requests"), {"tab": "answered"}).content.decode()
    assert "Paid" in answered
    assert "call avoided" in answered
    assert "Calls avoided" in answered
    assert ana.get(reverse("status_requests"), {"tab": "answered", "export": "csv"}).status_code == 200
    claim = ana.get(reverse("claim_work", args=[item.claim_id])).content.decode()
    assert "What the payer says" in claim
    assert AuditEvent.objects.filter(action="ask_claim_status").count() == 1


def test_all_that_is_due_at_once_and_none_of_another_practice(ana, sandbox, connection, open_way, due_item) -> None:
    open_way()
    for n in range(3):
        due_item("150.08", number=f"HC-{n}")
    other = make_practice(name="Other", npi="1999999992")
    foreign = due_item("150.08", practice=other)
    ana.post(reverse("status_ask"), {"all": "1"})
    assert ClaimQuestion.objects.count() == 3
    assert ana.post(reverse("status_ask_claim", args=[foreign.claim_id])).status_code == 404


def test_from_the_claim_why_it_cannot_be_asked(ana, connection, due_item) -> None:
    item = due_item("150.01")
    answer = ana.post(reverse("status_ask_claim", args=[item.claim_id]), follow=True)
    assert "not set up to be asked" in answer.content.decode()


def test_setup_says_who_is_asked_and_who_lets_coverage_be_looked_for(client, sandbox, ada, connection) -> None:
    payer = make_payer()
    client.force_login(ada)
    assert "No payer is asked yet" in client.get(reverse("asking_setup")).content.decode()
    told = {"payer_id": payer.pk, "topic": "270", "way": "realtime", "most_a_day": 50, "is_likely": "on", "is_on": "on"}
    client.post(reverse("asking_way_new"), told)
    way = AskingWay.objects.get()
    assert (way.topic, way.is_likely, way.most_a_day) == ("270", True, 50)
    client.post(reverse("asking_way", args=[way.pk]), {**told, "most_a_day": 70})
    client.post(reverse("coverage_discovery", args=[make_practice().pk]), {"is_on": "on", "most_a_month": 10})
    way.refresh_from_db()
    assert way.most_a_day == 70
    assert DiscoveryConsent.objects.get().most_a_month == 10
    assert payer.name in client.get(reverse("asking_setup")).content.decode()


def test_without_a_network_nobody_is_asked_at_once(client, settings, ada) -> None:
    settings.PAYER_NETWORK = PayerNetwork()
    client.force_login(ada)
    told = {"payer_id": make_payer().pk, "topic": "276", "way": "realtime", "most_a_day": 50, "is_on": "on"}
    refused = client.post(reverse("asking_way_new"), told)
    assert refused.status_code == 422
    assert not AskingWay.objects.exists()


def test_found_coverage_waits_for_a_person_who_confirms_it(client, sandbox, ada, connection, open_way) -> None:
    client.force_login(ada)
    open_way(topic="270", is_likely=True)
    claim = self_pay()
    DiscoveryConsent.objects.create(practice=claim.practice, changed_at=NOW, changed_by=ada)
    client.post(reverse("coverage_discover"))
    question = CoverageQuestion.objects.get()
    assert question.finding == "found"
    assert not Coverage.objects.exists(), "nobody is insured here before a person has said so"
    assert f"/claims/{claim.pk}" in client.get(reverse("coverage_found")).content.decode()
    client.post(reverse("coverage_confirm", args=[question.pk]))
    cover = Coverage.objects.get()
    assert (cover.payer, cover.source, cover.rank) == (make_payer(), "person", 1)
    assert client.post(reverse("coverage_turn_down", args=[question.pk])).status_code == 409


def self_pay() -> Claim:
    """The claim of a patient without coverage whom the sandbox finds."""
    names = (f"GUARINO{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    last = next(name for name in names if reply_about_person(name, "GUS", "", "MER01").information == "1")
    return make_claim(patient=make_patient(account=make_account(last=last), last=last), payers=())
