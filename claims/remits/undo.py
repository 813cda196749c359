"""Undo what a person decided about an exception: reverse what it posted, and let the payment wait again.

Who settled it may for ten minutes; somebody who may post money at any time. Only while nothing came after it on the
claim: a later payment or a worked denial stands on this one, and taking it away below them would leave them wrong.
What reversed an earlier payment, and what settled a whole deposit, is not undone here.

Money is undone by reversing. What is no money (the state of submissions, the claim control number, denials that were
opened or closed) is put back from a snapshot taken before the decision; slices above register their tables here.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Max, Q

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.lib.events import announce
from arwork.lib.races import told_when_lost
from arwork.staff.access import Capability, may, require
from claims.billing import services as billing
from claims.billing.models import Claim, Submission
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.remits import after_posting
from claims.remits.cases import row_is_reversal
from claims.remits.decisions import locked_exception, record_decision
from claims.remits.match_rules import ClaimMatch
from claims.remits.matching import point_kept
from claims.remits.models import RemitClaim, RemitException

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from arwork.staff.models import User


UNDO_WITHIN = dt.timedelta(minutes=10)
MEMO = "decision undone"


def remember_claim_state(exception: RemitException, row: RemitClaim) -> None:
    """Note how the claim stands before a decision posts to it; `save_undo_state` saves it."""
    if row.claim_id:
        exception.before = {**(exception.before or {}), "stood": snapshot_claim(row.claim_id)}


def save_undo_state(exception: RemitException) -> None:
    """Save what an undoing needs, with what the decision has left, inside the transaction that posted."""
    row = exception.remit_claim
    if exception.before and row and row.claim_id:
        exception.before["left"] = snapshot_claim(row.claim_id)
        exception.save(update_fields=["before"])


def why_not_undoable(exception: RemitException, actor: "User", *, now: dt.datetime) -> str:
    """Why `actor` can't undo a settled exception now, as a sentence; empty where nothing speaks against it so far."""
    row = exception.remit_claim
    if row is None or not exception.before or row.state != RemitClaim.State.POSTED or row_is_reversal(row):
        return (
            "This can't be undone: it settled a whole deposit, reversed another payment, or was no person's decision."
        )
    if may(actor, Capability.POST_MONEY):
        return ""
    if exception.resolved_by_id != actor.pk:
        return "Only who settled it, or a supervisor, can undo it."
    if exception.resolved_at and now - exception.resolved_at > UNDO_WITHIN:
        return "Ten minutes have passed. Ask a supervisor to undo it."
    return ""


_CHANGED_MEANWHILE = (
    "An import or somebody else changed this claim at the same moment, so nothing was undone. Look at it again."
)


