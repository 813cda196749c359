"""Who went further without having been offered everything: the proof of compliance, and its red list (RULES 11.6)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from arwork.staff.access import Capability, practice_ids, require
from claims.parties.models import Account
from collections_app.help_offers.models import HelpOffer
from collections_app.help_offers.options import OWED_BEFORE, WAYS
from collections_app.help_offers.reached import Reached, reached_by
from collections_app.limits.selectors import limit_book

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True, slots=True)
class WentFurther:
    """An account that went further, what it reached, and what was not offered before."""

    account: Account
    reached: Reached
    offered: frozenset[str]

    @property
    def missing(self) -> list[str]:
        """The codes that were not offered, of those that are owed before."""
        return [code for code in OWED_BEFORE if code not in self.offered]

    @property
    def missing_words(self) -> list[str]:
        """The same in words."""
        return [WAYS[code] for code in self.missing]


def went_further(actor: "User", *, today: dt.date, is_red: bool | None = None) -> list[WentFurther]:
    """Accounts of the actor's practices that went further, those that lack something first, the latest first. Few
    queries, however many. `is_red`: only those that lack something, or only those that lack nothing."""
    require(actor, Capability.SEE_CLAIMS)
    reached = reached_by(practice_ids(actor))
    if not reached:
        return []
    days = dt.timedelta(days=limit_book().value("help_valid_days", on=today))
    offered: dict[int, set[str]] = defaultdict(set)
    rows = HelpOffer.objects.filter(Among("account", reached))
    for account, code, on in rows.values_list("account_id", "code", "on"):
        if reached[account].on - days <= on <= reached[account].on:
            offered[account].add(code)
    accounts = Account.objects.filter(Among("pk", reached)).select_related("guarantor", "practice")
    found = [WentFurther(one, reached[one.pk], frozenset(offered[one.pk])) for one in accounts]
    shown = [row for row in found if is_red is None or bool(row.missing) is is_red]
    return sorted(shown, key=lambda row: (not row.missing, -row.reached.on.toordinal(), row.account.pk))


def red_count(actor: "User", *, today: dt.date) -> int:
    """How many accounts went further without everything having been offered."""
    return len(went_further(actor, today=today, is_red=True))


def further_shown(row: WentFurther) -> list[tuple[str, int | None]]:
    """The record that a row shows, for the audit trail: its guarantor account."""
    return [("account", row.account.pk)]
