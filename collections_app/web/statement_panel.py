"""The statements of an account, as its page and the desk show them: the last one, the next one, or why none comes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.statements.choosing import standing_of
from collections_app.statements.selectors import statements_of

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 3


def statement_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """None where the patient owes nothing and never got a statement."""
    rows = list(statements_of(account.pk, actor=request.user)[:_SHOWN])
    choice = standing_of(account, today=clock.today(), now=clock.now(), asks_gate=False)
    if not rows and not choice.standing.owed.visits:
        return None
    told = {"rows": rows, "choice": choice, "account": account, "may_work": may(request.user, Capability.WORK_ITEMS)}
    return "collections/statements/panel.html", told
