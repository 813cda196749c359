"""The days of a bankruptcy and of an estate: until when a claim is filed, and when others may object. Pure.

What the notice of the court says comes before what is counted; what can't be counted (chapter 11, an estate in a state
without a row) is looked up by a person, and the clock says so.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from arwork.lib.money import ZERO

#: Chapters in which the rules count the days to file a proof of claim (FRBP 3002(c)).
COUNTED_CHAPTERS = ("7", "12", "13")


@dataclass(frozen=True, slots=True)
class CourtFigures:
    """Days that are counted: to file a proof of claim, to object to a discharge after the meeting of creditors, and the
    window of a creditor of an estate from the death (None: not known for the state)."""

    proof_days: int
    objection_days: int
    estate_days: int | None = None
    estate_source: str = ""


@dataclass(frozen=True, slots=True)
class CourtClock:
    """One day of a case: what it is, when (None: to be looked up), from where, and whether it is behind us."""

    code: str
    label: str
    on: dt.date | None
    source: str
    is_done: bool = False

    def is_past(self, today: dt.date) -> bool:
        """Whether the day passed and what it asks for was not done."""
        return self.on is not None and self.on < today and not self.is_done


def bankruptcy_clocks(
    figures: CourtFigures,
    *,
    chapter: str,
    filed_on: dt.date | None,
    meeting_on: dt.date | None,
    notice_on: dt.date | None,
    is_filed: bool,
) -> list[CourtClock]:
    """The days of a bankruptcy. `notice_on` is the last day to file that the court's notice names."""
    return [
        CourtClock("meeting", "Meeting of creditors", meeting_on, "11 USC 341"),
        CourtClock(
            "claim", "Proof of claim by", proof_until(figures, chapter, filed_on, notice_on),
            "the notice of the court" if notice_on else _proof_source(chapter), is_done=is_filed,
        ),
        CourtClock(
            "objection", "Objections to the discharge by", _after(meeting_on, figures.objection_days),
            "FRBP 4004(a), 4007(c)",
        ),
    ]  # fmt: skip


def proof_until(
    figures: CourtFigures, chapter: str, filed_on: dt.date | None, notice_on: dt.date | None
) -> dt.date | None:
    """The last day to file a proof of claim; None where the court sets it and no notice is known, or nobody knows when
    the petition was filed. Of a chapter that is not known the days are counted: the earlier day is the safe one."""
    if notice_on is not None:
        return notice_on
    if chapter and chapter not in COUNTED_CHAPTERS:
        return None
    return _after(filed_on, figures.proof_days)


def estate_clocks(
    figures: CourtFigures, *, died_on: dt.date | None, notice_on: dt.date | None, is_filed: bool
) -> list[CourtClock]:
    """The days of an estate: until when a creditor files, counted from the death, the earliest that a state counts."""
    counted = _after(died_on, figures.estate_days) if figures.estate_days is not None else None
    source = (
        "the notice of the court" if notice_on else figures.estate_source or "look it up at the court of the estate"
    )
    return [CourtClock("claim", "Creditor's claim by", notice_on or counted, source, is_done=is_filed)]


@dataclass(frozen=True, slots=True)
class PetitionLine:
    """One line of a visit: when it was served, and what the patient owes of it."""

    claim_id: int
    line_id: int
    service_on: dt.date
    owed: Decimal


@dataclass(frozen=True, slots=True)
class SplitVisit:
    """What is owed of a visit from before the petition (and of its day), and from after it."""

    claim_id: int
    before: Decimal
    after: Decimal


def split_at(lines: Iterable[PetitionLine], filed_on: dt.date) -> list[SplitVisit]:
    """What is owed of each visit, divided by the day of the petition: services up to that day are stayed, those after
    it are billed as ever (11 USC 362, 727(b)). To the cent: both together are what is owed."""
    before: dict[int, Decimal] = {}
    after: dict[int, Decimal] = {}
    for one in lines:
        side = before if one.service_on <= filed_on else after
        side[one.claim_id] = side.get(one.claim_id, ZERO) + one.owed
    return [SplitVisit(pk, before.get(pk, ZERO), after.get(pk, ZERO)) for pk in sorted({*before, *after})]


def _proof_source(chapter: str) -> str:
    counted = not chapter or chapter in COUNTED_CHAPTERS
    return "FRBP 3002(c), from the petition" if counted else "set by the court: FRBP 3003(c)(3)"


def _after(day: dt.date | None, days: int) -> dt.date | None:
    return day + dt.timedelta(days=days) if day else None
