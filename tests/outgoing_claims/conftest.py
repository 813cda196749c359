"""What the tests of outgoing claims share: a raw store of their own, a practice, files taken in, a collector."""

import pytest

from arwork.staff.models import User
from claims.practices.models import Practice
from tests.cast import make_ana
from tests.edi_intake.conftest import _own_raw_store, practice, take_in

__all__ = ["_own_raw_store", "practice", "take_in"]


@pytest.fixture
def ana(practice: Practice) -> User:
    return make_ana(practice)
