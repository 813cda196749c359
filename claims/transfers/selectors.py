"""What was moved by hand on a claim, as its page and the desk show it."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from claims.billing.buckets import Bucket
from claims.transfers.bucket_transfers import may_undo_quietly
from claims.transfers.models import HandTransfer, PostingMove, RebillMark
from claims.transfers.rebill_marks import mark_words, open_marks
from claims.transfers.transfer_rules import REASONS

if TYPE_CHECKING:
    from arwork.staff.models import User


@dataclass(frozen=True)
class ToldTransfer:
    """A transfer by hand in words; `needs_reason` to undo it."""

    row: HandTransfer
    words: str
    needs_reason: bool

    @property
    def reason(self) -> str:
        return REASONS[self.row.reason].words


@dataclass(frozen=True)
class HandMoves:
    """What people moved on a claim and what stands of it."""

    transfers: list[ToldTransfer]
    moves: list[PostingMove]
    mark: RebillMark | None

    @property
    def mark_words(self) -> str:
        return mark_words(self.mark) if self.mark else ""

    @property
    def standing(self) -> list[ToldTransfer]:
        """Transfers that nobody has undone."""
        return [one for one in self.transfers if one.row.undone_on is None]


def hand_moves_of(claim_id: int, *, actor: "User", now: dt.datetime) -> HandMoves:
    """What was moved by hand on a claim that `actor` sees, the newest first. Three queries."""
    rows = HandTransfer.objects.filter(claim=claim_id).select_related("moved_by", "undone_by", "line").order_by("-pk")
    moves = PostingMove.objects.filter(Q(from_claim=claim_id) | Q(to_claim=claim_id))
    moves = moves.select_related("from_claim", "to_claim", "to_line", "original__line", "moved_by", "undone_by")
    told = [ToldTransfer(row, _words(row), not may_undo_quietly(row, actor, now=now)) for row in rows]
    return HandMoves(told, list(moves.order_by("-pk")), open_marks([claim_id]).get(claim_id))


def _words(row: HandTransfer) -> str:
    line = f" of line {row.line.number}" if row.line else ""
    return f"${row.amount:,.2f}{line} moved by hand from {Bucket(row.origin).party} to {Bucket(row.target).party}"
