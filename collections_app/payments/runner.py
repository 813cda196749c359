"""What of payments happens by itself each day: asked what became of them, refunds made, declined ones tried again,
cards that run out listed. Each part is idempotent for its day, and a processor that is away stops nothing else."""

import datetime as dt
import logging
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO, from_cents
from arwork.staff import audit
from claims.ledger.models import Receivable
from collections_app.payments import bank, methods, refunds, services
from collections_app.payments.models import Payment, PaymentKind
from collections_app.payments.processors import ProcessorAway

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.models import Account

log = logging.getLogger(__name__)
#: What the day's run counts.
PARTS = ("looked", "refunds", "tried", "expiring")
_MOST = 500  # in one run; the rest is the next one's


def run_payments(*, today: dt.date, now: dt.datetime) -> dict[str, int]:
    """The day's run; what was done, counted."""
    return {
        "looked": _look_again(today=today, now=now),
        "refunds": refunds.make_agreed(actor=None, today=today, now=now),
        "tried": try_again(today=today, now=now),
        "expiring": methods.warn_of_expiry(today=today),
    }


def try_again(*, today: dt.date, now: dt.datetime) -> int:
    """Charge again what was declined and whose day has come, never more than the account owes; how many."""
    tried = 0
    rows = Payment.objects.filter(state=Payment.State.DECLINED, retry_on__lte=today, method__isnull=False)
    for one in rows.order_by("retry_on", "pk")[:_MOST]:
        amount = min(one.amount, _owed(one.account_id))
        chosen = {int(claim): from_cents(cents) for claim, cents in one.chosen.items()} or None
        if amount > ZERO:
            try:
                services.charge(
                    method_id=one.method_id or 0, amount=amount, on=today, key=_key_of_next(one),
                    actor=None, today=today, now=now, chosen=chosen, source=Payment.Source.AUTOPAY, retry_of=one,
                )  # fmt: skip
            except ProcessorAway:
                break
            except DomainError as error:
                log.warning("a declined payment was not tried again", extra={"payment": one.pk, "code": error.code})
                continue
            tried += 1
        Payment.objects.filter(pk=one.pk).update(retry_on=None)
    return tried


def _key_of_next(one: Payment) -> str:
    """The same intention, with the number of the try."""
    return f"{one.key.partition('/try')[0][:70]}/try{one.attempt + 1}"


def stop_trying(account: "Account", *, actor: "User | None", now: dt.datetime) -> int:
    """Try nothing of an account again by itself: its plan is broken, paid or canceled. How many were to be tried."""
    stopped = Payment.objects.filter(account=account, retry_on__isnull=False).update(retry_on=None)
    if stopped:
        audit.record(
            actor, "payments_stopped", "account", account.pk, practice_id=account.practice_id,
            after={"payments": stopped}, now=now,
        )  # fmt: skip
    return stopped


def _look_again(*, today: dt.date, now: dt.datetime) -> int:
    """Ask what became of payments that wait, for those of which no message came."""
    done = 0
    rows = Payment.objects.filter(state=Payment.State.PENDING).order_by("asked_at", "pk")
    for pk, kind in list(rows.values_list("pk", "kind")[:_MOST]):
        try:
            if kind == PaymentKind.BANK:
                bank.follow(pk, today=today, now=now)
            else:
                services.look_again(pk, actor=None, today=today, now=now)
        except ProcessorAway:
            break
        except DomainError as error:
            log.warning("a payment could not be looked at", extra={"payment": pk, "code": error.code})
        done += 1
    return done


def _owed(account_id: int) -> Decimal:
    rows = Receivable.objects.filter(account=account_id, bucket="PATIENT", amount__gt=0)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO
