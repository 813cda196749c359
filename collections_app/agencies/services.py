"""What other slices do with agencies: ask why not, place, call back."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from collections_app.agencies.models import Agency
from collections_app.agencies.placing import gates_of, place, undo_batch
from collections_app.agencies.recalling import keep_up, recall
from collections_app.agencies.taking_in import take_in

if TYPE_CHECKING:
    pass

__all__ = ["keep_up", "place", "recall", "take_in", "undo_batch", "why_not_placed"]


def why_not_placed(account_ids: Collection[int], agency_id: int, today: dt.date) -> dict[int, list[str]]:
    """Why each of these accounts may not be placed with an agency, in sentences; an empty list where it may. At most
    forty queries, however many accounts."""
    agency = Agency.objects.get(pk=agency_id)
    found = gates_of(account_ids, agency, today=today)
    return {pk: [gate.sentence for gate in gates if not gate.is_warning] for pk, gates in found.items()}
