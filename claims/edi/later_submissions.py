"""Further submissions of claims that the books know: what they change, whether a file told of them or we sent them.

Everything takes a batch and costs a fixed number of queries; callers hold the transaction.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib.events import announce
from claims.billing import services as billing
from claims.billing.billed_lines import place_lines
from claims.billing.buckets import PAYERS
from claims.billing.claim_numbers import remember_numbers
from claims.billing.services import ResolvedCoverage
from claims.billing.submission_answers import reattach_acknowledgments
from claims.billing.submitted_claims import Bill, BillEffect
from claims.denials.services import close_unbilled
from claims.edi.claim_charges import repost_charges, reverse_charges
from claims.ledger.balances import redate_receivables
from claims.remits.late_coverage import bring_back

if TYPE_CHECKING:
    from arwork.staff.models import User

#: After these the submissions of a claim need not all have billed the same.
_REVISING = (BillEffect.REPLACE, BillEffect.SUPERSEDED, BillEffect.VOID)


@dataclass(frozen=True, slots=True)
class SentAgain:
    """A submission of a known claim: the bill, its coverages, and what it does to the claim."""

    claim_id: int
    bill: Bill
    cover: ResolvedCoverage
    effect: BillEffect


def take_in(known: Sequence[SentAgain], *, today: dt.date, now: dt.datetime, actor: "User | None") -> None:
    """Record the submissions and let each do what its effect says: nothing more, another bill beside the claim, the
    claim restated with its charges posted anew, or void. A claim stands once in the batch."""
    if not known:
        return
    sent = [(one.claim_id, one.bill, one.cover) for one in known]
    billing.record_submissions(sent)
    remember_numbers((claim_id, bill.number) for claim_id, bill, _ in sent)
    placed = place_lines({one.claim_id: one.bill for effect in _REVISING for one in known if one.effect == effect})
    changed = billing.note_submissions(sent)
    reattach_acknowledgments(claim_id for claim_id, _, _ in sent)
    announce("submission", claims={claim_id for claim_id, _, _ in sent})
    replacements = {one.claim_id: one.bill for one in known if one.effect == BillEffect.REPLACE}
    replaced = billing.restate_claims(replacements, placed)
    redate_receivables({*changed, *(claim.claim_id for _, claim in replaced)})
    repost_charges(replaced, today=today, now=now, actor=actor)
    voided = [one.claim_id for one in known if one.effect == BillEffect.VOID]
    billing.void_claims(voided)
    reverse_charges(voided, today=today, now=now, actor=actor)
    if undone := [*voided, *(claim.claim_id for _, claim in replaced)]:
        close_unbilled(undone, on=today)
    named = {claim_id: (bill.source, bill.submitted_on) for claim_id, bill, _ in sent if bill.bucket in PAYERS}
    bring_back(named, today=today, now=now, actor=actor)
