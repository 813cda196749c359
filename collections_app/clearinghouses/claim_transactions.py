"""Claims as 837 transactions: BHT, submitter and receiver (1000A, 1000B), and the HL tree over the claims. Pure.

Claims of one billing provider stand under it, and under it those of one subscriber; levels are one where their segments
are the same to the letter. A patient who is not the subscriber is a level of its own (HL03 = 23).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from claims.edi.x12.claim_text import ClaimText, Segment
from collections_app.clearinghouses.envelopes import OutgoingTransaction

#: The guides' own limit of claims (CLM) in a transaction.
MOST_CLAIMS = 5_000


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who submits and who receives, as loops 1000A and 1000B name them (NM109 with qualifier 46)."""

    name: str
    submitter_id: str
    contact: str
    phone: str
    receiver_name: str
    receiver_id: str


@dataclass(frozen=True, slots=True)
class ClaimKey:
    """A claim on its way with what it is known by to whoever sends it."""

    key: int
    text: ClaimText


@dataclass(frozen=True, slots=True)
class MadeTransaction:
    """A transaction without its number; `owners` says of each segment (ST counts as the first) whose claims it is
    about: a run of segments from a position on, with the keys of its claims."""

    kind: str
    segments: tuple[Segment, ...]
    owners: tuple[tuple[int, tuple[int, ...]], ...]
    keys: tuple[int, ...]

    def numbered(self, control: str) -> OutgoingTransaction:
        """The transaction under its ST02."""
        return OutgoingTransaction(self.kind, control, self.segments)

    def keys_at(self, position: int) -> tuple[int, ...]:
        """The claims that the segment at `position` is about (ST is 1); all of them in the header."""
        found = self.keys
        for start, keys in self.owners:
            if start > position:
                break
            found = keys
        return found


@dataclass(slots=True)
class _Level:
    """A level of the HL tree: its segments, what stands below it, and its own claims."""

    segments: tuple[Segment, ...]
    below: "dict[tuple, _Level]" = field(default_factory=dict)
    claims: list[ClaimKey] = field(default_factory=list)

    def child(self, key: tuple, segments: tuple[Segment, ...]) -> "_Level":
        return self.below.setdefault(key, _Level(segments))

    def keys(self) -> Iterator[int]:
        yield from (one.key for one in self.claims)
        for level in self.below.values():
            yield from level.keys()


def in_transactions(claims: Sequence[ClaimKey], *, most: int = MOST_CLAIMS) -> list[list[ClaimKey]]:
    """Claims by the transactions that they go in: one form each, `most` claims each, in the order given."""
    forms: dict[str, list[ClaimKey]] = {}
    for one in claims:
        forms.setdefault(one.text.form, []).append(one)
    return [some[at : at + most] for _, some in sorted(forms.items(), reverse=True) for at in range(0, len(some), most)]


def claim_transaction(
    claims: Sequence[ClaimKey], *, submitter: Submitter, reference: str, made_at: dt.datetime
) -> MadeTransaction:
    """One 837 of claims of one form. `reference` (BHT03) is what a 277CA repeats for the whole of it."""
    root = _Level(())
    for one in claims:
        text = one.text
        subscriber = root.child(text.billing, text.billing).child(
            (text.subscriber, bool(text.patient)), text.subscriber
        )
        level = subscriber.child(text.patient, text.patient) if text.patient else subscriber
        level.claims.append(one)
    writing = _Writing(list(_header(submitter, reference, made_at)))
    for billing in root.below.values():
        writing.level(billing, "", ("20", "22", "23"))
    form = claims[0].text.form
    keys = tuple(one.key for one in claims)
    return MadeTransaction(f"837{form}", tuple(writing.segments), tuple(writing.owners), keys)


@dataclass(slots=True)
class _Writing:
    segments: list[Segment]
    owners: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    levels: int = 0

    def level(self, level: _Level, parent: str, codes: Sequence[str]) -> None:
        self.levels += 1
        number = str(self.levels)
        self.begin(tuple(level.keys()))
        self.segments.append(("HL", number, parent, codes[0], "1" if level.below else "0"))
        self.segments += level.segments
        for one in level.claims:
            self.begin((one.key,))
            self.segments += one.text.claim
        for below in level.below.values():
            self.level(below, number, codes[1:])

    def begin(self, keys: tuple[int, ...]) -> None:
        self.owners.append((len(self.segments) + 2, keys))  # ST stands before them


def _header(submitter: Submitter, reference: str, made_at: dt.datetime) -> Iterator[Segment]:
    yield ("BHT", "0019", "00", reference, f"{made_at:%Y%m%d}", f"{made_at:%H%M}", "CH")
    yield ("NM1", "41", "2", submitter.name, "", "", "", "", "46", submitter.submitter_id)
    yield ("PER", "IC", submitter.contact, "TE", submitter.phone)
    yield ("NM1", "40", "2", submitter.receiver_name, "", "", "", "", "46", submitter.receiver_id)
