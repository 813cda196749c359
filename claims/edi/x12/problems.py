"""What was wrong in a file, and exactly where: segment, element, and what was expected there.

Messages never repeat a value from the file. A shifted element can put a name or a member id anywhere, and
problems are logged, shown and exported more widely than claims are.
"""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the file: the ordinal of the segment (1-based, counted over the whole file) and its element."""

    segment: int
    tag: str
    element: int | None = None

    def __str__(self) -> str:
        element = f"{self.element:02d}" if self.element else ""
        return f"segment {self.segment}, {self.tag}{element}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. An `error` means the record around it must not be posted unseen; a `warning` may be."""

    where: Where
    code: str
    message: str
    severity: Severity = "error"


class Log:
    """Collects problems for the record being read, and hands them over when it is finished."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def error(self, segment: int, tag: str, element: int | None, code: str, message: str) -> None:
        """Note something that must keep its record from being posted unseen."""
        self.found.append(Problem(Where(segment, tag, element), code, message, "error"))

    def warn(self, segment: int, tag: str, element: int | None, code: str, message: str) -> None:
        """Note something odd that leaves the record usable."""
        self.found.append(Problem(Where(segment, tag, element), code, message, "warning"))

    def unknown(self, segment: int, tag: str, expected: str, severity: Severity = "error") -> None:
        """Note a segment that does not belong where it stands. Its tag is named only if it looks like one."""
        name = tag if 2 <= len(tag) <= 3 and tag.isalnum() and tag.isascii() and tag.isupper() else "?"
        message = f"Segment {segment}, {name}: expected {expected}."
        self.found.append(Problem(Where(segment, name), "unknown_segment", message, severity))

    def take(self) -> tuple[Problem, ...]:
        """What was found since the last call, in file order."""
        if not self.found:
            return ()
        found, self.found = sorted(self.found, key=lambda problem: problem.where.segment), []
        return tuple(found)
