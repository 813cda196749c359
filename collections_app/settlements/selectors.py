"""Questions about settlements."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from arwork.lib.errors import NotFound
from arwork.staff.access import practice_ids
from claims.parties.models import Account
from collections_app.settlements.models import OPEN_STATES, Settlement, SettlementVisit

if TYPE_CHECKING:
    from arwork.staff.models import User

State = Settlement.State
_SETTLED = "it was settled: nothing more is asked"


def standing_offer(account_id: int) -> Settlement | None:
    """The settlement of an account that is offered, waits for a second person or is accepted; None where none is."""
    rows = Settlement.objects.filter(account=account_id, state__in=OPEN_STATES)
    return rows.select_related("owner", "practice").order_by("-pk").first()


def settled_accounts(account_ids: Iterable[int]) -> set[int]:
    """Those of these accounts of which something was settled. One query."""
    rows = Settlement.objects.filter(Among("account", account_ids), state=State.SETTLED)
    return set(rows.values_list("account_id", flat=True))


def settlements_kept(account_ids: Iterable[int], today: dt.date) -> dict[int, str]:
    """Why these accounts are not asked for money, in words, by account: a settlement was accepted. One query."""
    rows = Settlement.objects.filter(Among("account", account_ids), state=State.ACCEPTED, accepted_on__lte=today)
    found = {}
    for account, due_on, amount in rows.values_list("account_id", "next_due_on", "next_amount"):
        following = f": ${amount:,.2f} due {due_on:%b} {due_on.day}" if due_on else ""
        found[account] = f"A settlement was accepted{following}"
    return found


def settled_visits(account_id: int) -> dict[int, str]:
    """The visits of an account that were settled or are about to be, with the reason why nobody plans them: whatever a
    payer takes back later is not the patient's to pay again. One query."""
    states = (State.ACCEPTED, State.SETTLED)
    rows = SettlementVisit.objects.filter(settlement__account=account_id, settlement__state__in=states)
    return {
        merged or claim: _SETTLED if state == State.SETTLED else "a settlement of it was accepted"
        for claim, merged, state in rows.values_list("claim_id", "claim__merged_into_id", "settlement__state")
    }


def settled_claims(account_ids: Iterable[int]) -> set[int]:
    """The visits of many accounts whose settlement was paid, for statements. One query."""
    rows = SettlementVisit.objects.filter(Among("settlement__account", account_ids), settlement__state=State.SETTLED)
    return {merged or claim for claim, merged in rows.values_list("claim_id", "claim__merged_into_id")}


def visits_paid_first(account_ids: Iterable[int], today: dt.date) -> set[int]:
    """The visits to which money of these accounts goes first: those of an accepted settlement. One query."""
    rows = SettlementVisit.objects.filter(
        Among("settlement__account", account_ids), settlement__state=State.ACCEPTED,
        settlement__accepted_on__lte=today,
    )  # fmt: skip
    return {merged or claim for claim, merged in rows.values_list("claim_id", "claim__merged_into_id")}


def broken_on(day: dt.date) -> set[int]:
    """The accounts whose settlement was found broken on a day. One query."""
    return set(Settlement.objects.filter(state=State.BROKEN, ended_on=day).values_list("account_id", flat=True))


def settlement_seen_by(actor: "User", settlement_id: int) -> Settlement:
    """One settlement of the actor's practices, with its account. Raises `NotFound`."""
    rows = Settlement.objects.filter(pk=settlement_id, practice__in=practice_ids(actor))
    found = rows.select_related(
        "account__guarantor", "practice", "owner", "offered_by", "accepted_by", "letter"
    ).first()
    if found is None:
        raise NotFound("There is no such settlement in your practices.")
    return found


def settling_on_both(gone: Account, kept: Account) -> list[str]:
    """Why two accounts can't become one: both have an open settlement, and an account has one."""
    rows = Settlement.objects.filter(account__in=(gone, kept), state__in=OPEN_STATES)
    if len(set(rows.values_list("account_id", flat=True))) < len((gone, kept)):
        return []
    return ["A settlement is open on both accounts, and one account has one. Withdraw one of them."]


def settlements_shown(found: Settlement) -> list[tuple[str, int | None]]:
    """The record that a row about a settlement shows, for the audit trail: its guarantor account."""
    return [("account", found.account_id)]
