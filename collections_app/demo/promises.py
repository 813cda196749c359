"""Two promises of the demo that end otherwise than by their day: a check that was entered late heals a broken one, and
what charity care takes off leaves nothing to pay of an open one."""

import datetime as dt

from arwork.lib import events
from claims.billing.models import ClaimLine
from claims.ledger import services as ledger
from claims.ledger.entries import Entry, posting_key
from claims.receipts.recording import ReceivedMoney, post_receipts
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
            ledger.post(_charity(standing, until), now=now)


def _charity(promise: Promise, on: dt.date) -> list[Entry]:
    """All that the patient owes on the account, taken off."""
    lines = ClaimLine.objects.filter(claim__account=promise.account_id, patient__gt=0).select_related("claim")
    return [
        Entry(
            practice_id=promise.practice_id,
            claim_id=line.claim_id,
            line_id=line.pk,
            kind="write_off",
            debit="WO_CHARITY",
            credit="PATIENT",
            amount=line.patient,
            posted_on=on,
            effective_on=on,
            key=posting_key("demo charity", line.pk),
            memo="Financial assistance granted",
        )
        for line in lines.order_by("pk")
    ]
