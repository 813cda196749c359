"""The sandbox as a `Processor`, over one small table of its own (`SandboxThing`)."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse

from arwork.lib.money import ZERO, from_cents, to_cents
from collections_app.payments.models import SandboxThing
from collections_app.payments.processors import (
    DECLINED,
    EXPIRED,
    PENDING,
    SUCCEEDED,
    CardFacts,
    DisputeFacts,
    HostedPage,
    PayoutFacts,
    PayoutLine,
    ProcessorMessage,
    ProcessorRefused,
    Snapshot,
)
from collections_app.payments.sandbox.cards import FAILS_LATER, TestCard, card_numbered, card_of, last_day_of
from collections_app.payments.signatures import check_signature, signed

SESSION, CHARGE, TOKEN, PAYOUT = "session", "charge", "token", "payout"
_OPEN_FOR = dt.timedelta(hours=23)
_ANSWERED_WITHIN = dt.timedelta(days=14)
#: What the sandbox keeps of a payment: 2.9 % and 30 cents, as processors do.
_FEE_PER_MILLE, _FEE_CENTS = 29, 30


@dataclass(frozen=True, slots=True)
class SandboxPage:
    """What the sandbox's page shows. Dollars."""

    ref: str
    title: str
    amount: Decimal
    state: str
    return_url: str
    keeps_card: bool


