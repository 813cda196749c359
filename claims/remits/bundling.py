"""Services that a payer paid as one, or one that it paid as several: what it moved between lines meets again. Pure.

Bundling (835 guide 1.10.2.6) shows the charge of the services that are paid within another one twice: taken off their
own line (CARC 97, 59) and added to the line that is paid, as an adjustment below zero (CARC 94). It is no reduction on
the one and no denial on the other. So the two meet, and what the paying line says (its payment and its reductions)
is shared by all lines of the bundle in proportion to their charges: each line is paid for, no total changes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from arwork.lib.money import ZERO, split
from claims.remits.era import Adjustment, ClaimPayment, ServicePayment

#: What bears the moved charge, below zero, and what takes it off elsewhere.
MOVED = frozenset({"59", "94", "97"})
#: What else takes a bundled charge off: included in another service. Met only after the codes above.
INCLUDED = frozenset({"231", "234", "236", "B15"})
_PRICED = "45"


def meet_bundles(paid: ClaimPayment) -> ClaimPayment:
    """`paid` with its bundles met. Lines and claim keep their charges, and balance where they balanced before.

    A line that only bore the moved charge (no charge of its own, no line of the claim) is gone then. What has no
    counterpart stays as it was sent.
    """
    sign = -1 if paid.charge < 0 else 1  # a reversal repeats everything with the other sign
    own = _Sums(paid.adjustments, sign)
    services = [_Sums(line.adjustments, sign) for line in paid.lines]
    if not own.moved and not any(one.moved for one in services):
        return paid
    for one in (own, *services):
        one.take(one.moved, from_=one, codes=MOVED)
    shares: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for codes in (MOVED, INCLUDED, frozenset({_PRICED})):
        for place, one in enumerate(services):
            for other, theirs in _others(paid.lines, services, place, unpaid_only=codes == {_PRICED}):
                if met := one.take(one.moved, from_=theirs, codes=codes):
                    shares[place][other] += met
    lines = [replace(line, adjustments=tuple(one.left())) for line, one in zip(paid.lines, services, strict=True)]
    for place, parts in shares.items():
        _share(lines, place, {other: sign * part for other, part in parts.items()})
    standing = tuple(line for line in lines if line.line_id or line.charge or line.paid or line.adjustments)
    return replace(paid, adjustments=tuple(own.left()), lines=standing)


class _Sums:
    """The adjustments of one place, with what is left of each while they meet."""

    def __init__(self, adjustments: Sequence[Adjustment], sign: int) -> None:
        self._sent, self._sign = adjustments, sign
        self._amounts = [sign * one.amount for one in adjustments]

    @property
    def moved(self) -> Decimal:
        """What was added to this place and has met nothing so far."""
        return sum((-amount for _, amount in self._of(MOVED) if amount < 0), ZERO)

    def take(self, wanted: Decimal, *, from_: "_Sums", codes: frozenset[str]) -> Decimal:
        """Meet up to `wanted` of what was added here with what was taken off there; how much met."""
        found = sum((amount for _, amount in from_._of(codes) if amount > 0), ZERO)
        met = min(wanted, found)
        from_._lower(met, codes)
        self._lower(-met, MOVED)
        return met

    def left(self) -> Iterator[Adjustment]:
        for one, amount in zip(self._sent, self._amounts, strict=True):
            if amount or not one.amount:
                yield replace(one, amount=self._sign * amount)

    def _of(self, codes: frozenset[str]) -> list[tuple[int, Decimal]]:
        return [(index, self._amounts[index]) for index, one in enumerate(self._sent) if one.carc in codes]

    def _lower(self, amount: Decimal, codes: frozenset[str]) -> None:
        """Bring amounts of the same sign nearer to nothing by `amount` together, the first first."""
        for index, held in self._of(codes):
            if held * amount > 0:
                step = min(held, amount) if amount > 0 else max(held, amount)
                self._amounts[index] -= step
                amount -= step


def _others(
    lines: Sequence[ServicePayment], services: Sequence[_Sums], place: int, *, unpaid_only: bool
) -> Iterable[tuple[int, _Sums]]:
    """The other services; for a mere pricing code only those of which nothing was paid."""
    for other, theirs in enumerate(services):
        if other != place and not (unpaid_only and lines[other].paid):
            yield other, theirs


def _share(lines: list[ServicePayment], place: int, parts: dict[int, Decimal]) -> None:
    """Give each bundled line its part of what line `place` says: as much of its own charge as was moved."""
    bearer, places = lines[place], [place, *parts]
    room = [abs(bearer.charge), *(abs(part) for part in parts.values())]
    sign = -1 if bearer.charge < 0 else 1
    taken: list[list[Adjustment]] = [[] for _ in places]
    for one in sorted(bearer.adjustments, key=lambda one: sign * one.amount > 0):  # what makes room comes first
        for nth, amount in enumerate(split(one.amount, [max(left, ZERO) for left in room])):
            room[nth] -= sign * amount
            taken[nth] += [replace(one, amount=amount)] if amount else []
    lines[place] = replace(bearer, paid=sign * room[0], adjustments=tuple(taken[0]), is_bundled=True)
    for other, left, mine in zip(places[1:], room[1:], taken[1:], strict=True):
        line = lines[other]
        line = replace(line, paid=line.paid + sign * left, adjustments=(*line.adjustments, *mine), is_bundled=True)
        lines[other] = line
