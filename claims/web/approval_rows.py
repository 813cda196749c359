"""Questions to a second person as rows: what, how much, who asked, since when, and what the reader may do about it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet
from claims.approvals.authority import authority_now, may_approve
from claims.approvals.kinds import kind_of
from claims.approvals.selectors import is_escalated
from claims.ledger.posting_words import account_words

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.approvals.models import ApprovalRequest

_TONES = {"waiting": "amber", "approved": "green", "refused": "red"}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One question for people."""

    request: "ApprovalRequest"
    what: str
    name: str  # of the claim or account
    address: str
    is_own: bool
    is_mine: bool  # to decide
    is_escalated: bool
    days: int
    is_chosen: bool = False
    trouble: str = ""
    next_id: int = 0

    @property
    def tone(self) -> str:
        return _TONES.get(self.request.state, "plain")


def rows(
    requests: "Iterable[ApprovalRequest]",
    *,
    actor: "User",
    today: dt.date,
    chosen: Collection[int] = (),
    troubles: Mapping[int, str] | None = None,
) -> list[RequestRow]:
    """The questions as rows, in their order. One query for the limits."""
    found, decides = list(requests), may(actor, Capability.DECIDE_SECOND)
    figures = authority_now()
    following = [*(one.pk for one in found[1:]), 0]
    return [
        RequestRow(
            request=one,
            what=what(one),
            name=name_of(one),
            address=address_of(one),
            is_own=one.asked_by_id == actor.pk,
            is_mine=decides and one.asked_by_id != actor.pk and may_approve(
                one.authority, one.weighed_amount, actor=actor, practice_id=one.practice_id, today=today, given=figures
            ),
            is_escalated=is_escalated(one, today),
            days=(today - one.asked_at.date()).days,
            is_chosen=one.pk in chosen,
            trouble=(troubles or {}).get(one.pk, ""),
            next_id=after,
        )
        for one, after in zip(found, following, strict=False)
    ]  # fmt: skip


def what(one: "ApprovalRequest") -> str:
    """`Write-off: timely filing`."""
    words = kind_of(one.kind).words
    return f"{words}: {account_words(one.books_to)}" if one.books_to else words


def name_of(one: "ApprovalRequest") -> str:
    """The number of what it is about, as people call it."""
    if one.claim:
        return one.claim.number
    return f"Account {one.account.number}" if one.account else "Open it"


def address_of(one: "ApprovalRequest") -> str:
    """The page of what it is about."""
    if address := kind_of(one.kind).address:
        return reverse(address, args=[one.subject_id])
    if one.claim_id:
        return reverse("claim", args=[one.claim_id])
    return reverse("account", args=[one.account_id]) if one.account_id else ""


def shown_requests(one: "ApprovalRequest") -> Iterable[tuple[str, int | None]]:
    """Whom a row shows, for the audit trail."""
    return ("approval", one.pk), ("claim", one.claim_id), ("account", one.account_id)


def sheet(requests: "Iterable[ApprovalRequest]", *, today: dt.date) -> Sheet:
    """The questions as a file."""
    columns = [
        Column("What", width=36), Column("Claim or account"), Column("Practice"), Column("Amount", Kind.MONEY),
        Column("Weighed", Kind.MONEY), Column("Asked by"), Column("Asked on", Kind.DATE), Column("Why", width=40),
        Column("Answer due", Kind.DATE), Column("Escalated"), Column("State"), Column("Decided by"),
        Column("Decided on", Kind.DATE), Column("Note", width=40),
    ]  # fmt: skip
    lines = (
        (
            what(one), name_of(one), one.practice.name, one.amount, one.weighed_amount, str(one.asked_by),
            one.asked_at.date(), one.reason, one.escalates_on, "yes" if is_escalated(one, today) else "",
            one.get_state_display(), str(one.decided_by or ""), one.decided_at and one.decided_at.date(), one.note,
        )
        for one in requests
    )  # fmt: skip
    return Sheet("Approvals", columns, lines)
