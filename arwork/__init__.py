"""arwork: an accounts-receivable work queue for medical collections."""

import zoneinfo

# Clocks come from the pinned tzdata package alone: an old table of the host would have people called at night.
zoneinfo.reset_tzpath(to=())

from arwork.celery import app as celery_app  # noqa: E402 - what it imports asks for zones

__all__ = ["celery_app"]
