"""How batches of claims stand, and the words for it."""

from django.db import models


class ClaimBatchState(models.TextChoices):
    """Where one batch stands."""

    MADE = "made", "Waits for its check"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked, not sent"
    FAILED = "failed", "Nothing could be sent"
    CANCELED = "canceled", "Canceled"
    SENT = "sent", "Sent, no answer yet"
    RECEIVED = "received", "Received"
    ANSWERED = "answered", "Every claim answered"
    REFUSED = "refused", "Refused as a whole"


BEFORE_SENDING = (ClaimBatchState.MADE, ClaimBatchState.CHECKING, ClaimBatchState.CHECKED)
AFTER_SENDING = (
    ClaimBatchState.SENT, ClaimBatchState.RECEIVED, ClaimBatchState.ANSWERED, ClaimBatchState.REFUSED
)  # fmt: skip


class BatchClaimState(models.TextChoices):
    """Where one claim of a batch stands before it is sent; afterwards its submission says."""

    WAITING = "waiting", "In the batch"
    FAULTY = "faulty", "Back with its complaint"
    IN_FILE = "in_file", "In the file"
    GIVEN_BACK = "given_back", "Ready again"


class BatchEventKind(models.TextChoices):
    MADE = "made", "Made"
    CHECKED = "checked", "Checked"
    FAILED = "failed", "Nothing could be sent"
    TAKEN = "taken", "Downloaded"
    SENT = "sent", "Sent"
    NOT_SENT = "not_sent", "Not sent"
    AGAIN = "again", "Sent again, same numbers"
    ANEW = "anew", "Made anew under new numbers"
    CANCELED = "canceled", "Canceled"
    ANSWERED = "answered", "Answered"
    REOPENED = "reopened", "Rejected claims drafted again"


#: What tabs of the list hold.
TABS = {
    "": "To be sent",
    "unanswered": "No answer in time",
    "out": "Out",
    "refused": "Refused or rejected",
    "over": "Over",
}
