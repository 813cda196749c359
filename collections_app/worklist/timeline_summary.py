"""A long history at a glance: what machines told folded to one line, and the whole of it in a sentence. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from collections_app.worklist.timeline_books import TimelineEvent

#: What systems told each other. What a payer decided (835) and what people did stand alone.
MACHINE_KINDS = ("837", "Paper", "999", "277CA", "277", "TA1", "Ledger", "Share")
#: A history of so many events is told in a sentence above it.
LONG = 8


@dataclass(frozen=True, slots=True)
class TimelineFold:
    """Events that stand in one line, newest first: one that matters, or several of machines in a row."""

    events: Sequence[TimelineEvent]

    @property
    def is_folded(self) -> bool:
        """Whether the line opens to what it holds."""
        return len(self.events) > 1

    @property
    def newest(self) -> TimelineEvent:
        return self.events[0]

    @property
    def is_new(self) -> bool:
        """Whether anything in it became known since the reader was here."""
        return any(event.is_new for event in self.events)

    @property
    def words(self) -> str:
        """`Sent to Meridian Choice, original, then 999 accepted, 277CA accepted for processing`."""
        told = [event.words if index == 0 else _short(event) for index, event in enumerate(reversed(self.events))]
        return (
            f"{told[0]}; then {', '.join(told[1:])}"
            if len(told) <= 4
            else f"{told[0]}; {len(told) - 1} more, up to {told[-1]}"
        )


def folded(events: Sequence[TimelineEvent]) -> list[TimelineFold]:
    """The events with neighbours that only machines told put into one line; what went wrong stands alone."""
    lines: list[list[TimelineEvent]] = []
    for event in events:
        is_quiet = event.kind in MACHINE_KINDS and event.tone != "red"
        last = lines[-1][-1] if lines else None
        if is_quiet and last is not None and last.kind in MACHINE_KINDS and last.tone != "red":
            lines[-1].append(event)
        else:
            lines.append([event])
    return [TimelineFold(tuple(line)) for line in lines]


def summary_of(events: Sequence[TimelineEvent]) -> str:
    """`Since Aug 22, 2026: sent 2 times, denied once, 4 calls (the last on Nov 25, spoke to Dana), 1 promise`."""
    told = [event for event in events if not event.is_undone]
    if len(told) < LONG:
        return ""
    kinds = Counter(event.kind for event in told)
    denied = sum(event.kind == "835" and event.tone == "red" for event in told)
    calls = [event for event in told if event.kind in ("Call", "Phone")]
    facts = [
        _times("sent", kinds["837"] + kinds["Paper"]),
        _times("denied", denied),
        _times("paid", sum(event.kind == "835" and event.tone == "green" for event in told)),
        _counted(len(calls), "call", f", the last on {_day(calls[0])}" if calls else ""),
        _counted(kinds["Work"], "other step"),
        _counted(kinds["Promise"], "promise"),
        _counted(kinds["Hold"], "hold"),
    ]
    first, said = told[-1].on, ", ".join(fact for fact in facts if fact)
    return f"Since {first:%b} {first.day}, {first.year}: {said}" if said else ""


def _short(event: TimelineEvent) -> str:
    words = f"{event.words[:1].lower()}{event.words[1:]}"
    return words if event.kind in ("837", "Paper", "Ledger", "Share") else f"{event.kind} {words}"


def _day(event: TimelineEvent) -> str:
    return f"{event.on:%b} {event.on.day}: {event.words[:1].lower()}{event.words[1:]}"


def _times(word: str, count: int) -> str:
    return "" if not count else f"{word} {'once' if count == 1 else f'{count} times'}"


def _counted(count: int, word: str, more: str = "") -> str:
    return "" if not count else f"{count} {word}{'s' if count != 1 else ''}{more}"
