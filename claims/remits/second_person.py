"""What about a remittance nobody settles alone, and asking a second person for it (`claims.approvals`).

Accepting costs the credit that it leaves; dismissing, the cash that no claim gets. What is approved is carried out by
`second_decisions`.
"""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict
from claims.approvals import services as approvals
from claims.approvals.authority import NeedsSecondPerson, settles_alone
from claims.approvals.models import ApprovalRequest
from claims.approvals.selectors import asked_about
from claims.remits.after_posting import EXCEPTION_SUBJECT
from claims.remits.era import figure
from claims.remits.models import RemitException

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User

OVER_CREDIT, CASH_LEFT_OUT = "over_credit", "cash_left_out"
ACCEPT, DISMISS = "accept", "dismiss"
KIND_WORDS = {
    OVER_CREDIT: "Accept a payment that leaves a credit",
    CASH_LEFT_OUT: "Leave cash out of the claims",
}


def ensure_settled_by_enough(
    exception: RemitException,
    *,
    cost: tuple[str, Decimal],
    actor: "User",
    today: dt.date,
    agreed: Decimal | None = None,
) -> None:
    """Raise `NeedsSecondPerson` where the actor may not settle a decision of that `cost` (kind, dollars) alone, and
    `Conflict` where a second person agreed to less (`agreed`) than it costs by now."""
    kind, amount = cost
    if agreed is not None:
        if amount > agreed:
            raise Conflict(f"It costs {figure(amount)} by now, not {figure(agreed)} as asked. Refuse it and ask again.")
        return
    if not settles_alone(kind, amount, actor=actor, practice_id=exception.practice_id, today=today):
        raise NeedsSecondPerson(
            f"{figure(amount)} is more than your role settles alone. Say why, and a second person decides.",
            kind=kind,
            amount=amount,
        )


def ask(
    exception: RemitException,
    *,
    action: str,
    cost: tuple[str, Decimal],
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> ApprovalRequest:
    """Ask a second person to agree to a decision of that `cost`. Call under the lock of the exception.

    Raises `Conflict` while somebody has asked already, and where the actor may settle it alone.
    """
    kind, amount = cost
    if settles_alone(kind, amount, actor=actor, practice_id=exception.practice_id, today=today):
        raise Conflict("Your role settles this alone: nobody needs to be asked.")
    question = approvals.Question(
        kind=kind,
        authority=kind,
        practice_id=exception.practice_id,
        subject=EXCEPTION_SUBJECT,
        subject_id=exception.pk,
        amount=amount,
        claim_id=exception.remit_claim.claim_id if exception.remit_claim else None,
        payload={"action": action},
    )
    return approvals.ask(question, reason=reason, actor=actor, today=today, now=now)


def with_questions(rows: "QuerySet[RemitException]") -> "QuerySet[RemitException]":
    """The exceptions, each with `is_asked`: whether a second person was asked and has not answered."""
    return rows.annotate(is_asked=asked_about(EXCEPTION_SUBJECT))
