"""The HL tree of 837 and 277: HL01 names a level, HL02 its parent, HL03 what it is."""

from .problems import Problem, Where
from .values import at


class Hierarchy:
    """Checks that every level's parent was seen, without keeping the whole tree of a large file.

    Ids of branches that can have children are kept by level code, the latest of each, except billing providers
    and other roots, of which all are: claims may return to an earlier one.
    """

    def __init__(self, roots: frozenset[str]) -> None:
        self._roots = roots
        self._root_ids: set[str] = set()
        self._latest: dict[str, str] = {}
        self.counts: dict[str, int] = {}

    def enter(self, e: list[str], n: int) -> Problem | None:
        """Note one HL; a warning for what stands under it if its parent is not one that was seen."""
        own, parent, level = at(e, 1), at(e, 2), at(e, 3)
        self.counts[level] = self.counts.get(level, 0) + 1
        known = not parent or parent in self._root_ids or parent in self._latest.values()
        self._latest[level] = own
        if level in self._roots:
            self._root_ids.add(own)
        if known and (parent or level in self._roots):
            return None
        message = f"Segment {n}, HL02: expected the HL01 of an earlier level; the latest one was taken as its parent."
        return Problem(Where(n, "HL", 2), "hl_orphan", message, "warning")
