"""Who hears of debits that came back, and of authorizations: plans, payments and promises, said when the work is
ready.

Called in the transaction that records it, so that whatever rested on the money falls with it, the same day.
"""

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from collections_app.ach.models import AchEntry
from collections_app.promises.services import settle_promises

ReturnListener = Callable[[Sequence[int], dt.date, dt.datetime], None]
_listeners: list[ReturnListener] = []
AuthorizationListener = Callable[[Collection[int], dt.datetime], None]
_followers: list[AuthorizationListener] = []


def register_return_listener(listener: ReturnListener) -> None:
    """Let `listener(entry_ids, today, now)` hear of returned debits; the app of the work says so when it is ready."""
    if listener not in _listeners:
        _listeners.append(listener)


def settle_promises_behind(entry_ids: Sequence[int], today: dt.date, now: dt.datetime) -> None:
    """A listener: a promise that the money kept is looked at again, and breaks in the transaction of the return."""
    accounts = set(AchEntry.objects.filter(pk__in=entry_ids).values_list("account_id", flat=True))
    settle_promises(today=today, now=now, accounts=accounts)


def tell_of_returns(entry_ids: Sequence[int], *, today: dt.date, now: dt.datetime) -> None:
    """Tell every listener, in the caller's transaction."""
    for listener in _listeners if entry_ids else ():
        listener(entry_ids, today, now)


def register_authorization_listener(listener: AuthorizationListener) -> None:
    """Let `listener(authorization_ids, now)` hear of authorizations that were given, corrected by a bank, or ended."""
    if listener not in _followers:
        _followers.append(listener)


def tell_of_authorizations(authorization_ids: Collection[int], *, now: dt.datetime) -> None:
    """Tell every listener, in the caller's transaction."""
    for listener in _followers if authorization_ids else ():
        listener(authorization_ids, now)
