"""May this person be contacted now, through this channel, to this end? Pure; every function takes its instant.

`verdict` reads facts and answers with the strictest of what speaks: block before warn before allow. Of several reasons
to block the strongest is named (RULES 11.9), not the oldest, and `until` is the first minute at which none is left, as
things stand; None where somebody has to change something first.

How a reason ends is said by the reason itself: each block holds without a gap from the instant asked about to its
`until`. So the latest of these is no minute too late, and asking again from there until nothing blocks is exact.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from arwork.lib.dates import short_day
from collections_app.contacts import call_hours, frequency
from collections_app.contacts.cautions import Caution
from collections_app.contacts.frequency import Attempt, CallPause
from collections_app.contacts.quiet_times import QuietTime, quiet_until
from collections_app.contacts.rules import WORK, ContactRuleBook, ContactRuling

PHONE, SMS, EMAIL, LETTER = "phone", "sms", "email", "letter"
#: Channels through which somebody is disturbed at once.
AT_ONCE = frozenset({PHONE, SMS, EMAIL})
#: So many reasons may follow one another before the search for the first lawful minute is given up.
_MOST_STEPS = 400
_EVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class Answer(StrEnum):
    """What the gate says; the last is the strictest."""

    ALLOW = "allow"
    WARN = "warn"
    BLOCK = "block"


class Purpose(StrEnum):
    """To what end somebody is contacted."""

    COLLECTION = "collection"
    STATEMENT = "statement"
    PLAN = "plan"
    RECEIPT = "receipt"
    REQUESTED = "requested"
    LOCATION = "location"
    ASSISTANCE = "assistance"
    LEGAL_NOTICE = "legal_notice"
    LEGAL = "legal"


#: What no count and no wait limits: it was asked for, it confirms, or the law demands it.
UNCOUNTED = frozenset({Purpose.RECEIPT, Purpose.REQUESTED, Purpose.LEGAL_NOTICE})
_HELPFUL = frozenset({Purpose.RECEIPT, Purpose.REQUESTED, Purpose.ASSISTANCE, Purpose.LEGAL_NOTICE, Purpose.LOCATION})
#: By reason of a hold, the strongest first (RULES 11.9): what it lets through.
HOLDS: dict[str, frozenset[Purpose]] = {
    "bankruptcy": frozenset({Purpose.RECEIPT}),
    "discharge": frozenset({Purpose.RECEIPT}),
    "cease": frozenset({Purpose.RECEIPT, Purpose.REQUESTED, Purpose.LEGAL_NOTICE}),
    "attorney": frozenset({Purpose.RECEIPT, Purpose.REQUESTED}),
    "deceased": frozenset({Purpose.RECEIPT}),
    "nsa": _HELPFUL,
    "dispute": _HELPFUL,
    "assistance": _HELPFUL | {Purpose.STATEMENT},
    "appeal": _HELPFUL | {Purpose.STATEMENT},
    "correction": _HELPFUL,
}
#: Holds of a person: they stop what is asked of any of their accounts.
OF_PERSON = frozenset({"bankruptcy", "cease", "attorney", "deceased"})
_HOLD_SOURCES = {
    "bankruptcy": "11 USC 362",
    "discharge": "11 USC 524(a)",
    "cease": "12 CFR 1006.6(c)",
    "attorney": "12 CFR 1006.6(b)(2)",
    "deceased": "12 CFR 1006.6(a)(4)",
    "nsa": "45 CFR 149.620",
    "dispute": "12 CFR 1006.38",
    "assistance": "26 CFR 1.501(r)-6",
    "appeal": "medical-debt law of the state",
    "correction": "the payer corrects what it decided",
}
_LICENCE, _MINOR, _CAUTION, _STANDING = 20, 21, 22, 30
_CONSENT, _ADDRESS, _COUNT, _WAIT, _QUIET, _HOURS = 40, 41, 50, 51, 60, 61


@dataclass(frozen=True, slots=True)
class HoldFact:
    """A reason to stop: since when, its last day (None: until lifted), and the claim it is about (None: everything)."""

    reason: str
    words: str
    from_on: dt.date
    until_on: dt.date | None = None
    claim_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddressFact:
    """A number, e-mail or postal address: its kind (home, cell, work; empty where nobody knows), whether it reaches
    nobody, whether its owner consents to the channel asked about, and whether they forbade it."""

    address_id: int
    kind: str = ""
    is_wrong: bool = False
    has_consent: bool = False
    is_forbidden: bool = False


@dataclass(frozen=True, slots=True)
class GateFacts:
    """Everything that bears on a contact with one person about one account.

    `zones` are all in which the person may be; `places` what rules call the places where they may live (`places_of`).
    `profile` None: nobody said in whose name the account is worked, so the rules of all are kept. `debts` are the
    claims the contact is about; none: all of the account. `cautions` are what is to be minded about these debts.
    `address` is the one to be used, where it is chosen already; `addresses` are those of the channel, `only_addresses`
    those that the person wants to be reached at instead of any other. `standing` says why nothing is asked for now: a
    plan is kept, no statement was sent yet. `no_work_until` is the last day on which the person is not to be reached at
    work (`dt.date.max`: for good), `minor_until` the day on which they come of age.
    """

    rules: ContactRuleBook
    office_zone: str
    zones: frozenset[str]
    places: frozenset[str]
    profile: str | None = None
    practice_id: int | None = None
    licences: frozenset[str] = frozenset()
    attempts: tuple[Attempt, ...] = ()
    debts: frozenset[int] = frozenset()
    holds: tuple[HoldFact, ...] = ()
    standing: str = ""
    cautions: tuple[Caution, ...] = ()
    address: AddressFact | None = None
    addresses: tuple[AddressFact, ...] = ()
    only_addresses: frozenset[int] = frozenset()
    quiet: tuple[QuietTime, ...] = ()
    no_work_until: dt.date | None = None
    minor_until: dt.date | None = None
    representative: str = ""

    def day(self, at: dt.datetime) -> dt.date:
        """The office's day, by which rules and holds begin and end."""
        return at.astimezone(ZoneInfo(self.office_zone)).date()

    def kept(self, at: dt.datetime) -> tuple[ContactRuling, ...]:
        """The rules that are kept at an instant."""
        return self.rules.kept(self.places, profile=self.profile, practice_id=self.practice_id, on=self.day(at))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: why, by which rule or hold, where that is written, and the first lawful minute (UTC; None while
    nobody knows of one, or where nothing blocks)."""

    answer: Answer
    reason: str = ""
    rule: str = ""
    source: str = ""
    until: dt.datetime | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether the contact is forbidden."""
        return self.answer == Answer.BLOCK


