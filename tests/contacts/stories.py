"""People of whom the gate is asked, told in a line: where they live, what was tried, what stops."""

import datetime as dt
from zoneinfo import ZoneInfo

from collections_app.contacts import gate
from collections_app.contacts.frequency import Attempt
from collections_app.contacts.gate import AddressFact, GateFacts, Purpose, Verdict
from collections_app.contacts.rules import ContactRuleBook, places_of, shipped_rules
from collections_app.contacts.time_zones import candidate_zones

SHIPPED = ContactRuleBook(shipped_rules())
EASTERN = ZoneInfo("America/New_York")


def eastern(text: str) -> dt.datetime:
    """`2026-11-16 10:00` by the Eastern clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=EASTERN)


def person(*, state: str = "OH", zip_code: str = "43004", phones: tuple[str, ...] = (), **facts: object) -> GateFacts:
    """Somebody who lives there and has these numbers; one of them works."""
    return GateFacts(
        rules=SHIPPED,
        office_zone="America/New_York",
        zones=candidate_zones(places=[(state, zip_code)] if state or zip_code else (), phones=phones),
        places=frozenset(places_of(state=state, zip_code=zip_code)),
        **{"addresses": (AddressFact(99),), **facts},  # type: ignore[arg-type]
    )


def calls(*at: str, **more: object) -> tuple[Attempt, ...]:
    """Calls that went out at these Eastern times."""
    return tuple(Attempt(eastern(one), **more) for one in at)  # type: ignore[arg-type]


def ask(facts: GateFacts, at: str, channel: str = gate.PHONE, purpose: Purpose = Purpose.COLLECTION) -> Verdict:
    """What the gate says at an Eastern time."""
    return gate.verdict(facts, channel, purpose, eastern(at))


def until(found: Verdict) -> str:
    """The first lawful minute, by the Eastern clock."""
    return f"{found.until.astimezone(EASTERN):%Y-%m-%d %H:%M}" if found.until else ""
