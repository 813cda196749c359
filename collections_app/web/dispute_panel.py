"""The disputes of an account, as its page and the desk show them beside everything else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.disputes.selectors import disputes_of, holds_without_case
from collections_app.disputes.words import TONES

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 5


def dispute_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """What is disputed, and the way to keep another one; None for who may neither work nor sees one."""
    today, may_work = clock.today(), may(request.user, Capability.WORK_ITEMS)
    found = list(disputes_of(account.pk)[:_SHOWN])
    if not found and not may_work:
        return None
    return "collections/disputes/panel.html", {
        "account": account,
        "disputes": [(one, TONES[one.state], one.is_open and one.answer_by < today) for one in found],
        "holds": holds_without_case(account.pk, today=today),
        "may_work": may_work,
    }
