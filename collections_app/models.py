"""All models of the work; slices own them, this module lets Django find them."""

from collections_app.contacts.models import Contact, Hold
from collections_app.day.models import DayRun
from collections_app.promises.models import Promise
from collections_app.worklist.models import CallWindow, SavedFilter, WorkAction, WorkItem
from collections_app.worklist.queue_models import Lease, QueueEntry, Shelf
from collections_app.worklist.rate_models import SegmentRate

__all__ = [
    "CallWindow", "Contact", "DayRun", "Hold", "Lease", "Promise", "QueueEntry", "SavedFilter", "SegmentRate",
    "Shelf", "WorkAction", "WorkItem",
]  # fmt: skip
