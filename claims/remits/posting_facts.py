"""What a batch of staged claim payments meets, read as values: its services, and the claims, lines and questions beside
them. A fixed number of queries a batch; `cases` makes records of it where `plain_payments` does not do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import in_cents
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.ledger.balances import LockedClaim, lock_claims
from claims.remits.era import OF_IDENTITY, OF_THE_FILE, ExceptionReason, Trouble
from claims.remits.late_coverage import in_turn
from claims.remits.models import RemitClaim, RemitException
from claims.remits.payment_records import kept_services
from claims.remits.plain_payments import KeptLine, KeptService

_CLAIM_COLUMNS = (
    "id",
    "practice_id",
    "form",
    "state",
    "origin",
    "is_revised",
    "coverage1__payer_id",
    "coverage2__payer_id",
    "coverage3__payer_id",
    "coverage1__payer__payer_class",
    "coverage2__payer__payer_class",
    "coverage3__payer__payer_class",
    "coverage1__filing_code",
    "coverage2__filing_code",
    "coverage3__filing_code",
    "coverage2__source",
    "coverage3__source",
    "patient_id",
)

#: How a payment found its claim where a person said so (`RemitClaim.matched_by`).
BY_A_PERSON = ("person", "created")


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """By remit claim: its services, and what was found wrong with it before. By claim: its columns, its lines, and how
    it stood when it was locked (if it was)."""

    services: Mapping[int, Sequence[KeptService]]
    troubles: Mapping[int, Trouble]
    claims: Mapping[int, Mapping[str, Any]]
    lines: Mapping[int, Sequence[KeptLine]]
    locked: Mapping[int, LockedClaim]


def read_facts(rows: Sequence[RemitClaim], *, lock: bool) -> PostingFacts:
    """What `rows` meet; with `lock` their claims are locked in id order first."""
    ids = sorted({row.claim_id for row in rows if row.claim_id})
    locked = lock_claims(ids, also=_CLAIM_COLUMNS) if lock else {}
    if lock:
        claims = {pk: claim.facts for pk, claim in locked.items()}
    else:
        found = Claim.objects.filter(bulk.Among("id", ids)).values(*_CLAIM_COLUMNS) if ids else ()
        claims = {facts["id"]: facts for facts in found}
    return PostingFacts(
        services=kept_services(row.pk for row in rows),
        troubles=_found_before(rows),
        claims=claims,
        lines=_lines(claims) if claims else {},
        locked=locked,
    )


def payers_in_turn(facts: Mapping[str, Any]) -> list[int | None]:
    """The payers of the coverages, in their order; see `late_coverage.in_turn`."""
    return in_turn(
        [facts[f"coverage{rank}__payer_id"] for rank in (1, 2, 3)],
        [None, *(facts[f"coverage{rank}__source"] for rank in (2, 3))],
    )


def _lines(claim_ids: Iterable[int]) -> dict[int, list[KeptLine]]:
    lines: dict[int, list[KeptLine]] = defaultdict(list)
    columns = (in_cents("charge"), *(in_cents(bucket.lower()) for bucket in BUCKETS))
    rows = ClaimLine.objects.filter(bulk.Among("claim", claim_ids)).order_by("claim_id", "number")
    for claim_id, pk, number, charge, *owed in rows.values_list("claim_id", "id", "number", *columns):
        lines[claim_id].append(KeptLine(pk, number, charge, tuple(owed)))
    return lines


def _found_before(rows: Sequence[RemitClaim]) -> dict[int, Trouble]:
    """What staging found and no second look changes: what the file leaves open, and whose payment it is. A person who
    named the claim has said who the patient is, too."""
    waiting = RemitException.objects.filter(
        bulk.Among("remit_claim", (row.pk for row in rows)),
        state=RemitException.State.OPEN,
        code__in=[*OF_THE_FILE, *OF_IDENTITY, ExceptionReason.UNMATCHED],
    )
    matched = {row.pk for row in rows if row.claim_id}
    answered = {row.pk for row in rows if row.claim_id and row.matched_by in BY_A_PERSON}
    return {
        pk: Trouble(ExceptionReason(code), detail)
        for pk, code, detail in waiting.values_list("remit_claim_id", "code", "detail")
        if pk not in (answered if code == ExceptionReason.NO_PATIENT else () if code in OF_THE_FILE else matched)
    }
