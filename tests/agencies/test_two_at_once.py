"""Two people place the same account at the same moment: one of them does (PostgreSQL)."""

from uuid import uuid4

import pytest

from arwork.lib.errors import DomainError
from collections_app.agencies.models import AgencyPlacement, PlacementBatch
from collections_app.agencies.placing import place
from tests.cast import NOW, TODAY
