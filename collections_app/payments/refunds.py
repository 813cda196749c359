"""Card payments given back: asked for, agreed to by a second person above a limit, made by the processor, booked.

The limits are those of refunds (`alone_refund`, `approve_refund`). The processor is asked after the answer is
committed; where it is away, the refund stays to be made and the day's run makes it: its key makes it once.
"""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, practice_ids, require
from claims.approvals import services as approvals
from claims.approvals.authority import settles_alone
from claims.approvals.kinds import ApprovalKind, Requests, one_by_one
from claims.approvals.models import ApprovalRequest
from claims.approvals.services import Question
from claims.receipts.corrections import give_back
from claims.receipts.models import Receipt
from collections_app.payments.applying import apply, locked, step
from collections_app.payments.choosing import processor_named
from collections_app.payments.models import Dispute, Payment, PaymentKind, PaymentRefund, PaymentStep
from collections_app.payments.processors import ProcessorAway, ProcessorRefused

if TYPE_CHECKING:
    from arwork.staff.models import User

#: The kind of question, the limits that count, and what it is about.
CARD_REFUND, REFUND, PAYMENT = "card_refund", "refund", "payment"
_What, _State = PaymentStep.What, PaymentRefund.State


def refundable(payment: Payment) -> Decimal:
    """How much of a payment may be given back: what is here, less what is disputed. Dollars."""
    if payment.kind != PaymentKind.CARD or payment.state != Payment.State.SUCCEEDED:
        return ZERO
    disputed = payment.disputes.exclude(state=Dispute.State.WON).values_list("amount", flat=True)
    return payment.kept - sum(disputed, ZERO)


def ask_refund(
    payment_id: int, *, amount: Decimal, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> PaymentRefund:
    """Ask that `amount` dollars go back to the card: at once where the actor's role settles so much alone, else when a
    second person agrees. Raises `DomainError` naming the field, `Conflict` where one is under way, `NotFound`."""
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    ensure_not_sensitive(reason=reason)
    if not reason.strip():
        raise DomainError("Say why it is given back.", field="reason")
    with transaction.atomic():
        if not Payment.objects.filter(pk=payment_id, practice__in=practice_ids(actor)).exists():
            raise NotFound("There is no such payment in your practices.")
        payment = locked(payment_id)
        if payment.refunds.filter(state__in=[_State.ASKED, _State.AGREED]).exists():
            raise Conflict("A refund of this payment is under way already.")
        if not ZERO < amount <= (most := refundable(payment)):
            raise DomainError(f"Enter up to ${most:,.2f}, what of this payment is here.", field="amount")
        if why := _books_refuse(payment, amount, today=today, now=now):
            raise Conflict(why)
        refund = PaymentRefund.objects.create(
            payment=payment, amount=amount, reason=reason.strip()[:200], asked_at=now, asked_by=actor
        )
        step(payment, _What.REFUND_ASKED, by=actor, now=now, amount=amount)
        if settles_alone(REFUND, amount, actor=actor, practice_id=payment.practice_id, today=today):
            _agree(refund, actor=actor, today=today, now=now)
        else:
            question = Question(
                CARD_REFUND, REFUND, payment.practice_id, PAYMENT, payment.pk, amount, account_id=payment.account_id
            )
            approvals.ask(question, reason=reason, actor=actor, today=today, now=now)
    refund.refresh_from_db()
    return refund


def make(refund_id: int, *, actor: "User | None", today: dt.date, now: dt.datetime) -> PaymentRefund:
    """Have the processor make an agreed refund, and book it; outside of transactions. Raises `ProcessorAway`."""
    refund = PaymentRefund.objects.select_related("payment").get(pk=refund_id)
    payment = refund.payment
    if refund.state != _State.AGREED:
        return refund
    there = processor_named(payment.processor)
    try:
        told = there.refund(payment.reference, amount=refund.amount, key=f"{payment.key}/refund/{refund.pk}")
    except ProcessorRefused as error:
        with transaction.atomic():
            locked(payment.pk)
            _end(refund, _State.FAILED, now=now)
            step(payment, _What.REFUND_FAILED, by=actor, now=now, amount=refund.amount,
                 detail=str(error.facts.get("reason", "")))  # fmt: skip
        return refund
    apply(payment.pk, told, actor=actor, today=today, now=now)
    _end(refund, _State.DONE, now=now)
    return refund


def make_agreed(*, actor: "User | None", today: dt.date, now: dt.datetime) -> int:
    """Make every refund that was agreed to and not made yet; how many."""
    made = 0
    for pk in PaymentRefund.objects.filter(state=_State.AGREED).order_by("pk").values_list("pk", flat=True)[:500]:
        try:
            made += make(pk, actor=actor, today=today, now=now).state == _State.DONE
        except ProcessorAway:
            break
    return made


def carry_out(request: ApprovalRequest, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """The second person agrees. Raises `Conflict` where so much is not here any more."""
    payment = locked(request.subject_id)
    refund = payment.refunds.filter(state=_State.ASKED).first()
    if refund is None or refund.amount > refundable(payment):
        raise Conflict("So much of this payment is not here any more. Refuse it, and ask for less.")
    _agree(refund, actor=actor, today=today, now=now)


def end_refunds(asked: Requests, *, actor: "User | None", now: dt.datetime) -> None:
    """The question was refused or withdrawn."""
    ids = [one.subject_id for one in asked]
    for refund in PaymentRefund.objects.filter(payment__in=ids, state=_State.ASKED).select_related("payment"):
        _end(refund, _State.REFUSED, now=now)
        step(refund.payment, _What.REFUND_REFUSED, by=actor, now=now, amount=refund.amount)


def _lock(asked: Requests) -> None:
    for pk in sorted({one.subject_id for one in asked}):
        locked(pk)


def _agree(refund: PaymentRefund, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    refund.state = _State.AGREED
    refund.save(update_fields=["state"])
    transaction.on_commit(partial(make, refund.pk, actor=actor, today=today, now=now), robust=True)


def _end(refund: PaymentRefund, state: str, *, now: dt.datetime) -> None:
    refund.state, refund.ended_at = state, now
    refund.save(update_fields=["state", "ended_at"])


def _books_refuse(payment: Payment, amount: Decimal, *, today: dt.date, now: dt.datetime) -> str:
    """Why the books could not let so much go, "" where they could: asked before money leaves, and undone."""
    why = ""
    with transaction.atomic():
        try:
            give_back(
                payment.receipt_id or 0, amount=amount, state=Receipt.State.REFUNDED, why=Receipt.Why.CARD_REFUND,
                on=today, actor=None, today=today, now=now,
            )  # fmt: skip
        except Conflict as error:
            why = error.message
        transaction.set_rollback(True)
    return why


KIND = ApprovalKind(
    CARD_REFUND, "Refund to a card", carry_out=one_by_one(carry_out), lock=_lock, ended=end_refunds, address="payment"
)
