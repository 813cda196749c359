"""Which claim payments of a batch are plainly plain, and their plans: those need none of the records of `cases`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from arwork.lib.money import to_cents
from claims.billing.billed_lines import BilledSubmission
from claims.billing.models import Claim
from claims.remits.era import PostingPlan, Treat
from claims.remits.late_coverage import payer_behind
from claims.remits.models import RemitClaim, Remittance
from claims.remits.payment_records import payer_bucket
from claims.remits.plain_payments import FIRST, PLAIN_STATUS, plain_plan
from claims.remits.posting_facts import PostingFacts, payers_in_turn


@dataclass(frozen=True, slots=True)
class PlainCase:
    """A staged claim payment that is plainly plain, with its plan; the rest is as `PaymentCase` says of one like it."""

    row: RemitClaim
    plan: PostingPlan
    practice_id: int
    payer_id: int

    bucket: ClassVar[str] = FIRST
    original_id: ClassVar[int | None] = None
    answered: ClassVar[BilledSubmission | None] = None
    denies_duplicate: ClassVar[bool] = False


def plain_cases(
    rows: Sequence[RemitClaim], found: PostingFacts, *, remittance: Remittance, treat: Treat
) -> dict[int, PlainCase]:
    """Those of `rows` that are plain, by remit claim: the claim is this practice's, stands, was billed in one way and
    is known to be insured first by whoever pays; nobody asked anything of the payment, and none of its cash waited."""
    cases = {}
    for row in rows:
        facts = found.claims.get(row.claim_id or 0)
        if facts is None or row.pk in found.troubles or not _may_be_plain(row, facts, remittance):
            continue
        payers = [facts[f"coverage{rank}__payer_id"] for rank in (1, 2, 3)]
        if payer_bucket(row.status, remittance.payer_id, payers) != FIRST:
            continue
        plan = plain_plan(
            charge=to_cents(row.charge),
            paid=to_cents(row.paid),
            rarcs=row.rarcs,
            services=found.services.get(row.pk, ()),
            lines=found.lines.get(facts["id"], ()),
            next_payer=payer_behind(FIRST, payers_in_turn(facts)),
            treat=treat,
        )
        if plan:
            cases[row.pk] = PlainCase(row, plan, facts["practice_id"], payers[0])
    return cases


def _may_be_plain(row: RemitClaim, facts: Mapping[str, Any], remittance: Remittance) -> bool:
    return bool(
        row.status == PLAIN_STATUS
        and row.state == RemitClaim.State.STAGED
        and not row.adjustments
        and not row.is_forwarded
        and facts["practice_id"] == remittance.practice_id
        and facts["state"] != Claim.State.VOID
        and not facts["is_revised"]
        and facts["coverage1__payer_id"]
    )
