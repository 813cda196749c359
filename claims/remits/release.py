"""Let a remittance go: post its provider adjustments and its claims, unless something holds the whole of it."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.money import ZERO
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.remits.after_posting import HOLDING_REASONS, close_exceptions, refresh_remittance_state
from claims.remits.entries import OVER_SHORT, EntrySource, over_short, provider_adjustment
from claims.remits.era import ExceptionReason
from claims.remits.models import SET_ASIDE, ProviderAdjustment, RemitException, Remittance
from claims.remits.posting import Progress, post_found_payments, post_staged
from claims.remits.provider_adjustments import plb_account
from claims.remits.takebacks import follow_takebacks

if TYPE_CHECKING:
    from arwork.staff.models import User


def release_remittance(
    remittance: Remittance,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    progress: Progress | None = None,
) -> str:
    """Post what may post and return the state: `posted`, `partly`, or `staged` while something holds it.

    Safe to call again at any time: what is posted is not posted twice, and what was set aside stays so.
    """
    if remittance.state in SET_ASIDE:
        return str(remittance.state)
    if is_remittance_held(remittance):
        return refresh_remittance_state(remittance, today=today)
    with transaction.atomic():
        Remittance.objects.select_for_update().get(pk=remittance.pk)
        Remittance.objects.filter(pk=remittance.pk).update(state=Remittance.State.POSTING)
        _post_provider_level(remittance, today=today, now=now, actor=actor)
    post_staged(remittance, today=today, now=now, actor=actor, progress=progress)
    post_found_payments(
        today=today, now=now, remittance=remittance
    )  # a claim may have been read while this one was held
    return refresh_remittance_state(remittance, today=today)


def release_days_that_came(*, today: dt.date, now: dt.datetime) -> int:
    """Let remittances go whose day of payment lay ahead when they were read and has come; how many."""
    ahead = RemitException.objects.filter(code=ExceptionReason.FUTURE_DATE, state=RemitException.State.OPEN)
    came = list(ahead.filter(remittance__paid_on__lte=today).select_related("remittance").order_by("id"))
    for exception in came:
        with transaction.atomic():
            Remittance.objects.select_for_update().get(pk=exception.remittance_id)
            close_exceptions([exception], how="retry", reason="its day came", now=now, actor=None)
        release_remittance(exception.remittance, today=today, now=now)
    return len(came)


def is_remittance_held(remittance: Remittance) -> bool:
    """Whether an open question concerns the whole remittance."""
    return remittance.exceptions.filter(state=RemitException.State.OPEN, code__in=HOLDING_REASONS).exists()


def _post_provider_level(
    remittance: Remittance, *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> None:
    explained = remittance.total_paid - remittance.total_provider
    standing = _over_short(remittance)
    change = remittance.amount - explained - sum(standing, ZERO)
    entries = over_short(_source(remittance, 0, today), change, nth=len(standing))
    rows = list(ProviderAdjustment.objects.filter(remittance=remittance, posted_at=None).order_by("position"))
    for row in rows:
        row.account = row.account or plb_account(row.code)
        row.posted_at = now
        source = _source(remittance, row.position, today)
        entries += provider_adjustment(source, account=row.account, amount=row.amount)
    ledger.post(entries, now=now, actor=actor, reason="remit")
    ProviderAdjustment.objects.bulk_update(rows, ["account", "posted_at"], batch_size=500)
    follow_takebacks(remittance, now=now)


def _over_short(remittance: Remittance) -> list[Decimal]:
    """What was booked of the deposit beyond its claims: once, and again when a whole copy explained more of it."""
    rows = Posting.objects.filter(remittance_id=remittance.pk, remit_claim_id__isnull=True, memo=OVER_SHORT)
    return [
        amount if debit == "CASH" else -amount for debit, amount in rows.values_list("debit", "amount").order_by("id")
    ]


def _source(remittance: Remittance, position: int, today: dt.date) -> EntrySource:
    return EntrySource(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        remittance_key=remittance.key,
        paid_on=remittance.paid_on,
        posted_on=today,
        position=position,
    )
