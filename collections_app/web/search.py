"""What the work adds to the search: calls by their reference, what is open by its amount, and worklists by name."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse

from arwork.web.formats import day, usd
from claims.web.search_results import FoundElsewhere
from collections_app.worklist import saved_lists
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.search import balances_of, calls_referenced

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.parties.search_query import SearchReading
    from collections_app.worklist.models import WorkAction, WorkItem

_FEWEST_SIGNS = 3  # of a reference or a name: shorter ones begin too many


def find_work(actor: "User", asked: "SearchReading", limit: int) -> list[FoundElsewhere]:
    """Calls whose reference begins with what was typed, what is open of exactly that amount, and worklists that have it
    in their name."""
    if len(asked.text) < _FEWEST_SIGNS:
        return []
    found = [_list(one) for one in saved_lists.kept_lists(actor=actor) if asked.text.lower() in one.kept.name.lower()]
    if asked.number and any(sign.isdigit() for sign in asked.number):
        found += [_call(one) for one in calls_referenced(actor=actor, text=asked.number, limit=limit)]
    if asked.amount is not None:
        found += [_balance(one) for one in balances_of(actor=actor, amount=asked.amount)[:limit]]
    return found[:limit]


def _balance(item: "WorkItem") -> FoundElsewhere:
    """On the page of its claim or account; what belongs to neither is on the desk."""
    whose = item.claim or item.account or "a deposit"
    note = f"{whose}, {item.get_kind_display().lower()}{f', {item.payer}' if item.payer else ''}"
    place, pk = ("claim", item.claim_id) if item.claim_id else ("account", item.account_id)
    url = reverse(place, args=[pk]) if pk else reverse("desk_item", args=[item.pk])
    seen = (place, pk) if pk else None
    return FoundElsewhere(f"item {item.pk}", "Open", usd(item.amount), note, url, seen)


def _list(found: saved_lists.KeptList) -> FoundElsewhere:
    url = f"{reverse('worklist')}?{urlencode({'q': found.kept.query})}"
    return FoundElsewhere(f"list {found.kept.pk}", "Worklist", found.kept.name, found.kept.query, url)


def _call(action: "WorkAction") -> FoundElsewhere:
    """Where it was recorded: the page of the claim or the account, with the history of its work."""
    item, known = action.item, BY_CODE.get(action.disposition)
    words = known.label if known else action.disposition
    note = f"{item.claim or item.account or 'a deposit'}, {words.lower()}, {day(action.at)}, {action.by}"
    if item.claim_id:
        return FoundElsewhere(
            f"call {action.pk}",
            "Call",
            action.reference,
            note,
            reverse("claim", args=[item.claim_id]),
            ("claim", item.claim_id),
        )
    if item.account_id:
        url = reverse("account", args=[item.account_id])
        return FoundElsewhere(f"call {action.pk}", "Call", action.reference, note, url, ("account", item.account_id))
    return FoundElsewhere(f"call {action.pk}", "Call", action.reference, note, reverse("desk_item", args=[item.pk]))
