"""The gate against an oracle that shares no code with it, over random histories.

The suite tries two thousand. `GATE_HISTORIES=1000000 pytest tests/contacts/test_gate_properties.py` tries a million; a
history that fails is named by its seed, which `GATE_SEED` starts from.
"""

import datetime as dt
import os
import random
from zoneinfo import ZoneInfo

from collections_app.contacts import gate
from collections_app.contacts.frequency import Attempt
from collections_app.contacts.gate import AddressFact, GateFacts, HoldFact, Purpose
from collections_app.contacts.quiet_times import QuietTime
from collections_app.contacts.rules import places_of
from tests.contacts.stories import SHIPPED

HISTORIES = int(os.environ.get("GATE_HISTORIES", "2000"))
FIRST_SEED = int(os.environ.get("GATE_SEED", "0"))
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
BEGIN = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu",
)  # fmt: skip
HOMES = (
    ("OH", "43004"), ("MA", "02139"), ("NY", "11432"), ("NY", "12207"), ("DC", "20001"), ("WA", "98101"),
    ("TX", "75201"), ("", ""),
)  # fmt: skip
#: By place: channels that are counted, how many, whether what did not connect counts, and whether debts are told apart.
COUNTS = {
    "": ({"phone"}, 7, False, True),
    "MA": ({"phone", "sms"}, 2, True, True),
    "NYC": ({"phone", "sms", "email"}, 3, True, True),
    "DC": ({"phone"}, 3, True, True),
    "WA": ({"phone", "sms"}, 3, True, False),
}


def oracle_blocks(facts: GateFacts, channel: str, at: dt.datetime) -> bool:
    """Whether a collection contact is forbidden at an instant: the rules once more, told minute by minute."""
    office_day = at.astimezone(ZoneInfo("America/New_York")).date()
    if any(one.from_on <= office_day and (one.until_on is None or office_day <= one.until_on) for one in facts.holds):
        return True
    if channel in ("sms", "email") and not any(one.has_consent for one in facts.addresses):
        return True
    for name in facts.zones:
        clock = at.astimezone(ZoneInfo(name))
        if channel != "letter" and not 8 <= clock.hour < 21:
            return True
        if channel != "letter" and any(_is_quiet(one, clock) for one in facts.quiet):
            return True
        ago = [((clock.date() - one.at.astimezone(ZoneInfo(name)).date()).days, one) for one in facts.attempts]
        for place, (channels, most, unconnected, by_debt) in COUNTS.items():
            if place not in facts.places or channel not in channels or channel == "letter":
                continue
            same = [
                one
                for days, one in ago
                if 0 <= days <= 6
                and one.channel in channels
                and not (one.is_inbound or one.is_requested)
                and (one.is_connected or unconnected)
                and (not by_debt or _meet(one, facts))
            ]
            if len(same) >= most:
                return True
        talks = [days for days, one in ago if one.is_conversation and days >= 0 and _meet(one, facts)]
        if channel == "phone" and talks and min(talks) < 7:
            return True
    return False


def _meet(one: Attempt, facts: GateFacts) -> bool:
    return not one.debts or not facts.debts or not one.debts.isdisjoint(facts.debts)


def _is_quiet(quiet: QuietTime, clock: dt.datetime) -> bool:
    now, today = clock.time(), str(clock.isoweekday())
    yesterday = str((clock.isoweekday() - 2) % 7 + 1)
    if quiet.begins < quiet.ends:
        return today in quiet.weekdays and quiet.begins <= now < quiet.ends
    return (today in quiet.weekdays and now >= quiet.begins) or (yesterday in quiet.weekdays and now < quiet.ends)


