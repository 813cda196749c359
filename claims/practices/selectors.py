"""Questions about practices."""

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from arwork.lib.errors import NotFound
from arwork.staff.access import ensure_in_view, practice_choice, practice_ids
from claims.practices.models import Practice

if TYPE_CHECKING:
    from arwork.staff.models import User


def all_practice_ids(*, npi: str | None = None) -> list[int]:
    """Ids of every practice, or of the one with that NPI: for commands and jobs, which see all."""
    practices = Practice.objects.order_by("id")
    return list((practices.filter(npi=npi) if npi else practices).values_list("id", flat=True))


def practices_of(actor: "User") -> QuerySet[Practice]:
    """Every practice that the actor may see, with `people` (active staff) and `workers` (those who work items)."""
    mine = [practice.id for practice in practice_choice(actor).practices]
    active = Q(staff__is_active=True, staff__is_service=False)
    return Practice.objects.filter(pk__in=mine).annotate(
        people=Count("staff", filter=active, distinct=True),
        workers=Count("staff", filter=active & Q(staff__role__in=("collector", "supervisor")), distinct=True),
    )


def practices_in_view(actor: "User") -> list[Practice]:
    """The practices that the actor looks at, by name. One query."""
    return list(Practice.objects.filter(pk__in=practice_ids(actor)).order_by("name", "pk"))


def practice_in_view(practice_id: int, *, actor: "User") -> Practice:
    """One of them. Raises `NotFound`."""
    ensure_in_view(actor, practice_id)
    return Practice.objects.get(pk=practice_id)


def practice_of(practice_id: int, *, actor: "User") -> Practice:
    """One of those that the actor may see. Raises `NotFound`."""
    found = practices_of(actor).filter(pk=practice_id).first()
    if found is None:
        raise NotFound("There is no such practice among yours.")
    return found


def staff_of(practice: Practice) -> "QuerySet[User]":
    """Who may see it, by name."""
    return practice.staff.filter(is_active=True, is_service=False).order_by("last_name", "first_name")
