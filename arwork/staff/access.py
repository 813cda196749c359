"""Named capabilities, roles as sets of them, and the two questions every service asks.

A service opens with `require(actor, Capability.X)`; a query starts from `practice_ids(actor)`. The practice
list lives in `claims.practices` (the books own practices); this module only follows the reverse relation.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from arwork.lib.compiled_query import CompiledQuery, Slot
from arwork.lib.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from arwork.staff.models import User


class Capability(StrEnum):
    """What somebody may do. Pages and endpoints declare one; `PUBLIC` and `SIGNED_IN` need no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    WORK_ITEMS = "work_items"
    SEE_CLAIMS = "see_claims"
    IMPORT_FILES = "import_files"
    SEE_FILES = "see_files"
    RESOLVE_EXCEPTIONS = "resolve_exceptions"
    POST_MONEY = "post_money"
    CORRECT_PEOPLE = "correct_people"
    SEE_REPORTS = "see_reports"
    SEE_TEAM = "see_team"
    ASSIGN_WORK = "assign_work"
    CONFIGURE_PAYERS = "configure_payers"
    MANAGE_PEOPLE = "manage_people"
    RUN_DAY = "run_day"
    SEE_AUDIT = "see_audit"
    RECORD_DISCLOSURES = "record_disclosures"
    DECIDE_SECOND = "decide_second"
    OPEN_PRACTICES = "open_practices"
    GRANT_ACCESS = "grant_access"
    CONFIGURE_SHARED = "configure_shared"
    SEE_UNCLAIMED_FILES = "see_unclaimed_files"
    SEE_DAY_TOTALS = "see_day_totals"
    OPEN_IN_EMERGENCY = "open_in_emergency"
    REVIEW_EMERGENCIES = "review_emergencies"
    CONFIGURE_INTEGRATIONS = "configure_integrations"


_COLLECTOR = {
    Capability.SIGNED_IN,
    Capability.WORK_ITEMS,
    Capability.SEE_CLAIMS,
    Capability.RESOLVE_EXCEPTIONS,
    Capability.OPEN_IN_EMERGENCY,
}
_SUPERVISOR = _COLLECTOR | {
    Capability.IMPORT_FILES,
    Capability.SEE_FILES,
    Capability.POST_MONEY,
    Capability.CORRECT_PEOPLE,
    Capability.SEE_REPORTS,
    Capability.SEE_TEAM,
    Capability.ASSIGN_WORK,
    Capability.RUN_DAY,
    Capability.DECIDE_SECOND,
}
_ADMIN = _SUPERVISOR | {
    Capability.CONFIGURE_PAYERS,
    Capability.MANAGE_PEOPLE,
    Capability.SEE_AUDIT,
    Capability.RECORD_DISCLOSURES,
    Capability.REVIEW_EMERGENCIES,
    Capability.CONFIGURE_INTEGRATIONS,
}
# What concerns every practice at once is no administrator's of one of them. In the practices granted to them an owner
# may do what an administrator may: a small office is run by one person.
_OWNER = _ADMIN | {
    Capability.OPEN_PRACTICES,
    Capability.GRANT_ACCESS,
    Capability.CONFIGURE_SHARED,
    Capability.SEE_UNCLAIMED_FILES,
    Capability.SEE_DAY_TOTALS,
}
_AUDITOR = {
    Capability.SIGNED_IN,
    Capability.SEE_CLAIMS,
    Capability.SEE_FILES,
    Capability.SEE_REPORTS,
    Capability.SEE_TEAM,
    Capability.SEE_AUDIT,
    Capability.OPEN_IN_EMERGENCY,
}
#: What is left of a role while its holder reads a practice in an emergency: looking, and ending it.
_IN_EMERGENCY = frozenset(
    {Capability.SIGNED_IN, Capability.SEE_CLAIMS, Capability.SEE_REPORTS, Capability.OPEN_IN_EMERGENCY}
)

CAPABILITIES: dict[str, frozenset[Capability]] = {
    "collector": frozenset(_COLLECTOR),
    "supervisor": frozenset(_SUPERVISOR),
    "admin": frozenset(_ADMIN),
    "auditor": frozenset(_AUDITOR),
    "owner": frozenset(_OWNER),
}


def may(actor: "User", capability: Capability) -> bool:
    """Whether the active `actor` holds `capability`."""
    return bool(actor.is_active) and capability in capabilities_of(actor)


def capabilities_of(actor: "User") -> frozenset[Capability]:
    """Those of the actor's role, less what a token doesn't grant and what an emergency leaves."""
    held = CAPABILITIES.get(actor.role, frozenset())
    if emergency_of(actor) is not None:
        held &= _IN_EMERGENCY
    granted: frozenset[Capability] | None = getattr(actor, "_granted", None)
    return held if granted is None else held & granted


