"""A small Stripe of our own: the shapes of its answers (docs.stripe.com/api, version 2024-06-20), in memory."""

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

CARDS = {
    "visa": ("visa", "4242", ""),
    "nofunds": ("visa", "9995", "insufficient_funds"),
    "lost": ("visa", "9987", "lost_card"),
}
KEY = "sk_test_fake"


class StripeServer:
    """Serves on a port of its own until it is closed."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.sessions, self.intents, self.charges, self.methods = {}, {}, {}, {}
        self.refunds, self.disputes, self.payouts, self.answers = [], [], {}, {}
        self.is_down = False
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer._serve(self, "GET")

            def do_POST(self):
                outer._serve(self, "POST")

            def log_message(self, *_):
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def id(self, prefix):
        return f"{prefix}_{next(self.numbers)}"

    def _serve(self, request, verb):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(request.path)
        asked = dict(parse_qsl(body or path.query))
        self.asked.append((verb, path.path, asked, dict(request.headers)))
        key = request.headers.get("Idempotency-Key")
        if self.is_down:
            status, told = 500, {"error": {"type": "api_error"}}
        elif key in self.answers:
            status, told = self.answers[key]
        else:
            status, told = self._answer(verb, path.path.removeprefix("/v1/").split("/"), asked)
            if key:
                self.answers[key] = (status, told)
        text = json.dumps(told).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def _answer(self, verb, parts, asked):
        match verb, parts:
            case "POST", ["checkout", "sessions"]:
                return 200, self._new_session(asked)
            case "GET", ["checkout", "sessions", id_] if id_ in self.sessions:
                return 200, self.sessions[id_]
            case "POST", ["checkout", "sessions", id_, "expire"]:
                self.sessions[id_]["status"] = "expired"
                return 200, self.sessions[id_]
            case "POST", ["payment_intents"]:
                return self._charge(asked)
            case "GET", ["payment_intents", "search"]:
                wanted = asked["query"].split('"')[3]
                found = [one for one in self.intents.values() if one["metadata"].get("payment_key") == wanted]
                return 200, {"data": found[:1], "has_more": False}
            case "GET", ["payment_intents", id_] if id_ in self.intents:
                return 200, self._expanded(self.intents[id_])
            case "POST", ["refunds"]:
                return self._refund(asked)
            case "GET", ["refunds"]:
                return 200, {"data": [one for one in self.refunds if one["payment_intent"] == asked["payment_intent"]]}
            case "GET", ["disputes"]:
                return 200, {"data": [one for one in self.disputes if one["payment_intent"] == asked["payment_intent"]]}
            case "GET", ["payment_methods", id_] if id_ in self.methods:
                return 200, self.methods[id_]
            case "POST", ["payment_methods", id_, "detach"]:
                self.methods[id_]["customer"] = None
                return 200, self.methods[id_]
            case "GET", ["payouts", id_] if id_ in self.payouts:
                return 200, self.payouts[id_][0]
            case "GET", ["balance_transactions"]:
                rows = self.payouts[asked["payout"]][1]
                after = asked.get("starting_after")
                start = next((i + 1 for i, row in enumerate(rows) if row["id"] == after), 0)
                return 200, {"data": rows[start : start + 2], "has_more": start + 2 < len(rows)}
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing"}}

    def _new_session(self, asked):
        id_ = self.id("cs_test")
        self.sessions[id_] = {
            "id": id_, "object": "checkout.session", "url": f"https://checkout.stripe.com/c/pay/{id_}",
            "status": "open", "payment_status": "unpaid", "expires_at": int(asked["expires_at"]),
            "client_reference_id": asked["client_reference_id"], "payment_intent": None, "asked": asked,
        }  # fmt: skip
        return self.sessions[id_]

    def pay_page(self, session, name):
        """Somebody types the card called `name` on the page."""
        page = self.sessions[session]
        asked = page["asked"]
        amount = int(asked["line_items[0][price_data][unit_amount]"])
        keeps = asked.get("payment_intent_data[setup_future_usage]")
        customer = self.id("cus") if keeps else None
        intent = self.intents.get(page["payment_intent"]) or self._intent(
            amount, customer, {"payment_key": asked["payment_intent_data[metadata][payment_key]"]}
        )
        page["payment_intent"] = intent["id"]
        if self._pay(intent, self.keep(name, customer)):
            page["status"], page["payment_status"] = "complete", "paid"

    def keep(self, name, customer):
        brand, last4, _ = CARDS[name]
        id_ = self.id("pm")
        self.methods[id_] = {
            "id": id_, "customer": customer, "name": name,
            "card": {"brand": brand, "last4": last4, "exp_month": 12, "exp_year": 2027},
        }  # fmt: skip
        return id_

    def _intent(self, amount, customer, metadata):
        id_ = self.id("pi")
        self.intents[id_] = {
            "id": id_, "object": "payment_intent", "status": "requires_payment_method", "amount": amount,
            "amount_received": 0, "customer": customer, "metadata": metadata, "latest_charge": None,
            "last_payment_error": None,
        }  # fmt: skip
        return self.intents[id_]

    def _pay(self, intent, method):
        card = self.methods[method]["card"]
        decline = CARDS[self.methods[method]["name"]][2]
        id_ = self.id("ch")
        self.charges[id_] = {
            "id": id_, "payment_intent": intent["id"], "amount": intent["amount"], "amount_refunded": 0,
            "disputed": False, "payment_method": method, "payment_method_details": {"type": "card", "card": card},
            "balance_transaction": None if decline else {"fee": intent["amount"] * 29 // 1000 + 30},
        }  # fmt: skip
        intent["latest_charge"] = id_
        if decline:
            intent["last_payment_error"] = {"code": "card_declined", "decline_code": decline}
            return False
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        return True

    def _charge(self, asked):
        method = self.methods.get(asked["payment_method"])
        if method is None or not method["customer"]:
            return 400, {"error": {"type": "invalid_request_error", "code": "payment_method_unexpected_state"}}
        metadata = {"payment_key": asked["metadata[payment_key]"]}
        intent = self._intent(int(asked["amount"]), asked["customer"], metadata)
        if self._pay(intent, asked["payment_method"]):
            return 200, intent
        return 402, {"error": {"type": "card_error", **intent["last_payment_error"], "payment_intent": intent}}

    def _expanded(self, intent):
        return {**intent, "latest_charge": self.charges.get(intent["latest_charge"])}

    def _refund(self, asked):
        intent = self.intents[asked["payment_intent"]]
        charge = self.charges[intent["latest_charge"]]
        left = charge["amount"] - charge["amount_refunded"]
        amount = int(asked.get("amount", left))
        if amount > left or charge["disputed"]:
            return 400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}
        charge["amount_refunded"] += amount
        metadata = {"void": "1"} if "metadata[void]" in asked else {}
        self.refunds.append(
            {"id": self.id("re"), "payment_intent": intent["id"], "amount": amount, "metadata": metadata}
        )
        return 200, self.refunds[-1]

    def dispute(self, reference):
        charge = self.charges[self.intents[reference]["latest_charge"]]
        charge["disputed"] = True
        now = int(time.mktime((2026, 11, 20, 12, 0, 0, 0, 0, 0)))
        self.disputes.append(
            {
                "id": self.id("dp"), "payment_intent": reference, "amount": charge["amount"], "reason": "fraudulent",
                "created": now, "status": "needs_response", "evidence_details": {"due_by": now + 14 * 86400},
            }
        )  # fmt: skip

    def end_dispute(self, reference, *, is_won):
        for one in self.disputes:
            if one["payment_intent"] == reference:
                one["status"] = "won" if is_won else "lost"

    def pay_out(self, references):
        id_ = self.id("po")
        rows = []
        for reference in references:
            charge = self.charges[self.intents[reference]["latest_charge"]]
            rows.append(self._line("charge", charge["amount"], charge["balance_transaction"]["fee"], reference))
            if charge["amount_refunded"]:
                rows.append(self._line("refund", -charge["amount_refunded"], 0, reference))
        total = sum(row["amount"] - row["fee"] for row in rows)
        rows.append(self._line("payout", -total, 0, None))
        arrives = int(time.mktime((2026, 11, 24, 12, 0, 0, 0, 0, 0)))
        self.payouts[id_] = ({"id": id_, "amount": total, "arrival_date": arrives}, rows)
        return id_

    def _line(self, type_, amount, fee, reference):
        source = {"payment_intent": reference} if reference else None
        return {"id": self.id("txn"), "type": type_, "amount": amount, "fee": fee, "source": source}
