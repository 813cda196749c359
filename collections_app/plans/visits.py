"""What is owed visit by visit, and what of it a plan leaves out, with the reason (RULES 13.7).

What is disputed or waits for assistance is kept out as it is kept out of receipts; what the worklist does not ask the
patient for yet (coverage to verify, a payment or a correction that waits) says so through `register_pauses`. Money at
the payers is the insurance's and no part of a plan.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.billing.models import Claim
from claims.ledger.models import Receivable
from claims.receipts.kept_out import kept_out

#: account -> why its patient is not asked for a claim yet, in words, by claim.
Pauses = Callable[[int], Mapping[int, str]]
_sources: list[Pauses] = []


def register_pauses(source: Pauses) -> None:
    """Ask `source` as well; the app of the work says so when it is ready, nobody else."""
    if source not in _sources:
        _sources.append(source)


@dataclass(frozen=True, slots=True)
class OwedForPlan:
    """One visit: what the patient owes of it, dollars, why a plan leaves it out ("" where it does not), and what its
    payers still owe."""

    claim: Claim
    owed: Decimal
    left_out: str = ""
    at_payers: Decimal = ZERO

    @property
    def planned(self) -> Decimal:
        """What of it a plan takes in."""
        return ZERO if self.left_out else self.owed


def visits_for_plan(account_id: int, *, today: dt.date) -> list[OwedForPlan]:
    """What an account owes or its payers still may answer for, the oldest service first. Few queries."""
    rows = Receivable.objects.filter(account=account_id, amount__gt=0).order_by()
    owed: dict[int, Decimal] = {}
    at_payers: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for claim, bucket, amount in rows.values_list("claim_id", "bucket").annotate(amount=Sum("amount")):
        if bucket == "PATIENT":
            owed[claim] = amount
        else:
            at_payers[claim] += amount
    reasons: dict[int, str] = {}
    for source in _sources:
        reasons |= source(account_id)
    reasons |= kept_out({account_id: list(owed)}, today=today)
    claims = Claim.objects.select_related("patient__person", "payer").in_bulk([*owed, *at_payers])
    found = [
        OwedForPlan(
            claim,
            owed.get(pk, ZERO),
            "it is at the insurance" if pk not in owed else reasons.get(pk, ""),
            at_payers.get(pk, ZERO),
        )
        for pk, claim in claims.items()
    ]
    return sorted(found, key=lambda one: (one.claim.service_from, one.claim.pk))
