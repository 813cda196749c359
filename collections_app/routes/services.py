"""Choosing a route: kept with what was offered, followed by the work, and begun where a slice does it. Taking it back.

One transaction: the choice, the item's next step, and what the route opens; where one of them is refused, nothing was
chosen.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.dates import short_day
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.models import Claim
from claims.practices.closures import closure_book
from claims.remits.undo import UNDO_WITHIN
from collections_app.routes.listening import ChosenStep, follow_choice, take_back_choice
from collections_app.routes.models import ChosenDenial, RouteChoice, RouteWithdrawal
from collections_app.routes.openers import OpenRequest, open_route
from collections_app.routes.route_options import RouteOption, day_to_begin
from collections_app.routes.route_rules import RouteCode
from collections_app.routes.selectors import DenialRoutes, routes_of_denial

if TYPE_CHECKING:
    from arwork.staff.models import User

_LONGEST = 300
#: Routes that begin work of their own, which their page cancels.
_BEGUN = (RouteCode.CORRECTED, RouteCode.NEW, RouteCode.VOID, RouteCode.NEXT_PAYER, RouteCode.APPEAL)


class RouteShut(DomainError):
    """A route that is not open for these denials."""

    code = "route_shut"


class SayWhy(DomainError):
    """Another route than the best one needs its reason in words."""

    code = "say_why"


class ChosenTooLongAgo(Conflict):
    """A choice can be taken back by who made it, for ten minutes, while nothing came after it."""

    code = "chosen_too_long_ago"


@dataclass(frozen=True, slots=True)
class ChosenRoute:
    """A choice, and the address where its work goes on ("": the item says what comes next)."""

    choice: RouteChoice
    address: str


def choose(
    claim_id: int,
    *,
    denial_ids: Sequence[int],
    route: str,
    why: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> ChosenRoute:
    """Choose a route for denials of a claim (none named: the largest). The item's next step becomes that of the route,
    on its day; what the route opens is begun.

    Raises `NotFound`, `RouteShut`, `SayWhy` (another than the best, without a reason), `SensitiveText`, `Conflict`
    where nothing is open to be worked, and what the opener of the route raises.
    """
    require(actor, Capability.WORK_ITEMS)
    words = why.strip()[:_LONGEST]
    ensure_not_sensitive(why=words)
    with transaction.atomic():
        claim = _locked_claim(claim_id, actor=actor)
        found = routes_of_denial(claim_id, denial_ids, today=today)
        if found is None:
            raise Conflict("Nothing of it is denied any more. Look at the claim again.", field="route")
        option = _chosen(found, route, words)
        closures = closure_book().of(claim.practice_id)
        ids = tuple(one.pk for one in found.denials)
        address = open_route(option.code, OpenRequest(claim_id, ids, actor, today, now))
        choice = RouteChoice.objects.create(
            practice_id=claim.practice_id,
            claim=claim,
            route=option.code,
            label=option.label[:80],
            category=found.denial.category,
            payer_class=found.denial.payer.payer_class if found.denial.payer else "",
            amount=found.facts.amount,
            best=found.best.code if found.best else option.code,
            offered=[one.as_kept() for one in found.options],
            why=words,
            next_action=option.next_action,
            next_on=day_to_begin(option, today=today, closures=closures),
            last_on=option.clock.last_day if option.clock else None,
            address=address,
            chosen_at=now,
            chosen_by=actor,
        )
        ChosenDenial.objects.bulk_create(ChosenDenial(choice=choice, denial=one) for one in found.denials)
        if not follow_choice(_step(choice), actor=actor, today=today, now=now):
            raise Conflict("Nothing is open to be worked on this claim. Look at it again.", field="route")
        told = {"route": choice.route, "best": choice.best, "next_on": str(choice.next_on), "denials": list(ids)}
        audit.record(actor, "route_chosen", "claim", claim_id, practice_id=claim.practice_id, after=told, now=now)
    return ChosenRoute(choice, address)


def take_back(choice_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RouteChoice:
    """Take back a choice: the item is as it was. What its route has begun stays (`has_begun`): who takes the choice
    back looks at it at its `address`.

    Raises `NotFound`, or `ChosenTooLongAgo` when ten minutes are over, somebody else chose, or anything came after it.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = RouteChoice.objects.filter(pk=choice_id, practice__in=practice_ids(actor)).first()
        if found is None:
            raise NotFound("There is no such choice in your practices.")
        _locked_claim(found.claim_id, actor=actor)
        _ensure_in_time(found, actor=actor, now=now)
        take_back_choice(_step(found), actor=actor, today=today, now=now)
        note_withdrawn(choice_id, actor=actor, now=now)
    return found


def note_withdrawn(choice_id: int, *, actor: "User", now: dt.datetime) -> None:
    """Keep that a choice was taken back, once: where the desk undoes what it did, and here."""
    found = RouteChoice.objects.filter(pk=choice_id, withdrawn=None).first()
    if found is None:
        return
    RouteWithdrawal.objects.create(choice=found, at=now, by=actor)
    audit.record(
        actor, "route_taken_back", "claim", found.claim_id, practice_id=found.practice_id,
        after={"route": found.route, "choice": found.pk}, now=now,
    )  # fmt: skip


def can_take_back(choice: RouteChoice, *, actor: "User", now: dt.datetime) -> bool:
    """Whether `take_back` is offered: to who chose, for ten minutes."""
    return choice.chosen_by_id == actor.pk and now - choice.chosen_at <= UNDO_WITHIN


def has_begun(choice: RouteChoice) -> bool:
    """Whether choosing the route began something that stays when the choice is taken back: a draft or an appeal. Other
    routes only show a page."""
    return bool(choice.address) and choice.route in _BEGUN


def _step(choice: RouteChoice) -> ChosenStep:
    last = f", last day {short_day(choice.last_on)}" if choice.last_on else ""
    because = f"chosen by {choice.chosen_by}: {choice.label[0].lower()}{choice.label[1:]}{last}"
    return ChosenStep(choice.pk, choice.claim_id, choice.next_action, choice.next_on, because)


def _locked_claim(claim_id: int, *, actor: "User") -> Claim:
    rows = Claim.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(actor))
    found = rows.filter(pk=claim_id, merged_into=None).first()
    if found is None:
        raise NotFound("There is no such claim in your practices.")
    return found


def _chosen(found: DenialRoutes, route: str, why: str) -> RouteOption:
    option = next((one for one in found.options if one.code == route), None)
    if option is None:
        raise RouteShut("Choose one of the routes.", field="route")
    if not option.is_open:
        raise RouteShut(f"This route is not open: {option.why}.", field="route")
    if found.best is not None and option.code is not found.best.code and not why:
        raise SayWhy(f"The best route is another one: {found.best.label}. Say why you take this one.", field="why")
    return option


def _ensure_in_time(found: RouteChoice, *, actor: "User", now: dt.datetime) -> None:
    if found.chosen_by_id != actor.pk:
        raise ChosenTooLongAgo("Only who chose it can take it back. Choose another route instead.")
    if now - found.chosen_at > UNDO_WITHIN:
        raise ChosenTooLongAgo("Ten minutes have passed. Choose another route instead.")
    if RouteWithdrawal.objects.filter(choice=found).exists():
        raise ChosenTooLongAgo("It was taken back already.")
    if RouteChoice.objects.filter(claim=found.claim_id, pk__gt=found.pk, withdrawn=None).exists():
        raise ChosenTooLongAgo("Another route was chosen after it.")
