"""All models of the work; slices own them, this module lets Django find them."""

from collections_app.aging.models import AgingSnapshot, AgingState, AgingSummary
from collections_app.contacts.models import Contact, Hold
from collections_app.day.models import DayRun
from collections_app.promises.models import Promise
from collections_app.worklist.draft_models import WorkDraft
from collections_app.worklist.models import CallWindow, SavedFilter, WorkAction, WorkItem
from collections_app.worklist.queue_models import Lease, QueueEntry, Shelf
from collections_app.worklist.rate_models import PayerPace, SegmentRate

__all__ = [
    "AgingSnapshot", "AgingState", "AgingSummary",
    "CallWindow", "Contact", "DayRun", "Hold", "Lease", "PayerPace", "Promise", "QueueEntry", "SavedFilter",
    "SegmentRate", "Shelf", "WorkAction", "WorkDraft", "WorkItem",
]  # fmt: skip
