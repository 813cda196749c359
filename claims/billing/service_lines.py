"""Which service of a claim a line of another bill is. Pure: no Django import.

A replacement drops lines, adds some and numbers the rest anew, so lines are never counted: a service is known by its
control number, code, modifiers and day (RULES 2.3). A number that only repeats the place of the line (REF*6R*1) says
nothing, and a line whose control number is its own and whose code alone was put right is the same service still.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claims.billing.models import ClaimLine


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line of a claim, as the claim has it or as one of its submissions billed it; `id` is the claim's line."""

    id: int
    number: int
    control: str
    code: str
    modifiers: str
    charge: Decimal
    service_from: dt.date
    revenue_code: str = ""


def same_services(lines: "Sequence[ClaimLine]", standing: "Sequence[ClaimLine]") -> list[int | None]:
    """For each of `lines` the place among `standing` of the service that it is, or None for a new one.

    Each is taken once; of several alike those that charge something come first, in their order.
    """
    found: list[int | None] = [None] * len(lines)
    order = sorted(range(len(standing)), key=lambda place: (not standing[place].charge, standing[place].number))
    for rung in _RUNGS:
        free: dict[Hashable, list[int]] = {}
        for place in order:
            if place not in found and (key := rung(standing[place])) is not None:
                free.setdefault(key, []).append(place)
        for index, line in enumerate(lines):
            if found[index] is None and (places := free.get(rung(line))):
                found[index] = places.pop(0)
    return found


def _service(line: "ClaimLine") -> str:
    return line.code or line.revenue_code


def _own_control(line: "ClaimLine") -> str:
    return "" if line.control == str(line.number) else line.control


_RUNGS: tuple[Callable[["ClaimLine"], Hashable | None], ...] = (
    lambda line: 0 if line.number == 0 else None,
    lambda line: (line.control, _service(line), line.modifiers, line.service_from) if _own_control(line) else None,
    lambda line: (line.control, _service(line), line.service_from) if _own_control(line) else None,
    lambda line: (_service(line), line.modifiers, line.service_from, line.charge) if line.number else None,
    lambda line: (_service(line), line.modifiers, line.service_from) if line.number else None,
    lambda line: (_service(line), line.service_from, line.charge) if line.number else None,
    lambda line: (_service(line), line.service_from) if line.number else None,
    lambda line: (line.control, line.service_from) if _own_control(line) else None,
    lambda line: (line.control, _service(line)) if _own_control(line) else None,
)