def history(dice: random.Random) -> tuple[GateFacts, str, dt.datetime]:
    """Somebody with a past, a channel and an instant."""
    state, zip_code = dice.choice(HOMES)
    debts = frozenset(dice.sample(range(1, 5), dice.randint(0, 2)))
    attempts = tuple(
        Attempt(
            at=BEGIN + MINUTE * dice.randrange(0, 21 * 1440),
            channel=dice.choice(("phone", "phone", "phone", "sms", "email", "letter")),
            is_inbound=dice.random() < 0.15,
            is_connected=dice.random() < 0.8,
            is_requested=dice.random() < 0.1,
            debts=frozenset(dice.sample(range(1, 5), dice.randint(0, 2))),
        )
        for _ in range(dice.choice((0, 1, 2, 4, 8, 14)))
    )
    attempts = tuple(
        Attempt(one.at, "phone", one.is_inbound, True, True, one.is_requested, debts=one.debts)  # noqa: FBT003
        if dice.random() < 0.15
        else one
        for one in attempts
    )
    since = dt.date(2026, 10, 20) + DAY * dice.randrange(0, 25)
    until_on = since + DAY * dice.randrange(0, 9) if dice.random() < 0.8 else None
    holds = (HoldFact("dispute", "Disputed", since, until_on),) if dice.random() < 0.2 else ()
    quiet = ()
    if dice.random() < 0.2:
        hours = [dt.time(dice.randrange(0, 24), dice.choice((0, 30))) for _ in range(2)]
        if hours[0] != hours[1]:
            quiet = (QuietTime(hours[0], hours[1], dice.choice(("1234567", "12345", "67", "3"))),)
    facts = GateFacts(
        rules=SHIPPED,
        office_zone="America/New_York",
        zones=frozenset(dice.sample(ZONES, dice.choice((1, 1, 2, 3)))),
        places=frozenset(places_of(state=state, zip_code=zip_code)),
        attempts=attempts,
        debts=debts,
        holds=holds,
        quiet=quiet,
        addresses=(AddressFact(1, has_consent=dice.random() < 0.8),),
    )
    at = BEGIN + MINUTE * dice.randrange(7 * 1440, 24 * 1440)
    return facts, dice.choice(("phone", "phone", "phone", "sms", "email")), at


def test_the_gate_says_what_the_oracle_says_and_names_the_first_lawful_minute() -> None:
    blocked = lasting = 0
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        dice = random.Random(seed)  # noqa: S311 - a past, not a secret
        facts, channel, at = history(dice)
        found = gate.verdict(facts, channel, Purpose.COLLECTION, at)
        assert found.is_blocked == oracle_blocks(facts, channel, at), seed
        if not found.is_blocked:
            continue
        blocked += 1
        if found.until is None:
            lasting += 1
            continue
        assert found.until > at, seed
        assert not oracle_blocks(facts, channel, found.until), seed
        assert oracle_blocks(facts, channel, found.until - MINUTE), seed
        length = int((found.until - at) / MINUTE)
        for minute in {dice.randrange(length) for _ in range(6)}:
            assert oracle_blocks(facts, channel, at + MINUTE * minute), (seed, minute)
    assert blocked > HISTORIES / 4
    assert lasting < blocked / 2


def test_more_attempts_never_allow_what_fewer_forbid() -> None:
    for seed in range(300):
        dice = random.Random(seed)  # noqa: S311
        facts, channel, at = history(dice)
        more = gate.with_attempt(facts, Attempt(at - MINUTE * dice.randrange(1, 5_000), is_conversation=seed % 3 == 0))
        if gate.verdict(facts, channel, Purpose.COLLECTION, at).is_blocked:
            assert gate.verdict(more, channel, Purpose.COLLECTION, at).is_blocked, seed


def test_what_is_limited_less_is_allowed_wherever_more_is() -> None:
    """A receipt or a call that was asked for is never refused where a collection contact is allowed."""
    for seed in range(300):
        facts, channel, at = history(random.Random(seed))  # noqa: S311
        if not gate.verdict(facts, channel, Purpose.COLLECTION, at).is_blocked:
            for purpose in (Purpose.RECEIPT, Purpose.REQUESTED):
                assert not gate.verdict(facts, channel, purpose, at).is_blocked, (seed, purpose)
