"""A practice with a clearinghouse, claims that were sent before, and drafts of them that are ready."""

import pytest

from collections_app.clearinghouses.models import ClearinghouseConnection
from tests.cast import make_ada, make_sol
from tests.claim_batches.stories import Story
from tests.clearinghouses.stories import connected
from tests.edi_intake.conftest import _own_raw_store, practice, take_in  # noqa: F401


@pytest.fixture
def sol(practice):  # noqa: F811
    return make_sol(practice)


@pytest.fixture
def ada(practice):  # noqa: F811
    return make_ada(practice)


@pytest.fixture
def connection(practice, ada) -> ClearinghouseConnection:  # noqa: F811
    return connected(practice, ada, sender_id="HB01", receiver_id="CLR01", usage="P", is_nightly=True)


@pytest.fixture
def story(take_in, sol, connection) -> Story:  # noqa: F811
    return Story(take_in, sol, connection)
