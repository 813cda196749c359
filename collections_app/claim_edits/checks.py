"""Every check over one claim, in the order in which a person reads the form. Pure."""

from collections.abc import Callable, Iterator

from collections_app.claim_edits.claim_checks import check_claim
from collections_app.claim_edits.findings import Finding
from collections_app.claim_edits.line_checks import check_lines
from collections_app.claim_edits.money_checks import check_money
from collections_app.claim_edits.party_checks import check_parties
from collections_app.claim_edits.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (check_parties, check_claim, check_lines, check_money)


def run_checks(subject: Subject) -> list[Finding]:
    """What all checks find; stops before warnings, each in the order of the claim."""
    found = [finding for check in CHECKS for finding in check(subject)]
    return sorted(found, key=lambda one: not one.is_stop)
