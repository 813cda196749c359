"""The three balances of an 835 (RULES 2.1), told in figures, and whose line is which dollar. Pure.

service      SVC02 - its adjustments = SVC03
claim        CLP03 - adjustments of the claim and of its lines = CLP04, and the lines add up to CLP03
transaction  sum of CLP04 - sum of PLB = BPR02

What a payer says of the whole claim is brought down to the lines: to the only line, or in the proportion of what
each line can bear (RULES 2.2). Never dropped, never kept beside the lines.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO, split
from claims.billing.buckets import BUCKETS
from claims.remits.era import Adjustment, ClaimPayment, Move, OpenClaim, OpenLine, ServicePayment, figure


def total(adjustments: Iterable[Adjustment]) -> Decimal:
    """The sum of adjustments with their signs."""
    return sum((one.amount for one in adjustments), ZERO)


def imbalance(paid: ClaimPayment) -> str:
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
    """Which line would owe more than it charges after `moves`, or "": nobody owes what was never charged. A line of a
    negative charge (a discount billed as a line) owes nothing once that is settled."""
    after = {line.id: sum((line.buckets.get(bucket, ZERO) for bucket in BUCKETS), ZERO) for line in owed.lines}
    before = dict(after)
    for move in moves:
        if move.line_id in after:
            sign = (move.debit in BUCKETS) - (move.credit in BUCKETS)
            after[move.line_id] += sign * move.amount
    for line in owed.lines:
        if after[line.id] > max(line.charge, before[line.id], ZERO):
            return (
                f"Line {line.number} would owe {figure(after[line.id])} of the {figure(line.charge)} that it charges."
            )
    return ""


def credit_made(moves: Iterable[Move], owed: OpenClaim) -> Decimal:
    """How many dollars of credit `moves` leave beyond what stood: paid above what a bucket owed of a line."""
    before = {(line.id, bucket): line.buckets.get(bucket, ZERO) for line in owed.lines for bucket in BUCKETS}
    after = dict(before)
    for move in moves:
        for account, change in ((move.debit, move.amount), (move.credit, -move.amount)):
            if move.line_id is not None and (move.line_id, account) in after:
                after[move.line_id, account] += change
    return sum((max(-after[key], ZERO) - max(-before[key], ZERO) for key in after), ZERO)


def repeats_lines(paid: ClaimPayment) -> bool:
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
    without = ClaimPayment(status=paid.status, charge=paid.charge, paid=paid.paid, lines=paid.lines)
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


Informs = Callable[[Adjustment], bool]


@dataclass(slots=True)
class LineShare:
    """What one claim line gets of a payment."""

    line: OpenLine
    charge: Decimal = ZERO
    paid: Decimal = ZERO
    adjustments: list[tuple[Adjustment, tuple[str, ...]]] = field(default_factory=list)
    is_bundled: bool = False

    def add(self, one: ServicePayment, rarcs: tuple[str, ...]) -> None:
        """Take in what the payer said for a service that matched this line; `rarcs` are those of the claim."""
        self.charge += one.charge
        self.paid += one.paid
        self.is_bundled |= one.is_bundled
        self.adjustments += [(adjustment, one.rarcs + rarcs) for adjustment in one.adjustments]


def line_shares(
    paid: ClaimPayment, owed: OpenClaim, *, informs: Informs, with_claim_level: bool = True
) -> list[LineShare]:
    """The shares of all lines; their payments add up to CLP04 whatever the payer wrote.

    `informs` tells adjustments that move nothing, which take no room. `with_claim_level` False leaves out the
    adjustments of the claim level (see `balancing.repeats_lines`).
    """
    shares = {line.id: LineShare(line) for line in owed.lines}
    orphans = []
    for one in paid.lines:
        share = shares.get(one.line_id) if one.line_id else None
        if share:
            share.add(one, paid.rarcs)
        else:
            orphans.append(one)
    everyone = list(shares.values())
    if not paid.lines:
        _spread_whole(paid, owed, everyone, informs)
    else:
        for one in orphans:
            _spread_orphan(one, [share for share in everyone if not share.charge] or everyone)
        if with_claim_level:
            for adjustment in paid.adjustments:
                _take(adjustment, paid.rarcs, everyone)
    _square(paid.paid, everyone)
    return everyone


def _spread_whole(paid: ClaimPayment, owed: OpenClaim, shares: list[LineShare], informs: Informs) -> None:
    room = [max(share.line.buckets.get(owed.bucket, ZERO), ZERO) for share in shares]
    if not any(room):
        room = [share.line.charge for share in shares]
    charges = _parts(paid.charge, [share.line.charge for share in shares])
    for share, part in zip(shares, charges, strict=True):
        share.charge = part
    for share, part in zip(shares, _fill(paid.paid, room), strict=True):
        share.paid = part
    for adjustment in paid.adjustments:
        parts = _parts(adjustment.amount, charges) if informs(adjustment) else _fill(adjustment.amount, room)
        for share, part in zip(shares, parts, strict=True):
            share.adjustments.append((_of(adjustment, part), paid.rarcs))


def _spread_orphan(one: ServicePayment, shares: list[LineShare]) -> None:
    weights = [share.line.charge for share in shares]
    columns = [_parts(amount, weights) for amount in (one.charge, one.paid)]
    for share, charge, part in zip(shares, *columns, strict=True):
        share.charge += charge
        share.paid += part
    for adjustment in one.adjustments:
        for share, part in zip(shares, _parts(adjustment.amount, weights), strict=True):
            share.adjustments.append((_of(adjustment, part), one.rarcs))


def _take(adjustment: Adjustment, rarcs: tuple[str, ...], shares: list[LineShare]) -> None:
    """Bring an adjustment of the claim level down: it lowers what the lines were said to be paid."""
    room = [max(share.paid, ZERO) for share in shares]
    if not any(room):
        room = [abs(share.charge) for share in shares]
    for share, part in zip(shares, _fill(adjustment.amount, room), strict=True):
        share.paid -= part
        share.adjustments.append((_of(adjustment, part), rarcs))


def _square(paid: Decimal, shares: list[LineShare]) -> None:
    """An unbalanced claim: the lines must still book the money that came, no more and no less."""
    missing = paid - sum((share.paid for share in shares), ZERO)
    if missing and shares:
        for share, part in zip(shares, _parts(missing, [share.line.charge for share in shares]), strict=True):
            share.paid += part


def _fill(amount: Decimal, room: list[Decimal]) -> list[Decimal]:
    """Split `amount` over what is left and use that up; more than is left splits in the same proportion."""
    parts = _parts(amount, room)
    if ZERO < amount <= sum(room):
        room[:] = [left - part for left, part in zip(room, parts, strict=True)]
    return parts


def _parts(amount: Decimal, weights: Iterable[Decimal]) -> list[Decimal]:
    return split(amount, [abs(weight) for weight in weights])


def _of(adjustment: Adjustment, amount: Decimal) -> Adjustment:
    return Adjustment(adjustment.group, adjustment.carc, amount)
