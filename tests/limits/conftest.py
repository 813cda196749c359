"""An owner who dates limits, and a worklist that follows them."""

import datetime as dt
from collections.abc import Callable

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim
from collections_app.contacts import rule_entry
from collections_app.contacts.gate_models import ContactRule
from collections_app.limits import services
from collections_app.limits.models import Limit
from collections_app.worklist import services as worklist
from tests.cast import NOW, make_oona, make_practice

DECEMBER = dt.date(2026, 12, 1)


@pytest.fixture
def oona(db: None) -> User:
    return make_oona(make_practice())


@pytest.fixture
def decide(oona: User) -> Callable[..., Limit]:
    """Enter a limit, in force from the first of December unless another day is said."""

    def enter(name: str, value: int, since: dt.date = DECEMBER, **more: object) -> Limit:
        draft = services.LimitDraft(name, value, since, "Minutes of the board", **more)  # type: ignore[arg-type]
        return services.add_limit(draft, actor=oona, now=NOW)

    return enter


@pytest.fixture
def rule(oona: User) -> Callable[..., ContactRule]:
    """Enter a contact rule about calls, kept from the first of December unless another day is said."""

    def enter(code: str = "", since: dt.date = DECEMBER, **more: object) -> ContactRule:
        facts: dict[str, object] = {"channels": frozenset({"phone"}), **more}
        draft = rule_entry.ContactRuleDraft(since, "Minutes of the board", code, **facts)  # type: ignore[arg-type]
        return rule_entry.add_contact_rule(draft, actor=oona, now=NOW)

    return enter


@pytest.fixture
def look(db: None) -> Callable[..., None]:
    """Refresh some claims and their accounts as of a day."""

    def refresh(*claims: Claim, on: dt.date) -> None:
        worklist.refresh(
            claims=[claim.pk for claim in claims],
            accounts=[claim.account_id for claim in claims],
            today=on,
            now=dt.datetime.combine(on, dt.time(15), dt.UTC),
        )

    return refresh
