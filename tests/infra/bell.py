"""A worker's application with one slow task, for the tests that kill workers: `celery -A tests.infra.bell`."""

import time
from pathlib import Path
from typing import Any

from arwork.celery import app


@app.task(name="tests.bell")
def bell(*, path: str, seconds: float, **_: Any) -> None:
    """Note the beginning, take a while, note the end."""
    with Path(path).open("a") as notes:
        notes.write("begun\n")
    time.sleep(seconds)
    with Path(path).open("a") as notes:
        notes.write("done\n")