@dataclass(frozen=True, slots=True)
class Block:
    """One reason to block. It holds from the instant asked about up to `until` without a gap (None: without end)."""

    rank: int
    reason: str
    rule: str
    source: str
    until: dt.datetime | None


def verdict(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> Verdict:
    """Whether the person may be contacted at `at`. Raises `ValueError` for an instant without a zone."""
    if at.tzinfo is None:
        raise ValueError("the gate needs an aware instant")
    found = list(blocks(facts, channel, purpose, at))
    if found:
        strongest = min(found, key=lambda one: (one.rank, one.rule))
        until = first_lawful_minute(facts, channel, purpose, at)
        return Verdict(Answer.BLOCK, strongest.reason, strongest.rule, strongest.source, until)
    return _warning(facts, channel, purpose, at) or Verdict(Answer.ALLOW)


def first_lawful_minute(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> dt.datetime | None:
    """The first instant from `at` on at which nothing blocks, as things stand; None when something has to change."""
    for _ in range(_MOST_STEPS):
        ends = [one.until for one in blocks(facts, channel, purpose, at)]
        if not ends:
            return at.astimezone(dt.UTC)
        known = [end for end in ends if end is not None]
        if len(known) < len(ends):
            return None
        at = max(known)
    return None


def blocks(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    """Every reason to block at an instant, in no order."""
    yield from _of_holds(facts, purpose, at)
    yield from _of_person(facts, channel, purpose, at)
    yield from _of_money(facts, purpose, at)
    yield from _of_addresses(facts, channel, purpose, at)
    change = _midnight(facts.rules.changes_after(facts.day(at)), facts.office_zone)
    for rule in facts.kept(at):
        if rule.speaks_for(channel=channel, purpose=purpose):
            for one in _of_rule(facts, rule, channel, purpose, at):
                yield _cut(one, change)
    if channel in AT_ONCE and purpose not in (Purpose.RECEIPT, Purpose.REQUESTED):
        yield from _of_quiet(facts, at)


def frequency_blocks(facts: GateFacts, channel: str, at: dt.datetime) -> Iterator[Block]:
    """Of the reasons against a collection contact those that count attempts and conversations."""
    change = _midnight(facts.rules.changes_after(facts.day(at)), facts.office_zone)
    for rule in facts.kept(at):
        if rule.speaks_for(channel=channel, purpose=Purpose.COLLECTION):
            for one in _of_count(facts, rule, at):
                yield _cut(one, change)


def pause_of(facts: GateFacts, at: dt.datetime, *, channel: str = PHONE) -> CallPause | None:
    """What the count of attempts and conversations forbids on the day of `at`, and the office's first day on which it
    forbids nothing; tomorrow where no day is known. Of several reasons the one that lasts longest."""
    first, day = None, at
    for _ in range(_MOST_STEPS):
        found = list(frequency_blocks(facts, channel, day))
        if not found:
            break
        last = max(found, key=lambda one: one.until or _EVER)
        first = first or last
        if last.until is None:
            day = at + dt.timedelta(days=1)
            break
        day = last.until
    return CallPause(facts.day(day), first.reason, first.source) if first else None


def with_attempt(facts: GateFacts, attempt: Attempt) -> GateFacts:
    """The facts as they are once this attempt was made."""
    return replace(facts, attempts=(*facts.attempts, attempt))


def _of_holds(facts: GateFacts, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    day = facts.day(at)
    for hold in facts.holds:
        if purpose in HOLDS[hold.reason] or not hold.from_on <= day <= (hold.until_on or dt.date.max):
            continue
        if _is_of_part(hold, facts):
            continue
        until = _midnight(hold.until_on + dt.timedelta(days=1), facts.office_zone) if hold.until_on else None
        rank = [*HOLDS].index(hold.reason)
        yield Block(
            rank, f"{hold.words} since {short_day(hold.from_on)}", hold.reason, _HOLD_SOURCES[hold.reason], until
        )


def _is_of_part(hold: HoldFact, facts: GateFacts) -> bool:
    """A hold of one claim, while the contact is about others as well."""
    if hold.claim_id is None or hold.reason in OF_PERSON:
        return False
    held = {one.claim_id for one in facts.holds if one.claim_id is not None}
    return not facts.debts or not facts.debts <= held


def _of_person(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    of_age = facts.minor_until
    if of_age is None or facts.representative or purpose == Purpose.RECEIPT or channel not in AT_ONCE:
        return
    if facts.day(at) < of_age:
        until = _midnight(of_age, facts.office_zone) if of_age < dt.date.max else None
        yield Block(_MINOR, "a minor: speak with the parent or guardian", "minor", "12 CFR 1006.6(a)(2)", until)


def _of_money(facts: GateFacts, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    if facts.standing and purpose in (Purpose.COLLECTION, Purpose.LEGAL):
        yield Block(_STANDING, facts.standing, "standing", "What was agreed is kept", None)
    for one in facts.cautions:
        if purpose in one.blocks and one.speaks_for(facts.debts, facts.day(at)):
            yield Block(_CAUTION, one.words, one.rule, one.source, None)


def _of_addresses(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    one = facts.address
    asked = (one,) if one else tuple(known for known in facts.addresses if not known.is_wrong)
    if asked and all(known.is_forbidden for known in asked):
        yield Block(_CONSENT, "the person forbade it", "forbidden", "12 CFR 1006.14(h)", None)
    if one is None:
        return
    if one.is_wrong and channel != LETTER:
        yield Block(_ADDRESS, "it is known to reach somebody else or nobody", "wrong", "marked as wrong", None)
    if facts.only_addresses and one.address_id not in facts.only_addresses:
        words = "the person wants to be reached elsewhere"
        yield Block(_ADDRESS, words, "confidential", "45 CFR 164.522(b)", None)
    if one.kind == WORK and facts.no_work_until is not None and purpose != Purpose.REQUESTED:
        last = facts.no_work_until
        if facts.day(at) <= last:
            until = None if last == dt.date.max else _midnight(last + dt.timedelta(days=1), facts.office_zone)
            yield Block(_ADDRESS, "not at work: it is prohibited or inconvenient", "work", "12 CFR 1006.6(b)(3)", until)


def _of_rule(facts: GateFacts, rule: ContactRuling, channel: str, purpose: Purpose, at: dt.datetime) -> Iterator[Block]:
    if rule.needs_licence and facts.profile == "third_party" and rule.jurisdiction not in facts.licences:
        words = f"no licence to collect in {rule.jurisdiction} is in force"
        yield Block(_LICENCE, words, rule.code, rule.source, None)
    if rule.needs_consent and not _has_consent(facts):
        words = {SMS: "no consent to texts", EMAIL: "no consent to e-mail"}.get(channel, "no consent")
        yield Block(_CONSENT, words, rule.code, rule.source, None)
    if purpose not in UNCOUNTED:
        yield from _of_count(facts, rule, at)
    if (rule.opens is not None or rule.closes is not None) and purpose != Purpose.RECEIPT:
        yield from _of_hours(facts, rule, at)


def _has_consent(facts: GateFacts) -> bool:
    asked = (facts.address,) if facts.address else facts.addresses
    return any(one.has_consent and not one.is_wrong for one in asked)


def _of_count(facts: GateFacts, rule: ContactRuling, at: dt.datetime) -> Iterator[Block]:
    if not facts.attempts and rule.most != 0:
        return
    kind = facts.address.kind if facts.address else ""
    counted = frequency.counted(facts.attempts, rule, debts=facts.debts, kind=kind)
    if counted is None:
        return
    if (full := frequency.is_full(counted, rule, zones=facts.zones, at=at)) is not None:
        yield Block(_COUNT, full.words, rule.code, rule.source, full.until)
    talks = frequency.conversations(facts.attempts, rule, debts=facts.debts)
    if (wait := frequency.waits(talks, rule, zones=facts.zones, at=at)) is not None:
        yield Block(_WAIT, wait.words, rule.code, rule.source, wait.until)


def _of_hours(facts: GateFacts, rule: ContactRuling, at: dt.datetime) -> Iterator[Block]:
    opens, closes = rule.opens or dt.time.min, rule.closes or dt.time.min
    zones = sorted(facts.zones)
    if not call_hours.is_open_everywhere(at, opens=opens, closes=closes, zones=zones):
        until = call_hours.opens_next_everywhere(at, opens=opens, closes=closes, zones=zones)
        words = f"outside {opens:%H:%M} to {closes:%H:%M} where the person may be"
        yield Block(_HOURS, words, rule.code, rule.source, until)


def _of_quiet(facts: GateFacts, at: dt.datetime) -> Iterator[Block]:
    ends = [end for quiet in facts.quiet for zone in facts.zones if (end := quiet_until(quiet, zone, at)) is not None]
    if ends:
        yield Block(_QUIET, "a time at which the person asked for quiet", "quiet", "12 CFR 1006.6(b)(1)", max(ends))


def _warning(facts: GateFacts, channel: str, purpose: Purpose, at: dt.datetime) -> Verdict | None:
    """What somebody has to mind though nothing blocks."""
    part = next((one for one in facts.holds if _is_of_part(one, facts) and purpose not in HOLDS[one.reason]), None)
    if part is not None and part.from_on <= facts.day(at) <= (part.until_on or dt.date.max):
        words = f"one visit is on hold: {part.words.lower()}"
        return Verdict(Answer.WARN, words, part.reason, _HOLD_SOURCES[part.reason])
    told = (one for one in facts.cautions if purpose in one.warns and one.speaks_for(facts.debts, facts.day(at)))
    if (caution := next(told, None)) is not None:
        return Verdict(Answer.WARN, caution.words, caution.rule, caution.source)
    if facts.representative and channel in AT_ONCE:
        return Verdict(Answer.WARN, f"speak with {facts.representative}", "representative", "12 CFR 1006.6(a)")
    reached_at = (facts.address,) if facts.address else facts.addresses
    if channel == PHONE and all(one.is_wrong for one in reached_at):
        return Verdict(Answer.WARN, "no working number is known", "no_number")
    if channel == LETTER and reached_at and all(one.is_wrong for one in reached_at):
        return Verdict(Answer.WARN, "mail came back from the address", "returned_mail")
    return None


def _cut(block: Block, change: dt.datetime | None) -> Block:
    """A block by a rule holds at most until the rules change: then they are asked again."""
    if change is None or (block.until is not None and block.until <= change):
        return block
    return replace(block, until=change)


def _midnight(day: dt.date | None, zone: str) -> dt.datetime | None:
    return frequency.midnight(day, zone) if day else None
