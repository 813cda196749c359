"""Letters beside everything else of an account: the latest ones, and the way to write another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.letters.selectors import letters_of_account

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 3


def letter_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The latest letters; None where there are none and the reader writes none."""
    rows = list(letters_of_account(account.pk)[: _SHOWN + 1])
    may_write = may(request.user, Capability.WORK_ITEMS)
    if not rows and not may_write:
        return None
    shown = {"account": account, "letters": rows[:_SHOWN], "has_more": len(rows) > _SHOWN, "may_write": may_write}
    return "collections/letters/panel.html", shown
