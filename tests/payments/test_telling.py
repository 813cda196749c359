"""Receipts and payment links that are sent: by whom they agreed to, revealing nothing, once, and on record."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from arwork.lib import clock
from arwork.lib.errors import Conflict, NotFound
from claims.parties.models import PersonAddress, PersonEmail, PersonPhone
from collections_app.contacts.consents import give_consent
from collections_app.contacts.models import Contact
from collections_app.deliveries import leaving, print_batches
from collections_app.deliveries.models import Delivery
from collections_app.deliveries.services import NoDelivery
from collections_app.letters.models import Letter
from collections_app.payments import telling
from collections_app.payments.models import PaymentStep
from tests.cast import NOW, TODAY, make_practice, make_user
from tests.payments.taking import WHEN, a_card, card_page, charge, type_card

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _today(monkeypatch: Any) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def gus(account: Any, practice: Any) -> Any:
    """Who owes: he agreed to texts and e-mails, and can open his page."""
    practice.phone, practice.address, practice.city, practice.zip = "+15185550100", "1 Quay", "Albany", "12207"
    practice.save()
    person = account.guarantor
    person.birth_on = dt.date(1961, 4, 9)
    person.save()
    phone = PersonPhone.objects.create(person=person, number="+15185550142", ending="0142", kind="mobile")
    email = PersonEmail.objects.create(person=person, address="gus@example.org")
    for channel, row in (("text", phone), ("email", email)):
        give_consent(
            actor=None, person_id=person.pk, channel=channel, address_id=row.pk, source="portal", said_on=TODAY,
            now=NOW - dt.timedelta(days=3), today=TODAY, is_opt_in=True,
        )  # fmt: skip
    return account


def left(messages: Any, kind: str) -> str:
    """The one message that left."""
    leaving.deliver_due(clock=lambda: NOW)
    [one] = messages.folder.glob(f"{kind}/*")
    return one.read_text()


class TestAReceipt:
    @pytest.mark.parametrize(("channel", "kind"), [("email", "email"), ("text", "texts")])
    def test_it_is_announced_with_a_link_and_no_amount(
        self,
        gus: Any,
        sol: Any,
        messages: Any,
        channel: str,
        kind: str,
    ) -> None:
        payment = charge(a_card(gus, sol), actor=sol)
        sent = telling.send_receipt(payment.pk, channel=channel, actor=sol, **WHEN)
        letter = Letter.objects.get()
        assert (sent.channel, sent.purpose, sent.letter, letter.kind) == (channel, "receipt", letter, "receipt")
        text = left(messages, kind)
        assert "/my-bill/open?key=" in text.replace("=\n", "")
        assert "80.00" not in text
        sent.refresh_from_db()
        assert sent.state == "sent"
        assert Contact.objects.get(pk=sent.contact_id).purpose == "receipt"
        assert payment.steps.filter(what=PaymentStep.What.SENT, detail=f"receipt by {channel}").count() == 1

    def test_by_mail_it_waits_for_a_print_batch_and_is_one_letter_a_day(
        self,
        gus: Any,
        sol: Any,
        messages: Any,
    ) -> None:
        payment = charge(a_card(gus, sol), actor=sol)
        sent = telling.send_receipt(payment.pk, channel="mail", actor=sol, **WHEN)
        telling.send_receipt(payment.pk, channel="email", actor=sol, **WHEN)
        assert Letter.objects.count() == 1
        batch = print_batches.make_batch(practice_id=gus.practice_id, actor=sol, now=NOW)
        sent.refresh_from_db()
        assert (batch.pieces, sent.state, sent.batch) == (1, "sent", batch)

    def test_nothing_taken_has_no_receipt(self, gus: Any, sol: Any) -> None:
        with pytest.raises(Conflict, match="no receipt"):
            telling.send_receipt(card_page(gus, actor=sol).pk, channel="mail", actor=sol, **WHEN)

    def test_without_consent_it_goes_by_mail_alone(self, account: Any, practice: Any, sol: Any) -> None:
        practice.phone, practice.address, practice.city = "+15185550100", "1 Quay", "Albany"
        practice.save()
        payment = charge(a_card(account, sol), actor=sol)
        for channel in ("email", "text"):
            with pytest.raises(NoDelivery):
                telling.send_receipt(payment.pk, channel=channel, actor=sol, **WHEN)
        assert PersonAddress.objects.filter(person=account.guarantor, is_bad=False).exists()
        assert telling.send_receipt(payment.pk, channel="mail", actor=sol, **WHEN).state == "queued"

    def test_the_page_sends_it(self, gus: Any, sol: Any, messages: Any, client: Any) -> None:
        payment = charge(a_card(gus, sol), actor=sol)
        client.force_login(sol, backend=BACKEND)
        answer = client.post(reverse("payment_send", args=[payment.pk]), {"send-channel": "email"}, follow=True)
        assert answer.status_code == 200
        assert Delivery.objects.get().purpose == "receipt"


class TestALink:
    @pytest.mark.parametrize(("channel", "kind"), [("email", "email"), ("text", "texts")])
    def test_it_leads_to_the_card_page_where_it_is_paid(
        self,
        gus: Any,
        sol: Any,
        messages: Any,
        channel: str,
        kind: str,
    ) -> None:
        payment = card_page(gus, actor=sol, source="link")
        url = f"{django_settings.MESSAGES.public_url}{payment.link}"
        sent = telling.send_link(payment.pk, channel=channel, url=url, actor=sol, **WHEN)
        assert (sent.purpose, sent.letter) == ("requested", None)
        text = left(messages, kind).replace("=\n", "")
        assert url in text
        assert "80.00" not in text
        assert payment.steps.filter(what=PaymentStep.What.SENT, detail=f"link by {channel}").exists()
        type_card(payment)

    def test_the_page_sends_it_whole(self, gus: Any, sol: Any, messages: Any, client: Any) -> None:
        payment = card_page(gus, actor=sol, source="link")
        client.force_login(sol, backend=BACKEND)
        client.post(reverse("payment_send", args=[payment.pk]), {"send-channel": "text"})
        assert f"http://testserver{payment.link}" in left(messages, "texts")

    def test_a_page_that_is_closed_is_sent_to_nobody(self, gus: Any, sol: Any) -> None:
        payment = charge(a_card(gus, sol), actor=sol)
        with pytest.raises(Conflict, match="no open card page"):
            telling.send_link(payment.pk, channel="text", url="https://pay.example.org", actor=sol, **WHEN)

    def test_nobody_sends_what_another_practice_is_paid(self, gus: Any, sol: Any) -> None:
        payment = card_page(gus, actor=sol)
        stranger = make_user(username="carla", practices=[make_practice(name="Cedar", npi="1679576722")])
        with pytest.raises(NotFound):
            telling.send_link(payment.pk, channel="text", url="https://pay.example.org", actor=stranger, **WHEN)


def test_a_form_is_no_message_of_a_processor(client: Any) -> None:
    answer = client.post(reverse("payment_message", args=["sandbox"]), {"number": "1"})
    assert answer.status_code == 415
