"""What was denied or paid short on a claim."""

from django.db.models import F, QuerySet

from claims.denials.models import Denial, Underpayment


def denials_of(claim_id: int) -> QuerySet[Denial]:
    """Denials of a claim, open ones first, then the newest."""
    rows = Denial.objects.filter(claim=claim_id).select_related("line", "payer", "rule", "remit_claim__remittance")
    return rows.order_by(F("closed_on").desc(nulls_first=True), "-initial_on", "id")


def underpayments_of(claim_id: int) -> QuerySet[Underpayment]:
    """Underpayments of a claim, the newest first."""
    rows = Underpayment.objects.filter(claim=claim_id).select_related("line", "payer", "contract")
    return rows.order_by("-opened_on", "id")