def undo_decision(exception_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> RemitException:
    """Reverse what settling an exception posted; it waits again as it did, its cash in UNAPPLIED.

    A claim that the decision opened is void afterwards, unless its bill has come in since. Raises `Conflict` where
    it is too late or something changes the claim at the same moment, and `PeriodClosed` where the books are closed.
    """
    require(actor, Capability.RESOLVE_EXCEPTIONS)
    with told_when_lost(_CHANGED_MEANWHILE), transaction.atomic():
        exception = locked_exception(exception_id, actor, state=RemitException.State.RESOLVED)
        row = exception.remit_claim
        if (why := why_not_undoable(exception, actor, now=now)) or row is None or row.claim_id is None:
            raise Conflict(why)
        claim = Claim.objects.select_for_update().get(pk=row.claim_id)
        before, how = exception.before or {}, exception.resolution
        standing = _standing(row)
        _ensure_nothing_came_after(row, claim, before["left"])
        if how == "create" and not _is_billed(claim):
            standing = standing | Posting.objects.filter(claim=claim, kind="charge", reverses=None, reversed_by=None)
            billing.void_claims([claim.pk])
        ids = list(standing.values_list("pk", flat=True))
        ledger.reverse(ids, posted_on=today, now=now, actor=actor, memo=MEMO, reason="remit")
        restore_claim(claim.pk, before["stood"], opened_by=row.pk)
        claim_id, by, bucket = before["match"]
        point_kept({row: ClaimMatch(claim_id, by)}, bucket=bucket)
        row.state, row.posted_at, row.undone = RemitClaim.State.EXCEPTION, None, row.undone + 1
        row.save(update_fields=["state", "posted_at", "undone"])
        state = RemitException.State.OPEN
        after_posting.close_exceptions([exception], how="", reason="", now=None, actor=None, state=state)
        after_posting.refresh_remittance_state(exception.remittance, today=today)
        record_decision(
            exception, "undo", actor=actor, now=now, before={"how": how, "claim": claim.pk}, after={"claim": claim_id}
        )
        announce("remit", claims=[claim.pk])
    return exception


def _standing(row: RemitClaim) -> "QuerySet[Posting]":
    """What a payment posted and nobody reversed; the cash that waited before it waits again, so that stays."""
    ours = Posting.objects.filter(Q(claim=row.claim_id) | Q(kind="interpractice"), remit_claim_id=row.pk)
    return ours.filter(reverses=None, reversed_by=None)


def _ensure_nothing_came_after(row: RemitClaim, claim: Claim, left: object) -> None:
    away = Posting.objects.filter(remit_claim_id=row.pk, reverses=None, reversed_by=None).exclude(kind="interpractice")
    if moved := away.filter(claim__isnull=False).exclude(claim=claim).select_related("claim").first():
        raise Conflict(f"A part of it was moved by hand to claim {moved.claim}. Move that back first.")
    last = _standing(row).aggregate(last=Max("pk"))["last"]
    since = Q(created_at__gt=row.posted_at) | (Q(pk__gt=last) if last else Q())
    posted = Posting.objects.filter(since, claim=claim).exclude(remit_claim_id=row.pk)
    answered = RemitClaim.objects.filter(claim=claim, posted_at__gt=row.posted_at)
    cured = RemitClaim.objects.filter(claim=claim, posted_at=row.posted_at, exceptions__resolution="retry")
    if posted.exists() or (answered | cured).exclude(pk=row.pk).exists() or row.reversals.exists():
        raise Conflict(f"Something was posted on claim {claim.number} after this. Undo that first.")
    if snapshot_claim(claim.pk) != left:
        raise Conflict(f"Claim {claim.number} was worked on since: an answer, a denial or a submission of it changed.")


def _is_billed(claim: Claim) -> bool:
    return Submission.objects.filter(claim=claim).exclude(source__startswith="835:").exists()


ClaimSnapshot = dict[str, dict[str, list[Any]]]  # name of the kind, then row id, then the columns in order


@dataclass(frozen=True, slots=True)
class SnapshotTable:
    """A table whose rows belong to claims: which columns a posting changes. `opened_by` names the column of the
    payment that opened a row: what the undone payment opened goes with it."""

    model: type[models.Model]
    columns: Sequence[str]
    of_claim: str = "claim"
    opened_by: str = ""


_snapshot_tables = {
    "claim": SnapshotTable(Claim, ("icn", "awaiting_correction_since"), of_claim="id"),
    "submission": SnapshotTable(Submission, ("state", "state_on", "icn")),
}


def register_snapshot_table(name: str, kind: SnapshotTable) -> None:
    """Let rows of `kind` be put back too; the app says so when it is ready, nobody else. Exceptions keep the name."""
    _snapshot_tables[name] = kind


def snapshot_claim(claim_id: int) -> ClaimSnapshot:
    """How the rows of a claim stand now, as JSON keeps it; one query a kind."""
    stands = {
        name: {str(pk): values for pk, *values in _rows(kind, claim_id).values_list("pk", *kind.columns)}
        for name, kind in _snapshot_tables.items()
    }
    kept: ClaimSnapshot = json.loads(json.dumps(stands, cls=DjangoJSONEncoder))
    return kept


def restore_claim(claim_id: int, snapshot: ClaimSnapshot, *, opened_by: int) -> None:
    """Bring the rows of a claim back to how they stood, and remove what payment `opened_by` opened."""
    for name, kind in _snapshot_tables.items():
        stood = snapshot.get(name, {})
        fields: list[Any] = [kind.model._meta.get_field(column) for column in kind.columns]
        written = {
            int(pk): tuple(field.to_python(value) for field, value in zip(fields, values, strict=True))
            for pk, values in stood.items()
        }
        bulk.write(kind.model, kind.columns, written)
        if kind.opened_by:
            _rows(kind, claim_id).filter(**{kind.opened_by: opened_by}).exclude(pk__in=written).delete()


def _rows(kind: SnapshotTable, claim_id: int) -> "models.QuerySet[Any]":
    return kind.model._default_manager.filter(**{kind.of_claim: claim_id}).order_by("pk")
