"""A plan as a bar of its installments, drawn by the server, with the same in words for who does not see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from arwork.lib.money import to_cents
from arwork.web.formats import usd
from collections_app.plans.matching import InstallmentStanding, MatchedInstallment

WIDTH, GAP = 1_000, 4
_TAGS = {
    InstallmentStanding.PAID: ("paid", "tag-green"),
    InstallmentStanding.PARTLY: ("partly paid", "tag-blue"),
    InstallmentStanding.MISSED: ("missed", "tag-red"),
    InstallmentStanding.LATE: ("late", "tag-amber"),
    InstallmentStanding.DUE: ("to come", "tag-plain"),
    InstallmentStanding.OFF: ("no longer asked for", "tag-plain"),
}


@dataclass(frozen=True, slots=True)
class BarPart:
    """One installment in the bar: where it stands, in units of a bar of 1,000, and the part of it that is paid."""

    x: int
    width: int
    paid: int
    standing: str


@dataclass(frozen=True, slots=True)
class ShownInstallment:
    """One installment for people."""

    row: MatchedInstallment
    words: str
    tag: str


@dataclass(frozen=True, slots=True)
class PlanBar:
    """The bar and its words: `2 of 5 installments paid, $200.00 of $500.00`."""

    parts: Sequence[BarPart]
    words: str
    rows: Sequence[ShownInstallment]


def plan_bar(rows: Sequence[MatchedInstallment]) -> PlanBar:
    """Installments side by side, as wide as they are large."""
    total = sum(to_cents(row.amount) for row in rows) or 1
    room = WIDTH - GAP * (len(rows) - 1)
    parts, x = [], 0
    for row in rows:
        width = max(room * to_cents(row.amount) // total, 1)
        paid = width * to_cents(row.paid) // to_cents(row.amount)
        parts.append(BarPart(x, width, paid, row.standing.value))
        x += width + GAP
    asked = [row for row in rows if row.asked]
    done = sum(row.standing == InstallmentStanding.PAID for row in asked)
    received, sum_asked = sum((row.paid for row in rows), start=0), sum((row.asked for row in rows), start=0)
    words = f"{done} of {len(asked)} payments made, {usd(received)} of {usd(sum_asked)}"
    return PlanBar(parts, words, [ShownInstallment(row, *_TAGS[row.standing]) for row in rows])
