"""What the books announce: `changed` after a commit, and whoever listens.

The books know nothing of the work. A service that moved money or state calls `announce`; when (and only if)
its transaction commits, every subscriber is called once with the ids, and only with ids. A subscriber that
fails is logged, never undoes the books, and the nightly run heals what it missed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import transaction

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Changed:
    """Ids of claims and accounts whose facts changed, and the word for why (`remit`, `payment`, `ack`, ...)."""

    reason: str
    claims: frozenset[int] = field(default_factory=frozenset)
    accounts: frozenset[int] = field(default_factory=frozenset)


_subscribers: list[Callable[[Changed], None]] = []
_quiet: ContextVar[bool] = ContextVar("events_quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Announce nothing in the block: for a bulk load whose caller refreshes everything afterwards."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def subscribe(subscriber: Callable[[Changed], None]) -> None:
    """Tell `subscriber` of every announcement of this process; an app says so when it is ready, nobody else."""
    if subscriber not in _subscribers:
        _subscribers.append(subscriber)


def announce(reason: str, *, claims: Iterable[int] = (), accounts: Iterable[int] = ()) -> None:
    """Tell subscribers, once the current transaction has committed, that these rows changed."""
    event = Changed(reason=reason, claims=frozenset(claims), accounts=frozenset(accounts))
    if (event.claims or event.accounts) and not _quiet.get():
        transaction.on_commit(lambda: _deliver(event))


def _deliver(event: Changed) -> None:
    for subscriber in _subscribers:
        try:
            subscriber(event)
        except Exception:
            log.exception("subscriber %s failed for %s", subscriber.__qualname__, event.reason)