def narrow(actor: "User", granted: "Collection[str]") -> None:
    """Let `actor` do no more than `granted` from here on, in this request; being signed in always remains."""
    actor._granted = frozenset({Capability.SIGNED_IN, *(one for one in Capability if one in granted)})  # type: ignore[attr-defined]


def require(actor: "User", capability: Capability) -> None:
    """Raise `Forbidden` unless `actor` holds `capability`."""
    if not may(actor, capability):
        raise Forbidden(why_not(actor, capability, "this"), capability=str(capability))


def why_not(actor: "User", capability: Capability, what: str) -> str:
    """The sentences for somebody who lacks `capability`, for `what` they wanted: an emergency has them read only."""
    if emergency_of(actor) is not None and capability in CAPABILITIES.get(actor.role, frozenset()):
        return "In an emergency you only read claims, accounts and reports. End it to do this as usual."
    return f"Your role does not allow {what}. {whom_to_ask(capability)}"


def whom_to_ask(capability: Capability) -> str:
    """The sentence that sends somebody on whose role lacks `capability`."""
    is_owners = capability in CAPABILITIES["owner"] and capability not in CAPABILITIES["admin"]
    return f"Ask {'an owner' if is_owners else 'an administrator'}."


@dataclass(frozen=True)
class NamedPractice:
    """A practice as the frame shows it."""

    id: int
    name: str


@dataclass(frozen=True)
class PracticeChoice:
    """The practices somebody may see, and the one chosen to work in (None: all of them)."""

    practices: tuple[NamedPractice, ...]
    chosen: int | None

    @property
    def label(self) -> str:
        named = {practice.id: practice.name for practice in self.practices}
        if self.chosen is not None:
            return named[self.chosen]
        return next(iter(named.values())) if len(named) == 1 else "All my practices"


@dataclass(frozen=True)
class Emergency:
    """A practice that is not the actor's, open to them for a while to read (see `emergencies`)."""

    id: int
    practice: NamedPractice
    ends_at: dt.datetime


def emergency_of(actor: "User") -> Emergency | None:
    """The emergency that the actor works in, in this request."""
    found: Emergency | None = getattr(actor, "_emergency", None)
    return found


def require_no_emergency(actor: "User") -> None:
    """Raise `Forbidden` while the actor reads a practice in an emergency: they change nothing, not even for themselves.

    For what a capability that an emergency leaves would allow.
    """
    if emergency_of(actor) is not None:
        raise Forbidden("You read a practice in an emergency, and change nothing meanwhile. End that first.")


def enter_emergency(actor: "User", emergency: Emergency) -> None:
    """Let the actor see that practice alone, and only read, in this request."""
    actor._emergency = emergency  # type: ignore[attr-defined]
    actor.__dict__.pop("_practice_choice", None)


def practice_ids(actor: "User") -> list[int]:
    """Ids of the practices whose rows `actor` may see, in order: the one chosen in the frame, else all.

    One query, kept on the actor object.
    """
    choice = practice_choice(actor)
    if choice.chosen is not None:
        return [choice.chosen]
    return sorted(practice.id for practice in choice.practices)


def ensure_in_view(actor: "User", practice_id: int) -> None:
    """Raise `NotFound` unless the practice is among those whose rows `actor` may see (`practice_ids`)."""
    if practice_id not in practice_ids(actor):
        raise NotFound("There is no such practice among yours.")


def _theirs() -> "QuerySet[Any, Any]":
    practices = get_user_model()._meta.get_field("practices").related_model
    rows = practices._default_manager.filter(staff=Slot("actor"))
    return rows.order_by("name", "id").values_list("id", "name")


# Asked by every page and endpoint: 0.1 ms of Python's own time, 1.2 ms as a plain queryset.
_THEIRS = CompiledQuery(_theirs)


def practice_choice(actor: "User") -> PracticeChoice:
    """What `actor` may see and what is chosen. A choice of a practice that isn't theirs counts as none."""
    cached: PracticeChoice | None = getattr(actor, "_practice_choice", None)
    if cached is None and (emergency := emergency_of(actor)) is not None:
        cached = actor._practice_choice = PracticeChoice((emergency.practice,), None)  # type: ignore[attr-defined]
    if cached is None:
        practices = tuple(NamedPractice(*row) for row in _THEIRS.rows(actor=actor.pk))
        wanted: int | None = getattr(actor, "_practice_wanted", None)
        chosen = wanted if wanted in {practice.id for practice in practices} else None
        cached = actor._practice_choice = PracticeChoice(practices, chosen)  # type: ignore[attr-defined]
    return cached


def choose_practice(actor: "User", practice_id: int | None) -> None:
    """Narrow everything that `actor` sees from here on, in this request or job, to one of their practices."""
    actor._practice_wanted = practice_id  # type: ignore[attr-defined]
    actor.__dict__.pop("_practice_choice", None)
