"""Who hears of debits that came back: plans, payments and promises say so when the work is ready.

Called in the transaction that records the return, so that whatever rested on the money falls with it, the same day.
"""

import datetime as dt
from collections.abc import Callable, Sequence

ReturnListener = Callable[[Sequence[int], dt.date, dt.datetime], None]
_listeners: list[ReturnListener] = []


def register_return_listener(listener: ReturnListener) -> None:
    """Let `listener(entry_ids, today, now)` hear of returned debits; the app of the work says so when it is ready."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_of_returns(entry_ids: Sequence[int], *, today: dt.date, now: dt.datetime) -> None:
    """Tell every listener, in the caller's transaction."""
    for listener in _listeners if entry_ids else ():
        listener(entry_ids, today, now)
