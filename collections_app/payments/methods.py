"""Saved cards and bank accounts: kept with consent, removed when asked, renewed when the bank replaces a card."""

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.selectors import own_account
from collections_app.limits.selectors import limit_book
from collections_app.payments.autopay import is_final
from collections_app.payments.models import Payment, PaymentKind, PaymentMethod
from collections_app.payments.processors import CardFacts, ProcessorRefused

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.payments.processors import Processor

_How = PaymentMethod.How


def keep_card(
    payment: Payment, card: CardFacts, *, actor: "User | None", today: dt.date, now: dt.datetime
) -> PaymentMethod:
    """Keep the card that a payment was made with, as was agreed when it was asked for. In the caller's transaction; the
    account is locked."""
    how = _How.ONLINE if payment.asked_by_id is None else _How.SPOKEN
    return _keep(
        payment.practice_id, payment.account_id, payment.processor, card, how=how, words=payment.consent_words,
        actor=actor, today=today, now=now,
    )  # fmt: skip


def keep_token(
    *, account_id: int, processor: str, card: CardFacts, how: str, words: str, actor: "User", today: dt.date,
    now: dt.datetime,
) -> PaymentMethod:  # fmt: skip
    """Keep a card for which the processor has a token. Raises `DomainError` without the words of the consent."""
    require(actor, Capability.WORK_ITEMS)
    ensure_not_sensitive(words=words)
    if not words.strip() or how not in _How.values:
        raise DomainError("A card is kept only with consent: say how it was given, and its words.", field="words")
    with transaction.atomic():
        account = own_account(account_id, actor=actor)
        return _keep(
            account.practice_id, account.pk, processor, card, how=how, words=words.strip()[:400], actor=actor,
            today=today, now=now,
        )  # fmt: skip


def _keep(
    practice_id: int, account_id: int, processor: str, card: CardFacts, *, how: str, words: str,
    actor: "User | None", today: dt.date, now: dt.datetime,
) -> PaymentMethod:  # fmt: skip
    known = PaymentMethod.objects.filter(
        account=account_id, processor=processor, token=card.token, state=PaymentMethod.State.ACTIVE
    ).first()
    if known is not None:
        return known
    row = PaymentMethod.objects.create(
        practice_id=practice_id, account_id=account_id, kind=PaymentKind.CARD, processor=processor, token=card.token,
        brand=card.brand, last4=card.last4, expires_on=card.expires_on, consent_how=how, consent_on=today,
        consent_words=words, added_at=now, added_by=actor,
    )  # fmt: skip
    facts = {"method": row.pk, "label": row.label, "consent": how}
    audit.record(actor, "payment_method_kept", "account", account_id, practice_id=practice_id, after=facts, now=now)
    return row


def own_method(method_id: int, *, actor: "User") -> PaymentMethod:
    """A saved method of the actor's practices. Raises `NotFound`."""
    found = PaymentMethod.objects.filter(pk=method_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such card or bank account in your practices.")
    return found


def remove(method_id: int, *, processor: "Processor | None", actor: "User", now: dt.datetime) -> PaymentMethod:
    """Keep it no longer, here and at the processor. Raises `Conflict` where it was removed before."""
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        own_method(method_id, actor=actor)
        row = PaymentMethod.objects.select_for_update().get(pk=method_id)
        if row.state == PaymentMethod.State.REMOVED:
            raise Conflict("It was removed already.")
        _end(row, PaymentMethod.State.REMOVED, by=actor, now=now)
    if processor is not None and row.token:
        with suppress(ProcessorRefused):  # it keeps it no longer itself
            processor.forget(row.token)
    return row


def note_failure(payment: Payment, *, now: dt.datetime) -> None:
    """A charge that can never succeed ends the method: a card that was lost, an account that is closed."""
    if payment.method_id is None or not is_final(payment.decline_code):
        return
    row = PaymentMethod.objects.select_for_update().get(pk=payment.method_id)
    if row.state == PaymentMethod.State.ACTIVE:
        _end(row, PaymentMethod.State.FAILED, by=None, now=now)


def renew(processor: "Processor", token: str, *, now: dt.datetime) -> int:
    """Ask the processor what a kept card is now (its bank replaced it); how many saved cards changed."""
    rows = PaymentMethod.objects.filter(processor=processor.name, token=token, state=PaymentMethod.State.ACTIVE)
    if not rows.exists():
        return 0
    card = processor.card(token)
    changed = 0
    with transaction.atomic():
        for row in rows.select_for_update().order_by("pk"):
            before = row.label
            row.brand, row.last4, row.expires_on = card.brand or row.brand, card.last4, card.expires_on
            if row.label != before:
                row.renewed_at, row.warned_on = now, None
                row.save(update_fields=["brand", "last4", "expires_on", "renewed_at", "warned_on"])
                facts = {"method": row.pk, "label": row.label}
                audit.record(
                    None, "payment_method_renewed", "account", row.account_id, practice_id=row.practice_id,
                    before={"label": before}, after=facts, now=now,
                )  # fmt: skip
                changed += 1
    return changed


def warn_of_expiry(*, today: dt.date) -> int:
    """Mark the cards that run out soon (the dated figure `card_expiry_days`), once each; how many are new."""
    book = limit_book()
    days = book.value("card_expiry_days", on=today)
    rows = PaymentMethod.objects.filter(
        state=PaymentMethod.State.ACTIVE, warned_on=None, expires_on__lte=today + dt.timedelta(days=days)
    )
    return rows.update(warned_on=today)


def _end(row: PaymentMethod, state: str, *, by: "User | None", now: dt.datetime) -> None:
    row.state, row.ended_at, row.ended_by = state, now, by
    row.save(update_fields=["state", "ended_at", "ended_by"])
    facts = {"method": row.pk, "label": row.label, "state": state}
    audit.record(
        by, "payment_method_ended", "account", row.account_id, practice_id=row.practice_id, after=facts, now=now
    )
