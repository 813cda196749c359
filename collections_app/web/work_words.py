"""Where the work on claims stands, for the pages of the books, the list and the desk; and how their payment does."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.urls import reverse

from claims.web.claim_story import payment_words
from claims.web.work_status import WorkStatus
from collections_app.worklist.selectors import newest_items
from collections_app.worklist.workflow import WORKFLOW_TONES, facts_of, workflow_status

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem


def work_on_claims(claim_ids: Collection[int]) -> dict[int, WorkStatus]:
    """By claim: of its open item, else of the one that was closed last. One query."""
    return {claim: work_status_of(item) for claim, item in newest_items(claim_ids).items()}


def work_status_of(item: "WorkItem") -> WorkStatus:
    """Where the work on one item stands."""
    status = workflow_status(facts_of(item))
    url = reverse("desk_item", args=[item.pk]) if item.state == "open" else ""
    return WorkStatus(str(status), WORKFLOW_TONES[status], url)


def payments_of(claim_ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """How the payment of claims stands, with the colour of its tag, by claim."""
    return payment_words({pk for pk in claim_ids if pk})
