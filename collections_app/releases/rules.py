"""The clocks of requests, what a copy may cost, and which disclosures the law counts. Pure.

A patient gets access within 30 days, once extended by 30 (45 CFR 164.524(b)(2)); the others within what the practice
promises itself, or by the day that a subpoena names. A patient pays what the copy costs and no more (164.524(c)(4)).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from arwork.lib.money import ZERO
from collections_app.releases.authorization import RequestBasis


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """The figures that hold: days, and dollars of a copy. `*_access` is what a patient pays: cost and no more."""

    access_days: int
    extension_days: int
    own_days: int
    search_fee: Decimal
    page_fee: Decimal
    access_page_fee: Decimal


class RecordPart(NamedTuple):
    """Something that can be asked for; `is_ours` unless another office keeps it."""

    code: str
    label: str
    is_ours: bool = True


PARTS = (
    RecordPart("itemized", "Itemized statement: every service with its charge and what happened to it"),
    RecordPart("claims", "Claims as they were billed: codes, units, charges, payers"),
    RecordPart("ledger", "Ledger of payments and adjustments"),
    RecordPart("documents", "Documents in the file"),
    RecordPart("medical", "Medical records: kept by the clinic, so they are referred there", is_ours=False),
)
OURS = tuple(part.code for part in PARTS if part.is_ours)
#: What 45 CFR 164.528(a)(1) does not except: not treatment, payment or operations, not the patient, not authorized.
_COUNTED = (RequestBasis.SUBPOENA, RequestBasis.COURT_ORDER, RequestBasis.WORKERS)
#: Where no more than is needed may go: 45 CFR 164.502(b). An order, an authorization and the patient are excepted.
_MINIMUM = (RequestBasis.SUBPOENA, RequestBasis.PAYMENT, RequestBasis.WORKERS)


def part_labels(codes: Iterable[str]) -> list[str]:
    """The parts in words, in their order."""
    asked = set(codes)
    return [part.label for part in PARTS if part.code in asked]


def is_counted(basis: RequestBasis) -> bool:
    """Whether the accounting of disclosures must name it (45 CFR 164.528)."""
    return basis in _COUNTED


def needs_minimum(basis: RequestBasis) -> bool:
    """Whether somebody must say why no less would do (45 CFR 164.502(b))."""
    return basis in _MINIMUM


def due_on(
    basis: RequestBasis, received_on: dt.date, figures: RequestFigures, *, asked_by: dt.date | None = None,
    is_extended: bool = False,
) -> dt.date:  # fmt: skip
    """The last day for an answer. A day that the paper names comes first where it is earlier, but for access, whose
    days the law sets; only access can be extended."""
    if basis is RequestBasis.ACCESS:
        days = figures.access_days + (figures.extension_days if is_extended else 0)
        return received_on + dt.timedelta(days=days)
    own = received_on + dt.timedelta(days=figures.own_days)
    return min(own, asked_by) if asked_by else own


def fee_of(basis: RequestBasis, pages: int, figures: RequestFigures) -> Decimal:
    """What a copy of so many pages costs. A patient pays for paper and labor, never for the search; another provider
    or plan that pays for care pays nothing."""
    if basis is RequestBasis.PAYMENT:
        return ZERO
    if basis is RequestBasis.ACCESS:
        return figures.access_page_fee * pages
    return figures.search_fee + figures.page_fee * pages


def match_key(name: str, postal: str) -> str:
    """By what a requester is known once: letters and digits of its name, without what firms add or leave out, and
    five digits of its ZIP."""
    upper = name.upper().replace("'", "").replace("’", "").replace(".", "")
    folded = "".join(char if char.isalnum() else " " for char in upper).split()
    words = [word for word in folded if word not in _ADDED] or folded
    return f"{' '.join(words)[:120]}|{''.join(char for char in postal if char.isdigit())[:5]}"


_ADDED = {"THE", "LLP", "LLC", "PLLC", "PC", "INC", "LAW", "OFFICE", "OFFICES", "OF", "FIRM", "ESQ", "AND", "ATTORNEYS",
          "AT"}  # fmt: skip
