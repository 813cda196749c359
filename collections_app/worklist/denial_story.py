"""What happened to one denial, the latest first: given, answered, given up with an approval, won or lost, by whom."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from arwork.staff.models import AuditEvent
from claims.adjustments import selectors as adjustments
from claims.adjustments.decided import DENIAL
from claims.denials.models import Denial
from claims.denials.outcomes import answers_sent
from claims.payers.code_words import adjustment_words

if TYPE_CHECKING:
    from arwork.staff.models import User

_SENT = {"appeal": "Appeal sent", "corrected": "Corrected claim sent", "reopening": "Reopening asked for",
         "records": "Records sent"}  # fmt: skip
_DEEDS = {
    "accept": "Accepted as right",
    "reopen": "Opened again",
    "lose": "Marked as lost",
    "take_back_loss": "Not lost after all",
}


@dataclass(frozen=True, slots=True)
class DenialEvent:
    """One thing that happened to a denial on a day."""

    on: dt.date
    title: str
    words: str = ""
    by: str = ""


def story_of(row: Denial, *, actor: "User", now: dt.datetime) -> list[DenialEvent]:
    """Everything, the latest first. Seven queries, whatever happened."""
    events = [*_given(row), *_answered(row), *_given_up(row, actor=actor, now=now), *_decided(row)]
    return sorted(events, key=lambda one: one.on, reverse=True)


def _given(row: Denial) -> Iterator[DenialEvent]:
    words = adjustment_words(row.group, row.carc, row.rarcs.split())
    said_on = row.remit_claim.remittance.paid_on
    if said_on > row.initial_on:
        yield DenialEvent(said_on, "Denied again", f"${row.amount:,.2f}: {words}", str(row.payer or ""))
    yield DenialEvent(row.initial_on, "First denied", f"${row.amount:,.2f}: {words}", str(row.payer or ""))


def _answered(row: Denial) -> Iterator[DenialEvent]:
    seen = set()
    for one in answers_sent([row.claim_id]).get(row.claim_id, []):
        if one.on >= row.initial_on and one.bucket in ("", row.bucket) and (one.what, one.on) not in seen:
            seen.add((one.what, one.on))
            yield DenialEvent(one.on, _SENT[one.what])


def _given_up(row: Denial, *, actor: "User", now: dt.datetime) -> Iterator[DenialEvent]:
    """The write-offs that decided it, and those of its money that wait for approval."""
    for shown in adjustments.adjustments_of_claim(row.claim_id, actor=actor, now=now):
        one = shown.row
        is_ours = any(table == DENIAL and pk == row.pk for table, pk, *_ in one.decided)
        waits = one.state == one.State.WAITING and one.bucket == row.bucket and one.line_id in (None, row.line_id)
        if is_ours or waits:
            at = one.posted_at or one.asked_at
            words = f"${one.amount:,.2f}, {shown.label}: {one.get_state_display().lower()}"
            yield DenialEvent(timezone.localdate(at), "Write-off", words, str(one.asked_by or ""))


def _decided(row: Denial) -> Iterator[DenialEvent]:
    deeds = AuditEvent.objects.filter(subject="denial", subject_id=row.pk, action__in=_DEEDS).select_related("actor")
    for deed in deeds.order_by("at", "pk"):
        reason = str((deed.after or {}).get("reason", ""))
        yield DenialEvent(timezone.localdate(deed.at), _DEEDS[deed.action], reason, str(deed.actor or ""))
    if row.state == Denial.State.RECOVERED and row.closed_on:
        part = "Won in part" if row.outcome == Denial.Outcome.PART else "Won"
        words = f"${row.recovered:,.2f} paid"
        words += f", {row.get_came_by_display()}" if row.came_by else ""
        yield DenialEvent(row.closed_on, part, words, str(row.payer or ""))
    elif row.state == Denial.State.REVERSED and row.closed_on:
        yield DenialEvent(row.closed_on, "Reversed by the payer", "", str(row.payer or ""))
