"""Shared beginnings of the worklist's stories."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice


@pytest.fixture
def ana() -> User:
    """A collector of the practice that claims belong to unless they say otherwise."""
    return make_ana(make_practice())


@pytest.fixture
def look() -> Callable[..., worklist.Refreshed]:
    """Refresh some claims and their accounts."""

    def refresh(*claims: Claim, today: dt.date = TODAY, event: str = "") -> worklist.Refreshed:
        return worklist.refresh(
            claims=[claim.pk for claim in claims],
            accounts=[claim.account_id for claim in claims],
            today=today,
            now=NOW,
            event=event,
        )

    return refresh


@pytest.fixture
def due_claim(look: Callable[..., Any]) -> Callable[..., WorkItem]:
    """A claim unanswered since September, as the item it became: due now."""

    def make(**of: Any) -> WorkItem:
        claim = make_claim(**of)
        look(claim)
        return WorkItem.objects.get(claim=claim, state="open")

    return make
