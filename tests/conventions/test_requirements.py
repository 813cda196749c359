"""What the product imports stands among what it installs: `make run` has nothing else."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

from tests.conventions.source import ROOT, files, tree

OURS = {"arwork", "claims", "collections_app"}


def names_of(requirements: str) -> list[str]:
    lines = (ROOT / requirements).read_text().splitlines()
    return [_folded(line.split("==")[0]) for line in lines if "==" in line and not line.startswith("#")]


def _folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip().lower())


def _imported() -> dict[str, str]:
    """What is imported from outside, with a file that does."""
    found = {}
    for path in files(".py", within=tuple(OURS)):
        for node in ast.walk(tree(path)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found.update({name.split(".")[0]: str(path) for name in names})
    return {name: path for name, path in found.items() if name not in OURS | sys.stdlib_module_names}


def test_what_the_product_imports_is_installed_by_make_run() -> None:
    installed, homes = set(names_of("requirements.txt")), packages_distributions()
    imported = _imported()
    assert {"django", "celery", "pypdf"} <= imported.keys()
    missing = {
        name: path
        for name, path in imported.items()
        if not {_folded(home) for home in homes.get(name, [name])} & installed
    }
    assert not missing, f"put these into requirements.txt, with what they need: {missing}"


def test_a_requirement_is_named_once() -> None:
    runtime, tools = names_of("requirements.txt"), names_of("requirements-dev.txt")
    assert len(runtime + tools) == len(set(runtime + tools))
