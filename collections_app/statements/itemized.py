"""Every service of visits with all that happened to it, for an itemized statement: codes, days, charges, adjustments
and payments, as the books have them."""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from arwork.lib.bulk import Among
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS
from claims.billing.models import ClaimLine
from claims.billing.service_words import service_word
from claims.ledger.models import Posting
from claims.ledger.posting_words import posting_words
from claims.payers.code_words import adjustment_words
from collections_app.statements.words import usd

#: What stands in its own column: the charge, and a reversal of it.
_CHARGES = ("charge", "opening")


def items_of(claim_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The lines of each claim, for the template. What was reversed is not told: it never counted. Two queries."""
    steps = _steps(claim_ids)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    lines = ClaimLine.objects.filter(Among("claim", claim_ids)).order_by("claim", "number")
    for line in lines:
        if not (line.charge or line.patient or line.pk in steps):
            continue
        code = " ".join(part for part in (line.code or line.revenue_code, line.modifiers) if part)
        found[line.claim_id].append(
            {
                "on": f"{line.service_from:%m/%d/%Y}",
                "code": code,
                "what": service_word(line.code).capitalize(),
                "units": f"{line.units.normalize():f}",
                "charge": usd(line.charge),
                "owes": usd(line.patient),
                "steps": steps.get(line.pk, []),
            }
        )
    return found


def _steps(claim_ids: Collection[int]) -> dict[int, list[dict[str, str]]]:
    """What happened to each line besides its charge, in order. One query."""
    rows = Posting.objects.filter(
        Among("claim", claim_ids), line__isnull=False, reverses=None, reversed_by=None
    ).exclude(kind__in=_CHARGES)
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    columns = ("line_id", "kind", "debit", "credit", "amount", "effective_on", "group", "carc")
    for line_id, kind, debit, credit, amount, on, group, carc in rows.order_by("pk").values_list(*columns):
        words = posting_words(kind, debit=debit, credit=credit)
        because = f": {adjustment_words(group, carc)}" if carc else ""
        told = {"label": f"{on:%m/%d/%Y} {words}{because}", "amount": usd(_change(debit, credit, amount))}
        found[line_id].append(told)
    return found


def _change(debit: str, credit: str, amount: Decimal) -> Decimal:
    """By how much it changed what is owed; what moved between parties is told with its amount."""
    change = ZERO
    if debit in BUCKETS:
        change += amount
    if credit in BUCKETS:
        change -= amount
    return change or amount
