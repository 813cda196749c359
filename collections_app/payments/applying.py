"""What a processor says of a payment, carried into the books: once, in whatever order it is heard.

A snapshot is held against what was booked before, under the lock of the account and of the payment; only the
difference is posted. What the books can't take (its unapplied cash was refunded by check meanwhile) is kept as a
sentence on the payment, for a person, and tried again with every later snapshot.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.lib.money import ZERO, from_cents
from arwork.staff import audit
from claims.receipts.corrections import give_back
from claims.receipts.models import Receipt
from claims.receipts.recording import ReceivedMoney, lock_accounts, receive
from collections_app.limits.selectors import limit_book
from collections_app.payments import listening, methods
from collections_app.payments.autopay import retry_on
from collections_app.payments.models import Dispute, Payment, PaymentStep
from collections_app.payments.processors import WON, DisputeFacts, Snapshot
from collections_app.payments.states import FAILED, later, standing, weightiest

if TYPE_CHECKING:
    from arwork.staff.models import User

_What = PaymentStep.What
#: What is told of the state that a payment came to.
_TOLD = {
    Payment.State.SUCCEEDED: _What.SUCCEEDED,
    Payment.State.DECLINED: _What.DECLINED,
    Payment.State.EXPIRED: _What.EXPIRED,
    Payment.State.RETURNED: _What.RETURNED,
}


def apply(payment_id: int, told: Snapshot, *, actor: "User | None", today: dt.date, now: dt.datetime) -> Payment:
    """Book what is new in a snapshot of a payment, and tell who counted on it if it failed."""
    with transaction.atomic():
        payment = locked(payment_id)
        before = payment.state
        _learn(payment, told)
        if told.captured > payment.captured:
            _take(payment, told, actor=actor, today=today, now=now)
        _give_back(payment, told, actor=actor, today=today, now=now)
        disputes = _disputes(payment, told, actor=actor, today=today, now=now)
        payment.state = standing(
            before=before, status=told.status, captured=payment.captured, refunded=payment.refunded,
            is_void=told.is_void, dispute=weightiest(disputes),
        )  # fmt: skip
        _note_state(payment, before, actor=actor, today=today, now=now)
        payment.save()
    return payment


def locked(payment_id: int) -> Payment:
    """The payment, locked after its account. The caller holds the transaction."""
    account = Payment.objects.values_list("account_id", flat=True).get(pk=payment_id)
    lock_accounts([account])
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


def step(
    payment: Payment, what: str, *, by: "User | None", now: dt.datetime, amount: Decimal | None = None, detail: str = ""
) -> None:
    """Note that something happened to a payment, in its story and in the audit trail."""
    PaymentStep.objects.create(payment=payment, what=what, amount=amount, detail=detail[:80], at=now, by=by)
    facts = {"payment": payment.pk, "amount": payment.amount if amount is None else amount, "detail": detail}
    audit.record(
        by, f"payment_{what}", "account", payment.account_id, practice_id=payment.practice_id, after=facts, now=now
    )


def _learn(payment: Payment, told: Snapshot) -> None:
    """Names and figures that cost nothing to take over."""
    payment.reference = payment.reference or told.reference
    payment.decline_code = (told.decline_code or payment.decline_code)[:40]
    payment.fee = told.fee if told.fee is not None else payment.fee
    if told.card:
        payment.brand, payment.last4 = told.card.brand, told.card.last4


def _take(payment: Payment, told: Snapshot, *, actor: "User | None", today: dt.date, now: dt.datetime) -> None:
    """The money came: once, for `captured` never goes back."""
    chosen = {int(claim): from_cents(cents) for claim, cents in payment.chosen.items()} or None
    money = ReceivedMoney(
        payment.account_id, payment.practice_id, told.captured, today, told.reference[:50], Receipt.Method.CARD
    )
    payment.receipt = receive(money, chosen=chosen, posted_on=today, now=now, actor=actor)
    payment.captured, payment.taken_on, payment.decline_code, payment.link = told.captured, today, "", ""
    if payment.keeps_method and told.card and told.card.token and payment.method is None:
        payment.method = methods.keep_card(payment, told.card, actor=actor, today=today, now=now)
        step(payment, _What.KEPT, by=actor, now=now, amount=ZERO, detail=payment.method.label)


def _give_back(payment: Payment, told: Snapshot, *, actor: "User | None", today: dt.date, now: dt.datetime) -> None:
    amount = told.refunded - payment.refunded
    if amount <= ZERO or payment.receipt_id is None:
        return
    state, why, what = (Receipt.State.REFUNDED, Receipt.Why.CARD_REFUND, _What.REFUNDED)
    if told.is_void:
        state, why, what = (Receipt.State.VOIDED, Receipt.Why.CARD_VOID, _What.VOIDED)
    if _books(payment, amount, state, why, actor=actor, today=today, now=now):
        payment.refunded, payment.ended_on = told.refunded, today
        step(payment, what, by=actor, now=now, amount=amount)


def _disputes(payment: Payment, told: Snapshot, *, actor: "User | None", today: dt.date, now: dt.datetime) -> list[str]:
    """Book what is new of disputes; the states of all there are."""
    if payment.receipt_id is None:
        return []
    known = {one.reference: one for one in payment.disputes.all()}
    for facts in told.disputes:
        row = known.get(facts.reference) or Dispute(
            payment=payment, reference=facts.reference, amount=facts.amount, reason=facts.reason[:40],
            opened_on=facts.opened_on or today,
        )  # fmt: skip
        if _one_dispute(payment, row, facts, actor=actor, today=today, now=now):
            known[facts.reference] = row
    return [row.state for row in known.values()]


def _one_dispute(
    payment: Payment, row: Dispute, facts: DisputeFacts, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> bool:
    """Whether the dispute stands in our books now."""
    row.evidence_by = facts.evidence_by or row.evidence_by
    after, is_new = later(row.state, facts.state), row.pk is None
    if is_new:
        left = (Receipt.State.RETURNED, Receipt.Why.DISPUTED)
        if not _books(payment, facts.amount, *left, actor=actor, today=today, now=now):
            return False
        step(payment, _What.DISPUTED, by=actor, now=now, amount=facts.amount, detail=row.reason)
    if after != row.state:
        row.state, row.ended_on = after, today
        if after == WON:
            money = ReceivedMoney(
                payment.account_id, payment.practice_id, row.amount, today, row.reference[:50], Receipt.Method.CARD
            )
            row.receipt = receive(money, chosen=None, posted_on=today, now=now, actor=actor)
        what = _What.DISPUTE_WON if after == WON else _What.DISPUTE_LOST
        step(payment, what, by=actor, now=now, amount=row.amount)
    row.save()
    return True


def _books(
    payment: Payment, amount: Decimal, state: str, why: str, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> bool:
    """Whether the books could let `amount` go; why not is kept on the payment."""
    try:
        with transaction.atomic():
            give_back(
                payment.receipt_id or 0,
                amount=amount,
                state=state,
                why=why,
                on=today,
                actor=actor,
                today=today,
                now=now,
            )
    except Conflict as error:
        payment.held_up = error.message[:200]
        return False
    payment.held_up = ""
    return True


def _note_state(payment: Payment, before: str, *, actor: "User | None", today: dt.date, now: dt.datetime) -> None:
    if payment.state == before:
        return
    if payment.state in (*FAILED, Payment.State.EXPIRED):
        payment.ended_on = today
    if payment.state in _TOLD and not (
        before == Payment.State.CHARGED_BACK and payment.state == Payment.State.SUCCEEDED
    ):
        step(payment, _TOLD[Payment.State(payment.state)], by=actor, now=now, detail=payment.decline_code)
    if payment.state in FAILED:
        payment.retry_on = _retry_on(payment, today=today)
        payment.save()
        methods.note_failure(payment, now=now)
        listening.tell_failed([payment.pk], today, now)


def _retry_on(payment: Payment, *, today: dt.date) -> dt.date | None:
    """The day on which a declined automatic payment is tried again, by the figures in force."""
    if payment.state != Payment.State.DECLINED or payment.source != Payment.Source.AUTOPAY:
        return None
    book, practice_id = limit_book(), payment.practice_id
    retries = book.value("autopay_retries", on=today, practice_id=practice_id)
    days = book.value("autopay_retry_days", on=today, practice_id=practice_id)
    return retry_on(payment.decline_code, payment.attempt, declined_on=today, retries=retries, days=days)
