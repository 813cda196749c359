"""Gus, who owes $240.00 for a visit on September 14, 2026 and says that it is wrong; Ana, who works his account."""

from types import SimpleNamespace

import pytest

from tests.deliveries.conftest import messages  # noqa: F401 - a fixture
from tests.portal.conftest import indebted


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    """Gus, who owes $240.00."""
    return indebted()
