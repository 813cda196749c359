"""What patients pay in the demo: some in full, some half, many nothing, as published surveys say."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from random import Random

from arwork.lib.money import round_money
from claims.ledger.models import Receivable
from claims.practices.models import Practice
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.demo.places import PRACTICES

LATEST, SOON = 75, 20  # days a willing patient takes at most
_LOW, _HIGH = Decimal("60"), Decimal("500")


def pay(*, seed: int, since: dt.date, on: dt.date, now: dt.datetime, surely: Mapping[str, bool]) -> int:
    """Post what patients decided to pay between `since` (exclusive) and `on`; the number of receipts.

    `surely` says by number of claim that the share is paid for certain and soon, or never; else chance decides.
    """
    owed = (
        Receivable.objects.filter(
            practice__in=Practice.objects.filter(npi__in=[one.npi for one in PRACTICES]),
            bucket="PATIENT",
            amount__gt=0,
            since_on__gte=on - dt.timedelta(days=LATEST + 30),
        )
        .order_by("claim__number")
        .values_list("claim__number", "account_id", "practice_id", "amount", "since_on")
    )
    receipts = []
    for number, account_id, practice_id, amount, since_on in owed.iterator():
        paid_on, paid = _decision(seed, number, amount, since_on, surely=surely.get(number))
        if paid and since < paid_on <= on:
            receipts.append(ReceivedMoney(account_id, practice_id, paid, paid_on, f"LB-{number}"))
    post_receipts(receipts, posted_on=on, now=now)
    return len(receipts)


def _decision(
    seed: int, number: str, amount: Decimal, since_on: dt.date, *, surely: bool | None
) -> tuple[dt.date, Decimal]:
    dice = Random(f"{seed}/pays/{number}")  # noqa: S311
    roll = dice.random()
    willing = 0.75 if amount < _LOW else 0.55 if amount < _HIGH else 0.30
    day = since_on + dt.timedelta(days=dice.randint(5, SOON if surely else LATEST))
    if surely is False:
        return day, Decimal(0)
    if surely or roll < willing * 0.85:
        return day, amount
    return day, round_money(amount / 2) if roll < willing else Decimal(0)
