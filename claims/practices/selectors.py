"""Questions about practices."""

from claims.practices.models import Practice


def all_practice_ids(*, npi: str | None = None) -> list[int]:
    """Ids of every practice, or of the one with that NPI: for commands and jobs, which see all."""
    practices = Practice.objects.order_by("id")
    return list((practices.filter(npi=npi) if npi else practices).values_list("id", flat=True))
