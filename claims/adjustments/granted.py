"""What another decision takes off visits, such as one about assistance: posted at once by the authority that stands
behind that decision, each visit with its own write-off, all of them or none.

Where money is to go back to the patient, what was paid is taken off too: the credit that it leaves is what is returned.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.adjustments.allocation import Part
from claims.adjustments.classes import class_for
from claims.adjustments.models import WriteOff
from claims.adjustments.services import ensure_open, post_adjustments
from claims.adjustments.standing import Target, locked_standing
from claims.approvals.models import REASON

if TYPE_CHECKING:
    from arwork.staff.models import User

PATIENT = "PATIENT"


@dataclass(frozen=True, slots=True)
class Granted:
    """What is taken off one visit, dollars: of what the patient owes, and beyond it by line of what they paid."""

    claim_id: int
    amount: Decimal
    beyond: Mapping[int, Decimal] = field(default_factory=dict)


def post_granted(
    granted: Sequence[Granted], *, books_to: str, reason: str, asked_by: "User", actor: "User", today: dt.date,
    now: dt.datetime,
) -> dict[int, list[WriteOff]]:  # fmt: skip
    """Post what was granted, by claim. The caller holds the transaction, knows that `actor` may settle as much, and has
    the lock of the account. Raises `MoreThanOpen`, `PeriodClosed`; nothing is posted then."""
    class_for(books_to, PATIENT)
    standing = locked_standing([Target(PATIENT, one.amount, one.claim_id) for one in granted])
    rows: list[WriteOff] = []
    parts: dict[int, list[Part]] = {}
    for one in granted:
        facts = standing.locked[one.claim_id]
        target = Target(PATIENT, one.amount, one.claim_id)
        if one.amount:
            ensure_open(target, standing.available(target))
        for amount in (one.amount, sum(one.beyond.values(), Decimal(0))):
            if amount:
                rows.append(WriteOff(
                    practice_id=facts.facts["practice_id"], account_id=facts.account_id, claim_id=one.claim_id,
                    bucket=PATIENT, books_to=books_to, amount=amount, reason=reason.strip()[:REASON],
                    state=WriteOff.State.WAITING, asked_by=asked_by, asked_at=now,
                ))  # fmt: skip
                if amount is not one.amount:
                    parts[len(rows) - 1] = [Part(one.claim_id, line, part) for line, part in one.beyond.items()]
    WriteOff.objects.bulk_create(rows, batch_size=500)
    if rows:
        given = {rows[place].pk: own for place, own in parts.items()}
        post_adjustments(rows, standing, actor=actor, today=today, now=now, given=given)
    found: dict[int, list[WriteOff]] = {one.claim_id: [] for one in granted}
    for row in rows:
        found[row.claim_id or 0].append(row)
    return found