class Sandbox:
    """A processor whose answers depend on nothing but the test number that was typed."""

    name = "sandbox"
    label = "Sandbox"

    def __init__(self, webhook_secret: str) -> None:
        self._secret = webhook_secret

    def open_page(
        self, *, key: str, amount: Decimal, title: str, return_url: str, keeps_card: bool, now: dt.datetime
    ) -> HostedPage:
        """See `Processor`."""
        until = now + _OPEN_FOR
        facts = {
            "cents": to_cents(amount), "title": title, "return_url": return_url, "keeps": keeps_card,
            "until": until.isoformat(), "state": PENDING, "charge": "",
        }  # fmt: skip
        thing = _make(SESSION, "cs", key, facts, now)
        return HostedPage(thing.ref, reverse("sandbox_page", args=[thing.ref]), until)

    def close_page(self, session: str) -> Snapshot:
        """See `Processor`."""
        with transaction.atomic():
            thing = _locked(session, SESSION)
            if thing.facts["state"] == PENDING:
                thing.facts["state"] = EXPIRED
                thing.save(update_fields=["facts"])
        return _of_session(thing)

    def type_card(
        self, session: str, *, number: str, expiry: str, code: str, now: dt.datetime, today: dt.date
    ) -> tuple[Snapshot, str]:
        """What somebody typed on the page: the snapshot, and what to say where it was not taken. Nothing of the number
        or the code outlives this call."""
        card, ends = card_numbered(number), last_day_of(expiry, today=today)
        with transaction.atomic():
            thing = _locked(session, SESSION)
            if thing.facts["state"] != PENDING or dt.datetime.fromisoformat(thing.facts["until"]) < now:
                return _of_session(thing), "This page is closed: nothing was charged."
            if card is None:
                return _of_session(thing), "The sandbox takes test cards only. Nothing of that number was kept."
            if ends is None or ends < today:
                return _of_session(thing), "Check the month and year of the card."
            if not (code.isdigit() and 3 <= len(code) <= 4):
                return _of_session(thing), "Check the security code."
            if card.decline:
                thing.facts["decline"] = card.decline
                thing.save(update_fields=["facts"])
                return _of_session(thing), "The card was declined. Try another one."
            token = _token(card, ends, thing.key, now) if thing.facts["keeps"] else ""
            charge = _charged(card, ends, thing.facts["cents"], key=thing.key, token=token, now=now)
            thing.facts |= {"state": SUCCEEDED, "charge": charge.ref}
            thing.save(update_fields=["facts"])
        return _of_session(thing), ""

    def shown(self, session: str) -> SandboxPage:
        """What the page of a session shows."""
        thing = _found(session, SESSION)
        facts = thing.facts
        return SandboxPage(
            thing.ref, facts["title"], from_cents(facts["cents"]), facts["state"], facts["return_url"], facts["keeps"]
        )

    def keep(self, *, card_name: str, expires_on: dt.date, now: dt.datetime) -> CardFacts:
        """A token without a payment, for the demo and for tests."""
        card = card_of(f"tok_{card_name}")
        if card is None:
            raise ProcessorRefused("There is no such test card.", reason="no_such_card")
        kept = SandboxThing.objects.filter(kind=TOKEN).count()
        return CardFacts(card.brand, card.last4, expires_on, _token(card, expires_on, f"kept-{kept}", now))

    def charge(self, *, token: str, amount: Decimal, key: str, now: dt.datetime) -> Snapshot:
        """See `Processor`."""
        with transaction.atomic():
            if known := SandboxThing.objects.filter(kind=CHARGE, key=key).first():
                return _of_charge(known)
            kept, card = _locked(token, TOKEN), card_of(token)
            if card is None or kept.facts.get("forgotten"):
                raise ProcessorRefused("The processor keeps this card no longer.", reason="no_such_card")
            ends = dt.date.fromisoformat(kept.facts["ends"])
            code = "expired_card" if ends < now.date() else card.decline
            code = "insufficient_funds" if card.token == FAILS_LATER else code
            return _of_charge(_charged(card, ends, to_cents(amount), key=key, token=token, now=now, decline=code))

    def fetch(self, *, session: str = "", reference: str = "", key: str = "") -> Snapshot | None:
        """See `Processor`."""
        if session:
            found = SandboxThing.objects.filter(kind=SESSION, ref=session).first()
            return _of_session(found) if found else None
        wanted = {"ref": reference} if reference else {"key": key}
        charge = SandboxThing.objects.filter(kind=CHARGE, **wanted).first()
        return _of_charge(charge) if charge else None

    def void(self, reference: str, *, key: str) -> Snapshot:
        """See `Processor`."""
        return self._give_back(reference, None, key, is_void=True)

    def refund(self, reference: str, *, amount: Decimal, key: str) -> Snapshot:
        """See `Processor`."""
        return self._give_back(reference, to_cents(amount), key, is_void=False)

    def _give_back(self, reference: str, cents: int | None, key: str, *, is_void: bool) -> Snapshot:
        with transaction.atomic():
            charge = _locked(reference, CHARGE)
            facts = charge.facts
            if key not in facts["refunds"]:
                left = facts["captured"] - sum(facts["refunds"].values())
                if not 0 < (left if cents is None else cents) <= left or facts["disputes"]:
                    raise ProcessorRefused("Not so much of this payment is left to give back.", reason="too_much")
                if is_void and (facts["payout"] or facts["refunds"]):
                    raise ProcessorRefused("This payment is settled: give it back instead.", reason="settled")
                facts["refunds"][key] = left if cents is None else cents
                facts["is_void"] = is_void
                charge.save(update_fields=["facts"])
        return _of_charge(charge)

    def dispute(self, reference: str, *, today: dt.date) -> Snapshot:
        """The holder of the card disputes a payment: the sandbox's own lever."""
        with transaction.atomic():
            charge = _locked(reference, CHARGE)
            if not charge.facts["disputes"]:
                left = charge.facts["captured"] - sum(charge.facts["refunds"].values())
                charge.facts["disputes"] = [_dispute(charge.ref, left, today)]
                charge.save(update_fields=["facts"])
        return _of_charge(charge)

    def end_dispute(self, reference: str, *, is_won: bool) -> Snapshot:
        """The bank of the card has decided: the sandbox's own lever."""
        with transaction.atomic():
            charge = _locked(reference, CHARGE)
            for one in charge.facts["disputes"]:
                one["state"] = "won" if is_won else "lost"
            charge.save(update_fields=["facts"])
        return _of_charge(charge)

    def card(self, token: str) -> CardFacts:
        """See `Processor`."""
        kept, card = SandboxThing.objects.filter(kind=TOKEN, ref=token).first(), card_of(token)
        if kept is None or card is None or kept.facts.get("forgotten"):
            raise ProcessorRefused("The processor keeps this card no longer.", reason="no_such_card")
        last4 = kept.facts.get("last4", card.last4)
        return CardFacts(card.brand, last4, dt.date.fromisoformat(kept.facts["ends"]), token)

    def replace_card(self, token: str, *, last4: str, ends: dt.date) -> None:
        """The bank replaced a card: the sandbox's own lever."""
        with transaction.atomic():
            kept = _locked(token, TOKEN)
            kept.facts |= {"last4": last4, "ends": ends.isoformat()}
            kept.save(update_fields=["facts"])

    def forget(self, token: str) -> None:
        """See `Processor`."""
        with transaction.atomic():
            kept = _locked(token, TOKEN)
            kept.facts["forgotten"] = True
            kept.save(update_fields=["facts"])

    def pay_out(self, *, references: list[str], arrives_on: dt.date, now: dt.datetime) -> str:
        """Pay these charges out at once: the sandbox's own lever. The payout's reference."""
        lines = []
        with transaction.atomic():
            payout = _make(PAYOUT, "po", f"{arrives_on}/{'/'.join(references)}"[:100], {"lines": []}, now)
            for reference in references:
                charge = _locked(reference, CHARGE)
                given = sum(charge.facts["refunds"].values()) + sum(one["cents"] for one in charge.facts["disputes"])
                lines.append([reference, charge.facts["captured"], charge.facts["fee"]])
                lines += [[reference, -given, 0]] if given else []
                charge.facts["payout"] = payout.ref
                charge.save(update_fields=["facts"])
            payout.facts = {"lines": lines, "on": arrives_on.isoformat()}
            payout.save(update_fields=["facts"])
        return payout.ref

    def payout(self, reference: str) -> PayoutFacts:
        """See `Processor`."""
        found = _found(reference, PAYOUT)
        lines = [PayoutLine(ref, from_cents(cents), from_cents(fee)) for ref, cents, fee in found.facts["lines"]]
        total = sum((line.amount - line.fee for line in lines), ZERO)
        return PayoutFacts(found.ref, total, dt.date.fromisoformat(found.facts["on"]), lines)

    def sign(self, body: bytes, *, now: dt.datetime) -> dict[str, str]:
        """The header by which a message of the sandbox is known."""
        return {"Sandbox-Signature": signed(self._secret, body, now=now)}

    def read_message(self, body: bytes, headers: Mapping[str, str], *, now: dt.datetime) -> ProcessorMessage:
        """See `Processor`."""
        given = {name.lower(): value for name, value in headers.items()}.get("sandbox-signature", "")
        check_signature(given, body, self._secret, now=now)
        told = json.loads(body)
        return ProcessorMessage(told["id"], told["kind"], told.get("subject", ""), told.get("about", ""))


