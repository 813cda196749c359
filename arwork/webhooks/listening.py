"""What can be told, and whether anybody listens.

Asked wherever something happens, so the answer is kept for some seconds: where no webhook exists nobody pays for them.
A webhook that was opened is told from then on what happens; where processes share no cache, some seconds later.
"""

from django.core.cache import cache

from arwork.webhooks.models import Webhook

CLAIM_CHANGED = "claim.changed"
DENIAL_OPENED = "denial.opened"
PAYMENT_POSTED = "payment.posted"
PROMISE_BROKEN = "promise.broken"
ITEM_CLOSED = "item.closed"
TEST = "test"
#: What a webhook can be told, in words.
EVENTS = {
    CLAIM_CHANGED: "A claim changed: its money, its state, an answer of the payer",
    DENIAL_OPENED: "A payer denied something",
    PAYMENT_POSTED: "A payment was posted",
    PROMISE_BROKEN: "A promise to pay was broken",
    ITEM_CLOSED: "A work item was closed",
}
KEY = "webhooks:listened"
KEPT_SECONDS = 5


def listened() -> frozenset[str]:
    """What anybody in any practice wants to be told. No query where it was asked lately, else one."""
    known: list[str] | None = cache.get(KEY)
    if known is None:
        rows = Webhook.objects.filter(off_at=None).values_list("events", flat=True)
        known = sorted({event for events in rows for event in events})
        cache.set(KEY, known, KEPT_SECONDS)
    return frozenset(known)


def ask_anew() -> None:
    """Forget the answer: a webhook was opened or switched."""
    cache.delete(KEY)
