"""Coverages that no bill has named, learned from remittances: of payers that answer, or to which a claim was sent on.

What a bill says is never overruled by them: they take the ranks that are free, behind the payer that says so, and are
marked as learned (`Coverage.source`) until a bill names them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from arwork.lib import bulk
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim
from claims.ledger.balances import redate_receivables
from claims.parties.party_drafts import CoverageDraft
from claims.parties.services import open_coverages
from claims.remits.cases import PaymentCase
from claims.remits.coverage_models import CrossoverCarrier
from claims.remits.era import ADJUDICATED_STATUSES
from claims.remits.models import (
    Remittance,
)

_COVERAGES = ("coverage1", "coverage2", "coverage3")


def learn_coverages(cases: Sequence[PaymentCase], remittance: Remittance) -> set[int]:
    """Give the claims of these cases, which are about to be posted, the coverages that they speak of; which claims were
    given one. No query where every payer is known."""
    answering = [case for case in cases if case.owed and case.row.status in ADJUDICATED_STATUSES]
    forwarded = [case.row.pk for case in answering if case.row.is_forwarded]
    carriers: dict[int, int] = {}
    if forwarded:
        named = CrossoverCarrier.objects.filter(bulk.Among("remit_claim", forwarded))
        carriers = dict(named.values_list("remit_claim_id", "payer_id"))
    learned = [(case, draft) for case in answering for draft in _learned(case, remittance, carriers)]
    if not learned:
        return set()
    opened = open_coverages([(case.patient_id or 0, draft) for case, draft in learned])
    ids = sorted({case.row.claim_id or 0 for case, _ in learned})
    columns = ("coverage1_id", "coverage2_id", "coverage3_id", "payer_id")
    known: dict[int, list[Any]] = {
        pk: facts for pk, *facts in Claim.objects.filter(bulk.Among("id", ids)).values_list("id", *columns)
    }
    for (case, draft), coverage_id in zip(learned, opened, strict=True):
        facts = known[case.row.claim_id or 0]
        facts[draft.rank - 1] = facts[draft.rank - 1] or coverage_id
        if draft.rank == 1:
            facts[3] = facts[3] or draft.payer_id
    bulk.write(Claim, [*_COVERAGES, "payer"], known)
    redate_receivables(ids)
    return set(ids)


def _learned(case: PaymentCase, remittance: Remittance, carriers: Mapping[int, int]) -> Iterator[CoverageDraft]:
    """The payer that answers, in the rank that it answers for; the one it sent the claim to, in the first behind it."""
    assert case.owed
    payers, place = list(case.payers), PAYERS.index(case.owed.bucket)
    answering, carrier = remittance.payer_id, carriers.get(case.row.pk)
    if answering and not payers[place] and answering not in payers:
        payers[place] = answering
        member_id, filing_code = case.row.member_id, case.row.filing_code
        yield CoverageDraft(answering, place + 1, member_id, filing_code=filing_code, is_learned=True)
    free = next((rank for rank in range(place + 1, len(PAYERS)) if not payers[rank]), None)
    if carrier and carrier not in payers and free is not None:
        yield CoverageDraft(carrier, free + 1, is_learned=True)
