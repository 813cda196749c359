"""A house of its own, and runs of the night at any moment."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collections_app.retention import services
from collections_app.retention.services import Enforced

Night = Callable[[dt.datetime], Enforced]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    settings.WATCH_DIR = tmp_path / "inbox"
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.LEGAL_HOLD = ""


@pytest.fixture
def night(db: None) -> Night:
    """Delete what is past its term at a moment."""
    return lambda now: services.enforce(today=now.date(), now=now)


def due(code: str, now: dt.datetime) -> tuple[int, dt.date | None]:
    """How many of a kind are past their term at a moment, and the day of the oldest."""
    [one] = [row for row in services.plan(today=now.date(), now=now) if row.kind.code == code]
    return one.due.count, one.due.oldest
