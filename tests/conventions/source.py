"""The project's own source, parsed once: what the convention tests read."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("arwork", "claims", "collections_app")


def files(*suffixes: str, within: tuple[str, ...] = APPS) -> Iterator[Path]:
    """Files of ours with one of `suffixes`, without migrations and vendored code."""
    for folder in within:
        for path in sorted((ROOT / folder).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.suffix in suffixes and not {"migrations", "vendor", "__pycache__"} & set(parts):
                yield path


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text())


def short(path: Path) -> str:
    """The path as people name it."""
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Each module that the file imports at run time, absolute, with its line."""
    ignored = {id(node) for block in _type_checking(tree(path)) for node in ast.walk(block)}
    for node in ast.walk(tree(path)):
        if id(node) in ignored:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Each call in the file with its dotted name (`dt.datetime.now`), where it has one."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _type_checking(module: ast.Module) -> Iterator[ast.If]:
    for node in ast.walk(module):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield node
