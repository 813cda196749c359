"""What a 271 says of a person's coverage on a day, and which way that opens for a denied claim. Pure.

EB01 1 to 5 is active, 6 to 8 inactive (X12 list 1390). A plan as a whole is EB03 30; what is said of single services
decides only where nothing is said of the plan. EB01 R names another payer. What is left of the deductible is EB01 C
with EB06 29 (remaining).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from claims.edi.x12.records import Benefit, CoverageAnswer


class CoverageState(StrEnum):
    """Whether somebody is covered."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN_PERSON = "not_found"
    UNCLEAR = "unclear"

    @property
    def words(self) -> str:
        """`Covered`, `Not covered`."""
        return {
            "active": "Covered",
            "inactive": "Not covered",
            "not_found": "Nobody found",
            "unclear": "No clear answer",
        }[self]


_STATES = {
    "active": "Covered",
    "inactive": "Not covered",
    "not_found": "Nobody found",
    "unclear": "No clear answer",
}


class DenialRoute(StrEnum):
    """What an answer suggests for a claim that was denied for its coverage. The codes are those of the routes."""

    REOPEN = "dispute"
    OTHER_PAYER = "other_payer"
    PATIENT = "patient"
    NONE = ""

    @property
    def words(self) -> str:
        """A sentence for the desk."""
        return {
            "dispute": "The payer itself says that the patient was covered on that day: dispute the denial with it.",
            "other_payer": "Another payer is named: bill that one.",
            "patient": "Not covered on that day, and no other payer is named: ask the patient for the right insurance.",
            "": "The answer settles nothing: look at the payer's portal, or call.",
        }[self]


_ACTIVE = frozenset("12345")
_INACTIVE = frozenset("678")
_WHOLE_PLAN = "30"
#: AAA03: the person or the insured could not be found, or what we know of them does not fit (X12 list 901).
_NOT_FOUND = frozenset({"58", "64", "65", "66", "67", "68", "71", "72", "73", "75", "76", "95"})
#: AAA03 in words; what is missing here is said to be refused.
REFUSALS = {
    "15": "Something the payer needs is missing in what we asked",
    "33": "The payer could not read what we asked",
    "35": "Out of the payer's network of services",
    "41": "We are not authorized to ask this payer",
    "42": "The payer cannot answer now",
    "43": "The payer does not know our provider number",
    "51": "The payer does not have our provider on file",
    "58": "The date of birth does not fit",
    "62": "The day of service is further back than the payer answers for",
    "63": "The day of service lies in the future",
    "64": "The patient's id does not fit",
    "65": "The patient's name does not fit",
    "67": "The patient was not found",
    "68": "More than one patient has this id",
    "71": "The patient's date of birth does not fit that of the payer's records",
    "72": "The member id does not fit",
    "73": "The name of the insured does not fit",
    "75": "The insured was not found",
    "76": "More than one insured has this id",
    "80": "The payer has no answer for this kind of question",
}
_BEGINS = ("348", "346", "356")  # benefit begin, plan begin, eligibility begin
_ENDS = ("349", "347", "357")
_SPANS = ("291", "307")  # plan, eligibility


@dataclass(frozen=True, slots=True)
class CoverageFinding:
    """One answer in short. `deductible_left` is None where it is not said; days are None where no day is named."""

    state: CoverageState
    plan: str = ""
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None
    other_payer: str = ""
    other_payer_id: str = ""
    other_member_id: str = ""
    deductible_left: Decimal | None = None
    refusal: str = ""

    @property
    def route(self) -> DenialRoute:
        """What it suggests for a claim denied for its coverage (CARC 26, 27, 31 and their like)."""
        if self.other_payer:
            return DenialRoute.OTHER_PAYER
        if self.state is CoverageState.ACTIVE:
            return DenialRoute.REOPEN
        if self.state in (CoverageState.INACTIVE, CoverageState.UNKNOWN_PERSON):
            return DenialRoute.PATIENT
        return DenialRoute.NONE


def finding_of(answer: CoverageAnswer, *, service_on: dt.date) -> CoverageFinding:
    """What `answer` says of the coverage on `service_on`."""
    other = next((one for one in answer.benefits if one.information == "R" and one.payer_name), None)
    plan = _plan_benefits(answer.benefits)
    live = [one for one in plan if one.information in _ACTIVE]
    on_the_day = [one for one in _dated(live) or live if _covers(_span(answer, [one]), service_on)][:1]
    begins, ends = _span(answer, on_the_day or live or plan)
    named = next((one.plan for one in [*on_the_day, *live, *plan] if one.plan), "")
    return CoverageFinding(
        state=CoverageState.ACTIVE if on_the_day else _state(answer, plan),
        plan=named[:80],
        begins_on=begins,
        ends_on=ends,
        other_payer=other.payer_name if other else "",
        other_payer_id=other.payer_id if other else "",
        other_member_id=other.other_member_id if other else "",
        deductible_left=_deductible_left(answer.benefits),
        refusal=answer.refusals[0] if answer.refusals and not plan else "",
    )


def _plan_benefits(benefits: Iterable[Benefit]) -> list[Benefit]:
    found = [one for one in benefits if one.information in _ACTIVE | _INACTIVE]
    return [one for one in found if _WHOLE_PLAN in one.services or not one.services] or found


def _dated(benefits: Iterable[Benefit]) -> list[Benefit]:
    """Those that say from or until when: they say more of a day than the others."""
    return [one for one in benefits if any(code in one.dates for code in (*_BEGINS, *_ENDS, *_SPANS))]


def _covers(span: tuple[dt.date | None, dt.date | None], day: dt.date) -> bool:
    begins, ends = span
    return (begins is None or begins <= day) and (ends is None or day <= ends)


def _state(answer: CoverageAnswer, plan: list[Benefit]) -> CoverageState:
    """What an answer says that names no active benefit on the day."""
    if plan:
        return CoverageState.INACTIVE
    if any(code in _NOT_FOUND for code in answer.refusals):
        return CoverageState.UNKNOWN_PERSON
    return CoverageState.UNCLEAR


def _span(answer: CoverageAnswer, plan: list[Benefit]) -> tuple[dt.date | None, dt.date | None]:
    places: list[Mapping[str, tuple[dt.date | None, dt.date | None]]] = [*(one.dates for one in plan), answer.dates]
    begins = next((found[code][0] for found in places for code in _BEGINS if code in found), None)
    ends = next((found[code][0] for found in places for code in _ENDS if code in found), None)
    for found in places:
        for code in _SPANS:
            first, last = found.get(code, (None, None))
            begins = begins or first
            ends = ends or (last if last != first else None)
    return begins, ends


def _deductible_left(benefits: Iterable[Benefit]) -> Decimal | None:
    left = [one for one in benefits if one.information == "C" and one.period == "29" and one.amount is not None]
    own = [one for one in left if one.level in ("IND", "")] or left
    in_network = [one for one in own if one.in_network in ("Y", "W", "")] or own
    return in_network[0].amount if in_network else None
