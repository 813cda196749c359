"""Stripe as a `Processor`: Checkout pages, payment intents, refunds, disputes, payouts, over its HTTP interface.

Patients type their card on Stripe's page (checkout.stripe.com); what comes back is a token. Amounts are cents at
Stripe. Sources: docs.stripe.com/api (checkout sessions, payment intents, refunds, disputes, payouts, balance
transactions), docs.stripe.com/webhooks (signatures), docs.stripe.com/declines/codes.
"""

import datetime as dt
import json
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import requests

from arwork.lib.money import from_cents, to_cents
from collections_app.payments.processors import (
    DECLINED,
    EXPIRED,
    LOST,
    OF_CARD,
    OF_PAYMENT,
    OF_PAYOUT,
    OPEN,
    PENDING,
    SUCCEEDED,
    WON,
    CardFacts,
    DisputeFacts,
    HostedPage,
    Message,
    PayoutFacts,
    PayoutLine,
    ProcessorAway,
    ProcessorRefused,
    Snapshot,
)
from collections_app.payments.signatures import check_signature

VERSION = "2024-06-20"  # of the interface: answers keep this shape whatever Stripe changes later
SECONDS = 20
_OPEN_FOR = dt.timedelta(hours=23)  # a page lives 24 hours at most
_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover"}
_INTENT = ("latest_charge.balance_transaction",)
_WAITS_FOR_US = (409, 429)


