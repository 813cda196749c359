"""What programs are told of claims: that one changed, whatever changed about it."""

from collections.abc import Iterator

from arwork.lib.bulk import Among
from arwork.lib.events import Changed
from arwork.webhooks.listening import CLAIM_CHANGED
from arwork.webhooks.publishing import Subject, publish
from claims.billing.models import Claim


def publish_changed_claims(event: Changed) -> None:
    """Tell webhooks of the announced claims. One query to find their practices, where anybody listens."""
    if event.claims:
        publish(CLAIM_CHANGED, _subjects(event))


def _subjects(event: Changed) -> Iterator[Subject]:
    rows = Claim.objects.filter(Among("pk", event.claims)).order_by("pk")
    yield from ((practice, {"claims": pk}) for pk, practice in rows.values_list("pk", "practice_id"))
