"""What whoever approves has to know: what it is about, who owes what now, what was denied, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Sum

from arwork.lib.dates import long_day
from claims.approvals.models import ApprovalRequest
from claims.billing.buckets import BUCKETS, Bucket
from claims.billing.models import Claim
from claims.denials.selectors import denials_of
from claims.ledger.models import Receivable
from claims.payers.code_words import adjustment_words
from collections_app.worklist.timeline import done_on_account, done_on_claim
from collections_app.worklist.timeline_summary import summary_of

if TYPE_CHECKING:
    import datetime as dt

    from arwork.staff.models import User
    from collections_app.worklist.timeline_books import TimelineEvent

MOST, SUMMED = 6, 40


class ToldDenial(NamedTuple):
    """A denial in words."""

    initial_on: "dt.date"
    amount: Decimal
    written_off: Decimal
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class ApprovalStory:
    """A claim or account beside a question about it."""

    headline: str
    owed: Sequence[tuple[str, Decimal]]
    denials: Sequence[ToldDenial] = ()
    summary: str = ""
    done: Sequence["TimelineEvent"] = field(default_factory=tuple)


def story_of(request: ApprovalRequest, *, actor: "User") -> ApprovalStory | None:
    """The story beside a question; None where it is about neither a claim nor an account. Five queries."""
    if request.claim_id:
        return _of_claim(request.claim_id, actor)
    return _of_account(request.account_id, actor) if request.account_id else None


def _of_claim(claim_id: int, actor: "User") -> ApprovalStory:
    claim = Claim.objects.select_related("payer", "patient__person").get(pk=claim_id)
    owed = Receivable.objects.filter(claim=claim_id).values_list("bucket", "amount")
    denials = [
        ToldDenial(row.initial_on, row.amount, row.written_off, adjustment_words(row.group, row.carc), row.state)
        for row in denials_of(claim_id)[:MOST]
    ]
    done = done_on_claim(actor=actor, claim_id=claim_id, most=SUMMED)
    payer = claim.payer.name if claim.payer else "self-pay"
    service = f"service of {long_day(claim.service_from)}, ${claim.charge:,.2f} charged"
    headline = f"{claim.patient.person}, {payer}, {service}"
    return ApprovalStory(headline, _in_order(dict(owed)), denials, summary_of(done), done[:MOST])


def _of_account(account_id: int, actor: "User") -> ApprovalStory:
    owed = Receivable.objects.filter(account=account_id).order_by().values_list("bucket").annotate(total=Sum("amount"))
    done = done_on_account(actor=actor, account_id=account_id, most=SUMMED)
    return ApprovalStory("The account", _in_order(dict(owed)), (), summary_of(done), done[:MOST])


def _in_order(owed: dict[str, Decimal]) -> list[tuple[str, Decimal]]:
    return [(Bucket(bucket).label, owed[bucket]) for bucket in BUCKETS if owed.get(bucket)]
