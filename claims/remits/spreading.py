"""Whose line is which dollar: a claim payment brought down to the lines of the claim. Pure.

What the payer said per line stays there. What it said only for the claim (no SVC at all, an adjustment of the
claim level beside paid lines, a service that matched no line) is spread in proportion to the room that is left
on each line, by largest remainder, so that no line gets more than it can hold and no cent is lost (RULES 2.2).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from arwork.lib.money import ZERO, split
from claims.remits.advice import Adjustment, OpenClaim, OpenLine, PaidClaim, PaidLine

Informs = Callable[[Adjustment], bool]


@dataclass(slots=True)
class Share:
    """What one claim line gets of a payment."""

    line: OpenLine
    charge: Decimal = ZERO
    paid: Decimal = ZERO
    adjustments: list[tuple[Adjustment, tuple[str, ...]]] = field(default_factory=list)

    def add(self, one: PaidLine, rarcs: tuple[str, ...]) -> None:
        """Take in what the payer said for a service that matched this line; `rarcs` are those of the claim."""
        self.charge += one.charge
        self.paid += one.paid
        self.adjustments += [(adjustment, one.rarcs + rarcs) for adjustment in one.adjustments]


def shares_of(paid: PaidClaim, owed: OpenClaim, *, informs: Informs, with_claim_level: bool = True) -> list[Share]:
    """The shares of all lines; their payments add up to CLP04 whatever the payer wrote.

    `informs` tells adjustments that move nothing, which take no room. `with_claim_level` False leaves out the
    adjustments of the claim level (see `balancing.repeats_lines`).
    """
    shares = {line.id: Share(line) for line in owed.lines}
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


def _spread_whole(paid: PaidClaim, owed: OpenClaim, shares: list[Share], informs: Informs) -> None:
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


def _spread_orphan(one: PaidLine, shares: list[Share]) -> None:
    weights = [share.line.charge for share in shares]
    columns = [_parts(amount, weights) for amount in (one.charge, one.paid)]
    for share, charge, part in zip(shares, *columns, strict=True):
        share.charge += charge
        share.paid += part
    for adjustment in one.adjustments:
        for share, part in zip(shares, _parts(adjustment.amount, weights), strict=True):
            share.adjustments.append((_of(adjustment, part), one.rarcs))


def _take(adjustment: Adjustment, rarcs: tuple[str, ...], shares: list[Share]) -> None:
    """Bring an adjustment of the claim level down: it lowers what the lines were said to be paid."""
    room = [max(share.paid, ZERO) for share in shares]
    if not any(room):
        room = [abs(share.charge) for share in shares]
    for share, part in zip(shares, _fill(adjustment.amount, room), strict=True):
        share.paid -= part
        share.adjustments.append((_of(adjustment, part), rarcs))


def _square(paid: Decimal, shares: list[Share]) -> None:
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
