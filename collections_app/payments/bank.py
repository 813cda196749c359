"""Bank accounts as payment methods, over the debits of `ach`: one way to charge, and one to hear that it failed."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, from_cents
from collections_app.ach.authorizations import OPEN_ENTRY, cancel
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.ach.services import earliest_day, originate
from collections_app.ach.states import RECURRING, AuthorizationState, EntryState
from collections_app.payments import listening
from collections_app.payments.applying import locked, step
from collections_app.payments.models import Payment, PaymentKind, PaymentMethod, PaymentStep

if TYPE_CHECKING:
    from arwork.staff.models import User

_HOW = {"TEL": PaymentMethod.How.SPOKEN, "WEB": PaymentMethod.How.ONLINE, "PPD": PaymentMethod.How.SIGNED}
_What = PaymentStep.What


def follow_authorizations(authorization_ids: Collection[int], now: dt.datetime) -> None:
    """A listener of `ach`: an authorization in force is a payment method, named as its bank names the account now; one
    that ended is none any more. What somebody removed stays removed. Two queries, and one for what changes."""
    rows = BankAuthorization.objects.filter(pk__in=authorization_ids).order_by("pk")
    known = {one.bank_authorization_id: one for one in PaymentMethod.objects.filter(bank_authorization__in=rows)}
    fresh, changed = [], []
    for authorization in rows:
        is_active, method = authorization.state == AuthorizationState.ACTIVE, known.get(authorization.pk)
        if method is None:
            fresh += [_method_of(authorization, now)] if is_active else []
        elif method.state == PaymentMethod.State.ACTIVE:
            method.brand, method.last4 = authorization.get_bank_account_kind_display(), authorization.last_four
            if not is_active:
                is_refused = authorization.state == AuthorizationState.DISABLED
                method.state = PaymentMethod.State.FAILED if is_refused else PaymentMethod.State.REMOVED
                method.ended_at = now
            changed.append(method)
    bulk.insert(PaymentMethod, fresh)
    if changed:
        PaymentMethod.objects.bulk_update(changed, ["brand", "last4", "state", "ended_at"])


def _method_of(authorization: BankAuthorization, now: dt.datetime) -> PaymentMethod:
    words = f"Authorization {authorization.pk} of {authorization.authorized_on:%b %d, %Y}, kept word for word there."
    return PaymentMethod(
        practice_id=authorization.practice_id, account_id=authorization.account_id, kind=PaymentKind.BANK,
        bank_authorization=authorization, brand=authorization.get_bank_account_kind_display(),
        last4=authorization.last_four, consent_how=_HOW[authorization.sec_code],
        consent_on=authorization.authorized_on, consent_words=words, added_at=now,
        added_by_id=authorization.taken_by_id,
    )  # fmt: skip


def why_not_repeatedly(method: PaymentMethod, *, most: Decimal, until: dt.date) -> str:
    """Why a method can't be charged several times, up to `most` dollars each, the last time on `until`; "" where it
    can. A card can; a bank account as far as its authorization says."""
    given = method.bank_authorization
    if given is None:
        return ""
    if given.frequency != RECURRING:
        return "One debit was authorized, not several."
    if given.amount is not None and given.amount < most:
        return f"${given.amount:,.2f} at most was authorized, and the largest installment is ${most:,.2f}."
    if given.last_on is not None and given.last_on < earliest_day(until, today=until):
        return f"It was authorized until {given.last_on:%b} {given.last_on.day}, before the last installment settles."
    return ""


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
            note_failed(payment, Payment.State.DECLINED, code=error.code, actor=actor, today=today, now=now)
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


def note_failed(
    payment: Payment, state: str, *, code: str, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """A bank payment failed: say so in its story, and tell who counted on it. The caller holds the transaction."""
    payment.state, payment.decline_code, payment.ended_on = state, code[:40], today
    payment.save()
    what = _What.RETURNED if state == Payment.State.RETURNED else _What.DECLINED
    step(payment, what, by=actor, now=now, amount=payment.amount if payment.captured else ZERO, detail=code)
    listening.tell_failed([payment.pk], today, now)


def stop_tries(account_id: int, why: str, *, actor: "User | None", now: dt.datetime) -> int:
    """Cancel the debits of automatic payments that came back and wait to be presented again: what they paid for was
    agreed anew, or is over. How many. The caller holds the transaction and the lock on the account."""
    automatic = Payment.objects.filter(account=account_id, source=Payment.Source.AUTOPAY, ach_entry__isnull=False)
    rows = AchEntry.objects.select_for_update().filter(
        represents__in=automatic.values("ach_entry"), state__in=OPEN_ENTRY, file=None
    )
    waiting = list(rows.order_by("pk"))
    for entry in waiting:
        cancel(entry, why, actor=actor, now=now)
    return len(waiting)
