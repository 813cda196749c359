"""Two promises of the demo that end otherwise than by their day: a check that was entered late heals a broken one, and
what charity care takes off leaves nothing to pay of an open one."""

import datetime as dt

from arwork.lib import events
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.demo.write_offs import forgive_account
from collections_app.promises.models import Promise


def end_otherwise(until: dt.date, *, now: dt.datetime) -> None:
    """Enter the late check and the write-off; the opening of the day finds what they do to the promises."""
    broken = Promise.objects.filter(state=Promise.State.BROKEN).order_by("pk").first()
    standing = Promise.objects.filter(state=Promise.State.OPEN, due_on__gt=until).order_by("pk").first()
    with events.quiet():
        if broken is not None:
            check = ReceivedMoney(
                broken.account_id, broken.practice_id, broken.amount, broken.due_on, f"LATE-{broken.pk}"
            )
            post_receipts([check], posted_on=until, now=now)
        if standing is not None:
            forgive_account(standing.account_id, reason="Financial assistance granted", on=until, now=now)
