"""Questions about statements, for other slices and for pages."""

import datetime as dt
from collections.abc import Collection

from arwork.lib.bulk import Among
from claims.billing.models import Claim
from collections_app.statements.explained import ExplainedBill, explained_bill, explained_bills

__all__ = ["ExplainedBill", "explained_bill", "explained_bills", "first_statement_days"]


def first_statement_days(claim_ids: Collection[int]) -> dict[int, dt.date]:
    """On which day each visit was first billed to its patient; one of which that is not known is left out."""
    rows = Claim.objects.filter(Among("pk", claim_ids), first_statement_on__isnull=False)
    return {pk: on for pk, on in rows.values_list("pk", "first_statement_on") if on is not None}
