"""The grid of an EOB as its page shows it: each claim with its lines, each cell with its name, text and fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO
from claims.eobs.entered_facts import EnteredClaimFacts, EnteredLineFacts
from claims.eobs.entry_rules import (
    CELLS,
    EnteredLine,
    EntryReading,
    TypedAdjustment,
    TypedClaim,
    TypedEntry,
    line_charge,
)

#: What the cells of a line are called, in the order of the grid.
CELL_WORDS = {
    "allowed": "Allowed", "paid": "Paid", "contractual": "Contractual", "deductible": "Deductible",
    "coinsurance": "Coinsurance", "copay": "Copay", "other": "Other reasons", "remarks": "Remarks",
}  # fmt: skip
_SIZES = {"other": 16, "remarks": 8}


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: the name that the browser sends, what stands in it, and what is wrong."""

    name: str
    cell: str
    text: str
    label: str
    fault: str
    size: int
    is_amount: bool


@dataclass(frozen=True, slots=True)
class GridLine:
    """One line of a claim."""

    name: str
    facts: EnteredLineFacts
    charge: Decimal
    open: Decimal
    cells: list[GridCell]
    rest: Decimal
    faults: list[str]


@dataclass(frozen=True, slots=True)
class GridClaim:
    """One claim of the EOB."""

    name: str
    typed: TypedClaim
    facts: EnteredClaimFacts
    is_other_payer: bool
    lines: list[GridLine]
    paid: Decimal
    patient_share: Decimal
    faults: list[str]


@dataclass(frozen=True, slots=True)
class GridAdjustment:
    """One row at provider level; the last one is empty, for the next."""

    name: str
    typed: TypedAdjustment
    faults: list[str]


@dataclass(frozen=True, slots=True)
class EobGrid:
    """All of it."""

    claims: list[GridClaim]
    provider: list[GridAdjustment]
    reading: EntryReading


def grid_of(
    typed: TypedEntry, facts: Mapping[int, EnteredClaimFacts], reading: EntryReading, *, payer_id: int, with_empty: bool
) -> EobGrid:
    """Lay an entry out. `with_empty` adds a row at provider level to type into."""
    read = {line.line: line for claim in reading.claims for line in claim.lines}
    claims = [
        _claim(f"c{place}", one, facts[one.claim], read, reading, payer_id)
        for place, one in enumerate(typed.claims)
        if one.claim in facts
    ]
    rows = [*typed.provider, *([TypedAdjustment()] if with_empty else [])]
    provider = [GridAdjustment(f"p{place}", one, _faults(reading, f"p{place}.")) for place, one in enumerate(rows)]
    return EobGrid(claims, provider, reading)


def _claim(
    name: str,
    typed: TypedClaim,
    facts: EnteredClaimFacts,
    read: Mapping[int, EnteredLine],
    reading: EntryReading,
    payer_id: int,
) -> GridClaim:
    known = {line.id: line for line in facts.lines}
    lines = []
    for place, one in enumerate(typed.lines):
        if (line := known.get(one.line)) is None:
            continue
        at = f"{name}.l{place}"
        cells = [
            GridCell(
                f"{at}.{cell}", cell, getattr(one, cell), f"{word}, line {line.number} of {facts.number}",
                reading.errors.get(f"{at}.{cell}", ""), _SIZES.get(cell, 8), cell not in _SIZES,
            )
            for cell, word in CELL_WORDS.items()
        ]  # fmt: skip
        charge = line_charge(typed, line.charge)
        entered = read.get(one.line)
        rest = entered.rest if entered else charge
        lines.append(GridLine(at, line, charge, facts.open_of(line, payer_id), cells, rest, _faults(reading, f"{at}.")))
    paid = sum((read[line.facts.id].paid for line in lines if line.facts.id in read), ZERO)
    share = sum((read[line.facts.id].patient_share for line in lines if line.facts.id in read), ZERO)
    own = [text for where in ("claim", "status", "icn", "remarks") if (text := reading.errors.get(f"{name}.{where}"))]
    return GridClaim(name, typed, facts, not facts.bucket_of(payer_id), lines, paid, share, own)


def _faults(reading: EntryReading, begins: str) -> list[str]:
    return [text for name, text in reading.errors.items() if name.startswith(begins)]


if tuple(CELL_WORDS) != CELLS:
    raise AssertionError("every cell of a line needs its word")
