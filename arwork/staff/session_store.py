"""Where sessions are kept (`SESSION_ENGINE`): in the database, copied in the cache, each with whose it is.

What the row says beside Django's own comes from the session itself, so it is written whenever the session is.
"""

import datetime as dt
from typing import Any, cast

from django.contrib.sessions.backends import cached_db

from arwork.staff.models import BrowserSession

BEGAN = "began_at"  # seconds since 1970, like all moments in a session
SEEN = "seen_at"
ADDRESS = "address"
DEVICE = "device"


class SessionStore(cached_db.SessionStore):
    """Django's store on rows of `BrowserSession`."""

    cache_key_prefix = "arwork.staff.session"

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        """The rows."""
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        """The row of this session, with what the lists of sessions show."""
        row = cast(BrowserSession, super().create_model_instance(data))
        user_id = data.get("_auth_user_id")
        row.user_id = int(user_id) if user_id is not None else None
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        row.address, row.device = data.get(ADDRESS) or "", data.get(DEVICE) or ""
        return row


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, tz=dt.UTC)
