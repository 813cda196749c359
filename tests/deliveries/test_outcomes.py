"""What came of it: bounces and reports, STOP, and what follows for the address."""

import base64
import hmac
import io
from dataclasses import replace
from hashlib import sha1, sha256
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from arwork.lib import clock
from claims.parties.models import PersonAddress
from collections_app.contacts.consents import consented_addresses
from collections_app.contacts.services import place_hold
from collections_app.deliveries import leaving, print_batches, replies, reports, resolving, selectors
from collections_app.deliveries.links import stop_link
from collections_app.deliveries.models import Delivery, PrintBatch, Reply
from collections_app.deliveries.numbers import number_of
from collections_app.deliveries.services import send
from collections_app.deliveries.store import kept_batches
from collections_app.letters.services import make_letter
from tests.cast import NOW, TODAY, make_account


def sent(gus: SimpleNamespace, channel: str = "text", **other: Any) -> Delivery:
    made = send(
        account_id=gus.account.pk, channel=channel, purpose="statement", actor=gus.ana, now=NOW, today=TODAY, **other
    )
    leaving.deliver_due(clock=lambda: NOW)
    made.refresh_from_db()
    return made


def letter_to(account: Any) -> Any:
    facts = {"topic": "Your question", "words": "Thank you."}
    return make_letter(
        kind="plain", account_id=account.pk, facts=facts, language="en", actor=None, today=TODAY, now=NOW
    )


def mailed(gus: SimpleNamespace) -> Delivery:
    made = sent(gus, "mail", letter=letter_to(gus.account))
    print_batches.make_batch(practice_id=gus.practice.pk, actor=gus.ana, now=NOW)
    made.refresh_from_db()
    return made


def test_a_report_of_arrival_and_one_that_comes_again(gus: SimpleNamespace, messages: Any) -> None:
    made = sent(gus)
    for _ in range(2):
        assert reports.text_reported(provider_id=made.provider_id, status="delivered", error="", now=NOW)
    made.refresh_from_db()
    assert made.state == "delivered"
    assert made.events.filter(state="delivered").count() == 1
    assert not reports.text_reported(provider_id="unknown", status="delivered", error="", now=NOW)


def test_a_number_that_takes_no_texts_is_marked_and_another_way_proposed(gus: SimpleNamespace, messages: Any) -> None:
    made = sent(gus)
    reports.text_reported(provider_id=made.provider_id, status="undelivered", error="30005", now=NOW)
    made.refresh_from_db()
    gus.phone.refresh_from_db()
    assert (made.state, made.problem, gus.phone.is_wrong) == ("bounced", "no such number", True)
    assert [code for code, _, _ in resolving.ways_of(made, today=TODAY)] == ["email", "settled"]
    instead = resolving.resolve(delivery_id=made.pk, how="email", actor=gus.ana, now=NOW, today=TODAY)
    assert instead is not None
    assert (instead.instead_of_id, instead.channel) == (made.pk, "email")
    assert selectors.counts(gus.ana)["failed"] == 0


def test_a_text_that_was_filtered_does_not_condemn_the_number(gus: SimpleNamespace, messages: Any) -> None:
    made = sent(gus)
    reports.text_reported(provider_id=made.provider_id, status="undelivered", error="30007", now=NOW)
    gus.phone.refresh_from_db()
    assert not gus.phone.is_wrong


def test_a_bounced_email_and_a_complaint(gus: SimpleNamespace, messages: Any) -> None:
    made = sent(gus, "email")
    reports.email_reported(provider_id=made.provider_id, event="complained", reason="spam", now=NOW, today=TODAY)
    assert consented_addresses([gus.person.pk], channel="email", on=TODAY) == {}
    reports.email_reported(provider_id=made.provider_id, event="bounced", reason="bounced", now=NOW, today=TODAY)
    gus.email.refresh_from_db()
    assert gus.email.is_wrong


def test_stop_is_honoured_at_once_and_confirmed_once(gus: SimpleNamespace, messages: Any) -> None:
    sent(gus)
    waiting = send(account_id=gus.account.pk, channel="text", purpose="requested", actor=gus.ana, now=NOW, today=TODAY)
    first = replies.hear(number="+15185550142", said="Stop", provider_id="SM1", now=NOW, today=TODAY)
    assert "no more texts" in first
    assert replies.hear(number="+15185550142", said="Stop", provider_id="SM1", now=NOW, today=TODAY) == ""
    assert replies.hear(number="+15185550142", said="stop it", provider_id="SM2", now=NOW, today=TODAY) == ""
    assert consented_addresses([gus.person.pk], channel="text", on=TODAY) == {}
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == ("refused", "they asked us to stop")
    assert "again" in replies.hear(number="+15185550142", said="START", provider_id="SM3", now=NOW, today=TODAY)
    assert consented_addresses([gus.person.pk], channel="text", on=TODAY) == {gus.person.pk: [gus.phone.pk]}


def test_any_other_reply_waits_for_a_person_and_is_in_the_contact_log(gus: SimpleNamespace, messages: Any) -> None:
    sent(gus)
    assert replies.hear(number="+15185550142", said="Who is this?", provider_id="SM9", now=NOW, today=TODAY) == ""
    [heard] = replies.open_replies(gus.ana)
    assert (heard.words, heard.account_id, heard.contact.direction) == ("Who is this?", gus.account.pk, "in")
    replies.settle_reply(reply_id=heard.pk, actor=gus.ana, now=NOW)
    assert not replies.open_replies(gus.ana)


