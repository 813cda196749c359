"""Where the work on something stands: new, in work, waiting and for whom, sent, escalated, closed. Pure.

Said from what people recorded alone; how the payment stands is said by the books (`claims.denials.triage`), and neither
asks the other: a claim that was paid may still be in work, and one that nobody touched may be denied.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem


class WorkflowStatus(StrEnum):
    """Where the work stands."""

    NEW = "new"
    IN_WORK = "in work"
    WAITS_PAYER = "waits for payer"
    WAITS_PATIENT = "waits for patient"
    WAITS_INSIDE = "waits inside"
    APPEALED = "appealed"
    CORRECTED = "corrected sent"
    ESCALATED = "escalated"
    CLOSED = "closed"


WORKFLOW_TONES: dict[WorkflowStatus, str] = {
    WorkflowStatus.NEW: "tag-blue",
    WorkflowStatus.IN_WORK: "tag-blue",
    WorkflowStatus.WAITS_PAYER: "",
    WorkflowStatus.WAITS_PATIENT: "",
    WorkflowStatus.WAITS_INSIDE: "tag-amber",
    WorkflowStatus.APPEALED: "tag-amber",
    WorkflowStatus.CORRECTED: "tag-amber",
    WorkflowStatus.ESCALATED: "tag-red",
    WorkflowStatus.CLOSED: "tag-green",
}
#: What came of it last, where that says for whom the work waits: until the item wakes, or somebody does something else.
_BY_OUTCOME = {
    "appeal_sent": WorkflowStatus.APPEALED,
    "underpayment_disputed": WorkflowStatus.APPEALED,
    "corrected_claim_sent": WorkflowStatus.CORRECTED,
    "waits_for_patient": WorkflowStatus.WAITS_PATIENT,
    "corrected_claim_needed": WorkflowStatus.WAITS_INSIDE,
    "records_requested": WorkflowStatus.WAITS_INSIDE,
    "payer_write_off_proposed": WorkflowStatus.WAITS_INSIDE,
    "promised": WorkflowStatus.WAITS_PATIENT,
    "paid_on_call": WorkflowStatus.WAITS_PATIENT,
    "records_sent": WorkflowStatus.WAITS_PAYER,
    "other_payer_billed": WorkflowStatus.WAITS_PAYER,
    "late_request_sent": WorkflowStatus.WAITS_PAYER,
    "in_process": WorkflowStatus.WAITS_PAYER,
    "paid_eft": WorkflowStatus.WAITS_PAYER,
    "paid_check": WorkflowStatus.WAITS_PAYER,
}
#: The same of what comes next, where the last outcome does not say it.
_BY_NEXT = {
    "check_appeal": WorkflowStatus.APPEALED,
    "check_dispute": WorkflowStatus.APPEALED,
    "contact_patient": WorkflowStatus.WAITS_PATIENT,
    "expect_payment": WorkflowStatus.WAITS_PATIENT,
    "approve_write_off": WorkflowStatus.WAITS_INSIDE,
    "check_status": WorkflowStatus.WAITS_PAYER,
    "check_records": WorkflowStatus.WAITS_PAYER,
    "check_late_request": WorkflowStatus.WAITS_PAYER,
    "find_payment": WorkflowStatus.WAITS_PAYER,
}


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What people recorded of a piece of work. `is_woken`: something happened since that ended what it waited for."""

    is_closed: bool = False
    is_escalated: bool = False
    is_decided: bool = False
    is_woken: bool = False
    touches: int = 0
    last_outcome: str = ""
    next_action: str = ""


def workflow_status(work: WorkFacts) -> WorkflowStatus:
    """Where it stands. What nobody has touched or decided is new, whatever the rules propose to do first."""
    if work.is_closed:
        return WorkflowStatus.CLOSED
    if work.is_escalated:
        return WorkflowStatus.ESCALATED
    if not work.touches and not work.is_decided:
        return WorkflowStatus.NEW
    if work.is_woken or not work.is_decided:
        return WorkflowStatus.IN_WORK
    found = _BY_OUTCOME.get(work.last_outcome) or _BY_NEXT.get(work.next_action)
    return found or WorkflowStatus.IN_WORK


def facts_of(item: "WorkItem") -> WorkFacts:
    """What is recorded of an item. A date that came is no answer: what waited for the payer still does."""
    return WorkFacts(
        is_closed=item.state == "closed",
        is_escalated=item.escalated_at is not None,
        is_decided=item.decided_at is not None,
        is_woken=item.woken_by not in ("", "date"),
        touches=item.touches,
        last_outcome=item.last_disposition,
        next_action=item.next_action,
    )
