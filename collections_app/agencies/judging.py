"""What an agency's file says, judged line by line before anything is done: whose it is, what is kept, what is wrong."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.bulk import Among
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff.access import Capability, require
from collections_app.agencies import recalling
from collections_app.agencies.fees import FeeRow, fee_of, percent_of
from collections_app.agencies.layouts import ReportedRow, read_report
from collections_app.agencies.models import Agency, AgencyFee, AgencyFile, AgencyFileRow, AgencyPlacement
from collections_app.agencies.placing import agency_of
from collections_app.agencies.states import GROSS, FileKind, PlacementState, RowKind

if TYPE_CHECKING:
    from arwork.staff.models import User

PAID = (RowKind.PAYMENT, RowKind.DIRECT)
OLDEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A line as it would be taken in: whose it is, what the agency keeps and should keep, what would be done.

    `trouble` says why it can't be read or waits for a person; `is_bad` that the file has to be put right first.
    """

    told: ReportedRow
    placement: AgencyPlacement | None = None
    fee: Decimal = ZERO
    fee_due: Decimal = ZERO
    is_known: bool = False
    trouble: str = ""
    is_bad: bool = False

    @property
    def fee_difference(self) -> Decimal:
        """What it keeps beyond the contract, dollars; below zero what it keeps less."""
        return self.fee - self.fee_due


@dataclass(frozen=True, slots=True)
class Report:
    """A file of an agency as it would be taken in, with its totals. Dollars."""

    agency: Agency
    sha256: str
    rows: Sequence[JudgedRow]
    is_taken: bool = False

    @property
    def fresh(self) -> list[JudgedRow]:
        return [one for one in self.rows if not one.is_known and not one.is_bad]

    @property
    def bad(self) -> list[JudgedRow]:
        return [one for one in self.rows if one.is_bad]

    @property
    def waiting(self) -> list[JudgedRow]:
        return [one for one in self.fresh if one.trouble]

    @property
    def gross(self) -> Decimal:
        """All that was paid, to the agency or to us."""
        return _sum(one.told.amount for one in self.fresh if one.told.kind in PAID)

    @property
    def held(self) -> Decimal:
        """What of it we hold already: it was paid to us."""
        return _sum(one.told.amount for one in self.fresh if one.told.kind == RowKind.DIRECT)

    @property
    def fee(self) -> Decimal:
        return _sum(one.fee for one in self.fresh)

    @property
    def fee_due(self) -> Decimal:
        return _sum(one.fee_due for one in self.fresh)

    @property
    def deposit(self) -> Decimal:
        """What must have arrived: all that was paid, less what we hold and, remitted net, less the fee."""
        kept = ZERO if self.agency.remits == GROSS else self.fee
        return self.gross - self.held - kept


def read(agency_id: int, content: bytes, *, actor: "User", today: dt.date) -> Report:
    """What a file says and what would be done about it. Raises `BadLayout`, `NotFound`."""
    require(actor, Capability.POST_MONEY)
    agency = agency_of(agency_id, actor=actor)
    return judged(agency, content, today=today)


def judged(agency: Agency, content: bytes, *, today: dt.date) -> Report:
    """The lines of a file as they would be taken in. Four queries. Raises `BadLayout`."""
    told = read_report(content, date_format=agency.date_format)
    sha256 = hashlib.sha256(content).hexdigest()
    known = set(
        AgencyFileRow.objects.filter(Among("key", [one.key for one in told]), agency=agency).values_list(
            "key", flat=True
        )
    )
    rows = AgencyPlacement.objects.filter(Among("reference", {one.reference for one in told}), agency=agency)
    placements = {
        one.reference: one
        for one in rows.exclude(state=PlacementState.UNDONE).select_related("account__guarantor", "agency__practice")
    }
    fees = [
        FeeRow(*row)
        for row in AgencyFee.objects.filter(agency=agency).values_list(
            "placement_number", "age_from", "percent", "valid_from"
        )
    ]
    seen: set[str] = set()
    found = []
    for one in told:
        found.append(_judge(one, placements.get(one.reference), fees, known=known, seen=seen, today=today))
        seen.add(one.key)
    is_taken = AgencyFile.objects.filter(agency=agency, sha256=sha256, kind=FileKind.ANSWER).exists()
    return Report(agency, sha256, found, is_taken)


def _judge(
    told: ReportedRow,
    placement: AgencyPlacement | None,
    fees: Sequence[FeeRow],
    *,
    known: set[str],
    seen: set[str],
    today: dt.date,
) -> JudgedRow:
    if told.trouble or told.on is None:
        return JudgedRow(told, trouble=told.trouble, is_bad=True)
    if told.key in seen:
        return JudgedRow(told, trouble="Its key stands in this file twice", is_bad=True)
    if told.on > today or (today - told.on).days > OLDEST_DAYS:
        return JudgedRow(told, trouble="Its date is still to come, or more than a year ago", is_bad=True)
    try:
        ensure_not_sensitive(note=told.note)
    except DomainError:
        return JudgedRow(told, trouble="Its note holds a number that must not be kept", is_bad=True)
    if told.key.startswith((recalling.OURS, recalling.CALLED_BACK)):
        return JudgedRow(told, trouble="Its key is one of ours", is_bad=True)
    if told.key in known:
        return JudgedRow(told, placement, is_known=True)
    if placement is None:
        return JudgedRow(told, fee=told.fee or ZERO, trouble="This agency has no placement of this reference")
    percent = percent_of(fees, number=placement.number, age=placement.age, on=told.on)
    due = fee_of(told.amount, percent) if told.kind in PAID else ZERO
    fee = due if told.fee is None else told.fee
    trouble = ""
    if told.on < placement.placed_on:
        trouble = "It happened before the account was placed"
    elif told.kind in PAID and percent is None:
        trouble = "The contract names no fee for it"
    elif told.kind == RowKind.RETURN and placement.state != PlacementState.PLACED:
        trouble = "The account is not with the agency any more"
    return JudgedRow(told, placement, fee, due, trouble=trouble)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
