"""Requests for records of an account, as its page and the desk show them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.releases.selectors import requests_of
from collections_app.web.releases import TONES

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 5


def releases_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """Open requests and the latest closed ones; a way to take one in. One query."""
    rows, may_work = requests_of(account), may(request.user, Capability.WORK_ITEMS)
    if not rows and not may_work:
        return None
    context = {"account": account, "requests": rows[:_SHOWN], "more": len(rows) > _SHOWN, "may_work": may_work}
    return "collections/releases/panel.html", {**context, "tones": TONES}
