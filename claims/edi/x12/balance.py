"""Whether a remittance adds up, at the three levels of 005010X221A1 section 1.10.2 (RULES 2.1).

- service: SVC02 less its CAS is SVC03
- claim: CLP03 less every CAS of claim and lines is CLP04
- transaction: the CLP04s less the PLBs are BPR02

A positive CAS or PLB decreases the payment, a negative one increases it; reversals are the same sums with
opposite signs. Messages name amounts, never people.
"""

from collections.abc import Iterable
from decimal import Decimal

from .problems import Problem, Where
from .records_835 import Cas, Clp, Svc
from .records_837 import Claim837
from .values import ZERO

REVERSAL = "22"
_UNBALANCED = frozenset({"unbalanced_line", "unbalanced_claim", "unbalanced_transaction"})
_MONEY_IS_MISSING = frozenset({"bad_amount", "missing_element", "truncated"})


def line_imbalance(line: Svc) -> Problem | None:
    """The service-level check of one line."""
    adjusted = _sum(line.adjustments)
    expected = line.charge - adjusted
    if expected == line.paid:
        return None
    message = (
        f"Segment {line.segment}, SVC03: line {line.position} charges {line.charge}, less adjustments {adjusted} "
        f"expected {expected}, found {line.paid} (difference {expected - line.paid})."
    )
    return Problem(Where(line.segment, "SVC", 3), "unbalanced_line", message)


def claim_imbalances(claim: Clp) -> list[Problem]:
    """The checks of one claim and its lines, and the cross-check of CLP05 against PR (a warning).

    The cross-check passes over reversals, where payers differ in what CLP05 says.
    """
    found = [problem for line in claim.lines if (problem := line_imbalance(line))]
    adjusted = patient = ZERO
    for cas in claim.all_adjustments():
        adjusted += cas.amount
        if cas.group == "PR":
            patient += cas.amount
    expected = claim.charge - adjusted
    at = claim.first_segment
    if expected != claim.paid:
        message = (
            f"Segment {at}, CLP04: charge {claim.charge} less adjustments {adjusted}, expected {expected}, "
            f"found {claim.paid} (difference {expected - claim.paid})."
        )
        found.append(Problem(Where(at, "CLP", 4), "unbalanced_claim", message))
    if patient != claim.patient_responsibility and claim.status != REVERSAL:
        message = (
            f"Segment {at}, CLP05: adjustments of group PR sum to {patient}, expected the same, "
            f"found {claim.patient_responsibility}."
        )
        found.append(Problem(Where(at, "CLP", 5), "pr_mismatch", message, "warning"))
    return found


def transaction_imbalance(
    *, bpr02: Decimal, credit_debit: str, paid: Decimal, plb: Decimal, segment: int
) -> Problem | None:
    """The transaction-level check. A debit (BPR03 D) may write its amount with either sign."""
    expected = paid - plb
    if expected == bpr02 or (credit_debit == "D" and expected == -bpr02):
        return None
    message = (
        f"Segment {segment}, BPR02: claims paid {paid} less provider adjustments {plb}, expected {expected}, "
        f"found {bpr02} (difference {expected - bpr02})."
    )
    return Problem(Where(segment, "BPR", 2), "unbalanced_transaction", message)


def claim_837_imbalance(claim: Claim837) -> Problem | None:
    """Whether the lines of a bill sum to its CLM02. A warning: the claim was sent like that, or will be rejected."""
    billed = sum((line.charge for line in claim.lines), ZERO)
    if billed == claim.charge:
        return None
    message = f"Segment {claim.first_segment}, CLM02: lines sum to {billed}, expected the same, found {claim.charge}."
    return Problem(Where(claim.first_segment, "CLM", 2), "lines_differ", message, "warning")


def is_unbalanced(problems: Iterable[Problem]) -> bool:
    """Whether any of these problems keeps a record from tying out, or from being known to."""
    return any(problem.code in _UNBALANCED or _hides_money(problem) for problem in problems)


def is_unreadable(problems: Iterable[Problem]) -> bool:
    """Whether amounts are missing, so that sums would only repeat what reading said already."""
    return any(_hides_money(problem) for problem in problems)


def _hides_money(problem: Problem) -> bool:
    return problem.severity == "error" and problem.code in _MONEY_IS_MISSING


def _sum(adjustments: Iterable[Cas]) -> Decimal:
    total = ZERO
    for cas in adjustments:
        total += cas.amount
    return total
