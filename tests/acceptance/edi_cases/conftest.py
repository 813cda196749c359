"""The looks at the books that one run of a story gives."""

import pytest

from tests.acceptance.edi_cases.playing import CASES, NOW, TODAY, Look, played


@pytest.fixture
def looks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, db: None) -> list[Look]:
    """What was seen at each `@state` of the run; the last one is the story's end."""
    if not CASES.is_dir():
        pytest.skip("needs the stories in ../shared/edi/cases")
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)
    return played(*request.param)
