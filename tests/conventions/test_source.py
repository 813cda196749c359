"""Conventions of the source that no linter knows."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.conventions.source import APPS, ROOT, calls, files, imported, short, tree

LONGEST_FILE = 400
EVERYWHERE = (*APPS, "tests", "bench", "templates", "static")
CLOCK = re.compile(
    r"(^|\.)(datetime\.now|datetime\.utcnow|datetime\.today|date\.today|timezone\.now|localdate|localtime)$"
)
CONVERSIONS = ("localtime", "localdate")  # of a moment that was given
MAY_ASK_THE_CLOCK = re.compile(
    r"^arwork/(lib/clock|staff/sessions)\.py$|/(web|api|tasks|management)/|/tasks\.py$|^arwork/(web|api|runner)/"
)
DOMAIN = re.compile(r"^(claims|collections_app)/(?!web/|api/|tasks|management/|admin)")
#: Folders of an app that are no slice of its domain.
EDGES = ("web", "api", "management", "templatetags", "migrations", "demo")
HTTP = ("django.http", "django.shortcuts", "django.views", "django.contrib.messages", "rest_framework", "django_htmx")
#: What a library calls by its name.
HOOKS = ("child_exit", "get_help_text", "on_starting")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        short(path): count
        for path in files(".py", ".html", ".css", ".js", within=EVERYWHERE)
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long, f"a room of this size holds more than one noun: {long}"


def test_only_the_clock_module_reads_the_clock() -> None:
    found = [
        f"{short(path)}:{node.lineno} {name}"
        for path in files(".py")
        if short(path) != "arwork/lib/clock.py"
        for name, node in calls(path)
        if CLOCK.search(name) and not (node.args and name.endswith(CONVERSIONS))
    ]
    assert not found, f"take today or now as an argument, or ask arwork.lib.clock at the edge: {found}"


def test_only_pages_tasks_and_commands_ask_the_clock_module() -> None:
    found = [
        f"{short(path)}:{line}"
        for path in files(".py")
        if not MAY_ASK_THE_CLOCK.search(short(path))
        for name, line in imported(path)
        if name.startswith("arwork.lib.clock")
    ]
    assert not found, f"the domain is told the time, it does not ask: {found}"


def test_the_domain_knows_nothing_of_http() -> None:
    found = [
        f"{short(path)}:{line} {name}"
        for path in files(".py", within=("claims", "collections_app"))
        if DOMAIN.match(short(path))
        for name, line in imported(path)
        if name.startswith(HTTP)
    ]
    assert not found, f"services and selectors speak of claims and people, not of requests: {found}"


def test_vendor_sql_stands_only_in_migrations_and_the_bulk_module() -> None:
    rooms = (
        "backups/databases", "lib/append_only", "lib/bulk", "lib/compiled_query", "lib/locks", "lib/schema",
        "lib/database_roles", "web/health",
    )  # fmt: skip
    allowed = {f"arwork/{room}.py" for room in rooms}
    found = [
        f"{short(path)}:{node.lineno}"
        for path in files(".py")
        if short(path) not in allowed
        for name, node in calls(path)
        if name.endswith(("cursor.execute", ".executemany", "objects.raw", "connection.cursor"))
    ]
    assert not found, f"put it into arwork/lib/bulk.py, for both engines: {found}"


def test_whoever_changes_something_takes_keyword_arguments() -> None:
    """Two facts of one kind in a row are mixed up sooner or later, and here that moves money or records."""
    found = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in files(".py", within=("claims", "collections_app"))
        if DOMAIN.match(short(path)) and _changes_something(path)
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and len(node.args.args) > 2
    ]
    assert not found, f"two positional arguments at most, the rest by name: {found}"


def _changes_something(path: Path) -> bool:
    """Whether the module holds verbs: it keeps the trail or opens transactions."""
    used = [ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
    return path.name == "services.py" or "audit.record" in used or "transaction.atomic" in used


def test_the_domain_contract_names_every_slice() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [domain] = [one for one in contracts if one["name"].startswith("The domain knows nothing")]
    slices = {
        f"{app}.{folder.name}"
        for app in ("claims", "collections_app")
        for folder in (ROOT / app).iterdir()
        if (folder / "__init__.py").exists() and folder.name not in EDGES
    }
    assert slices | {"arwork.staff", "arwork.webhooks"} == set(domain["source_modules"])


def test_a_public_class_has_one_home() -> None:
    homes: dict[str, list[str]] = {}
    for path in files(".py"):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and "commands" not in path.parts:
                homes.setdefault(node.name, []).append(short(path))
    twice = {name: places for name, places in homes.items() if len(places) > 1}
    assert not twice, f"two nouns of one name are two facts that get mixed up: {twice}"


def test_file_and_folder_names_are_words_of_the_glossary() -> None:
    text = (ROOT / "docs/glossary.md").read_text().split("## Where each rule lives")[0]
    known = {_stem(word) for word in re.findall(r"[a-z0-9]+", text.lower())}
    unknown = {
        short(path)
        for path in files(".py", within=("claims", "collections_app"))
        for name in (path.stem.strip("_"), path.parent.name)
        if name not in {"init", *APPS} and not {_stem(word) for word in name.split("_")} <= known
    }
    assert not unknown, f"name it by a noun of the field, or add the word to docs/glossary.md: {sorted(unknown)}"


def _stem(word: str) -> str:
    """A noun's singular, near enough to compare names with the glossary."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s")


def test_every_module_says_what_it_is() -> None:
    found = [short(path) for path in files(".py") if tree(path).body and not ast.get_docstring(tree(path))]
    found = [name for name in found if not name.endswith(("__init__.py", "apps.py"))]
    assert not found, f"a sentence at the top, please: {found}"


def test_every_module_of_models_declares_its_patient_data() -> None:
    found = [
        short(path)
        for path in files(".py")
        if any(
            "models.Model" in ast.unparse(base)
            for node in tree(path).body
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        )
        and "PII:" not in (ast.get_docstring(tree(path)) or "")
    ]
    assert not found, f"say in the docstring, after 'PII:', what these tables know of patients: {found}"


def test_nothing_names_this_machine() -> None:
    pattern = re.compile(r"/(home|root|Users)/\w+/|localhost:\d{4}/")
    found = [
        short(path)
        for path in files(".py", ".html", ".js", ".css", within=(*APPS, "templates", "static"))
        if pattern.search(path.read_text())
    ]
    assert not found, found


def test_a_module_that_calls_itself_pure_is() -> None:
    frameworks = ("django", "celery", "rest_framework", "redis")
    found = [
        f"{short(path)}:{line} {name}"
        for path in files(".py")
        if re.search(r"\bPure\b", ast.get_docstring(tree(path)) or "")
        for name, line in imported(path)
        if name.split(".")[0] in frameworks
    ]
    assert not found, f"arithmetic, gates and schedules import no framework: {found}"


def test_every_function_is_called_by_the_product_itself() -> None:
    """What only tests call does nothing for anybody."""
    words = Counter(
        word
        for path in [*files(".py", ".html", within=(*APPS, "templates")), ROOT / "pyproject.toml"]
        for word in re.findall(r"\w+", path.read_text())
    )
    found = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in files(".py")
        for node in _functions(tree(path))
        if words[node.name] == 1 and node.name not in HOOKS
    ]
    assert not found, f"nothing calls it: {found}"


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions of a module, and what a class of our own alone has: a base from elsewhere may call it by its name."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node
        elif isinstance(node, ast.ClassDef) and not node.bases:
            yield from (one for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("__"))
