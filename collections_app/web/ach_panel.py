"""Bank debits of a guarantor account, as its page and the desk show them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.ach import selectors
from collections_app.ach.states import AuthorizationState

if TYPE_CHECKING:
    from claims.parties.models import Account

_SHOWN = 5


def bank_debits(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]]:
    """Authorizations in force and the latest debits; a way to take a new authorization. Two queries."""
    given = selectors.authorizations_of(account.pk, actor=request.user)
    return "collections/ach/panel.html", {
        "account": account,
        "authorizations": [one for one in given if one.state == AuthorizationState.ACTIVE],
        "entries": selectors.entries_of(account.pk, actor=request.user, limit=_SHOWN),
        "may_authorize": may(request.user, Capability.WORK_ITEMS),
    }
