"""Words of outgoing claims for pages and forms."""

from claims.billing.models import Submission
from collections_app.outgoing_claims.models import OutgoingClaim

PURPOSES = [(one.value, one.label) for one in OutgoingClaim.Purpose]
#: Where the submission of a sent claim stands, else the claim itself: the tone of its tag.
TONES = {
    "draft": "",
    "ready": "tag-blue",
    "batched": "tag-blue",
    "sent": "",
    "received": "",
    "accepted": "tag-green",
    "adjudicated": "tag-green",
    "pended": "tag-amber",
    "rejected": "tag-red",
    "canceled": "",
}


def standing_of(row: OutgoingClaim) -> tuple[str, str]:
    """Where an outgoing claim stands, in words, with the tone of its tag: what came back counts once it was sent."""
    if row.submission is not None:
        state = row.submission.state
        return str(Submission.State(state).label), TONES.get(state, "")
    return str(row.get_state_display()), TONES.get(row.state, "")
