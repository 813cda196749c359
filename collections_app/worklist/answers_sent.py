"""What people sent to payers about claims, for whoever asks what brought an outcome (`claims.denials.outcomes`)."""

from collections.abc import Collection, Iterator

from django.utils import timezone

from arwork.lib.bulk import Among
from claims.denials.models import Denial
from claims.denials.outcomes import SentAnswer
from claims.payers.models import PayerClass
from collections_app.worklist.models import WorkAction

_WHAT = {
    "appeal_sent": Denial.CameBy.APPEAL.value,
    "corrected_claim_sent": Denial.CameBy.CORRECTED.value,
    "late_request_sent": Denial.CameBy.REOPENING.value,
    "records_sent": Denial.CameBy.RECORDS.value,
}


def answers_logged(claim_ids: Collection[int]) -> Iterator[SentAnswer]:
    """What was logged as sent and not taken back; what Medicare got again as corrected is a reopening (RULES 8.2). One
    query."""
    rows = WorkAction.objects.filter(
        Among("item__claim", claim_ids), disposition__in=_WHAT, reverses=None, undone_by__isnull=True
    )
    columns = ("item__claim_id", "disposition", "at", "item__payer__payer_class")
    for claim_id, disposition, at, payer_class in rows.order_by("pk").values_list(*columns):
        what = _WHAT[disposition]
        if what == Denial.CameBy.CORRECTED and payer_class == PayerClass.MEDICARE:
            what = Denial.CameBy.REOPENING.value
        yield SentAnswer(claim_id or 0, what, timezone.localdate(at))
