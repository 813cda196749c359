"""What the tests of intake share: a practice, and files taken in from bytes."""

import datetime as dt
import io
from collections.abc import Callable

import pytest

from claims.edi import services
from claims.edi.files import FileResult
from claims.practices.models import Practice
from tests.cast import make_practice

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)

TakeIn = Callable[..., FileResult]


@pytest.fixture(autouse=True)
def _own_raw_store(settings, tmp_path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    settings.WATCH_DIR = tmp_path / "inbox"


@pytest.fixture
def practice(db: None) -> Practice:
    return make_practice()


@pytest.fixture
def take_in(practice: Practice) -> TakeIn:
    def take(content: bytes, **options: object) -> FileResult:
        asked = {"name": "test.x12", "via": "command", "today": TODAY, "now": NOW} | options
        return services.take_in(io.BytesIO(content), **asked)  # type: ignore[arg-type]

    return take
