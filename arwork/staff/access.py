"""Named capabilities, roles as sets of them, and the two questions every service asks.

A service opens with `require(actor, Capability.X)`; a query starts from `practice_ids(actor)`. The practice
list lives in `claims.parties` (the books own practices); this module only follows the reverse relation.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from arwork.lib.errors import Forbidden

if TYPE_CHECKING:
    from arwork.staff.models import User


class Capability(StrEnum):
    """What somebody may do. Pages and endpoints declare one; `PUBLIC` and `SIGNED_IN` need no role."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    WORK_ITEMS = "work_items"
    SEE_CLAIMS = "see_claims"
    IMPORT_FILES = "import_files"
    RESOLVE_EXCEPTIONS = "resolve_exceptions"
    POST_MONEY = "post_money"
    SEE_REPORTS = "see_reports"
    SEE_TEAM = "see_team"
    ASSIGN_WORK = "assign_work"
    CONFIGURE_PAYERS = "configure_payers"
    MANAGE_PEOPLE = "manage_people"
    RUN_DAY = "run_day"
    SEE_AUDIT = "see_audit"


_COLLECTOR = {
    Capability.SIGNED_IN,
    Capability.WORK_ITEMS,
    Capability.SEE_CLAIMS,
    Capability.RESOLVE_EXCEPTIONS,
}
_SUPERVISOR = _COLLECTOR | {
    Capability.IMPORT_FILES,
    Capability.POST_MONEY,
    Capability.SEE_REPORTS,
    Capability.SEE_TEAM,
    Capability.ASSIGN_WORK,
    Capability.RUN_DAY,
}
_ADMIN = _SUPERVISOR | {Capability.CONFIGURE_PAYERS, Capability.MANAGE_PEOPLE, Capability.SEE_AUDIT}
_AUDITOR = {
    Capability.SIGNED_IN,
    Capability.SEE_CLAIMS,
    Capability.SEE_REPORTS,
    Capability.SEE_TEAM,
    Capability.SEE_AUDIT,
}

CAPABILITIES: dict[str, frozenset[Capability]] = {
    "collector": frozenset(_COLLECTOR),
    "supervisor": frozenset(_SUPERVISOR),
    "admin": frozenset(_ADMIN),
    "auditor": frozenset(_AUDITOR),
}


def may(actor: "User", capability: Capability) -> bool:
    """Whether the active `actor` holds `capability`."""
    return bool(actor.is_active) and capability in CAPABILITIES.get(actor.role, frozenset())


def require(actor: "User", capability: Capability) -> None:
    """Raise `Forbidden` unless `actor` holds `capability`."""
    if not may(actor, capability):
        raise Forbidden("Your role does not allow this. Ask an administrator.", capability=str(capability))


def practice_ids(actor: "User") -> list[int]:
    """Ids of the practices whose rows `actor` may see, in order. One query, kept on the actor object."""
    cached: list[int] | None = getattr(actor, "_practice_ids", None)
    if cached is None:
        cached = sorted(actor.practices.values_list("id", flat=True))
        actor._practice_ids = cached  # type: ignore[attr-defined]
    return cached
