"""The table: each figure beside its floor, the ratio, the target and whether it was met."""

import os
import platform
from dataclasses import dataclass, field
from pathlib import Path

from bench.cluster import SETTINGS


@dataclass(frozen=True)
class Figure:
    """One line. `ratio` compares with the floor of the same run; `met` is None where nothing was asked."""

    what: str
    ours: str
    floor: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The cells of its row."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        return self.what, self.floor, self.ours, ratio, self.target, self.verdict

    @property
    def verdict(self) -> str:
        """Met, missed, or nothing where nothing was asked."""
        return "" if self.met is None else ("met" if self.met else "MISSED")


HEAD = ("work", "floor, same run", "arwork", "ratio", "target", "")


@dataclass
class Report:
    """Figures as they come in, printed at once, and written as Markdown at the end."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *figures: Figure) -> None:
        """Print and keep."""
        for figure in figures:
            self.figures.append(figure)
            print("  " + " | ".join(cell for cell in figure.cells() if cell), flush=True)

    def note(self, line: str) -> None:
        """Something that a reader of the figures must know."""
        self.notes.append(line)
        print(f"  {line}", flush=True)

    def missed(self) -> int:
        """How many targets were missed."""
        return sum(figure.met is False for figure in self.figures)

    def markdown(self, title: str) -> str:
        """The table with the conditions under which it was measured."""
        rows = [HEAD, ("---",) * len(HEAD), *(figure.cells() for figure in self.figures)]
        table = "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows)
        settings = ", ".join(f"{name} {value or 'none'}" for name, value in SETTINGS.items() if "log" not in name)
        machine = (
            f"{os.cpu_count()} cores, {_memory_gb()} GB, {platform.system()}, Python {platform.python_version()};"
            " database, web processes and load share the machine"
        )
        notes = "".join(f"* {line}\n" for line in self.notes)
        return f"# {title}\n\n{table}\n\n* {machine}\n* PostgreSQL: {settings}; the rest as it comes\n{notes}"

    def write(self, path: Path, title: str) -> None:
        """Write the Markdown file."""
        path.write_text(self.markdown(title))


def _memory_gb() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def ms(value: float) -> str:
    """Milliseconds as people read them."""
    return f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms"
