"""What can be told, and whether anybody listens.

Asked wherever something happens, so each process keeps the answer for some seconds: where no webhook exists nobody pays
for them. A webhook that was opened is thus told what happens from some seconds later on.
"""

import time

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
KEPT_SECONDS = 5.0
_known: frozenset[str] = frozenset()
_known_until = 0.0  # by the monotonic clock


def listened() -> frozenset[str]:
    """What anybody in any practice wants to be told. No query where it was asked lately, else one."""
    global _known, _known_until
    if time.monotonic() >= _known_until:
        rows = Webhook.objects.filter(off_at=None).values_list("events", flat=True)
        _known = frozenset(event for events in rows for event in events)
        _known_until = time.monotonic() + KEPT_SECONDS
    return _known


def ask_anew() -> None:
    """Forget the answer: a webhook was opened or switched. Other processes forget it by themselves."""
    global _known_until
    _known_until = 0.0
