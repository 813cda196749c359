"""Let a remittance go: post its provider adjustments and its claims, unless something holds the whole of it."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from claims.ledger import services as ledger
from claims.remits.aftermath import HOLDING, refresh_state
from claims.remits.entries import Source, over_short, provider_adjustment
from claims.remits.models import ProviderAdjustment, RemitException, Remittance
from claims.remits.posting import Progress, post_staged
from claims.remits.provider import account_of

if TYPE_CHECKING:
    from arwork.staff.models import User


def release(
    remittance: Remittance,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    progress: Progress | None = None,
) -> str:
    """Post what may post and return the state: `posted`, `partly`, or `staged` while something holds it.

    Safe to call again at any time: what is posted is not posted twice.
    """
    if is_held(remittance):
        return refresh_state(remittance, today=today)
    with transaction.atomic():
        Remittance.objects.select_for_update().get(pk=remittance.pk)
        Remittance.objects.filter(pk=remittance.pk).update(state=Remittance.State.POSTING)
        _post_provider_level(remittance, today=today, now=now, actor=actor)
    post_staged(remittance, today=today, now=now, actor=actor, progress=progress)
    return refresh_state(remittance, today=today)


def is_held(remittance: Remittance) -> bool:
    """Whether an open question concerns the whole remittance."""
    return remittance.exceptions.filter(state=RemitException.State.OPEN, code__in=HOLDING).exists()


def _post_provider_level(
    remittance: Remittance, *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> None:
    explained = remittance.total_paid - remittance.total_provider
    entries = over_short(_source(remittance, 0, today), remittance.amount - explained)
    rows = list(ProviderAdjustment.objects.filter(remittance=remittance, posted_at=None).order_by("position"))
    for row in rows:
        row.account = row.account or account_of(row.code)
        row.posted_at = now
        source = _source(remittance, row.position, today)
        entries += provider_adjustment(source, account=row.account, amount=row.amount)
    ledger.post(entries, now=now, actor=actor, reason="remit")
    ProviderAdjustment.objects.bulk_update(rows, ["account", "posted_at"], batch_size=500)


def _source(remittance: Remittance, position: int, today: dt.date) -> Source:
    return Source(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        remittance_key=remittance.key,
        paid_on=remittance.paid_on,
        posted_on=today,
        position=position,
    )
