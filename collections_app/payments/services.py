"""Taking a payment: a page of the processor opened, a saved card or bank account charged, taken back before it settles.

Each is done in three steps: what is wanted is written down under its key, the processor is asked without any lock being
held, and what it says is booked (`applying`). Cut off anywhere in between, the next look at the payment goes on there.
"""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO, to_cents
from arwork.lib.typed_text import ensure_undoubted
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from claims.parties.selectors import own_account
from claims.receipts.recording import proposed_shares
from collections_app.ach.models import AchEntry
from collections_app.ach.states import DEBIT, ONCE, EntryState
from collections_app.payments import bank
from collections_app.payments.applying import apply, locked, step
from collections_app.payments.choosing import processor, processor_named
from collections_app.payments.methods import own_method
from collections_app.payments.models import Payment, PaymentKind, PaymentMethod, PaymentStep
from collections_app.payments.processors import DECLINED, EXPIRED, ProcessorRefused, Snapshot

if TYPE_CHECKING:
    from arwork.staff.models import User

#: A payment that never reached the processor is given up after this: its page and its key live shorter there.
GIVEN_UP_AFTER = dt.timedelta(days=2)
MOST = Decimal("50000.00")  # more on one card is a slip of the hand
_What = PaymentStep.What


def charge(
    *,
    method_id: int,
    amount: Decimal,
    on: dt.date,
    key: str,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    chosen: Mapping[int, Decimal] | None = None,
    source: str = "",
    retry_of: Payment | None = None,
) -> Payment:
    """Charge a saved card or bank account `amount` dollars, once for each `key`; nobody is the actor of what happens by
    itself. `chosen` says what each visit gets (dollars by claim), else the oldest is paid first. Call it outside of
    transactions: the processor can't be rolled back.

    A decline is a payment in that state. Raises `DomainError` naming the field, `Conflict` for another amount under the
    same key, `ProcessorAway` where nobody knows yet: the same call again goes on.
    """
    method = PaymentMethod.objects.filter(pk=method_id).first() if actor is None else own_method(method_id, actor=actor)
    if method is None:
        raise NotFound("There is no such card or bank account.")
    source = source or (Payment.Source.AUTOPAY if actor is None else Payment.Source.DESK)
    wanted = Payment(
        practice_id=method.practice_id, account_id=method.account_id, method=method, kind=method.kind,
        processor=method.processor, source=source, brand=method.brand, last4=method.last4, retry_of=retry_of,
        attempt=retry_of.attempt + 1 if retry_of else 1,
    )  # fmt: skip
    payment = _begun(wanted, amount, on, key, actor=actor, today=today, now=now, chosen=chosen)
    if payment.state != Payment.State.PENDING or payment.reference or payment.ach_entry_id:
        return payment
    if method.kind == PaymentKind.BANK:
        return bank.debit(payment, method, actor=actor, today=today, now=now)
    if not method.is_good_on(today):
        gone = "expired_card" if method.state == PaymentMethod.State.ACTIVE else "no_such_card"
        return apply(payment.pk, Snapshot(DECLINED, decline_code=gone), actor=actor, today=today, now=now)
    there = processor_named(method.processor)
    try:
        told = there.charge(token=method.token, amount=amount, key=key, now=now)
    except ProcessorRefused as error:
        told = Snapshot(DECLINED, decline_code=str(error.facts.get("reason") or "processing_error"))
    return apply(payment.pk, told, actor=actor, today=today, now=now)


def open_card_page(
    *,
    account_id: int,
    amount: Decimal,
    key: str,
    return_url: str,
    actor: "User | None",
    today: dt.date,
    now: dt.datetime,
    chosen: Mapping[int, Decimal] | None = None,
    source: str = Payment.Source.DESK,
    consent_words: str = "",
) -> Payment:
    """A payment with a page at the processor (`payment.link`) on which a card is typed; nobody is the actor of what a
    patient asks for. With `consent_words`, which the patient agreed to, the card is kept. Once for each `key`.

    Raises `DomainError` naming the field, `NoCards`, `ProcessorAway`.
    """
    there = processor()
    account = Account.objects.get(pk=account_id) if actor is None else own_account(account_id, actor=actor)
    wanted = Payment(
        practice_id=account.practice_id, account_id=account.pk, kind=PaymentKind.CARD, processor=there.name,
        source=source, keeps_method=bool(consent_words), consent_words=consent_words[:400],
    )  # fmt: skip
    payment = _begun(wanted, amount, today, key, actor=actor, today=today, now=now, chosen=chosen)
    if payment.session or payment.state != Payment.State.PENDING:
        return payment
    page = there.open_page(
        key=key, amount=payment.amount, title=f"Payment to {account.practice.name}", return_url=return_url,
        keeps_card=payment.keeps_method, now=now,
    )  # fmt: skip
    with transaction.atomic():
        payment = locked(payment.pk)
        if not payment.session:
            payment.session, payment.link, payment.link_expires_at = page.session, page.url, page.expires_at
            payment.save(update_fields=["session", "link", "link_expires_at"])
            step(payment, _What.LINKED, by=actor, now=now)
    return payment


