"""Where an amount goes, visit by visit, as a table that people change: shared by receipts and unapplied cash."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.lib.money import ZERO
from arwork.web.fields import AmountField
from arwork.web.formats import usd_plain
from claims.receipts.allocation import BadAllocation, visit_field

if TYPE_CHECKING:
    from django.http import QueryDict

    from claims.receipts.recording import ProposedShares, VisitShare

_PREFIX = visit_field(0)[:-1]
_AMOUNT = AmountField(required=False, min_value=ZERO)


@dataclass(frozen=True)
class VisitRow:
    """A visit of the table: its field, what stands in it, and what is wrong with that."""

    share: "VisitShare"
    name: str
    typed: str
    problem: str


@dataclass(frozen=True)
class AllocationTable:
    """The table, and what would stay unapplied."""

    rows: list[VisitRow]
    unapplied: Decimal


def chosen_visits(data: "QueryDict") -> dict[int, Decimal] | None:
    """What was typed for each visit, dollars by claim; None where nothing was asked yet, or the oldest shall come first
    again. Raises `BadAllocation` naming the field."""
    typed = {name: value for name, value in data.items() if name.startswith(_PREFIX)}
    if not typed or "oldest" in data:
        return None
    chosen = {}
    for name, value in typed.items():
        try:
            amount = _AMOUNT.clean(value)
        except ValidationError as error:
            raise BadAllocation(" ".join(error.messages), field=name) from error
        if claim_id := id_of(name.removeprefix(_PREFIX)):
            chosen[claim_id] = amount or ZERO
    return chosen


def allocation_table(
    proposed: "ProposedShares", typed: "Mapping[str, str] | None" = None, problem: DomainError | None = None
) -> AllocationTable:
    """The table over what is proposed; with what was typed where it could not be taken."""
    wrong = str(problem.facts.get("field", "")) if problem else ""
    rows = []
    for share in proposed.visits:
        name = visit_field(share.claim.pk)
        text = (typed or {}).get(name) if problem else None
        said = problem.message if problem and name == wrong else ""
        rows.append(VisitRow(share, name, usd_plain(share.amount or None) if text is None else text, said))
    return AllocationTable(rows, proposed.unapplied)
