"""A practice that collects by bank debits, and its supervisor."""

import pytest

from tests.ach.stories import collecting
from tests.cast import make_practice, make_sol


@pytest.fixture
def practice():
    return make_practice()


@pytest.fixture
def sol(practice):
    found = make_sol(practice)
    collecting(practice)
    return found
