"""What was handed to a partner by SFTP: begun, done, or not and why. The audit trail keeps it, so it can't be unsaid.

Whoever hands something over says so before the first byte leaves (`begin`, in a transaction that holds its row) and
what came of it afterwards (`end`); a worker that dies in between leaves one that was begun, of which nobody knows
whether it arrived. A second one waits until the first has ended, or for `LEASE`.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib.errors import Conflict
from arwork.lib.sftp_settings import SftpPlace
from arwork.staff import audit
from arwork.staff.models import AuditEvent
from collections_app.deliveries.sftp import NotHandedOver

if TYPE_CHECKING:
    from arwork.staff.models import User

BEGUN, DONE, FAILED = "handover_begun", "handed_over", "not_handed_over"
#: Longer than all parts of the largest run take on a slow line.
LEASE = dt.timedelta(minutes=30)
UNKNOWN = "it was begun and never ended: nobody knows whether it arrived"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How the last handing over of something stands: when that was, by whom, and why it failed (in our words);
    `is_unsure` where it may have arrived all the same."""

    state: str
    at: dt.datetime
    by: "User | None"
    problem: str = ""
    is_unsure: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the partner has it."""
        return self.state == DONE

    @property
    def is_running(self) -> bool:
        """Whether somebody hands it over just now."""
        return self.state == BEGUN


def last_of(subject: str, subject_id: int, *, now: dt.datetime) -> HandedOver | None:
    """How it stands with something (`ach_file`, `statement_run`); None where nobody handed it over. One query."""
    rows = AuditEvent.objects.filter(subject=subject, subject_id=subject_id, action__in=(BEGUN, DONE, FAILED))
    event = rows.select_related("actor").order_by("-at", "-pk").first()
    if event is None:
        return None
    if event.action == BEGUN and event.at <= now - LEASE:
        return HandedOver(FAILED, event.at, event.actor, UNKNOWN, is_unsure=True)
    told = event.after or {}
    return HandedOver(event.action, event.at, event.actor, told.get("problem", ""), bool(told.get("is_unsure")))


def begin(
    subject: str,
    subject_id: int,
    *,
    place: SftpPlace,
    practice_id: int,
    actor: "User | None",
    now: dt.datetime,
    is_again: bool = False,
) -> None:
    """Say that it is handed over now; the caller holds its row. Raises `Conflict` where it was (unless it goes there
    once more, `is_again`), or just is."""
    last = last_of(subject, subject_id, now=now)
    if last is not None and last.is_done and not is_again:
        raise Conflict(f"It was handed over already: {place.who} has it.")
    if last is not None and last.is_running:
        raise Conflict("Somebody hands it over just now. Look again in a while.")
    audit.record(actor, BEGUN, subject, subject_id, practice_id=practice_id, after={"to": place.host}, now=now)


def end(
    subject: str,
    subject_id: int,
    *,
    practice_id: int,
    files: int,
    error: NotHandedOver | None,
    actor: "User | None",
    now: dt.datetime,
) -> None:
    """Say what came of it, in the caller's transaction."""
    told = {"files": files} if error is None else {"problem": str(error), "is_unsure": error.is_unsure}
    deed = DONE if error is None else FAILED
    audit.record(actor, deed, subject, subject_id, practice_id=practice_id, after=told, now=now)
