"""The journal of a month for the general ledger. Pure: no Django import.

A line for each kind of posting and account: what was debited and what was credited, both shown, never netted. Accounts
that a practice maps to one number are one line. Debits and credits are equal for each kind and for the whole, because a
posting moves one amount from one account to another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.closing.gl_accounts import GlName
from claims.ledger.posting_words import kind_total_words
from claims.ledger.selectors import PostingTotal


@dataclass(frozen=True, slots=True)
class JournalLine:
    """What a kind of posting did to an account of the general ledger. Dollars."""

    kind: str
    number: str
    name: str
    debit: Decimal
    credit: Decimal

    @property
    def place(self) -> tuple[str, str]:
        """What makes it the same line in another export."""
        return self.kind, self.number


@dataclass(frozen=True, slots=True)
class Journal:
    """The lines of a month, kind by kind."""

    lines: Sequence[JournalLine]

    @property
    def debits(self) -> Decimal:
        return sum((line.debit for line in self.lines), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((line.credit for line in self.lines), ZERO)

    @property
    def is_balanced(self) -> bool:
        return self.debits == self.credits


@dataclass(frozen=True, slots=True)
class JournalChange:
    """A line that is not as it was exported: before, after; None where there was or is none."""

    before: JournalLine | None
    after: JournalLine | None

    @property
    def line(self) -> JournalLine:
        found = self.after or self.before
        assert found
        return found

    @property
    def more_debit(self) -> Decimal:
        return (self.after.debit if self.after else ZERO) - (self.before.debit if self.before else ZERO)

    @property
    def more_credit(self) -> Decimal:
        return (self.after.credit if self.after else ZERO) - (self.before.credit if self.before else ZERO)


def journal_of(moved: Iterable[PostingTotal], names: Mapping[str, GlName]) -> Journal:
    """The journal of what was posted."""
    debits: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    credits: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for one in moved:
        debits[one.kind, *names[one.debit]] += one.amount
        credits[one.kind, *names[one.credit]] += one.amount
    places = sorted({*debits, *credits})
    return Journal([JournalLine(*place, debits[place], credits[place]) for place in places])


def changes(before: Journal, after: Journal) -> list[JournalChange]:
    """The lines in which two journals differ."""
    old, new = ({line.place: line for line in one.lines} for one in (before, after))
    both = [JournalChange(old.get(place), new.get(place)) for place in sorted({*old, *new})]
    return [one for one in both if one.more_debit or one.more_credit or _named(one.before) != _named(one.after)]


def kind_words(line: JournalLine) -> str:
    """`Payer payments`."""
    return kind_total_words(line.kind)


def _named(line: JournalLine | None) -> str:
    return line.name if line else ""
