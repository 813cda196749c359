"""Who hears of a route that was chosen, and who knows what the work has learned: registered when the app is ready.

The worklist stands above this slice. It follows a choice in the same transaction (the item's next action and day) and
says what it has learned of denials like one.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from collections_app.routes.route_facts import RouteResults

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class ChosenStep:
    """What a choice asks of the work: a code of the desk's next actions, its day, and why in words."""

    choice_id: int
    claim_id: int
    next_action: str
    next_on: dt.date
    because: str


@dataclass(frozen=True, slots=True)
class LearnedFacts:
    """What the work knows of the denials of a claim: the share of the denied dollars that is worth anything (what the
    payer allows), minutes of a call with this payer (0: not known), and own results by category."""

    allowed_share: Decimal
    call_minutes: float
    results: dict[str, RouteResults]


class ChoiceFollower(Protocol):
    """Brings the work to a choice; and back, where it is taken back."""

    def follow(self, step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> bool: ...

    def take_back(self, step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> None: ...


class LearnedSource(Protocol):
    """What was learned of a claim that one class of payers denied."""

    def __call__(self, claim_id: int, *, payer_id: int, payer_class: str) -> LearnedFacts: ...


_followers: list[ChoiceFollower] = []
_sources: list[LearnedSource] = []


def register_choice_follower(follower: ChoiceFollower) -> None:
    """Tell `follower` of every choice."""
    if follower not in _followers:
        _followers.append(follower)


def register_learned_source(source: LearnedSource) -> None:
    """Ask `source` what was learned."""
    if source not in _sources:
        _sources.append(source)


def follow_choice(step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> bool:
    """Tell every follower; whether any brought open work to it. The caller holds the transaction."""
    found = False
    for one in _followers:
        found = one.follow(step, actor=actor, today=today, now=now) or found
    return found


def take_back_choice(step: ChosenStep, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Tell every follower that it was taken back."""
    for one in _followers:
        one.take_back(step, actor=actor, today=today, now=now)


def learned_of(claim_id: int, *, payer_id: int, payer_class: str) -> LearnedFacts:
    """What was learned of the denials of a claim by one payer; nothing where nobody learns."""
    for one in _sources:
        return one(claim_id, payer_id=payer_id, payer_class=payer_class)
    return LearnedFacts(Decimal(1), 0, {})
