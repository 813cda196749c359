"""A folder of its own for what is kept."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
