"""What the acceptance tests share: files go in by the command, and whatever a test did, the books must verify."""

import io
import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from claims.practices.models import Practice
from tests.cast import make_practice

Report = list[dict[str, Any]]
ImportEdi = Callable[..., Report]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    settings.WATCH_DIR = tmp_path / "inbox"


@pytest.fixture
def practice(db: None) -> Practice:
    """Harbor Clinic."""
    return make_practice()


@pytest.fixture
def import_edi(practice: Practice, tmp_path: Path) -> Iterator[ImportEdi]:
    """Put each text or bytes into a file of its own and import them with `--json`; the objects printed.

    After the test every invariant of the books is proven.
    """
    names = count(1)

    def run(*contents: str | bytes, onboarding: bool = False, **options: Any) -> Report:
        paths = []
        for content in contents:
            path = tmp_path / f"{next(names):03d}.x12"
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
        return report_of(*paths, create_missing_claims=onboarding, **options)

    yield run
    call_command("verify_books", verbosity=0, stdout=io.StringIO())


def report_of(*paths: Path, **options: Any) -> Report:
    """What `import_edi --json` prints for these paths; an exit code other than 0 comes last."""
    out, code = io.StringIO(), 0
    try:
        call_command("import_edi", *paths, json=True, stdout=out, **options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    return [*told, {"exit": code}] if code else told
