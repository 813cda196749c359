"""The text of a submission: what we sent ourselves stands in its row, what a file told of in the kept file."""

from collections import defaultdict
from collections.abc import Collection

from arwork.lib import bulk
from claims.billing.models import Submission
from claims.edi import store
from claims.edi.models import EdiFile
from claims.edi.store import without_nul_bytes
from claims.edi.x12.claim_text import ClaimText
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.originals import Place, texts_at

_HASH = 40  # of the file's SHA-256 in `Submission.source`


def submitted_texts(submissions: Collection[Submission]) -> dict[int, ClaimText]:
    """The claims as these submissions sent them, by submission id. One whose file is gone, or that no file told of, is
    left out. Two queries and one more per file."""
    ours = OutgoingClaim.objects.filter(bulk.Among("submission", [one.pk for one in submissions]))
    found = {row.submission_id: text_of(row) for row in ours if row.submission_id}
    wanted: dict[str, dict[Place, int]] = defaultdict(dict)
    for one in submissions:
        if one.pk not in found and (place := _place(one.source)):
            wanted[place[0]][place[1]] = one.pk
    for beginning, places in wanted.items():
        for at, text in _in_file(beginning, list(places)).items():
            found[places[at]] = text
    return found


def _in_file(beginning: str, places: list[Place]) -> dict[Place, ClaimText]:
    sha256 = EdiFile.objects.filter(sha256__startswith=beginning).values_list("sha256", flat=True).first()
    if sha256 is None or not store.stored_path(sha256).exists():
        return {}
    with store.open_stored(sha256) as raw:
        return texts_at(without_nul_bytes(raw), places)


def _place(source: str) -> tuple[str, Place] | None:
    parts = source.split("/")
    if len(parts) != 3 or len(parts[0]) != _HASH or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return None
    return parts[0], (int(parts[1]), int(parts[2]))
