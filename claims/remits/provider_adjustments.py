"""Provider-level adjustments (PLB): money of a deposit that belongs to no claim in it (RULES 2.7).

Signs are the payer's: positive reduces the payment, negative increases it. A code that is not listed is nobody's
guess: its remittance waits until a person has chosen the ledger account.

A positive WO is an overpayment that the payer kept back. It stands in RECOUPMENT until somebody applies it to the old
claim (`recoupments`). A recovery that a negative WO announced nets to zero there by itself, and nothing is applied
then.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Sum

from arwork.lib.money import ZERO
from claims.ledger.models import Posting
from claims.remits.models import ProviderAdjustment, Remittance

if TYPE_CHECKING:
    from django.db.models import QuerySet


RECOUPMENT, FORWARD, INTEREST, OTHER = "RECOUPMENT", "FORWARD_BALANCE", "INTEREST", "PROVIDER_ADJUSTMENT"

#: Accounts that a person may choose for a code that is not mapped.
PLB_ACCOUNT_CHOICES = {
    RECOUPMENT: "Recoupment: an overpayment recovered by the payer",
    FORWARD: "Forward balance: carried to or from another remittance",
    INTEREST: "Interest paid by the payer",
    OTHER: "Other provider adjustment",
}

#: WO and 72 share an account, so a recoupment and the acknowledged refund check net to zero; WO taken in
#: advance (negative) and recovered later (positive) do too. A code that is not here (E3, L3, CS) waits for a person.
PLB_ACCOUNTS = {
    "WO": RECOUPMENT,
    "72": RECOUPMENT,
    "FB": FORWARD,
    "L6": INTEREST,
    "I": INTEREST,  # `INTEREST_AT_CLAIM`
    "IR": OTHER,
    "LE": OTHER,
    "J1": OTHER,
    "50": OTHER,
    "51": OTHER,
}

#: Not a PLB: interest that the payer named at the claim (AMT*I) and left out here.
INTEREST_AT_CLAIM = "I"

PLB_NAMES = {
    INTEREST_AT_CLAIM: "Interest named at the claim (AMT*I)",
    "WO": "Overpayment recovery",
    "72": "Authorized return",
    "FB": "Forwarding balance",
    "L6": "Interest owed",
    "IR": "Internal Revenue Service withholding",
    "LE": "Levy",
    "J1": "Nonreimbursable",
    "50": "Late charge",
    "51": "Interest penalty charge",
    "CS": "Adjustment",
    "AP": "Acceleration of benefits",
    "BD": "Bad debt adjustment",
    "CV": "Capital passthru",
    "CR": "Capitation interest",
    "CT": "Capitation payment",
    "AM": "Applied to borrower's account",
    "OB": "Offset for affiliated providers",
    "PI": "Periodic interim payment",
    "RA": "Retro-activity adjustment",
    "TL": "Third party liability",
    "WU": "Unspecified recovery",
}


def plb_account(code: str) -> str:
    """The ledger account of a PLB code, or "" when a person must choose."""
    return PLB_ACCOUNTS.get(code.upper(), "")


def plb_name(code: str) -> str:
    """A PLB code in words; the code itself when it is not known."""
    return PLB_NAMES.get(code.upper(), code)


RECOUPMENT_KIND = "recoupment"


@dataclass(frozen=True, slots=True)
class AppliedRecoupment:
    """What stands applied of one provider adjustment to one claim, in dollars."""

    claim_id: int
    number: str
    amount: Decimal


def recoupment_left(remittance: Remittance) -> dict[int, Decimal]:
    """For each provider adjustment that recouped money: dollars not yet applied to a claim. Three queries.

    What the payer had announced before needs no claim: the reversal beside the announcement took it off.
    """
    ours = ProviderAdjustment.objects.filter(remittance=remittance)
    taken = list(ours.filter(account=RECOUPMENT, amount__gt=0, posted_at__isnull=False))
    if not taken:
        return {}
    by_memo = dict(standing_recoupments([remittance.pk]).values_list("memo").order_by().annotate(total=Sum("amount")))
    announced = _announced(remittance, taken)
    return {row.pk: row.amount - announced[row.pk] - by_memo.get(memo_of(row), ZERO) for row in taken}


def applied_recoupments(rows: Iterable[ProviderAdjustment]) -> dict[int, list[AppliedRecoupment]]:
    """For each provider adjustment: the claims it was applied to. One query."""
    found: dict[int, list[AppliedRecoupment]] = defaultdict(list)
    places = {(row.remittance_id, memo_of(row)): row.pk for row in rows}
    if not places:
        return found
    standing = standing_recoupments({remittance_id for remittance_id, _ in places}).order_by("claim__number")
    told = standing.values_list("remittance_id", "memo", "claim_id", "claim__number").annotate(total=Sum("amount"))
    for remittance_id, memo, claim_id, number, amount in told:
        if pk := places.get((remittance_id or 0, memo)):
            found[pk].append(AppliedRecoupment(claim_id or 0, number, amount))
    return found


def standing_recoupments(remittance_ids: Iterable[int]) -> "QuerySet[Posting]":
    """Recoupments of remittances that were not undone."""
    rows = Posting.objects.filter(remittance_id__in=list(remittance_ids), kind=RECOUPMENT_KIND)
    return rows.filter(reverses__isnull=True, reversed_by__isnull=True)


def _announced(remittance: Remittance, taken: list[ProviderAdjustment]) -> dict[int, Decimal]:
    """How much of each recovery was announced by negative adjustments under the same reference, not recovered since."""
    references = {row.reference for row in taken if row.reference}
    rows = ProviderAdjustment.objects.filter(
        reference__in=references, account=RECOUPMENT, posted_at__isnull=False,
        remittance__practice=remittance.practice_id, remittance__payer=remittance.payer_id,
        remittance__paid_on__lte=remittance.paid_on,
    )  # fmt: skip
    standing: dict[str, Decimal] = defaultdict(lambda: ZERO)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in rows.order_by("remittance__paid_on", "pk"):
        found[row.pk] = min(max(-standing[row.reference], ZERO), max(row.amount, ZERO))
        standing[row.reference] += row.amount
    return found


def memo_of(row: ProviderAdjustment) -> str:
    """By which the postings of one adjustment of a remittance are known."""
    return f"PLB {row.position}"
