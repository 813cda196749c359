"""One contract for every processor: the sandbox and Stripe answer alike, over the same seam."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from collections_app.payments.processors import (
    DECLINED,
    EXPIRED,
    PENDING,
    SUCCEEDED,
    BadSignature,
    ProcessorAway,
    ProcessorRefused,
)
from collections_app.payments.sandbox.processor import Sandbox
from collections_app.payments.signatures import signed
from collections_app.payments.stripe import Stripe
from tests.cast import NOW, TODAY
from tests.payments.stripe_server import KEY, StripeServer

pytestmark = pytest.mark.django_db
NUMBERS = {"visa": "4242424242424242", "nofunds": "4000000000009995", "lost": "4000000000009987"}
AMOUNT = Decimal("80.00")


class SandboxLevers:
    """What a patient, a bank and the brand of a card do, at the sandbox."""

    def __init__(self):
        self.processor = Sandbox("whsec")

    def type_card(self, session, name):
        self.processor.type_card(session, number=NUMBERS[name], expiry="12/27", code="123", now=NOW, today=TODAY)

    def keep(self, name):
        return self.processor.keep(card_name=name, expires_on=dt.date(2027, 12, 31), now=NOW).token

    def dispute(self, reference):
        self.processor.dispute(reference, today=TODAY)

    def end_dispute(self, reference, *, is_won):
        self.processor.end_dispute(reference, is_won=is_won)

    def pay_out(self, references):
        return self.processor.pay_out(references=references, arrives_on=dt.date(2026, 11, 24), now=NOW)

    def message(self, session):
        body = json.dumps({"id": "evt_1", "kind": "paid", "subject": "payment", "about": session}).encode()
        return body, {"Sandbox-Signature": signed("whsec", body, now=NOW)}

    def close(self):
        """Nothing to close."""


class StripeLevers:
    """The same at a server that answers as Stripe does."""

    def __init__(self):
        self.server = StripeServer()
        self.processor = Stripe(KEY, webhook_secret="whsec", api_url=self.server.url)

    def type_card(self, session, name):
        self.server.pay_page(session, name)

    def keep(self, name):
        return f"cus_9/{self.server.keep(name, 'cus_9')}"

    def dispute(self, reference):
        self.server.dispute(reference)

    def end_dispute(self, reference, *, is_won):
        self.server.end_dispute(reference, is_won=is_won)

    def pay_out(self, references):
        return self.server.pay_out(references)

    def message(self, session):
        body = json.dumps(
            {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"id": session}}}
        ).encode()
        return body, {"Stripe-Signature": signed("whsec", body, now=NOW)}

    def close(self):
        self.server.close()


@pytest.fixture(params=[SandboxLevers, StripeLevers], ids=["sandbox", "stripe"])
def levers(request):
    made = request.param()
    yield made
    made.close()


@pytest.fixture
def processor(levers):
    return levers.processor


def open_page(processor, key="k1", *, keeps=False):
    return processor.open_page(
        key=key, amount=AMOUNT, title="Payment to Harbor Clinic", return_url="https://arwork.example/paid",
        keeps_card=keeps, now=NOW,
    )  # fmt: skip


def charged(levers, name="visa", key="k1"):
    return levers.processor.charge(token=levers.keep(name), amount=AMOUNT, key=key, now=NOW)


def test_a_page_is_opened_once_for_its_key(processor):
    page = open_page(processor)
    assert open_page(processor).session == page.session
    assert page.url
    assert NOW < page.expires_at <= NOW + dt.timedelta(hours=24)
    told = processor.fetch(session=page.session)
    assert (told.status, told.captured, told.key) == (PENDING, Decimal(0), "k1")


def test_a_card_typed_there_pays_it(levers, processor):
    page = open_page(processor)
    levers.type_card(page.session, "nofunds")
    told = processor.fetch(session=page.session)
    assert (told.status, told.captured, told.decline_code) == (PENDING, Decimal(0), "insufficient_funds")
    levers.type_card(page.session, "visa")
    told = processor.fetch(session=page.session)
    assert (told.status, told.captured, told.key, told.session) == (SUCCEEDED, AMOUNT, "k1", page.session)
    assert (told.card.brand, told.card.last4, told.card.expires_on, told.card.token) == (
        "Visa", "4242", dt.date(2027, 12, 31), "",
    )  # fmt: skip
    assert told.fee == Decimal("2.62")
    assert processor.fetch(reference=told.reference).captured == AMOUNT


def test_a_card_that_is_kept_can_be_charged_again(levers, processor):
    page = open_page(processor, keeps=True)
    levers.type_card(page.session, "visa")
    token = processor.fetch(session=page.session).card.token
    told = processor.charge(token=token, amount=Decimal("10.00"), key="k2", now=NOW)
    assert (told.status, told.captured, told.key) == (SUCCEEDED, Decimal("10.00"), "k2")
    assert processor.card(token).last4 == "4242"
    processor.forget(token)
    with pytest.raises(ProcessorRefused):
        processor.charge(token=token, amount=AMOUNT, key="k3", now=NOW)
    with pytest.raises(ProcessorRefused):
        processor.card(token)


def test_a_closed_page_is_expired(levers, processor):
    page = open_page(processor)
    assert processor.close_page(page.session).status == EXPIRED
    assert processor.close_page(page.session).status == EXPIRED
    paid = open_page(processor, "k2")
    levers.type_card(paid.session, "visa")
    assert processor.close_page(paid.session).status == SUCCEEDED


def test_the_same_key_charges_once(levers, processor):
    token = levers.keep("visa")
    first = processor.charge(token=token, amount=AMOUNT, key="k1", now=NOW)
    assert processor.charge(token=token, amount=AMOUNT, key="k1", now=NOW).reference == first.reference
    assert processor.fetch(key="k1").reference == first.reference
    assert processor.fetch(key="k9") is None


@pytest.mark.parametrize(("name", "code"), [("nofunds", "insufficient_funds"), ("lost", "lost_card")])
def test_a_decline_is_told_with_its_code(levers, name, code):
    told = charged(levers, name)
    assert (told.status, told.captured, told.decline_code, told.key) == (DECLINED, Decimal(0), code, "k1")


def test_it_is_given_back_in_parts_and_never_twice(levers, processor):
    reference = charged(levers).reference
    for _ in range(2):
        told = processor.refund(reference, amount=Decimal("30.00"), key="r1")
        assert (told.captured, told.refunded, told.is_void) == (AMOUNT, Decimal("30.00"), False)
    assert processor.refund(reference, amount=Decimal("50.00"), key="r2").refunded == AMOUNT
    with pytest.raises(ProcessorRefused):
        processor.refund(reference, amount=Decimal("0.01"), key="r3")


def test_it_is_voided_in_full(levers, processor):
    reference = charged(levers).reference
    for _ in range(2):
        told = processor.void(reference, key="k1")
        assert (told.refunded, told.is_void) == (AMOUNT, True)
    assert processor.fetch(reference=reference).is_void


@pytest.mark.parametrize("is_won", [True, False])
def test_a_dispute_has_its_day_and_its_end(levers, processor, is_won):
    reference = charged(levers).reference
    levers.dispute(reference)
    [one] = processor.fetch(reference=reference).disputes
    assert (one.amount, one.reason, one.state) == (AMOUNT, "fraudulent", "open")
    assert (one.opened_on, one.evidence_by) == (dt.date(2026, 11, 20), dt.date(2026, 12, 4))
    levers.end_dispute(reference, is_won=is_won)
    [one] = processor.fetch(reference=reference).disputes
    assert one.state == ("won" if is_won else "lost")


def test_a_payout_says_what_is_in_it(levers, processor):
    first, second = charged(levers, key="k1").reference, charged(levers, key="k2").reference
    processor.refund(second, amount=Decimal("30.00"), key="r1")
    found = processor.payout(levers.pay_out([first, second]))
    assert found.arrives_on == dt.date(2026, 11, 24)
    lines = [(line.reference, line.amount, line.fee) for line in found.lines]
    fee = Decimal("2.62")
    assert lines == [(first, AMOUNT, fee), (second, AMOUNT, fee), (second, Decimal("-30.00"), Decimal("0.00"))]
    assert found.amount == Decimal("124.76")  # 160.00 - 30.00 - 5.24


def test_a_signed_message_says_what_it_is_about(levers, processor):
    body, headers = levers.message("cs_1")
    told = processor.read_message(body, headers, now=NOW)
    assert (told.id, told.subject, told.about) == ("evt_1", "payment", "cs_1")
    for wrong in (body + b" ", b"{}"):
        with pytest.raises(BadSignature):
            processor.read_message(wrong, headers, now=NOW)
    with pytest.raises(BadSignature):
        processor.read_message(body, {}, now=NOW)
    with pytest.raises(BadSignature, match="too old"):
        processor.read_message(body, headers, now=NOW + dt.timedelta(minutes=6))


@pytest.fixture
def stripe():
    made = StripeLevers()
    yield made
    made.close()


def test_stripe_is_asked_with_key_version_and_idempotency(stripe):
    open_page(stripe.processor)
    verb, path, asked, headers = stripe.server.asked[0]
    assert (verb, path) == ("POST", "/v1/checkout/sessions")
    assert headers["Idempotency-Key"] == "page/k1"
    assert headers["Stripe-Version"] == "2024-06-20"
    assert headers["Authorization"].startswith("Basic ")
    assert asked["line_items[0][price_data][unit_amount]"] == "8000"
    assert asked["payment_method_types[0]"] == "card"


def test_a_stripe_that_is_down_is_away(stripe):
    stripe.server.is_down = True
    with pytest.raises(ProcessorAway):
        open_page(stripe.processor)
    stripe.server.close()
    with pytest.raises(ProcessorAway):
        open_page(stripe.processor, "k2")


@pytest.mark.parametrize(
    ("kind", "object_", "subject", "about"),
    [
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_1"}, "payment", "pi_1"),
        ("charge.dispute.created", {"id": "dp_1", "payment_intent": "pi_1"}, "payment", "pi_1"),
        ("payment_intent.succeeded", {"id": "pi_1"}, "payment", "pi_1"),
        ("payout.paid", {"id": "po_1"}, "payout", "po_1"),
        ("payout.created", {"id": "po_1"}, "", "po_1"),
        ("payment_method.automatically_updated", {"id": "pm_1", "customer": "cus_1"}, "card", "cus_1/pm_1"),
        ("customer.created", {"id": "cus_1"}, "", ""),
    ],
)
def test_what_a_message_of_stripe_is_about(stripe, kind, object_, subject, about):
    body = json.dumps({"id": "evt_2", "type": kind, "data": {"object": object_}}).encode()
    told = stripe.processor.read_message(body, {"Stripe-Signature": signed("whsec", body, now=NOW)}, now=NOW)
    assert (told.subject, told.about) == (subject, about)