def test_a_card_number_in_a_reply_is_not_kept(gus: SimpleNamespace, messages: Any) -> None:
    replies.hear(number="+15185550142", said="4111 1111 1111 1111", provider_id="SM5", now=NOW, today=TODAY)
    assert "4111" not in Reply.objects.get().words


def test_one_click_stops_emails_and_tells_strangers_nothing(gus: SimpleNamespace, messages: Any) -> None:
    waiting = send(account_id=gus.account.pk, channel="email", purpose="statement", actor=gus.ana, now=NOW, today=TODAY)
    link = stop_link(gus.email.pk).removeprefix("https://ar.example.org")
    client = Client(enforce_csrf_checks=True)
    asked = client.get(link)
    assert asked.status_code == 200
    assert "gus@example.org" not in asked.content.decode()
    assert consented_addresses([gus.person.pk], channel="email", on=clock.today())  # programs open links by themselves
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert consented_addresses([gus.person.pk], channel="email", on=clock.today()) == {}
    assert Delivery.objects.get(pk=waiting.pk).state == "refused"
    assert client.get(f"{link}x").status_code == 404


def test_a_batch_holds_each_letter_in_the_order_of_its_manifest(gus: SimpleNamespace, messages: Any) -> None:
    made = sent(gus, "mail", letter=letter_to(gus.account))
    held = make_account(practice=gus.practice, last="Ruiz", first="Rosa")
    PersonAddress.objects.create(person=held.guarantor, line1="9 Elm", city="Troy", state="NY", zip="12180")
    other = send(
        account_id=held.pk, channel="mail", purpose="statement", letter=letter_to(held), actor=gus.ana, now=NOW,
        today=TODAY,
    )  # fmt: skip
    place_hold(actor=gus.ana, account_id=held.pk, reason="bankruptcy", now=NOW, today=TODAY)
    batch = print_batches.make_batch(practice_id=gus.practice.pk, actor=gus.ana, now=NOW)
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.state, made.batch_id, made.position) == ("sent", batch.pk, 1)
    assert (other.state, other.batch_id) == ("refused", None)
    pdf = b"".join(kept_batches.blocks(batch.sha256))
    manifest = b"".join(kept_batches.blocks(batch.manifest_sha256)).decode()
    assert len(PdfReader(io.BytesIO(pdf)).pages) == batch.pages
    assert number_of(made.pk) in manifest
    assert "Guarino" not in manifest
    assert sha256(pdf).hexdigest() == batch.sha256
    with pytest.raises(print_batches.NothingToPrint):
        print_batches.make_batch(practice_id=gus.practice.pk, actor=gus.ana, now=NOW)


def signed(url: str, fields: dict[str, str], token: str) -> str:
    """As Twilio documents it, written apart from what the product does."""
    text = url + "".join(key + fields[key] for key in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


def test_only_what_the_carrier_signed_is_heard(gus: SimpleNamespace, messages: Any, settings: Any) -> None:
    made = sent(gus)
    settings.MESSAGES = replace(messages, texts="twilio", twilio_token="t0ken")
    fields = {"MessageSid": made.provider_id, "MessageStatus": "delivered"}
    client, url = Client(), "/deliveries/hooks/texts"
    assert client.post(url, fields).status_code == 403
    assert client.post(url, fields, headers={"X-Twilio-Signature": "AAAA"}).status_code == 403
    right = signed(f"https://ar.example.org{url}", fields, "t0ken")
    assert client.post(url, {**fields, "ErrorCode": "1"}, headers={"X-Twilio-Signature": right}).status_code == 403
    assert client.post(url, fields, headers={"X-Twilio-Signature": right}).status_code == 204
    made.refresh_from_db()
    assert made.state == "delivered"


def test_an_answer_to_a_reply_goes_along_with_it(gus: SimpleNamespace, messages: Any, settings: Any) -> None:
    sent(gus)
    settings.MESSAGES = replace(messages, texts="twilio", twilio_token="t0ken")
    fields = {"MessageSid": "SM7", "From": "+15185550142", "Body": "STOP"}
    url = "/deliveries/hooks/replies"
    answer = Client().post(
        url, fields, headers={"X-Twilio-Signature": signed(f"https://ar.example.org{url}", fields, "t0ken")}
    )
    assert answer["Content-Type"] == "application/xml"
    assert "<Message>Harbor Clinic: you will get no more texts" in answer.content.decode()


def test_reports_of_an_email_service_need_its_secret(gus: SimpleNamespace, messages: Any, settings: Any) -> None:
    made = sent(gus, "email")
    Delivery.objects.filter(pk=made.pk).update(provider_id="pm-1")
    body = {
        "RecordType": "Bounce", "MessageID": "pm-1", "Type": "HardBounce", "TypeCode": 1, "Email": "gus@example.org",
        "BouncedAt": "2026-11-20T15:00:00Z", "ID": 7, "Inactive": True,
    }  # fmt: skip
    url, client = "/deliveries/hooks/email", Client()
    assert client.post(url, body, content_type="application/json").status_code == 404
    settings.MESSAGES = replace(messages, email="postmark", email_secret="arwork:s3cret")
    assert client.post(url, body, content_type="application/json").status_code == 403
    right = "Basic " + base64.b64encode(b"arwork:s3cret").decode()
    answer = client.post(url, body, content_type="application/json", headers={"Authorization": right})
    assert answer.status_code == 204
    made.refresh_from_db()
    assert made.state == "bounced"
    assert PrintBatch.objects.count() == 0
