"""What a file says of somebody otherwise than a person confirmed: taken, or ours kept. No file decides by itself."""

from django.db import transaction

from arwork.lib.errors import Conflict, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.amendments import contact_points
from claims.amendments.history import Turn
from claims.parties.models import FileSuggestion


def take(suggestion_id: int, turn: Turn) -> FileSuggestion:
    """The file is right: its address becomes the current one, as a change whose source is the file."""
    with transaction.atomic():
        row = _locked(suggestion_id, turn)
        contact_points.make_current(row.address_id, turn)
        return _decided(row, FileSuggestion.State.TAKEN, turn)


def leave(suggestion_id: int, turn: Turn) -> FileSuggestion:
    """Ours stands; the file's stays on record and is not offered again."""
    with transaction.atomic():
        return _decided(_locked(suggestion_id, turn), FileSuggestion.State.LEFT, turn)


def _locked(suggestion_id: int, turn: Turn) -> FileSuggestion:
    require(turn.actor, Capability.WORK_ITEMS)
    rows = FileSuggestion.objects.select_for_update(of=("self",)).filter(practice__in=practice_ids(turn.actor))
    row = rows.select_related("address").filter(pk=suggestion_id).first()
    if row is None:
        raise NotFound("There is no such suggestion in your practices.")
    if row.state != FileSuggestion.State.OPEN:
        raise Conflict("Somebody has decided on this already.")
    return row


def _decided(row: FileSuggestion, state: str, turn: Turn) -> FileSuggestion:
    row.state, row.decided_by, row.decided_at = state, turn.actor, turn.now
    row.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        turn.actor, "suggestion_decided", "person", row.person_id, practice_id=row.practice_id,
        after={"suggestion": row.pk, "state": state}, now=turn.now,
    )  # fmt: skip
    return row
