"""Letters that we made, as events of the timeline: each leads to its page; one taken back is struck through."""

from collections.abc import Iterable

from collections_app.letters.models import Letter
from collections_app.worklist.timeline_books import TimelineEvent


def letter_events(letters: Iterable[Letter]) -> list[TimelineEvent]:
    """Each letter as one event, `letters` with who made and who took them back (`letters.selectors.letters_about`)."""
    return [
        TimelineEvent(
            on=one.made_on,
            at=one.made_at,
            kind="Letter",
            words=f"{one.title} written",
            detail=_detail(one),
            by=str(one.made_by or ""),
            by_id=one.made_by_id,
            is_undone=hasattr(one, "void"),
            letter_id=one.pk,
            step=5,
        )
        for one in letters
    ]


def _detail(letter: Letter) -> str:
    language = "" if letter.language == "en" else f"in {letter.get_language_display()}"
    void = getattr(letter, "void", None)
    return " · ".join(part for part in (language, f"taken back: {void.reason}" if void else "") if part)
