"""Stored claim payments as records, and whose payment one is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import from_cents, in_cents
from claims.billing.buckets import PAYERS
from claims.remits.era import Adjustment, ClaimPayment, ServicePayment
from claims.remits.models import RemitClaim, RemitClaimRow, RemitLine, RemitLineRow
from claims.remits.plain_payments import KeptService

_OF_STATUS = {"1": "PAYER1", "19": "PAYER1", "2": "PAYER2", "20": "PAYER2", "3": "PAYER3", "21": "PAYER3"}


def payer_bucket(
    status: str, payer_id: int | None, payers: Sequence[int | None], *, names_prior_payer: bool = False
) -> str:
    """Whose payment it is: the coverage of this payer if it is one of the claim's, else what CLP02 says. A payer that
    repeats what another one did before it (CARC 23) is not the first, whatever it calls itself."""
    ranks = [bucket for bucket, payer in zip(PAYERS, payers, strict=True) if payer and payer == payer_id]
    said = _OF_STATUS.get(status, "")
    if said == PAYERS[0] and names_prior_payer:
        said = PAYERS[1]
    return said if said in ranks or not ranks else ranks[0]


def paid_claim(row: RemitClaim, lines: Sequence[ServicePayment]) -> ClaimPayment:
    """A stored claim payment as a record, with its lines."""
    return ClaimPayment(
        status=row.status,
        charge=row.charge,
        paid=row.paid,
        adjustments=adjustments_of(row.adjustments),
        lines=tuple(lines),
        rarcs=tuple(row.rarcs.split()),
        is_forwarded=row.is_forwarded,
    )


def paid_claims(rows: Iterable[RemitClaim]) -> list[tuple[RemitClaim, ClaimPayment]]:
    """Kept claim payments as records, with their lines. Two queries at most."""
    kept = list(rows)
    lines = paid_lines(row.pk for row in kept) if kept else {}
    return [(row, paid_claim(row, lines.get(row.pk, ()))) for row in kept]


def adjustments_of(stored: Iterable[Sequence[Any]]) -> tuple[Adjustment, ...]:
    """Stored triplets ([group, carc, cents, quantity]) as records."""
    return tuple(Adjustment(one[0], one[1], from_cents(one[2])) for one in stored)


def carcs_of(row: RemitClaim | RemitClaimRow, lines: Iterable[RemitLine | RemitLineRow]) -> list[str]:
    """The reason codes of a kept payment, those of the claim level first."""
    return [one[1] for kept in (row, *lines) for one in kept.adjustments]


def paid_line(kept: KeptService) -> ServicePayment:
    """A stored service line payment as a record."""
    position, line_id, charge, paid, adjustments, rarcs = kept
    return ServicePayment(
        position, line_id, from_cents(charge), from_cents(paid), adjustments_of(adjustments), tuple(rarcs.split())
    )


def paid_lines(remit_claim_ids: Iterable[int]) -> dict[int, list[ServicePayment]]:
    """The service line payments of kept claim payments as records, by remit claim. One query."""
    return {owner: [paid_line(one) for one in lines] for owner, lines in kept_services(remit_claim_ids).items()}


def kept_services(remit_claim_ids: Iterable[int]) -> dict[int, list[KeptService]]:
    """The service line payments of kept claim payments as they are stored, in their order. One query."""
    lines: dict[int, list[KeptService]] = defaultdict(list)
    columns = ("position", "line_id", in_cents("charge"), in_cents("paid"), "adjustments", "rarcs")
    ours = RemitLine.objects.filter(bulk.Among("remit_claim", remit_claim_ids))
    rows = ours.order_by("remit_claim_id", "position")
    for owner, *facts in rows.values_list("remit_claim_id", *columns):
        lines[owner].append(KeptService(*facts))
    return lines
