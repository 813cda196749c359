"""The disputes of an account, as its page and the desk show them beside everything else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.disputes.selectors import (
    amount_disputed,
    disputes_of,
    holds_without_case,
    open_disputes,
    visits_to_dispute,
)
from collections_app.disputes.states import CLOSED
from collections_app.disputes.words import TONES

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 5


def dispute_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """What is disputed, and the way to keep another one; None for who may neither work nor sees one."""
    today, may_work = clock.today(), may(request.user, Capability.WORK_ITEMS)
    waiting = open_disputes([account.pk]).get(account.pk, [])
    found = [*waiting, *disputes_of(account.pk).filter(state__in=CLOSED)[:_SHOWN]]
    if not found and not may_work:
        return None
    return "collections/disputes/panel.html", {
        "account": account,
        "amount": sum(amount_disputed([pk for pk, _ in visits_to_dispute(account.pk)]).values()) if waiting else 0,
        "disputes": [(one, TONES[one.state], one.is_open and one.answer_by < today) for one in found],
        "holds": holds_without_case(account.pk, today=today),
        "may_work": may_work,
    }
