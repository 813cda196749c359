"""What the page of an outgoing claim shows: its fields with what is wrong beside them, and what the payer answered."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from arwork.lib.money import ZERO
from claims.billing.models import Acknowledgment
from claims.billing.submission_progress import meaning_of
from claims.edi.x12.claim_text import ClaimText
from claims.edi.x12.values import amount
from claims.payers.code_words import adjustment_words, stc_words
from collections_app.claim_edits.findings import Finding
from collections_app.outgoing_claims.differences import Difference
from collections_app.outgoing_claims.field_table import SECTIONS
from collections_app.outgoing_claims.fields import NamedField, fields_of, read_field
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.selectors import events_of
from collections_app.outgoing_claims.services import FIXED

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Sections that stand open however little is wrong in them.
_ALWAYS_OPEN = SECTIONS[:2]


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field: what it says, what it said when it was sent (None: the same), what is wrong with it."""

    field: NamedField
    value: str
    was: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of the form; `line` is the ordinal of a service line, 0 for none."""

    title: str
    line: int
    fields: tuple[ShownField, ...]

    @property
    def is_open(self) -> bool:
        """Whether something in it is wrong or differs, or it is one that is always looked at."""
        noted = any(one.findings or one.was is not None for one in self.fields)
        return noted or self.title in _ALWAYS_OPEN or bool(self.line)


@dataclass(frozen=True, slots=True)
class PayerSaid:
    """One thing that the payer answered: when, in words, how many dollars."""

    on: dt.date
    words: str
    amount: Decimal | None = None


def sections_of(text: ClaimText, findings: Sequence[Finding], changes: Sequence[Difference]) -> list[ShownSection]:
    """The form of a claim, section by section and line by line."""
    beside: dict[str, list[Finding]] = {}
    for finding in findings:
        beside.setdefault(finding.field, []).append(finding)
    was = {change.field: change.was for change in changes if change.field}
    groups: dict[tuple[str, int], list[ShownField]] = {(title, 0): [] for title in SECTIONS}
    for one in fields_of(text):
        if one.name in FIXED:
            continue
        shown = ShownField(one, read_field(text, one.name), was.get(one.name), tuple(beside.get(one.name, ())))
        title = f"Line {one.line}" if one.line else one.about.section
        groups.setdefault((title, one.line), []).append(shown)
    return [ShownSection(title, line, tuple(rows)) for (title, line), rows in groups.items() if rows]


def elsewhere(findings: Sequence[Finding], sections: Sequence[ShownSection]) -> list[Finding]:
    """The findings that belong to no field of the form."""
    named = {one.field.name for section in sections for one in section.fields}
    return [one for one in findings if one.field not in named]


def payer_said(row: OutgoingClaim) -> list[PayerSaid]:
    """What the payer answered: the denials that this claim answers (all that are open where it names none), and the
    rejections of what was sent before. Three queries."""
    denials = list(row.denials.order_by("-initial_on", "pk")) or list(
        row.claim.denials.filter(state="open").order_by("-initial_on", "pk")
    )
    found = [
        PayerSaid(one.initial_on, adjustment_words(one.group, one.carc, one.rarcs.split()), one.amount)
        for one in denials
    ]
    rejected = Acknowledgment.objects.filter(claim=row.claim, kind="277CA", verdict="rejected").order_by("-pk")[:5]
    found += [
        PayerSaid(one.effective_on, stc_words(one.category, one.status_code))
        for one in rejected
        if meaning_of(one.category) == "rejected"
    ]
    return found


def charge_of(text: ClaimText) -> Decimal:
    """What the claim charges (CLM02), zero where it says nothing that is an amount."""
    return amount(read_field(text, "charge")) or ZERO


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One step of the history."""

    title: str
    words: str
    at: dt.datetime
    by: "User | None"


def history_of(row: OutgoingClaim) -> list[ShownEvent]:
    """What happened to it, the latest first. One query."""
    return [ShownEvent(str(one.get_kind_display()), one.words, one.at, one.by) for one in events_of(row)]
