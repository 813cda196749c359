"""What has a term, how it is counted and deleted; and what is kept for good, with the reason.

Each slice knows its own rows and files; this list is all that the run touches.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from arwork.backups import databases
from arwork.lib.retention import Due, drop_paths, due_paths
from arwork.staff import lockout
from arwork.webhooks import deliveries
from claims.documents import retention as documents
from claims.edi import retention as received
from collections_app.ach import retention as bank_debits
from collections_app.aging import snapshots
from collections_app.deliveries import doors
from collections_app.worklist import drafts

Counting = Callable[[dt.datetime], Due]
Deleting = Callable[[dt.datetime], int]


@dataclass(frozen=True, slots=True)
class RetentionKind:
    """One thing with a term. `limit` names the figure in days; without one the term is `days` and nobody's to set.

    `due` and `drop` take the moment before which is too old; `since` says from when its age counts.
    """

    code: str
    label: str
    since: str
    due: Counting
    drop: Deleting
    limit: str = ""
    days: int = 0


def kinds(*, now: dt.datetime) -> tuple[RetentionKind, ...]:
    """Everything that a run at `now` looks at, in its order."""
    return (
        RetentionKind(
            "drafts", "What was typed at the desk and not logged", "when it was last changed",
            drafts.drafts_due, drafts.forget_drafts, "keep_drafts",
        ),
        RetentionKind(
            "attempts", "Wrong passwords and sign-ins, with address and browser", "the try",
            lockout.attempts_due, lockout.forget_attempts, "keep_attempts",
        ),
        RetentionKind(
            "portal_tries", "Answers at the doors of pages behind a link", "the try",
            doors.tries_due, doors.forget_tries, "keep_attempts",
        ),
        RetentionKind(
            "refused_files", "Received files of which nothing was taken in", "when the last of it was settled",
            received.refused_due, partial(received.drop_refused, now=now), "keep_refused_files",
        ),
        RetentionKind(
            "refused_copies", "Copies of refused files in the watched folder (rejected/)", "when it was put there",
            received.refused_copies_due, received.drop_refused_copies, "keep_refused_files",
        ),
        RetentionKind(
            "accepted_files", "Received files that were taken in", "when the file was received",
            received.accepted_due, partial(received.drop_accepted, now=now), "keep_accepted_files",
        ),
        RetentionKind(
            "documents", "Documents that people brought", "when it was added",
            documents.documents_due, partial(documents.drop_documents, now=now), "keep_documents",
        ),
        RetentionKind(
            "watched_copies", "Copies of accepted files in the watched folder (done/)", "when it was put there",
            received.copies_due, received.drop_copies, "keep_watched_copies",
        ),
        RetentionKind(
            "aging_days", "The aging of past days, which the trend chart shows", "the day",
            snapshots.snapshots_due, snapshots.forget_snapshots, "keep_aging_days",
        ),
        RetentionKind(
            "authorizations", "Account numbers, names and words of bank authorizations", "when it was used up or ended",
            bank_debits.authorizations_due, partial(bank_debits.forget_authorizations, now=now), "keep_authorizations",
        ),
        RetentionKind(
            "deliveries", "The log of what webhooks were told", "when it happened",
            deliveries.old_due, deliveries.drop_old, days=deliveries.KEPT_DAYS,
        ),
        RetentionKind(
            "half_arrived", "Half of a file that a crash left", "the last write",
            received.half_arrived_due, received.drop_half_arrived, days=1,
        ),
        RetentionKind(
            "half_made", "Copies of the database that an interrupted backup left", "the last write",
            _copies_due, _drop_copies, days=1,
        ),
    )  # fmt: skip


def _copies_due(before: dt.datetime) -> Due:
    return due_paths(databases.copies_left_behind(), before=before)


def _drop_copies(before: dt.datetime) -> int:
    return drop_paths(databases.copies_left_behind(), before=before)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that no run deletes: what, for how long it must be kept at least, and why it stays."""

    label: str
    at_least: str
    why: str


FOR_GOOD = (
    Kept(
        "The audit trail, and who saw whom",
        "6 years, 45 CFR 164.316(b)(2)(i)",
        "Each event is signed over the one before it, and the database refuses to delete any: a trail without its "
        "beginning cannot be told from one that was cut.",
    ),
    Kept(
        "Disclosures, withdrawn ones too",
        "6 years, 45 CFR 164.528(a)(1), (d)",
        "A person may ask for those of the last six years at any time.",
    ),
    Kept(
        "Requests for records, verdicts, revocations and what left",
        "6 years, 45 CFR 164.508(b)(6), 164.530(j)",
        "They prove by what right records went to whom. Of the papers themselves only the bytes have a term.",
    ),
    Kept(
        "The ledger, claims, remittances, denials, patients, contacts, promises and work",
        "10 years for federal payers, 31 USC 3731(b)(2); longer by state",
        "They are the books. What is wrong in them is reversed, never deleted.",
    ),
    Kept(
        "Files of bank debits and what banks answered",
        "6 years, Nacha Operating Rules (records of entries)",
        "They prove what was debited and what came back; encrypted, and read by whoever posts money.",
    ),
    Kept(
        "Deliveries, print batches, and what patients did and asked on their own page",
        "3 years after the last collection activity, 12 CFR 1006.100",
        "They prove what was sent to whom, when, and that it was allowed.",
    ),
    Kept(
        "Rows of documents",
        "as the books",
        "What it was, whose, who added or withdrew it and why. Only the bytes have a term.",
    ),
    Kept(
        "Letters, and the texts they were made by",
        "as the books; 3 years after the last activity, 12 CFR 1006.100",
        "Which letter it was, from which facts, by which text, with its hash. Only the bytes of its PDF have a term.",
    ),
    Kept(
        "Rows of received files",
        "as the books",
        "Name, hash, figures and what was wrong: so the same bytes are known again. Only the bytes have a term.",
    ),
    Kept(
        "API tokens and webhooks that ended, accounts that closed, emergencies",
        "6 years, 45 CFR 164.316(b)(2)(i)",
        "The trail names them. A token is kept as a digest that opens nothing, a webhook without its secret.",
    ),
)
#: What ends without a run, so that no hold stops it.
ELSEWHERE = (
    ("Ended sessions, with the searches in them", "gone within the hour"),
    ("Backups", "the newest BACKUP_KEEP stay; each new one drops the oldest: lay one aside that a matter needs"),
    ("Announcements between books and worklist", "gone once delivered; one that waits is never dropped"),
    ("Files for download", "never stand on the disk under a name"),
)
