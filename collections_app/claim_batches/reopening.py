"""Outgoing claims that come back: with a complaint of the gate, rejected by somebody, or to be sent anew.

What came back never changes what was sent: a rejected claim was never adjudicated (RULES 9), so a new draft begins with
the very text that was rejected, for the same payer and in the same hands, with the reason as its next step.
"""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.staff import audit
from collections_app.outgoing_claims.history import keep_all
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent
from collections_app.outgoing_claims.states import BATCHED, DRAFT, OPEN, READY

if TYPE_CHECKING:
    from arwork.staff.models import User

_STEP = 120
_COPIED = (
    "practice_id", "claim_id", "payer_id", "coverage_id", "sequence", "frequency", "purpose", "icn", "base", "content",
    "owner_id",
)  # fmt: skip


@transaction.atomic
def back_to_draft(complaints: Mapping[int, str], *, today: dt.date, now: dt.datetime) -> None:
    """Batched claims become drafts again, each with its complaint as next step; in the caller's locks."""
    rows = OutgoingClaim.objects.select_for_update(of=("self",)).filter(
        bulk.Among("id", sorted(complaints)), state=BATCHED
    )
    found = list(rows.order_by("pk"))
    bulk.write(
        OutgoingClaim,
        ["state", "ready_at", "ready_by", "next_action", "next_on"],
        {one.pk: (DRAFT, None, None, f"The validator: {complaints[one.pk]}"[:_STEP], today) for one in found},
    )
    _keep_each(OutgoingEvent.Kind.UNBATCHED, {one.pk: complaints[one.pk] for one in found}, actor=None, now=now)
    _note("outgoing_claim_refused", found, actor=None, now=now)


@transaction.atomic
def draft_again(
    reasons: Mapping[int, str], *, today: dt.date, now: dt.datetime, actor: "User | None" = None, is_ready: bool = False
) -> dict[int, int]:
    """Draft sent claims again, each with its reason: the new claim by that of the one that was sent. One that is open
    to the same payer already stays alone. `is_ready`: nothing is to be changed, they are ready to leave. Set-based."""
    made: dict[int, int] = {}
    for ids in bulk.chunks(sorted(reasons), 500):
        sent = list(OutgoingClaim.objects.filter(bulk.Among("id", ids)).order_by("pk"))
        standing = set(
            OutgoingClaim.objects.filter(
                bulk.Among("claim", [one.claim_id for one in sent]), state__in=OPEN
            ).values_list("claim_id", "payer_id", "sequence")
        )
        again = []
        for one in sent:
            key = (one.claim_id, one.payer_id, one.sequence)
            if key not in standing:
                standing.add(key)
                again.append((one, _copy(one, reasons[one.pk], today=today, now=now, actor=actor, is_ready=is_ready)))
        bulk.insert(OutgoingClaim, [row for _, row in again])
        _copy_denials({one.pk: row.pk for one, row in again})
        said = {row.pk: reasons[one.pk] for one, row in again}
        _keep_each(OutgoingEvent.Kind.DRAFTED, said, actor=actor, now=now)
        _note("outgoing_claim_drafted_again", [row for _, row in again], actor=actor, now=now)
        made |= {one.pk: row.pk for one, row in again}
    return made


def _copy(
    one: OutgoingClaim, reason: str, *, today: dt.date, now: dt.datetime, actor: "User | None", is_ready: bool
) -> OutgoingClaim:
    row = OutgoingClaim(**{name: getattr(one, name) for name in _COPIED})
    row.sent_before, row.made_at, row.made_by = one.content, now, actor
    row.state, row.next_on = DRAFT, today
    row.next_action = reason[:_STEP]
    if is_ready:
        row.state, row.ready_at, row.ready_by = READY, now, actor or one.ready_by
        row.warnings, row.reason, row.next_action = one.warnings, one.reason, "Send it in the next file"
    return row


def _copy_denials(pairs: Mapping[int, int]) -> None:
    through = OutgoingClaim.denials.through
    rows = through.objects.filter(outgoingclaim__in=list(pairs)).values_list("outgoingclaim_id", "denial_id")
    through.objects.bulk_create(
        [through(outgoingclaim_id=pairs[was], denial_id=denial) for was, denial in rows], batch_size=500
    )


def _keep_each(kind: str, words: Mapping[int, str], *, actor: "User | None", now: dt.datetime) -> None:
    """One step of many, each with its words: a query for each sentence, and there are few."""
    by_words: dict[str, list[int]] = {}
    for pk, said in words.items():
        by_words.setdefault(said, []).append(pk)
    for said, ids in by_words.items():
        keep_all(ids, kind, actor=actor, now=now, words=said)


def _note(action: str, rows: list[OutgoingClaim], *, actor: "User | None", now: dt.datetime) -> None:
    deeds = [
        audit.Deed(action, "outgoing_claim", one.pk, one.practice_id, None, {"claim": one.claim_id}) for one in rows
    ]
    audit.record_many(actor, deeds, now=now)
