"""Answers about coverage: 271 (005010X279A1).

Each HL is a level: the payer (20), who asked (21), the subscriber (22), a dependent (23). What is said of a person, EB
by EB, ends with the next level; each person with a TRN, an EB or a refusal (AAA) is given as one answer. Tolerant: what
is not understood is passed over, for payers send far more than anybody reads.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from .hierarchy import Hierarchy
from .problems import Log
from .records import CoverageRead, Envelope, Event, Kind, Plb, Totals, TransactionStart
from .records_271 import Benefit, CoverageAnswer
from .values import amount, at, days
from .walking import note_cut

_PEOPLE = {"22": "subscriber", "23": "dependent"}
_OTHER_PAYERS = frozenset({"PR", "PRP", "SEP", "TTP", "VN"})

_Days = dict[str, tuple[dt.date | None, dt.date | None]]


class _BenefitDraft:
    """What is said under one EB until the next."""

    def __init__(self, e: list[str], repetition: str) -> None:
        self.e = e
        self.services = tuple(part for part in at(e, 3).split(repetition) if part)
        self.amount = amount(at(e, 7))
        try:
            self.percent = Decimal(at(e, 8)) if at(e, 8) else None
        except InvalidOperation:
            self.percent = None
        self.dates: _Days = {}
        self.messages: list[str] = []
        self.payer_name = self.payer_id = self.other_member = ""

    def made(self) -> Benefit:
        e = self.e
        return Benefit(
            at(e, 1), at(e, 2), self.services, at(e, 4), at(e, 5), at(e, 6), self.amount, self.percent, at(e, 12),
            self.dates, tuple(self.messages), self.payer_name, self.payer_id, self.other_member,
        )  # fmt: skip


class _PersonDraft:
    """What is said of one person until the next level."""

    def __init__(self, level: str, n: int) -> None:
        self.level, self.first = level, n
        self.trace = self.name = self.member_id = self.group_number = self.follow_up = ""
        self.dates: _Days = {}
        self.benefits: list[_BenefitDraft] = []
        self.refusals: list[str] = []
        self.is_told = False
        self.log = Log()


class Walk271:
    """One 271 in the making."""

    begins = frozenset({"HL", "EB"})
    kind: Kind = "271"

    def __init__(self, envelope: Envelope, first_segment: int, repetition: str) -> None:
        self.log = Log()
        self.plbs: list[Plb] = []
        self._start: TransactionStart | None = TransactionStart("271", envelope, first_segment)
        self._repetition = repetition or "^"
        self._tree = Hierarchy(frozenset({"20"}))
        self._level = ""
        self._payer = ("", "")
        self._npi = ""
        self._refused_above: list[tuple[str, str]] = []
        self._subscriber: _PersonDraft | None = None
        self._draft: _PersonDraft | None = None
        self._last = first_segment

    def feed(self, group: list[list[str]], n: int, *, cut: bool) -> Sequence[Event]:
        """Take one group; give the events it completes."""
        events: list[Event] = []
        for number, e in enumerate(group, n):
            events += self._take(e, number)
        if cut and self._draft is not None:
            note_cut(self._draft.log, self._last, "answer about coverage")
        return events

    def finish(self) -> Sequence[Event]:
        """The transaction is over."""
        return self._begin() + self._close(is_last=True)

    def totals(self) -> Totals:
        """How many subscribers and dependents were answered about."""
        counts = self._tree.counts
        return Totals(subscribers=counts.get("22", 0), patients=counts.get("23", 0))

    def _begin(self) -> list[Event]:
        events: list[Event] = [self._start] if self._start else []
        self._start = None
        return events

    def _take(self, e: list[str], n: int) -> list[Event]:
        events, tag = self._begin(), e[0]
        self._last = n
        if tag == "HL":
            events += self._close()
            problem = self._tree.enter(e, n)
            self._level = at(e, 3)
            if self._level in _PEOPLE:
                self._draft = _PersonDraft(_PEOPLE[self._level], n)
                if problem:
                    self._draft.log.found.append(problem)
            if self._level == "22":
                self._subscriber = self._draft
        elif tag == "AAA":
            self._refuse(e)
        elif self._draft is None:
            self._above(tag, e)
        elif tag == "EB":
            self._draft.is_told = True
            self._draft.benefits.append(_BenefitDraft(e, self._repetition))
        else:
            self._describe(self._draft, tag, e)
        return events

    def _above(self, tag: str, e: list[str]) -> None:
        if tag == "NM1" and self._level == "20":
            self._payer = (at(e, 3), at(e, 9))
        elif tag == "NM1" and self._level == "21" and at(e, 8) == "XX":
            self._npi = at(e, 9)

    def _refuse(self, e: list[str]) -> None:
        if self._draft is None:
            self._refused_above.append((at(e, 3), at(e, 4)))
            return
        self._draft.is_told = True
        self._draft.refusals.append(at(e, 3))
        self._draft.follow_up = self._draft.follow_up or at(e, 4)

    def _describe(self, draft: _PersonDraft, tag: str, e: list[str]) -> None:
        benefit = draft.benefits[-1] if draft.benefits else None
        if tag == "TRN" and at(e, 1) == "2" and not draft.trace:
            draft.trace, draft.is_told = at(e, 2), True
        elif tag == "DTP":
            (benefit.dates if benefit else draft.dates)[at(e, 1)] = days(at(e, 2), at(e, 3))
        elif tag == "MSG" and benefit:
            benefit.messages.append(at(e, 1))
        elif tag == "NM1" and benefit:
            if at(e, 1) in _OTHER_PAYERS and not benefit.payer_name:
                benefit.payer_name, benefit.payer_id = at(e, 3), at(e, 9)
            elif at(e, 1) == "IL":
                benefit.other_member = at(e, 9)
        elif tag == "NM1" and at(e, 1) in ("IL", "03"):
            draft.name = ", ".join(part for part in (at(e, 3), at(e, 4)) if part)
            draft.member_id = at(e, 9)
        elif tag == "REF":
            self._refer(draft, benefit, e)

    def _refer(self, draft: _PersonDraft, benefit: _BenefitDraft | None, e: list[str]) -> None:
        if benefit and at(e, 1) in ("1W", "1L"):
            benefit.other_member = benefit.other_member or at(e, 2)
        elif not benefit and at(e, 1) in ("6P", "IG"):
            draft.group_number = draft.group_number or at(e, 2)

    def _close(self, *, is_last: bool = False) -> list[Event]:
        draft, self._draft = self._draft, None
        if draft is None:
            if is_last and self._refused_above and self._subscriber is None:
                return [CoverageRead(self._answer(_PersonDraft("subscriber", self._last)))]
            return []
        return [CoverageRead(self._answer(draft))] if draft.is_told else []

    def _answer(self, draft: _PersonDraft) -> CoverageAnswer:
        above = self._subscriber if draft.level == "dependent" else None
        return CoverageAnswer(
            trace=draft.trace or (above.trace if above else ""),
            payer_name=self._payer[0],
            payer_id=self._payer[1],
            provider_npi=self._npi,
            name=draft.name,
            member_id=draft.member_id or (above.member_id if above else ""),
            group_number=draft.group_number or (above.group_number if above else ""),
            dates=draft.dates or (above.dates if above else {}),
            benefits=tuple(one.made() for one in draft.benefits),
            refusals=tuple(draft.refusals) or tuple(code for code, _ in self._refused_above),
            follow_up=draft.follow_up or next((again for _, again in self._refused_above), ""),
            problems=draft.log.take(),
            first_segment=draft.first,
        )
