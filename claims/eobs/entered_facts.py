"""The claims that an entry means, with their lines and what this payer still owes of each. Three queries at most."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.buckets import BUCKETS, PAYERS
from claims.billing.models import Claim, ClaimLine

_OWED = [bucket.lower() for bucket in BUCKETS]


@dataclass(frozen=True, slots=True)
class EnteredLineFacts:
    """A line of a claim; `owed` is what each bucket owes of it."""

    id: int
    number: int
    control: str
    code: str
    modifiers: str
    revenue_code: str
    units: Decimal
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    owed: dict[str, Decimal]

    @property
    def service(self) -> str:
        return f"{self.code or self.revenue_code} {self.modifiers}".strip()


@dataclass(frozen=True, slots=True)
class EnteredClaimFacts:
    """A claim that an EOB may pay; `payers` are those of its coverages, in order."""

    id: int
    practice_id: int
    account_id: int
    number: str
    last: str
    first: str
    charge: Decimal
    service_from: dt.date
    service_to: dt.date
    icn: str
    payers: tuple[int | None, ...]
    lines: tuple[EnteredLineFacts, ...]

    @property
    def patient(self) -> str:
        return f"{self.last}, {self.first}".strip(", ")

    def bucket_of(self, payer_id: int) -> str:
        """In whose place this payer stands on the claim; "" where it is none of its payers."""
        return next((b for b, payer in zip(PAYERS, self.payers, strict=True) if payer == payer_id), "")

    def open_of(self, line: EnteredLineFacts, payer_id: int) -> Decimal:
        """What is open of a line for this payer; of a payer that is not on the claim, what all payers owe."""
        buckets = [bucket] if (bucket := self.bucket_of(payer_id)) else PAYERS
        return sum((line.owed[one] for one in buckets), ZERO)

    def status_for(self, payer_id: int) -> str:
        """How this payer most likely processed the claim (CLP02)."""
        return str(PAYERS.index(self.bucket_of(payer_id) or PAYERS[0]) + 1)


def claim_facts(practice_id: int, claim_ids: Iterable[int]) -> dict[int, EnteredClaimFacts]:
    """These claims of a practice, by id. Two queries; none where there are none."""
    ids = set(claim_ids)
    if not ids:
        return {}
    lines: dict[int, list[EnteredLineFacts]] = defaultdict(list)
    columns = (
        "claim_id", "id", "number", "control", "code", "modifiers", "revenue_code", "units", "charge", "service_from",
        "service_to",
    )  # fmt: skip
    rows = ClaimLine.objects.filter(bulk.Among("claim", ids)).order_by("claim_id", "number")
    for claim_id, *facts in rows.values_list(*columns, *_OWED):
        plain: list[Any] = facts[: len(columns) - 1]
        owed = facts[len(columns) - 1 :]
        lines[claim_id].append(EnteredLineFacts(*[*plain, dict(zip(BUCKETS, owed, strict=True))]))
    found = Claim.objects.filter(bulk.Among("id", ids), practice=practice_id).values_list(
        "id", "practice_id", "account_id", "number", "patient__person__last", "patient__person__first", "charge",
        "service_from", "service_to", "icn", "coverage1__payer_id", "coverage2__payer_id", "coverage3__payer_id",
    )  # fmt: skip
    return {row[0]: EnteredClaimFacts(*row[:10], payers=tuple(row[10:]), lines=tuple(lines[row[0]])) for row in found}


def charges_of(facts: dict[int, EnteredClaimFacts]) -> dict[int, Decimal]:
    """What each line of these claims charges, by line."""
    return {line.id: line.charge for claim in facts.values() for line in claim.lines}
