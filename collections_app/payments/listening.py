"""Who hears that a payment failed: declined, charged back, or returned by the bank.

Told in the transaction that records it, with the ids of payments. Apps say who listens when they are ready.
"""

import datetime as dt
from collections.abc import Callable, Sequence

FailureListener = Callable[[Sequence[int], dt.date, dt.datetime], None]
_listeners: list[FailureListener] = []


def register_failure_listener(listener: FailureListener) -> None:
    """Let `listener(payment_ids, today, now)` hear of payments that failed."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_failed(payment_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """These payments failed. Call once for each, in the transaction that says so."""
    for listener in _listeners:
        listener(payment_ids, today, now)
