"""Questions about edits: what is wrong with a claim as it would be sent."""

import datetime as dt
from typing import TYPE_CHECKING

from claims.edi.x12.claim_text import ClaimText
from collections_app.claim_edits.checks import run_checks
from collections_app.claim_edits.claim_record import record_of
from collections_app.claim_edits.findings import Finding, stop
from collections_app.claim_edits.subject import Facts, Subject

if TYPE_CHECKING:
    from claims.billing.models import Claim


def findings_of(
    text: ClaimText, *, claim: "Claim | None", sequence: str, frequency: str, today: dt.date
) -> list[Finding]:
    """What is wrong, or likely wrong, with `text` as it would be sent on `today`; stops before warnings.

    `sequence` (P, S, T) and `frequency` (1, 7, 8) are what it is meant to be. Without a claim of the books only the
    text itself is judged: neither the filing window nor coverage nor what was sent before.
    """
    if not any(one[0] == "CLM" for one in text.claim):
        return [stop("claim_missing", "loop 2300, CLM", "There is no claim in it: begin again from its original.")]
    facts = Facts(sequence=sequence, frequency=frequency, today=today)
    return run_checks(Subject(text, record_of(text), facts))
