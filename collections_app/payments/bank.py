"""Bank accounts as payment methods, over the debits of `ach`: one way to charge, and one to hear that it failed."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, from_cents
from collections_app.ach.models import BankAuthorization
from collections_app.ach.services import originate
from collections_app.ach.states import AuthorizationState, EntryState
from collections_app.payments import listening
from collections_app.payments.applying import locked, step
from collections_app.payments.models import Payment, PaymentKind, PaymentMethod, PaymentStep

if TYPE_CHECKING:
    from arwork.staff.models import User

_HOW = {"TEL": PaymentMethod.How.SPOKEN, "WEB": PaymentMethod.How.ONLINE, "PPD": PaymentMethod.How.SIGNED}
_What = PaymentStep.What


def method_of(authorization: BankAuthorization, *, actor: "User | None", now: dt.datetime) -> PaymentMethod:
    """The payment method that an authorization is: made when it is first asked for."""
    words = f"Authorization {authorization.pk} of {authorization.authorized_on:%b %d, %Y}, kept word for word there."
    found, _ = PaymentMethod.objects.get_or_create(
        bank_authorization=authorization,
        defaults={
            "practice_id": authorization.practice_id, "account_id": authorization.account_id,
            "kind": PaymentKind.BANK, "brand": authorization.get_bank_account_kind_display(),
            "last4": authorization.last_four, "consent_how": _HOW[authorization.sec_code],
            "consent_on": authorization.authorized_on, "consent_words": words, "added_at": now, "added_by": actor,
        },
    )  # fmt: skip
    return found


def learn_methods(account_id: int, *, now: dt.datetime) -> None:
    """Make the authorizations of an account that are in force payment methods."""
    rows = BankAuthorization.objects.filter(
        account=account_id, state=AuthorizationState.ACTIVE, payment_method=None
    ).order_by("pk")
    for authorization in rows:
        method_of(authorization, actor=None, now=now)


def debit(
    payment: Payment, method: PaymentMethod, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> Payment:
    """Originate the debit of a payment; what the authorization does not cover is a decline."""
    chosen = {int(claim): from_cents(cents) for claim, cents in payment.chosen.items()} or None
    try:
        entry = originate(
            authorization_id=method.bank_authorization_id or 0, amount=payment.amount, effective_on=payment.due_on,
            key=f"payment-{payment.pk}", actor=actor, today=today, now=now, chosen=chosen,
        )  # fmt: skip
    except DomainError as error:
        if actor is not None:
            raise
        with transaction.atomic():
            payment = locked(payment.pk)
            _fails(payment, Payment.State.DECLINED, error.code, actor=actor, today=today, now=now)
        return payment
    with transaction.atomic():
        payment = locked(payment.pk)
        payment.ach_entry = entry
        payment.save(update_fields=["ach_entry"])
    return payment


def follow(payment_id: int, *, today: dt.date, now: dt.datetime) -> Payment:
    """Bring a payment to where its debit is: settled, canceled, or still on its way."""
    with transaction.atomic():
        payment = locked(payment_id)
        entry = payment.ach_entry
        if entry is None or payment.state != Payment.State.PENDING:
            return payment
        if entry.state == EntryState.SETTLED and entry.receipt_id:
            payment.state, payment.receipt_id = Payment.State.SUCCEEDED, entry.receipt_id
            payment.captured, payment.taken_on = payment.amount, entry.settled_on or today
            step(payment, _What.SUCCEEDED, by=None, now=now)
        elif entry.state == EntryState.CANCELLED:
            payment.state, payment.ended_on = Payment.State.EXPIRED, today
            step(payment, _What.EXPIRED, by=None, now=now)
        payment.save()
    return payment


def debits_returned(entry_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """The bank returned debits: their payments failed, in the transaction that records it. A listener of `ach`."""
    for pk in Payment.objects.filter(ach_entry__in=entry_ids).order_by("pk").values_list("pk", flat=True):
        payment = Payment.objects.select_for_update(of=("self",)).select_related("ach_entry").get(pk=pk)
        if payment.state == Payment.State.RETURNED or payment.ach_entry is None:
            continue
        payment.receipt_id = payment.receipt_id or payment.ach_entry.receipt_id
        if payment.receipt_id:
            payment.captured = payment.refunded = payment.amount
            payment.taken_on = payment.taken_on or payment.ach_entry.settled_on or today
        _fails(payment, Payment.State.RETURNED, payment.ach_entry.return_code, actor=None, today=today, now=now)


def _fails(payment: Payment, state: str, code: str, *, actor: "User | None", today: dt.date, now: dt.datetime) -> None:
    payment.state, payment.decline_code, payment.ended_on = state, code[:40], today
    payment.save()
    what = _What.RETURNED if state == Payment.State.RETURNED else _What.DECLINED
    step(payment, what, by=actor, now=now, amount=payment.amount if payment.captured else ZERO, detail=code)
    listening.tell_failed([payment.pk], today, now)
