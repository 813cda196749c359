"""Questions about edits: what is wrong with a claim as it would be sent."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from claims.edi.x12.claim_text import ClaimText
from collections_app.claim_edits.checks import run_checks
from collections_app.claim_edits.edit_rules import check_own_rules, shipped_edits
from collections_app.claim_edits.edits import rows_of_practices
from collections_app.claim_edits.facts import ToCheck, subjects_of
from collections_app.claim_edits.findings import Finding, stop

if TYPE_CHECKING:
    from claims.billing.models import Claim


def findings_of(
    text: ClaimText, *, claim: "Claim | None", sequence: str, frequency: str, today: dt.date
) -> list[Finding]:
    """What is wrong, or likely wrong, with `text` as it would be sent on `today`; stops before warnings.

    `sequence` (P, S, T) and `frequency` (1, 7, 8) are what it is meant to be. Without a claim of the books only the
    text itself is judged: neither the filing window nor coverage nor what was sent before.
    """
    (found,) = findings_of_many([ToCheck(text, claim, sequence, frequency, today)])
    return found


def findings_of_many(asked: Sequence[ToCheck]) -> list[list[Finding]]:
    """The same of many claims, in their order, with seven queries whatever their number."""
    readable = [one for one in asked if any(segment[0] == "CLM" for segment in one.text.claim)]
    rules = (*shipped_edits(), *rows_of_practices())
    subjects = dict(zip(map(id, readable), subjects_of(readable), strict=True))
    found = []
    for one in asked:
        if (subject := subjects.get(id(one))) is None:
            words = "There is no claim in it: begin again from its original."
            found.append([stop("claim_missing", "loop 2300, CLM", words)])
            continue
        own = [*run_checks(subject), *check_own_rules(subject, rules)]
        found.append(sorted(own, key=lambda one: not one.is_stop))
    return found