def _make(kind: str, prefix: str, key: str, facts: dict[str, Any], now: dt.datetime) -> SandboxThing:
    mark = hashlib.sha256(f"{kind}/{key}".encode()).hexdigest()[:20]  # the same demo twice has the same numbers
    ref = f"{prefix}_{mark}"
    made, _ = SandboxThing.objects.get_or_create(
        ref=ref, defaults={"kind": kind, "key": key, "facts": facts, "made_at": now}
    )
    return made


def _found(ref: str, kind: str) -> SandboxThing:
    found = SandboxThing.objects.filter(ref=ref, kind=kind).first()
    if found is None:
        raise ProcessorRefused("The processor does not know this.", reason="unknown")
    return found


def _locked(ref: str, kind: str) -> SandboxThing:
    found = SandboxThing.objects.select_for_update().filter(ref=ref, kind=kind).first()
    if found is None:
        raise ProcessorRefused("The processor does not know this.", reason="unknown")
    return found


def _token(card: TestCard, ends: dt.date, key: str, now: dt.datetime) -> str:
    return _make(TOKEN, f"tok_{card.token}", key, {"ends": ends.isoformat()}, now).ref


def _charged(
    card: TestCard, ends: dt.date, cents: int, *, key: str, token: str, now: dt.datetime, decline: str = ""
) -> SandboxThing:
    facts = {
        "captured": 0 if decline else cents, "decline": decline, "brand": card.brand, "last4": card.last4,
        "ends": ends.isoformat(), "token": token, "refunds": {}, "is_void": False, "disputes": [], "payout": "",
        "fee": 0 if decline else cents * _FEE_PER_MILLE // 1000 + _FEE_CENTS,
    }  # fmt: skip
    made = _make(CHARGE, "ch", key, facts, now)
    if card.disputes and not decline and not made.facts["disputes"]:
        made.facts["disputes"] = [_dispute(made.ref, cents, now.date())]
        made.save(update_fields=["facts"])
    return made


def _dispute(charge: str, cents: int, today: dt.date) -> dict[str, Any]:
    return {
        "ref": f"dp_{charge.removeprefix('ch_')}", "cents": cents, "reason": "fraudulent", "state": "open",
        "on": today.isoformat(), "by": (today + _ANSWERED_WITHIN).isoformat(),
    }  # fmt: skip


def _of_session(thing: SandboxThing) -> Snapshot:
    facts = thing.facts
    if facts["charge"]:
        charge = _found(facts["charge"], CHARGE)
        return _of_charge(charge, session=thing.ref)
    return Snapshot(facts["state"], session=thing.ref, key=thing.key, decline_code=facts.get("decline", ""))


def _of_charge(thing: SandboxThing, *, session: str = "") -> Snapshot:
    facts = thing.facts
    card = CardFacts(facts["brand"], facts["last4"], dt.date.fromisoformat(facts["ends"]), facts["token"])
    disputes = [
        DisputeFacts(
            one["ref"], from_cents(one["cents"]), one["reason"], dt.date.fromisoformat(one["on"]),
            dt.date.fromisoformat(one["by"]), one["state"],
        )
        for one in facts["disputes"]
    ]  # fmt: skip
    return Snapshot(
        DECLINED if facts["decline"] else SUCCEEDED, thing.ref, session, thing.key, from_cents(facts["captured"]),
        from_cents(sum(facts["refunds"].values())), facts["is_void"], facts["decline"], card, disputes,
        from_cents(facts["fee"]) if facts["captured"] else None,
    )  # fmt: skip
