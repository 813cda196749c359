"""Conventions of registries: filled when the apps are ready, in one place each, never by importing a module."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.conventions.source import ROOT, files, short, tree

#: Who fills a registry, and where its entries stand.
REGISTRIES = {
    "arwork.lib.events.subscribe": "_subscribers",
    "arwork.lib.events.subscribe_promptly": "_prompt_subscribers",
    "arwork.lib.events.record_with": "_recorders",
    "arwork.staff.audit_trail.register_seen": "_tables",
    "claims.remits.after_posting.register_follower": "_followers",
    "claims.remits.recoupments.register_takeback_follower": "_followers",
    "claims.credits.figures.register_figures": "_books",
    "claims.credits.figures.register_work": "_work",
    "claims.parties.reach.register_reach": "_sources",
    "claims.receipts.kept_out.register_hold_source": "_sources",
    "claims.receipts.paid_first.register_paid_first": "_sources",
    "claims.remits.undo.register_snapshot_table": "_snapshot_tables",
    "claims.duplicates.person_merge.register_obstacle": "_obstacles",
    "claims.approvals.kinds.register_kind": "_kinds",
    "claims.approvals.authority.register_authority": "_sources",
    "claims.denials.claim_windows.register_correspondence_source": "_sources",
    "claims.denials.outcomes.register_answer_source": "_sources",
    "claims.web.search_results.register_finder": "_finders",
    "claims.web.search_results.register_account_note": "_notes",
    "claims.web.setup_pages.register_attention_source": "_sources",
    "claims.web.money.register_count": "_counts",
    "claims.web.work_status.register_work_status": "_sources",
    "collections_app.contacts.standings.register_standing": "_sources",
    "collections_app.contacts.open_cases.register_case_source": "_sources",
    "collections_app.contacts.debt_facts.register_debt_facts": "_sources",
    "collections_app.contacts.hold_followers.register_hold_follower": "_followers",
    "collections_app.settlements.obstacles.register_obstacle": "_sources",
    "collections_app.help_offers.reached.register_reached": "_sources",
    "collections_app.web.account_panels.register_panel": "_panels",
    "collections_app.web.patients.register_place": "_places",
    "collections_app.web.payer_desk.register_place": "_places",
    "claims.web.payer_panels.register_payer_panel": "_panels",
    "collections_app.web.claim_panels.register_claim_panel": "_panels",
    "collections_app.routes.listening.register_choice_follower": "_followers",
    "collections_app.routes.listening.register_learned_source": "_sources",
    "collections_app.routes.openers.register_opener": "_openers",
    "collections_app.contacts.services.register_keeper": "_keepers",
    "collections_app.disputes.services.register_closed": "_listeners",
    "collections_app.letters.kinds.register_kind": "_kinds",
    "collections_app.ach.listening.register_return_listener": "_listeners",
    "collections_app.assistance.listening.register_decision_listener": "_listeners",
    "collections_app.ach.listening.register_authorization_listener": "_followers",
    "collections_app.payments.listening.register_failure_listener": "_listeners",
    "collections_app.plans.visits.register_pauses": "_sources",
    "collections_app.statements.pay_links.register_pay_links": "_sources",
    "collections_app.statements.timing.register_timing": "_sources",
    "collections_app.statements.settled.register_settled": "_sources",
    "claims.closing.checks.register_check": "_checks",
    "collections_app.deliveries.links.register_link_source": "_sources",
    "collections_app.deliveries.returned.register_mail": "_kinds",
    "claims.closing.reports.register_report": "_reports",
    "claims.edi.answer_listeners.register_status_listener": "_status_listeners",
    "claims.edi.answer_listeners.register_coverage_listener": "_coverage_listeners",
    "collections_app.status_requests.work.register_work_keeper": "_keepers",
}
#: Containers of a module that functions change, and that are memory of a process, not a registry.
MEMORIES = {"arwork/lib/heartbeats.py: _given"}
CHANGES = ("append", "add", "extend", "insert", "update", "setdefault", "pop", "remove", "clear")


@pytest.mark.parametrize("filler", REGISTRIES)
def test_every_registry_is_filled_once_the_apps_are_ready(filler: str) -> None:
    module, _, _ = filler.rpartition(".")
    name = REGISTRIES[filler]
    source = tree(ROOT / _path_of(filler))
    begun = next(node.value for node in source.body if name in _targets(node))
    assert len(getattr(import_module(module), name)) > _length(begun), f"nobody called {filler}"


def test_registries_are_filled_by_the_apps_when_they_are_ready() -> None:
    found = [
        f"{short(path)}:{line} {name}"
        for path in files(".py")
        for name, line in _used_outside_ready(path)
        if name in REGISTRIES
    ]
    assert not found, f"say it in ready() of the app's apps.py, where people look for it: {found}"


def test_no_import_is_there_for_what_it_does() -> None:
    found = [short(path) for path in files(".py") if "F401" in path.read_text()]
    assert not found, f"call a function that says what it does, do not import for an effect: {found}"


def test_every_registry_is_known_here() -> None:
    known = {f"{_path_of(filler)}: {name}" for filler, name in REGISTRIES.items()} | MEMORIES
    found = {f"{short(path)}: {name}" for path in files(".py") for name in _changed_containers(path)}
    assert found == known, f"a registry or a memory of a process: say which, {found ^ known}"


def _path_of(filler: str) -> str:
    module, _, _ = filler.rpartition(".")
    return f"{module.replace('.', '/')}.py"


def _used_outside_ready(path: Path) -> Iterator[tuple[str, int]]:
    """What the file calls or decorates with, by its full name, but for what an app does when it is ready."""
    module, names = tree(path), _full_names(path)
    ready = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef) and node.name == "ready"]
    exempt = {id(inner) for node in ready if path.name == "apps.py" for inner in ast.walk(node)}
    for node in ast.walk(module):
        if id(node) in exempt:
            continue
        used = [node.func] if isinstance(node, ast.Call) else getattr(node, "decorator_list", [])
        for one in used:
            first, dot, rest = ast.unparse(one).partition(".")
            yield f"{names.get(first, first)}{dot}{rest}", one.lineno


def _full_names(path: Path) -> dict[str, str]:
    """Each name that the file imports or defines at its top, with the full name of what it stands for."""
    module = short(path).removesuffix(".py").replace("/", ".")
    found = {node.name: f"{module}.{node.name}" for node in tree(path).body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _changed_containers(path: Path) -> Iterator[str]:
    """Lists, sets and dicts of the module that its functions change."""
    containers = {
        name for node in tree(path).body if _length(getattr(node, "value", None)) >= 0 for name in _targets(node)
    }
    changed = set()
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            local = {
                one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
            }
            changed |= {name for node in ast.walk(function) if (name := _changed(node)) and name not in local}
    yield from sorted(containers & changed)


def _changed(node: ast.AST) -> str:
    """The name of the container that the node changes, if it does."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return ast.unparse(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        return ast.unparse(node.func.value)
    return ""


def _targets(node: ast.AST) -> list[str]:
    """The names that an assignment gives; none of what is no assignment."""
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _length(value: ast.AST | None) -> int:
    """How many entries a literal list, set or dict has; -1 of what is none."""
    if isinstance(value, ast.Dict):
        return len(value.keys)
    return len(value.elts) if isinstance(value, ast.List | ast.Set) else -1
