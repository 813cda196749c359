"""What courts and law firms have to do with an account, as its page and the desk show it: a bankruptcy, an estate, a
referral, debts too old to sue for, a validation notice that is due."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.legal import selectors
from collections_app.legal.limitation import time_barred_on
from collections_app.legal.validation import notice_standings

if TYPE_CHECKING:
    from claims.parties.models import Account


def legal_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """None where nothing of this is so, and the actor could not ask for a suit either."""
    today = clock.today()
    cases = [one for one in selectors.cases_of_person(account.guarantor_id) if one.practice_id == account.practice_id]
    limits = time_barred_on(today=today, account_ids=[account.pk])
    barred = [one for one in limits.values() if one.is_barred]
    notice = notice_standings([account.pk], today).get(account.pk)
    referral = selectors.referral_of(account.pk)
    may_ask = may(request.user, Capability.ASSIGN_WORK) and bool(limits) and referral is None
    if not (cases or barred or referral or may_ask or (notice and (notice.is_due or notice.window_ends_on))):
        return None
    next_limit = min((one for one in limits.values() if not one.is_barred), key=lambda one: one.on, default=None)
    context = {
        "account_id": account.pk,
        "cases": [(one, selectors.clocks_of(one)) for one in cases],
        "barred": min(barred, key=lambda one: one.on, default=None),
        "barred_count": len(barred),
        "next_limit": next_limit,
        "notice": notice,
        "referral": referral,
        "may_ask": may_ask,
        "today": today,
    }
    return "collections/legal/panel.html", context
