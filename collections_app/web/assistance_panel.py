"""Financial assistance of an account, as its page and the desk show it: where it stands, and the clocks as a strip."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.assistance.clocks import gate, marks
from collections_app.assistance.selectors import assistance_of, clocks_of
from collections_app.plans.selectors import owes_as_patient
from collections_app.web.assistance import tone

if TYPE_CHECKING:
    from claims.parties.models import Account


def assistance_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The latest application with the clocks, or the offer of one; None where nothing is owed either."""
    one, may_work, today = assistance_of(account.pk), may(request.user, Capability.WORK_ITEMS), clock.today()
    if one is None and not owes_as_patient(account.pk):
        return None
    facts, figures = clocks_of([account.pk], today=today)[account.pk]
    context = {
        "one": one,
        "tone": tone(one) if one else "",
        "account_id": account.pk,
        "may_work": may_work,
        "is_valid": bool(one and one.valid_until and one.valid_until >= today),
        "marks": marks(facts, figures, today=today) if figures.is_501r or figures.state_days else (),
        "gate": gate(facts, figures, today=today),
        "is_501r": figures.is_501r,
    }
    return "collections/assistance/panel.html", context
