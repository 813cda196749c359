"""A migration that landed is never changed again (docs/decisions/0008): somebody's database has run it already.

`landed_migrations.sha256` lists each one, and the SQL it reads, with the hash of its content; `sha256sum --check` can
read it too.
"""

import hashlib
import re
from pathlib import Path

import pytest

from arwork.lib.schema import OF_APPEND_ONLY
from tests.conventions.source import APPS, ROOT, short

LIST = Path(__file__).with_name("landed_migrations.sha256")
LANDED = {name: digest for digest, name in (line.split("  ") for line in LIST.read_text().splitlines())}
ON_DISK = {
    short(path): path
    for app in APPS
    for path in sorted((ROOT / app).rglob("migrations/**/*"))
    if path.suffix in (".py", ".sql") and path.name != "__init__.py"
}


@pytest.mark.parametrize("name", LANDED)
def test_a_landed_migration_never_changes(name: str) -> None:
    assert name in ON_DISK, f"{name} landed and is gone. Databases have run it: bring it back as it was."
    found = hashlib.sha256(ON_DISK[name].read_bytes()).hexdigest()
    assert found == LANDED[name], (
        f"{name} landed and was changed. Databases that ran it will never run the change: bring the file back "
        "(git checkout main -- FILE) and write a new migration."
    )


def test_a_new_migration_is_listed_when_it_lands() -> None:
    new = [name for name in ON_DISK if name not in LANDED]
    add = f"sha256sum {' '.join(new)} >> {short(LIST)} && LC_ALL=C sort -k2 -o {short(LIST)} {short(LIST)}"
    assert not new, f"from now on nobody changes these; when they are final, list them:\n{add}"


def test_the_list_is_sorted_and_names_each_file_once() -> None:
    names = [line.split("  ")[1] for line in LIST.read_text().splitlines()]
    assert names == sorted(set(names))


def test_a_migration_that_sets_append_only_triggers_says_so_in_its_name() -> None:
    silent = [
        name
        for name, path in ON_DISK.items()
        if re.search(r"\bTRIGGER\b|append_only\.", path.read_text())
        and not path.name.split(".")[0].endswith(OF_APPEND_ONLY)
    ]
    assert not silent, f"name it ..._{OF_APPEND_ONLY}, or `migrate` will go back past it and lose them: {silent}"
