"""One call to a payer about several claims: which they are, what was logged of them meanwhile, why each was denied."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from claims.denials.models import Denial
from claims.payers.code_words import adjustment_words
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.models import WorkAction, WorkItem

if TYPE_CHECKING:
    from arwork.staff.models import User


def items_of_call(*, actor: "User", item_ids: Collection[int]) -> list[WorkItem]:
    """The items among the actor's practices, open or not, in the order of `item_ids`."""
    rows = WorkItem.objects.filter(pk__in=item_ids, practice__in=practice_ids(actor), claim__isnull=False)
    found = {row.pk: row for row in rows.select_related("practice", "payer", "claim__patient__person")}
    return [found[pk] for pk in item_ids if pk in found]


def logged_in_call(*, actor: "User", item_ids: Collection[int], since: dt.datetime) -> dict[int, WorkAction]:
    """By item, what the actor logged on it since the call began and did not take back."""
    rows = WorkAction.objects.filter(item__in=item_ids, by=actor, at__gte=since, reverses=None, undone_by=None)
    return {row.item_id: row for row in rows.order_by("pk")}


def logged_words(action: WorkAction) -> str:
    """`In process, ref. R77, spoke to Dana, Dec 7`."""
    known = BY_CODE.get(action.disposition)
    day = action.next_on
    parts = [
        known.label if known else action.disposition,
        action.reference and f"ref. {action.reference}",
        action.spoken_to and f"spoke to {action.spoken_to}",
        f"next {day:%b} {day.day}" if day else "",
    ]
    return ", ".join(part for part in parts if part)


def denied_words(claim_ids: Collection[int]) -> dict[int, str]:
    """By claim, what is denied now and why: `$540.00: authorization missing (CO-197)`."""
    told: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in Denial.objects.filter(claim__in=claim_ids, state=Denial.State.OPEN).order_by("-amount", "pk"):
        told[one.claim_id][adjustment_words(one.group, one.carc, one.rarcs.split())] += one.amount
    return {
        claim: "; ".join(f"${amount:,.2f}: {words}" for words, amount in reasons.items())
        for claim, reasons in told.items()
    }
