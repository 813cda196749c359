"""What programs are told of work items: that one was closed, by the books or by a person."""

from collections.abc import Iterable

from arwork.webhooks.listening import ITEM_CLOSED
from arwork.webhooks.publishing import publish
from collections_app.worklist.models import WorkItem


def publish_closed_items(items: Iterable[WorkItem]) -> None:
    """Tell webhooks of items that were closed, in the transaction that closes them."""
    publish(
        ITEM_CLOSED,
        (
            (item.practice_id, {"items": item.pk, "claims": item.claim_id, "accounts": item.account_id})
            for item in items
        ),
    )
