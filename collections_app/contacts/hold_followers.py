"""Who follows when a hold is placed, lifted or restored: in the same transaction, so that nothing falls between.

Followers are registered once, when the app of the work is ready.
"""

import datetime as dt
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from arwork.staff.models import User
    from collections_app.contacts.models import Hold


class HoldFollower(Protocol):
    """Hears of a hold that was placed, lifted or restored just now; the hold says which."""

    def __call__(self, hold: "Hold", *, actor: "User | None", now: dt.datetime) -> None: ...


_followers: list[HoldFollower] = []


def register_hold_follower(follower: HoldFollower) -> None:
    """Tell `follower` as well."""
    if follower not in _followers:
        _followers.append(follower)


def hold_changed(hold: "Hold", *, actor: "User | None", now: dt.datetime) -> None:
    """Tell every follower. The caller holds the transaction."""
    for follower in _followers:
        follower(hold, actor=actor, now=now)
