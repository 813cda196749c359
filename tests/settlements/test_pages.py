"""Settlements and help on pages, as a browser without scripts has them."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from collections_app.help_offers.models import Hardship, HelpOffer, Referral, ReferralPlace
from collections_app.letters.models import Letter
from collections_app.settlements.models import Settlement
from collections_app.worklist import services as worklist
from tests.cast import NOW, TODAY, make_abe, make_ada, make_practice, make_sol
from tests.settlements.conftest import DAY, DUE, D, accepted, noon, offered, pays, settle

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_day():
    with time_machine.travel(NOW, tick=True):
        yield


def sit(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client, account, step, **entered):
    visits = list(Claim.objects.filter(account=account).values_list("pk", flat=True))
    told = {"visit": visits, "offer": "350.00", "due_on": "2026-12-01", "step": step}
    return client.post(reverse("settlement_new", args=[account.pk]), told | entered)


def test_from_the_terms_over_a_second_person_to_accepted_and_taken_back(account, ana):
    client = sit(ana)
    page = client.get(reverse("settlement_new", args=[account.pk])).content.decode()
    assert "$500.00" in page
    assert "You settle young and small balances up to" in page
    looked = ask(client, account, "look").content.decode()
    assert "$150.00 (30.00%) comes off once all of it was received" in looked
    assert "Ask a second person" in looked
    assert not Settlement.objects.exists()
    without = ask(client, account, "offer")
    assert without.status_code >= 400
    assert b"Say why: whoever approves needs to know." in without.content
    assert not Settlement.objects.exists()
    done = ask(client, account, "offer", reason="Lost work in October")
    found = Settlement.objects.get()
    assert done.url == reverse("settlement", args=[found.pk])
    assert "A second person decides" in client.get(done.url).content.decode()
    approvals.approve(ApprovalRequest.objects.get().pk, actor=make_sol(make_practice()), today=TODAY, now=NOW)
    assert "Read it to them: $350.00 settles $500.00 in full" in client.get(done.url).content.decode()
    nobody = client.post(reverse("settlement_accept", args=[found.pk]), {"said_by": "", "how": "spoken"})
    assert nobody.status_code == 422
    client.post(reverse("settlement_accept", args=[found.pk]), {"said_by": "Gus Guarino", "how": "spoken"})
    found.refresh_from_db()
    assert (found.state, found.said_by) == ("accepted", "Gus Guarino")
    client.post(reverse("settlement_undo", args=[found.pk]))
    found.refresh_from_db()
    assert found.state == "offered"


def test_percent_off_stands_for_dollars(account, oona):
    ask(sit(oona), account, "offer", offer="", percent="30")
    assert Settlement.objects.get().offer == D("350.00")


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"offer": "500.00"}, "below what is owed"),
        ({"offer": ""}, "Enter dollars, or percent off"),
        ({"due_on": "2027-11-01"}, "paid within 90 days"),
        ({"due_on": "2026-12-01", "second_on": "2026-11-30"}, "later day"),
        ({"hardship": "4111 1111 1111 1111"}, "card number"),
    ],
)
def test_what_can_t_be_offered_says_why_with_everything_still_there(account, oona, entered, words):
    page = ask(sit(oona), account, "look", **entered)
    assert page.status_code >= 400
    assert words in page.content.decode()
    assert not Settlement.objects.exists()


def test_the_tabs_count_and_the_export_is_recorded(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    client = sit(oona)
    page = client.get(reverse("settlements"), {"tab": "settled"}).content.decode()
    assert "Settled 1: $150.00" in " ".join(page.split())
    sheet = client.get(reverse("settlements"), {"tab": "settled", "export": "csv"})
    text = b"".join(sheet.streaming_content).decode() if sheet.streaming else sheet.content.decode()
    assert "350.00" in text
    assert AuditEvent.objects.filter(action__contains="export").exists()


def test_given_up_only_with_a_reason_and_an_auditor_only_reads(account, oona):
    found = offered(account, oona)
    address = reverse("settlement_withdraw", args=[found.pk])
    assert sit(oona).post(address, {"reason": ""}).status_code == 422
    abe = sit(make_abe(make_practice()))
    assert abe.get(reverse("settlement", args=[found.pk])).status_code == 200
    assert abe.post(address, {"reason": "No"}).status_code == 403
    sit(oona).post(address, {"reason": "They found insurance"})
    found.refresh_from_db()
    assert found.state == "withdrawn"


def test_a_settled_one_is_mailed_as_paid_in_full_by_settlement(account, oona):
    found = accepted(account, oona)
    pays(account, "350.00", on=DUE)
    settle(found, DUE)
    with time_machine.travel(noon(DUE), tick=True):
        sit(oona).post(reverse("settlement_letter", args=[found.pk]))
    letter = Letter.objects.get()
    assert letter.kind == "settlement_settled"
    found.refresh_from_db()
    assert found.letter_id == letter.pk


def test_the_panel_shows_the_ways_in_order_and_notes_them_in_one_go(account, ana):
    worklist.refresh(accounts=[account.pk], today=TODAY, now=NOW)
    client = sit(ana)
    page = client.get(reverse("account_work", args=[account.pk])).content.decode()
    assert page.index("Insurance or Medicaid that was not billed") < page.index("Settlement for less")
    assert "not offered yet" in page
    assert reverse("assistance_new", args=[account.pk]) in page
    done = client.post(
        reverse("help_record", args=[account.pk]),
        {
            "offered-plan": "on", "answer-plan": "declined", "offered-coverage": "on", "answer-coverage": "thinks",
            "answer-settlement": "accepted", "language": "es",
        },
    )  # fmt: skip
    assert done.url == reverse("help_account", args=[account.pk])
    rows = HelpOffer.objects.order_by("pk").values_list("code", "answer", "language")
    assert list(rows) == [("coverage", "thinks", "es"), ("plan", "declined", "es")]
    assert client.post(reverse("help_record", args=[account.pk]), {"language": "en"}).status_code >= 400
    client.post(reverse("help_proof", args=[account.pk]))
    assert Letter.objects.get().kind == "help_offered"


def test_a_hardship_and_a_referral_are_noted_and_ended(account, ana):
    ada = sit(make_ada(make_practice()))
    place = {"practice_id": account.practice_id, "name": "Harbor Fund", "kind": "foundation", "phone": "2125550100",
             "helps_with": "bills of people in treatment", "states": "OH"}  # fmt: skip
    ada.post(reverse("referral_place_new"), place)
    found = ReferralPlace.objects.get()
    assert sit(ana).post(reverse("referral_place_turn", args=[found.pk]), {"active": "0"}).status_code == 403
    client = sit(ana)
    bare = client.post(reverse("hardship_note", args=[account.pk]), {"kind": "job"})
    assert bare.status_code == 422
    client.post(reverse("hardship_note", args=[account.pk]), {"kind": "job", "words": "Lost work in October"})
    assert Hardship.objects.get().paused_until_on == TODAY + 30 * DAY
    client.post(reverse("hardship_end", args=[account.pk]))
    assert Hardship.objects.get().ended_on == TODAY
    client.post(
        reverse("help_referral", args=[account.pk]),
        {"place": found.pk, "words": "", "next_action": "Ask what came of it", "next_on": "2026-12-15"},
    )
    sent = Referral.objects.get()
    assert "Harbor Fund" in client.get(reverse("help_offers")).content.decode()
    client.post(reverse("referral_letter", args=[sent.pk]))
    client.post(reverse("referral_done", args=[sent.pk]), {"outcome": "They pay half"})
    sent.refresh_from_db()
    assert (sent.state, sent.outcome) == ("done", "They pay half")


def test_the_set_up_shows_the_matrix_of_the_practice(account, ana):
    page = sit(ana).get(reverse("settlement_setup")).content.decode()
    assert "young and small" in page
    assert "Supervisor" in page
    assert "no discount" in page