def look_again(payment_id: int, *, actor: "User | None", today: dt.date, now: dt.datetime) -> Payment:
    """Ask the processor what became of a payment, and book it. Raises `ProcessorAway`, `NoCards`."""
    payment = Payment.objects.get(pk=payment_id)
    if payment.kind == PaymentKind.BANK:
        return bank.follow(payment_id, today=today, now=now)
    there = processor_named(payment.processor)
    session = "" if payment.reference else payment.session
    found = there.fetch(session=session, reference=payment.reference, key=payment.key)
    if found is None and now - payment.asked_at > GIVEN_UP_AFTER:
        found = Snapshot(EXPIRED)
    return payment if found is None else apply(payment.pk, found, actor=actor, today=today, now=now)


def payment_keyed(key: str, *, actor: "User") -> int:
    """The id of the payment that was asked for under a key. Raises `NotFound` outside the actor's practices."""
    found = Payment.objects.filter(key=key, practice__in=practice_ids(actor)).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound("There is no such payment in your practices.")
    return found


def cancel_page(payment_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Payment:
    """Close the processor's page of a payment that nobody made yet. Raises `Conflict` where it was made meanwhile."""
    payment = _own(payment_id, actor)
    require(actor, Capability.WORK_ITEMS)
    if payment.state != Payment.State.PENDING or not payment.session:
        raise Conflict("There is no open card page of this payment any more.")
    told = processor_named(payment.processor).close_page(payment.session)
    return apply(payment.pk, told, actor=actor, today=today, now=now)


def void(payment_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> Payment:
    """Take a card payment back on the day it was made, before it settles: as if it had never come.

    Raises `Conflict` from the next day on, or where some of it is given back or disputed.
    """
    payment = _own(payment_id, actor)
    require(actor, Capability.POST_MONEY)
    if why := why_not_void(payment, today=today):
        raise Conflict(why)
    told = processor_named(payment.processor).void(payment.reference, key=payment.key)
    return apply(payment.pk, told, actor=actor, today=today, now=now)


def why_not_void(payment: Payment, *, today: dt.date) -> str:
    """Why a payment can't be voided, "" where it can."""
    if payment.state != Payment.State.SUCCEEDED or payment.kind != PaymentKind.CARD or payment.refunded:
        return "Only a card payment that stands in full is voided."
    if payment.taken_on != today or payment.payout_id:
        return "It is settled, or will be tonight: give it back instead."
    return ""


def methods_of(account_id: int) -> list[PaymentMethod]:
    """The saved cards and the bank accounts of an account that may be charged, the latest first; not those of which one
    debit was authorized and made. One query."""
    made = AchEntry.objects.filter(authorization=OuterRef("bank_authorization"), kind=DEBIT)
    made = made.exclude(state=EntryState.CANCELLED)
    rows = PaymentMethod.objects.filter(account=account_id, state=PaymentMethod.State.ACTIVE)
    rows = rows.exclude(Q(bank_authorization__frequency=ONCE) & Q(Exists(made)))
    return list(rows.select_related("bank_authorization").order_by("-pk"))


def _begun(
    wanted: Payment, amount: Decimal, on: dt.date, key: str, *, actor: "User | None", today: dt.date, now: dt.datetime,
    chosen: Mapping[int, Decimal] | None,
) -> Payment:  # fmt: skip
    """The payment of this key: written down now, or before."""
    ensure_undoubted()  # a page that refuses keeps what was written: no payment is begun that nobody will be asked for
    if actor is not None:
        require(actor, Capability.WORK_ITEMS)
    if not ZERO < amount <= MOST:
        raise DomainError(f"Enter an amount up to ${MOST:,.0f}.", field="amount")
    if on > today and wanted.kind == PaymentKind.CARD:
        raise DomainError("A card is charged today, not on a day to come.", field="on")
    if chosen is not None and actor is not None:
        proposed_shares(actor=actor, account_id=wanted.account_id, amount=amount, today=today, chosen=chosen)
    known = Payment.objects.filter(key=key).first()
    if known is None:
        wanted.key, wanted.amount, wanted.due_on = key, amount, on
        wanted.asked_on, wanted.asked_at, wanted.asked_by = today, now, actor
        wanted.chosen = {str(claim): to_cents(part) for claim, part in (chosen or {}).items() if part}
        try:
            with transaction.atomic():
                wanted.save()
                step(wanted, _What.ASKED, by=actor, now=now)
            return wanted
        except IntegrityError:  # somebody else was first with this key
            known = Payment.objects.get(key=key)
    if (known.amount, known.account_id) != (amount, wanted.account_id):
        raise Conflict("This payment was begun with another amount. Look at it before you ask for another one.")
    return known


def _own(payment_id: int, actor: "User") -> Payment:
    found = Payment.objects.filter(pk=payment_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such payment in your practices.")
    return found
