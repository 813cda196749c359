"""Batches as people look for them: what is ready to leave, what is out, what nobody answered, one with its claims."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from arwork.lib import tabs
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import practice_ids
from claims.billing.models import Acknowledgment, Submission
from claims.payers.code_words import stc_words
from collections_app.claim_batches.models import BatchClaim, BatchEvent, ClaimBatch
from collections_app.claim_batches.states import (
    BEFORE_SENDING,
    TABS,
    BatchClaimState,
    ClaimBatchState,
)
from collections_app.clearinghouses import selectors as clearinghouses
from collections_app.clearinghouses.models import ClearinghouseConnection, OutgoingFile
from collections_app.clearinghouses.states import PRODUCTION
from collections_app.outgoing_claims.models import OutgoingClaim
from collections_app.outgoing_claims.selectors import ready_claims

if TYPE_CHECKING:
    from arwork.staff.models import User

_OVER = (ClaimBatchState.ANSWERED, ClaimBatchState.CANCELED, ClaimBatchState.FAILED)
_REJECTED = Submission.State.REJECTED


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """What waits for a connection of one payer and form: how many claims, and what they charge in the books."""

    payer: str
    form: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReadyConnection:
    """A connection with what is ready to leave through it."""

    connection: ClearinghouseConnection
    lines: list[ReadyLine]

    @property
    def count(self) -> int:
        return sum(one.count for one in self.lines)

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """How the claims of a batch that was sent stand: how many at each place, and what the rejected ones charge."""

    sent: int
    received: int
    accepted: int
    rejected: int
    rejected_amount: Decimal

    @property
    def total(self) -> int:
        return self.sent + self.received + self.accepted + self.rejected


def claims_to_send(connection: ClearinghouseConnection, *, today: dt.date) -> QuerySet[OutgoingClaim]:
    """Ready claims that go through a connection: one for all payers leaves to others those that they name."""
    rows = ready_claims(practice_id=connection.practice_id, connection=connection)
    if connection.all_payers:
        for form, payers in clearinghouses.payers_named_elsewhere(connection, today=today).items():
            rows = rows.exclude(claim__form=form, payer__in=payers) if payers else rows
    return rows


def ready_connections(actor: "User", *, today: dt.date) -> list[ReadyConnection]:
    """Every standing connection of the actor's practices with what is ready for it, by payer and form."""
    rows = clearinghouses.standing_connections(today=today).filter(practice__in=practice_ids(actor))
    found = []
    for one in rows.select_related("practice").order_by("practice__name", "name", "pk"):
        counted = claims_to_send(one, today=today).order_by().values_list("payer__name", "claim__form")
        summed = counted.annotate(Count("pk"), Sum("claim__charge")).order_by("payer__name", "claim__form")
        lines = [ReadyLine(payer, form, count, amount or ZERO) for payer, form, count, amount in summed]
        found.append(ReadyConnection(one, lines))
    return found


def unrouted_count(actor: "User", *, today: dt.date) -> int:
    """Ready claims of the actor's practices that no standing connection carries."""
    practices = list(practice_ids(actor))
    left = OutgoingClaim.objects.filter(practice__in=practices, state=OutgoingClaim.State.READY)
    for one in clearinghouses.standing_connections(today=today).filter(practice__in=practices):
        left = left.exclude(pk__in=claims_to_send(one, today=today).order_by().values("pk"))
    return left.count()


def nightly_connections(*, today: dt.date) -> list[ClearinghouseConnection]:
    """Connections whose ready claims leave by themselves: those in production only."""
    return list(clearinghouses.standing_connections(today=today).filter(is_nightly=True, usage=PRODUCTION))


def batches_seen_by(actor: "User", *, tab: str, now: dt.datetime) -> QuerySet[ClaimBatch]:
    """The batches of a tab in the actor's practices, the latest first."""
    return _mine(actor).filter(_in_tab(tab, now=now)).select_related("connection", "practice", "file").order_by("-pk")


def batch_tabs(actor: "User", *, now: dt.datetime) -> list[tabs.TabFigure]:
    """Every tab with how many batches stand in it, and what they charge. One query."""
    return tabs.tab_figures(_mine(actor), TABS, among=partial(_in_tab, now=now), adds=lambda _: "amount")


def waiting_count(actor: "User", *, today: dt.date, now: dt.datetime) -> int:
    """How much waits for somebody: connections with ready claims, batches to be sent, unanswered or refused."""
    ready = sum(1 for one in ready_connections(actor, today=today) if one.count)
    todo = _in_tab("", now=now) | _in_tab("unanswered", now=now) | Q(state=ClaimBatchState.REFUSED)
    return ready + _mine(actor).filter(todo).count()


def unanswered_count(actor: "User", *, now: dt.datetime) -> int:
    """Batches whose answer is late."""
    return _mine(actor).filter(_in_tab("unanswered", now=now)).count()


