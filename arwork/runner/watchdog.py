"""End groups of processes; as a script, end them when whoever started them dies, however it dies.

The script reads lines `<process group> <rank>` from its standard input. When the other end closes (the
supervisor ended or was killed with SIGKILL) it ends every group it was told of that is still there.
Groups of rank 0 are ended first; then those of rank 1, on which the others lean (a broker, a database).
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable

GRACE_SECONDS = float(os.environ.get("GRACE_SECONDS", "15"))
_STEP_SECONDS = 0.05


def end(groups: Iterable[tuple[int, int]], *, grace: float = GRACE_SECONDS, reap: Callable[[], object]) -> None:
    """Ask each group to stop (SIGTERM), rank by rank; kill what is still there after `grace` seconds.

    `reap` is called while waiting: a parent must collect its dead children, or they look alive.
    """
    known = list(groups)
    for rank in sorted({rank for _, rank in known}):
        members = [group for group, its_rank in known if its_rank == rank]
        for group in members:
            tell(group, signal.SIGTERM)
        if not _gone(members, grace, reap):
            for group in members:
                tell(group, signal.SIGKILL)
            _gone(members, grace, reap)


def tell(group: int, number: int) -> bool:
    """Signal a process group (0 only asks); False when no process of it is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def _gone(groups: list[int], seconds: float, reap: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        reap()
        if not any(tell(group, 0) for group in groups):
            return True
        time.sleep(_STEP_SECONDS)
    return False


def main() -> None:
    """Remember groups until the pipe closes, then end them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # only the end of the pipe ends us
    groups = [tuple(map(int, line.split())) for line in sys.stdin]
    end([(group, rank) for group, rank in groups], reap=lambda: None)


if __name__ == "__main__":
    main()
