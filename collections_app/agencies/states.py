"""What follows what with agencies, and the words for it."""

from django.db import models

THIRD_PARTY, EARLY_OUT = "third_party", "early_out"
#: In whose name an agency asks (RULES 10.0).
PROFILES = ((THIRD_PARTY, "In its own name (collection agency)"), (EARLY_OUT, "In the practice's name (early out)"))
GROSS, NET = "gross", "net"
#: What an agency sends of what it received.
REMITS = ((NET, "What it received less its fee"), (GROSS, "All it received; its fee is invoiced"))
WARN, BLOCK = "warn", "block"
#: What is done with debts too old to sue for.
TIME_BARRED = ((BLOCK, "Never place them"), (WARN, "Place them, and say so in the preview"))
ISO, US = "iso", "us"
#: How days are written in its files.
DATE_FORMATS = ((ISO, "2026-11-30"), (US, "11/30/2026"))


class PlacementState(models.TextChoices):
    """Where one placement stands: everything but `placed` is over."""

    PLACED = "placed", "With the agency"
    UNDONE = "undone", "Taken back before it left"
    RECALLED = "recalled", "Called back"
    RETURNED = "returned", "Returned by the agency"
    PAID = "paid", "Paid in full"
    SETTLED = "settled", "Settled"
    CLOSED = "closed", "Closed"


class BatchState(models.TextChoices):
    MADE = "made", "Not taken yet"
    TAKEN = "taken", "With the agency"
    UNDONE = "undone", "Taken back"


class FileKind(models.TextChoices):
    PLACED = "placed", "Accounts placed"
    RECALLED = "recalled", "Accounts called back"
    DIRECT = "direct", "Payments that reached us"
    ANSWER = "answer", "What the agency reports"


class RowKind(models.TextChoices):
    """What a line of an agency's file reports."""

    PAYMENT = "payment", "Paid to the agency"
    DIRECT = "direct", "Paid to us, fee due"
    RETURN = "return", "Returned"
    SETTLED = "settled", "Settled for what was paid"
    STATUS = "status", "Status"


class RowState(models.TextChoices):
    APPLIED = "applied", "Applied"
    WAITING = "waiting", "Waits for a person"
    SETTLED = "seen_to", "Seen to"


#: Why a placement is called back, or proposed to be.
RECALL_REASONS = {
    "bankruptcy": "Bankruptcy",
    "cease": "They asked to stop",
    "attorney": "Represented by an attorney",
    "deceased": "Deceased",
    "dispute": "Disputed",
    "assistance": "Assistance applied for",
    "insurance": "Coverage was found",
    "paid_us": "Paid to us",
    "plan": "A payment plan or a settlement with us",
    "license": "The agency may not collect there",
    "mistake": "Placed by mistake",
    "request": "The practice asked for it",
    "other": "Another reason",
}
#: Why an agency gives an account back.
RETURN_CODES = {
    "exhausted": "All effort made, nothing more to be had",
    "bankruptcy": "Bankruptcy",
    "deceased": "Deceased",
    "dispute": "Disputed",
    "attorney": "Represented by an attorney",
    "cease": "They asked to stop",
    "insurance": "Coverage was found",
    "not_found": "Nobody could be found",
    "recalled": "Called back by the practice",
    "other": "Another reason",
}