class Stripe:
    """Stripe, by the secret key of one account."""

    name = "stripe"
    label = "Stripe"

    def __init__(self, secret_key: str, *, webhook_secret: str, api_url: str) -> None:
        self._key, self._secret, self._api = secret_key, webhook_secret, api_url

    def open_page(
        self, *, key: str, amount: Decimal, title: str, return_url: str, keeps_card: bool, now: dt.datetime
    ) -> HostedPage:
        """See `Processor`."""
        until = now + _OPEN_FOR
        asked = {
            "mode": "payment", "payment_method_types[0]": "card", "client_reference_id": key,
            "line_items[0][quantity]": 1, "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": to_cents(amount),
            "line_items[0][price_data][product_data][name]": title,
            "payment_intent_data[metadata][payment_key]": key, "success_url": return_url, "cancel_url": return_url,
            "expires_at": int(until.timestamp()),
        }  # fmt: skip
        if keeps_card:
            asked |= {"customer_creation": "always", "payment_intent_data[setup_future_usage]": "off_session"}
        made = self._post("checkout/sessions", asked, key=f"page/{key}")
        return HostedPage(made["id"], made["url"], _moment(made["expires_at"]))

    def close_page(self, session: str) -> Snapshot:
        """See `Processor`."""
        found = self._session(session)
        if found["status"] == "open":
            self._post(f"checkout/sessions/{session}/expire", {}, key=f"close/{session}")
            found = self._session(session)
        return self._of_session(found)

    def charge(self, *, token: str, amount: Decimal, key: str, now: dt.datetime) -> Snapshot:
        """See `Processor`."""
        customer, _, method = token.partition("/")
        asked = {
            "amount": to_cents(amount), "currency": "usd", "customer": customer, "payment_method": method,
            "off_session": "true", "confirm": "true", "metadata[payment_key]": key,
        }  # fmt: skip
        try:
            intent = self._post("payment_intents", asked, key=f"charge/{key}")
        except _Declined as error:
            intent = error.intent
            if not intent:
                raise ProcessorRefused("The processor does not charge this card.", reason=error.reason) from error
        found = self._snapshot(self._intent(intent["id"]))
        # Nobody is there who could try another card, or answer the bank: what waits for a person is declined.
        is_stuck = found.status == PENDING and intent.get("status") in ("requires_payment_method", "requires_action")
        return _declined(found, intent) if is_stuck else found

    def fetch(self, *, session: str = "", reference: str = "", key: str = "") -> Snapshot | None:
        """See `Processor`."""
        if session:
            return self._of_session(self._session(session))
        if reference:
            return self._snapshot(self._intent(reference))
        wanted = key.replace("\\", "").replace('"', "")
        asked = {"query": f'metadata["payment_key"]:"{wanted}"', "limit": 1}
        found = self._get("payment_intents/search", asked)["data"]
        return self._snapshot(self._intent(found[0]["id"])) if found else None

    def void(self, reference: str, *, key: str) -> Snapshot:
        """See `Processor`. Stripe makes a refund of the same day a reversal, where the bank of the card allows it."""
        self._post("refunds", {"payment_intent": reference, "metadata[void]": "1"}, key=f"void/{key}")
        return self._snapshot(self._intent(reference))

    def refund(self, reference: str, *, amount: Decimal, key: str) -> Snapshot:
        """See `Processor`."""
        self._post("refunds", {"payment_intent": reference, "amount": to_cents(amount)}, key=f"refund/{key}")
        return self._snapshot(self._intent(reference))

    def card(self, token: str) -> CardFacts:
        """See `Processor`."""
        method = self._get(f"payment_methods/{token.partition('/')[2]}")
        if not method.get("customer"):
            raise ProcessorRefused("The processor keeps this card no longer.", reason="no_such_card")
        return _card(method["card"], token)

    def forget(self, token: str) -> None:
        """See `Processor`."""
        self._post(f"payment_methods/{token.partition('/')[2]}/detach", {}, key=f"forget/{token}")

    def payout(self, reference: str) -> PayoutFacts:
        """See `Processor`."""
        found = self._get(f"payouts/{reference}")
        lines = [
            PayoutLine(
                (row.get("source") or {}).get("payment_intent") or "", from_cents(row["amount"]), from_cents(row["fee"])
            )
            for row in self._all("balance_transactions", {"payout": reference, "expand[]": "data.source"})
            if row["type"] != "payout"
        ]
        return PayoutFacts(found["id"], from_cents(found["amount"]), _moment(found["arrival_date"]).date(), lines)

    def read_message(self, body: bytes, headers: Mapping[str, str], *, now: dt.datetime) -> Message:
        """See `Processor`."""
        given = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        check_signature(given, body, self._secret, now=now)
        told = json.loads(body)
        about = told["data"]["object"]
        kind = told["type"]
        if kind.startswith("payout."):
            return Message(told["id"], kind, OF_PAYOUT if kind == "payout.paid" else "", about["id"])
        if kind.startswith("payment_method."):
            return Message(told["id"], kind, OF_CARD, f"{about.get('customer') or ''}/{about['id']}")
        if kind.startswith(("checkout.session.", "payment_intent.")):
            return Message(told["id"], kind, OF_PAYMENT, about["id"])
        if kind.startswith("charge."):
            return Message(told["id"], kind, OF_PAYMENT, about.get("payment_intent") or "")
        return Message(told["id"], kind)

    def _session(self, session: str) -> dict[str, Any]:
        return self._get(f"checkout/sessions/{session}")

    def _of_session(self, found: dict[str, Any]) -> Snapshot:
        key, session = found.get("client_reference_id") or "", found["id"]
        if found.get("payment_intent"):
            paid = self._snapshot(self._intent(found["payment_intent"]))
            if paid.captured or found["status"] != "expired":
                return replace(paid, key=key, session=session)
        return Snapshot(EXPIRED if found["status"] == "expired" else PENDING, session=session, key=key)

    def _intent(self, reference: str) -> dict[str, Any]:
        return self._get(f"payment_intents/{reference}", {f"expand[{i}]": one for i, one in enumerate(_INTENT)})

    def _snapshot(self, intent: dict[str, Any]) -> Snapshot:
        charge = intent.get("latest_charge") or {}
        captured = from_cents(intent.get("amount_received") or 0)
        refunded = from_cents(charge.get("amount_refunded") or 0)
        error = intent.get("last_payment_error") or {}
        details = (charge.get("payment_method_details") or {}).get("card")
        method, customer = charge.get("payment_method"), intent.get("customer")
        settled = charge.get("balance_transaction") or {}
        status = {"succeeded": SUCCEEDED, "canceled": EXPIRED}.get(intent["status"], PENDING)
        return Snapshot(
            status, intent["id"], key=(intent.get("metadata") or {}).get("payment_key", ""), captured=captured,
            refunded=refunded, is_void=bool(refunded) and self._is_void(intent["id"]),
            decline_code="" if captured else error.get("decline_code") or error.get("code") or "",
            card=_card(details, f"{customer}/{method}" if customer and method else "") if details else None,
            disputes=self._disputes(intent["id"]) if charge.get("disputed") else (),
            fee=from_cents(settled["fee"]) if "fee" in settled else None,
        )  # fmt: skip

    def _is_void(self, reference: str) -> bool:
        found = self._get("refunds", {"payment_intent": reference, "limit": 100})["data"]
        return any((one.get("metadata") or {}).get("void") for one in found)

    def _disputes(self, reference: str) -> list[DisputeFacts]:
        found = self._get("disputes", {"payment_intent": reference, "limit": 100})["data"]
        states = {"won": WON, "lost": LOST}
        return [
            DisputeFacts(
                one["id"], from_cents(one["amount"]), one["reason"][:40], _moment(one["created"]).date(),
                _moment(due).date() if (due := (one.get("evidence_details") or {}).get("due_by")) else None,
                states.get(one["status"], OPEN),
            )
            for one in found
            if not one["status"].startswith("warning_")  # an inquiry: no money left
        ]  # fmt: skip

    def _all(self, path: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        after: dict[str, Any] = {}
        while True:
            page = self._get(path, {**asked, **after, "limit": 100})
            yield from page["data"]
            if not page.get("has_more"):
                return
            after = {"starting_after": page["data"][-1]["id"]}

    def _get(self, path: str, asked: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._ask("GET", path, params=asked or {})

    def _post(self, path: str, asked: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        return self._ask("POST", path, data=asked, headers={"Idempotency-Key": key})

    def _ask(self, verb: str, path: str, *, headers: Mapping[str, str] | None = None, **asked: Any) -> dict[str, Any]:
        sent = {"Stripe-Version": VERSION, **(headers or {})}
        try:
            answer = requests.request(
                verb, f"{self._api}/v1/{path}", auth=(self._key, ""), headers=sent, timeout=SECONDS,
                allow_redirects=False, **asked,
            )  # fmt: skip
            told: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProcessorAway("The card processor did not answer. Look at the payment again in a moment.") from error
        if answer.status_code >= 500 or answer.status_code in _WAITS_FOR_US:
            raise ProcessorAway("The card processor is busy. Look at the payment again in a moment.")
        if answer.status_code >= 400:
            wrong = told.get("error") or {}
            reason = str(wrong.get("decline_code") or wrong.get("code") or wrong.get("type") or "")[:40]
            if answer.status_code == 402:
                raise _Declined(reason, wrong.get("payment_intent") or {})
            raise ProcessorRefused("The card processor does not do this.", reason=reason)
        return told


class _Declined(Exception):
    """A charge that the bank of the card declined, with the intent that says so."""

    def __init__(self, reason: str, intent: dict[str, Any]) -> None:
        super().__init__(reason)
        self.reason, self.intent = reason, intent


def _declined(found: Snapshot, intent: dict[str, Any]) -> Snapshot:
    waits = "authentication_required" if intent.get("status") == "requires_action" else "card_declined"
    return replace(found, status=DECLINED, decline_code=found.decline_code or waits)


def _card(card: Mapping[str, Any], token: str) -> CardFacts:
    year, month = card["exp_year"], card["exp_month"]
    ends = dt.date(year, month, monthrange(year, month)[1])
    brand = str(card.get("brand") or "")
    return CardFacts(_BRANDS.get(brand, brand.title())[:20], card["last4"], ends, token)


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
