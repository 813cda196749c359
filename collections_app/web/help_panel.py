"""Ways to help an account, on its page and at the desk: what is open, what was offered, and noting it in one go."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest
from collections_app.help_offers.options import missing
from collections_app.help_offers.selectors import hardship_of, latest_offers, options_of
from collections_app.help_offers.services import ANSWERS, LANGUAGES
from collections_app.plans.selectors import owes_as_patient
from collections_app.settlements.selectors import standing_offer

if TYPE_CHECKING:
    from claims.parties.models import Account


def help_panel(request: StaffRequest, account: "Account") -> tuple[str, Mapping[str, Any]] | None:
    """The ways to help, for accounts that owe as patients or keep a settlement; None elsewhere."""
    standing = standing_offer(account.pk)
    if standing is None and not owes_as_patient(account.pk):
        return None
    today = clock.today()
    options, offers = options_of(account.pk, today), latest_offers(account.pk)
    return "collections/help/panel.html", {
        "account_id": account.pk,
        "rows": [(one, offers.get(one.code)) for one in options],
        "owed_first": missing(set(offers), options),
        "answers": ANSWERS.items(),
        "languages": LANGUAGES.items(),
        "spoken": account.guarantor.language[:2].lower() or "en",
        "hardship": hardship_of(account.pk, today=today),
        "standing": standing,
        "may_work": may(request.user, Capability.WORK_ITEMS),
    }
