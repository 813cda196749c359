"""The three balances of an 835 (RULES 2.1), told in figures. Pure.

service      SVC02 - its adjustments = SVC03
claim        CLP03 - adjustments of the claim and of its lines = CLP04, and the lines add up to CLP03
transaction  sum of CLP04 - sum of PLB = BPR02
"""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.ledger.chart import BUCKETS
from claims.remits.advice import Adjustment, Move, OpenClaim, PaidClaim, figure


def total(adjustments: Iterable[Adjustment]) -> Decimal:
    """The sum of adjustments with their signs."""
    return sum((one.amount for one in adjustments), ZERO)


def imbalance(paid: PaidClaim) -> str:
    """What does not add up in one claim payment, or "". The first two findings are enough to act on."""
    found: list[str] = []
    of_lines = ZERO
    charges = ZERO
    for line in paid.lines:
        taken = total(line.adjustments)
        of_lines += taken
        charges += line.charge
        if line.charge - taken != line.paid:
            found.append(_sentence(f"Line {line.position}: charge", line.charge, taken, line.paid))
    if paid.lines and charges != paid.charge:
        found.append(f"The lines add up to {figure(charges)}, the claim says {figure(paid.charge)}.")
    taken = of_lines + total(paid.adjustments)
    if paid.charge - taken != paid.paid:
        found.append(_sentence("Charge", paid.charge, taken, paid.paid))
    return " ".join(found[-2:])


def overcharge(moves: Iterable[Move], owed: OpenClaim) -> str:
    """Which line would owe more than it charges after `moves`, or "": nobody owes what was never charged."""
    after = {line.id: sum((line.buckets.get(bucket, ZERO) for bucket in BUCKETS), ZERO) for line in owed.lines}
    before = dict(after)
    for move in moves:
        if move.line_id in after:
            sign = (move.debit in BUCKETS) - (move.credit in BUCKETS)
            after[move.line_id] += sign * move.amount
    for line in owed.lines:
        if after[line.id] > max(line.charge, before[line.id]):
            return (
                f"Line {line.number} would owe {figure(after[line.id])} of the {figure(line.charge)} that it charges."
            )
    return ""


def repeats_lines(paid: PaidClaim) -> bool:
    """Whether the claim level merely repeats the lines' adjustments, and without it everything ties out.

    Some payers send each adjustment twice, once a level. Such a claim is still a person's to accept.
    """
    if not paid.adjustments or not paid.lines:
        return False
    own, theirs = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in paid.adjustments:
        own[one.group, one.carc] += one.amount  # type: ignore[assignment]
    for line in paid.lines:
        for one in line.adjustments:
            theirs[one.group, one.carc] += one.amount  # type: ignore[assignment]
    without = PaidClaim(status=paid.status, charge=paid.charge, paid=paid.paid, lines=paid.lines)
    return own == theirs and not imbalance(without)


def deposit_imbalance(*, claims_paid: Decimal, provider: Decimal, deposit: Decimal) -> str:
    """What does not add up over the whole remittance, or ""."""
    expected = claims_paid - provider
    if expected == deposit:
        return ""
    return (
        f"Claims paid {figure(claims_paid)} less provider adjustments {figure(provider)} make {figure(expected)}, "
        f"but the deposit is {figure(deposit)}: {figure(deposit - expected)} apart."
    )


def _sentence(what: str, charge: Decimal, taken: Decimal, paid: Decimal) -> str:
    return (
        f"{what} {figure(charge)} less adjustments {figure(taken)} leaves {figure(charge - taken)}, "
        f"but {figure(paid)} was paid."
    )
