"""Making a claim ready: the edits run over it as it would leave; a stop keeps it, a warning asks for a reason."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from claims.billing.submitted_claims import CORRECTIONS
from collections_app.claim_edits.findings import Finding, stop, warn
from collections_app.claim_edits.first_checks import record_first_check
from collections_app.claim_edits.selectors import findings_of
from collections_app.outgoing_claims.content import text_of
from collections_app.outgoing_claims.decided import decisions_before, has_decided, is_sent_on
from collections_app.outgoing_claims.earlier_payers import imbalances
from collections_app.outgoing_claims.fields import words_of
from collections_app.outgoing_claims.from_books import missing_fields
from collections_app.outgoing_claims.history import keep
from collections_app.outgoing_claims.models import OutgoingClaim, OutgoingEvent
from collections_app.outgoing_claims.selectors import own_outgoing
from collections_app.outgoing_claims.services import READY_STEP, BadOutgoing, ensure_state, trail

if TYPE_CHECKING:
    from arwork.staff.models import User

State = OutgoingClaim.State
_RANKS = {"P": 1, "S": 2, "T": 3}
_SHORTEST = 3
_WORDS = 300


class Stopped(Conflict):
    """The edits stop the claim; what is wrong stands beside its fields."""

    code = "stopped"


def findings_on(row: OutgoingClaim, *, today: dt.date) -> list[Finding]:
    """What is wrong, or likely wrong, with the claim as it would leave today; stops before warnings, none twice."""
    text = text_of(row)
    found = findings_of(text, claim=row.claim, sequence=row.sequence, frequency=row.frequency, today=today)
    known = {one.field for one in found if one.is_stop}
    found += [
        stop("missing", words_of(text, name), f"{words_of(text, name)}: enter it, the books do not hold it.", name)
        for name in missing_fields(text)
        if name not in known
    ]
    rank = _RANKS[row.sequence]
    if rank > 1:
        if is_sent_on(row.claim, rank):
            found.append(_sent_on(row, rank))
        for one in decisions_before(row.claim, rank, text):
            found += [warn("earlier_payer", one.payer_name, words, "other_payers") for words in imbalances(text, one)]
    return sorted(found, key=lambda one: not one.is_stop)


def _sent_on(row: OutgoingClaim, rank: int) -> Finding:
    """The payer before it sent the claim on: whoever bills it once more makes a duplicate, unless it never arrived."""
    if row.purpose == OutgoingClaim.Purpose.NEXT_PAYER and not has_decided(row.claim, rank):
        words = "The payer before it has sent this claim on by itself since: cancel this one."
        return stop("sent_on", "the claim", words)
    words = "The payer before it sent this claim on by itself: ask this payer first whether it arrived."
    return warn("sent_on", "the claim", words)


def make_ready(
    outgoing_id: int, *, edition: int, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> OutgoingClaim:
    """Let a draft leave with the next file. `reason` says why it goes out in spite of its warnings.

    Raises `Stopped` where a finding stops it, `BadOutgoing` where warnings stand and no reason is given, `NotOpen`.
    """
    require(actor, Capability.WORK_ITEMS)
    said = " ".join(reason.split())[:_WORDS]
    ensure_not_sensitive(reason=said)
    with transaction.atomic():
        row = own_outgoing(outgoing_id, actor=actor, locked=True)
        ensure_state(row, State.DRAFT, edition=edition)
        found = findings_on(row, today=today)
        if row.frequency not in CORRECTIONS:
            record_first_check(
                row.claim, found, payer_id=row.payer_id, sequence=row.sequence, form=text_of(row).form,
                today=today, now=now,
            )  # fmt: skip
        refusal = _refusal(found, said)
        if refusal is None:
            _let_go(row, found, said, actor=actor, today=today, now=now)
    if refusal is not None:
        raise refusal  # after the transaction: what the first check found stays
    return row


def _let_go(
    row: OutgoingClaim, found: Sequence[Finding], said: str, *, actor: "User", today: dt.date, now: dt.datetime
) -> None:
    warnings = sorted({one.code for one in found})
    row.state, row.ready_at, row.ready_by = State.READY, now, actor
    row.warnings, row.reason = warnings, said if warnings else ""
    row.next_action, row.next_on, row.owner = READY_STEP, today, row.owner or actor
    row.save()
    keep(row, OutgoingEvent.Kind.READY, actor=actor, now=now, words=row.reason)
    trail(row, "outgoing_claim_ready", actor=actor, now=now, warnings=warnings)


def _refusal(found: Sequence[Finding], reason: str) -> Conflict | BadOutgoing | None:
    """Why a claim with these findings does not leave."""
    stops = [one for one in found if one.is_stop]
    if stops:
        more = f" and {len(stops) - 1} more" if len(stops) > 1 else ""
        return Stopped(f"It can't leave yet: {stops[0].words}{more}", field=stops[0].field)
    if found and len(reason) < _SHORTEST:
        return BadOutgoing("There are warnings. Say why it is right to send it all the same.", field="reason")
    return None
