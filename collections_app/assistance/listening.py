"""Who hears that an application was decided: the patient's page answers what was asked there. The app of the work says
so when it is ready, nobody else."""

import datetime as dt
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from arwork.staff.models import User


class DecisionListener(Protocol):
    """Hears, in the transaction of the decision, what was decided of an account, in words for the patient."""

    def __call__(self, *, account_id: int, words: str, actor: "User", now: dt.datetime) -> None: ...


_listeners: list[DecisionListener] = []


def register_decision_listener(listener: DecisionListener) -> None:
    """Tell `listener` of decisions as well."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_decided(*, account_id: int, words: str, actor: "User", now: dt.datetime) -> None:
    """An application of an account was decided."""
    for listener in _listeners:
        listener(account_id=account_id, words=words, actor=actor, now=now)