def own_batch(batch_id: int, *, actor: "User", locked: bool = False) -> ClaimBatch:
    """A batch of the actor's practices. Raises `NotFound`."""
    rows = ClaimBatch.objects.select_for_update(of=("self",)) if locked else ClaimBatch.objects.all()
    rows = rows.select_related("connection", "practice", "file", "made_by", "anew_of")
    found = rows.filter(pk=batch_id, practice__in=practice_ids(actor)).first()
    if found is None:
        raise NotFound("There is no such batch in your practices.")
    return found


def claims_of(batch: ClaimBatch) -> QuerySet[BatchClaim]:
    """Its claims in their order, each with its submission, what rejected it last, and its draft after that."""
    told = Acknowledgment.objects.filter(submission=OuterRef("outgoing_claim__submission"), verdict="rejected")
    latest = told.order_by("-effective_on", "-pk")
    rows = batch.claims.select_related("outgoing_claim__claim", "outgoing_claim__submission", "payer")
    return rows.annotate(
        rejected_text=Subquery(latest.values("text")[:1]),
        rejected_category=Subquery(latest.values("category")[:1]),
        rejected_code=Subquery(latest.values("status_code")[:1]),
        rejected_by=Subquery(latest.values("kind")[:1]),
    ).order_by("position")


def figures_of(batch: ClaimBatch) -> BatchFigures:
    """How its claims stand that left. One query."""
    state = "outgoing_claim__submission__state"
    rows = batch.claims.filter(state=BatchClaimState.IN_FILE).exclude(outgoing_claim__submission=None)
    at = {code: Q(**{state: code}) for code in ("sent", "received", "rejected")}
    found = rows.aggregate(
        every=Count("pk"), rejected_amount=Sum("charge", filter=at["rejected"]),
        **{code: Count("pk", filter=q) for code, q in at.items()},
    )  # fmt: skip
    counted = {code: found[code] for code in at}
    return BatchFigures(
        accepted=found["every"] - sum(counted.values()), rejected_amount=found["rejected_amount"] or ZERO, **counted
    )


def by_payer_and_form(batch: ClaimBatch) -> list[ReadyLine]:
    """Counts and charges of what stands in a batch, by payer and form."""
    rows = batch.claims.exclude(state=BatchClaimState.FAULTY).order_by().values_list("payer__name", "form")
    summed = rows.annotate(Count("pk"), Sum("charge")).order_by("payer__name", "form")
    return [ReadyLine(payer, form, count, amount or ZERO) for payer, form, count, amount in summed]


def replaced_by(batch: ClaimBatch) -> int | None:
    """The batch in which its claims went out anew, if they did."""
    return batch.made_anew.order_by("-pk").values_list("pk", flat=True).first()


def history_of(batch: ClaimBatch) -> QuerySet[BatchEvent]:
    """What happened to it, the latest first."""
    return batch.events.select_related("by").order_by("-pk")


def claim_ids_in(file: OutgoingFile) -> list[int]:
    """The claims that stand in a file."""
    rows = BatchClaim.objects.filter(batch__file=file, state=BatchClaimState.IN_FILE)
    return list(rows.values_list("outgoing_claim__claim_id", flat=True))


def rejection_words(line: BatchClaim) -> str:
    """Why a claim of `claims_of` was rejected: who said so, its codes in words, and what was said beside them."""
    kind, category, code, text = (
        getattr(line, f"rejected_{name}") or "" for name in ("by", "category", "code", "text")
    )
    codes = stc_words(category, code) if category else code
    return f"{kind}: {', '.join(filter(None, (codes, text)))}" if codes or text else kind


def shown(row: BatchClaim) -> list[tuple[str, int | None]]:
    """The records that a line shows, for the audit trail."""
    return [("claim", row.outgoing_claim.claim_id)]


def _mine(actor: "User") -> QuerySet[ClaimBatch]:
    return ClaimBatch.objects.filter(practice__in=practice_ids(actor))


def _in_tab(tab: str, *, now: dt.datetime) -> Q:
    late = Q(state=ClaimBatchState.SENT, answer_due_at__lte=now)
    rejected = Q(pk__in=_with_rejected())
    return {
        "": Q(state__in=BEFORE_SENDING),
        "unanswered": late,
        "out": Q(state__in=(ClaimBatchState.SENT, ClaimBatchState.RECEIVED)),
        "refused": Q(state=ClaimBatchState.REFUSED) | rejected,
        "over": Q(state__in=_OVER),
    }.get(tab, Q(state__in=BEFORE_SENDING))


def _with_rejected() -> QuerySet[BatchClaim, int]:
    """Batches with a rejected claim that was not drafted again."""
    rows = BatchClaim.objects.filter(
        state=BatchClaimState.IN_FILE, drafted_again=None, outgoing_claim__submission__state=_REJECTED
    )
    return rows.values_list("batch_id", flat=True)
