"""Who hears that an application was decided: the patient's page answers what was asked there. The app of the work says
so when it is ready, nobody else."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arwork.staff.models import User

#: (account, what was decided in words for the patient, by whom, when), in the transaction of the decision.
Listener = Callable[[int, str, "User", dt.datetime], None]
_listeners: list[Listener] = []


def register_decision_listener(listener: Listener) -> None:
    """Tell `listener` of decisions as well."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell_decided(account_id: int, words: str, actor: "User", now: dt.datetime) -> None:
    """An application of an account was decided."""
    for listener in _listeners:
        listener(account_id, words, actor, now)
