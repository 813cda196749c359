"""Merging two payers: everything that names the one names the other afterwards, until the merger is taken back.

The merged payer's row stays, retired and without identifiers: what was recorded about it on a day (the contact log,
which is append-only) still names it. Payers are shared by all practices, so both directions are an owner's.

Where a table allows one row only (a plan's name, a coverage, a practice's pace with a payer) the surviving payer's row
is kept and what leaned on the other leans on it. How rows move and come back is told in `arwork.lib.merged_rows`.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from arwork.lib import merged_rows
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.merged_rows import Doubled, MergedRows, RowsToMove, columns_naming
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.payers.directory import locked_payer
from claims.payers.models import Payer, PayerMerge, Plan

if TYPE_CHECKING:
    from arwork.staff.models import User


#: What was recorded on a day is not rewritten: the append-only log, and the mergers themselves.
KEPT_AS_RECORDED = frozenset({"collections_app.contact", "collections_app.statusanswer", "claims.payermerge"})


class SamePayer(DomainError):
    """A payer is merged into another one."""

    code = "same_payer"


def rows_to_move(payer_id: int) -> list[RowsToMove]:
    """Rows that name the payer, table by table, most first. One query a table."""
    return merged_rows.rows_naming(Payer, payer_id, but=KEPT_AS_RECORDED)


def practices_naming(payer_id: int) -> int:
    """How many practices, of all, have rows that name the payer. One query a table."""
    found: set[int] = set()
    for one in columns_naming(Payer, but=KEPT_AS_RECORDED):
        if any(column.name == "practice" for column in one.model._meta.concrete_fields):
            rows = one.model._default_manager.filter(**{one.name: payer_id}, practice__isnull=False).order_by()
            found.update(rows.values_list("practice_id", flat=True).distinct())
    return len(found)


@transaction.atomic
def merge(payer_id: int, *, into: int, actor: "User", now: dt.datetime) -> Payer:
    """Move everything of `payer_id`, in every practice, to `into` and retire it.

    Raises `SamePayer`, `NotFound`, `Forbidden`, and `Conflict` where one of the two is part of another already.

    Announces nothing: whoever knows the claims does (`claims.ledger.payer_balances`).
    """
    require(actor, Capability.CONFIGURE_SHARED)
    if payer_id == into:
        raise SamePayer("Choose another payer to merge into.")
    found = {pk: locked_payer(pk, actor=actor) for pk in sorted((payer_id, into))}
    gone, kept = found[payer_id], found[into]
    if PayerMerge.objects.filter(gone__in=found, undone_at=None).exists():
        raise Conflict("One of these payers is part of another one already. Look at the list again.")
    rows = MergedRows(doubled=lambda model: Doubled.GIVES_WAY)
    stood = {"gone": _standing(gone), "kept": _standing(kept)}
    moved = {one.model._meta.model_name: one.count for one in rows_to_move(payer_id)}
    _join_plans(gone, kept, rows)
    rows.move_all(Payer, gone.pk, kept.pk, but=KEPT_AS_RECORDED)
    before = {"payer": gone.pk, "name": gone.name, "class": gone.payer_class, "moved": moved}
    if gone.notes:
        kept.notes = "\n\n".join(part for part in (kept.notes, f"From {gone.name}: {gone.notes}") if part)
        kept.save(update_fields=["notes"])
    gone.notes = f"Merged into {kept.name} (payer {kept.pk}). {gone.notes}".strip()
    gone.is_active, gone.is_confirmed = False, True
    gone.save()
    PayerMerge.objects.create(gone=gone, kept=kept, merged_at=now, merged_by=actor, steps=rows.steps, before=stood)
    audit.record(actor, "payers_merged", "payer", kept.pk, practice_id=None, before=before, now=now)
    return kept


def mergers_into(payer_id: int, *, actor: "User") -> list[PayerMerge]:
    """The payers that are part of this one now, the latest first: each can be taken back. One query."""
    require(actor, Capability.SEE_CLAIMS)
    rows = PayerMerge.objects.filter(kept=payer_id, undone_at=None).select_related("gone", "merged_by")
    return list(rows.order_by("-pk"))


def merger(merge_id: int, *, actor: "User") -> PayerMerge:
    """One merger that stands. Raises `Forbidden`, `NotFound`."""
    require(actor, Capability.CONFIGURE_SHARED)
    rows = PayerMerge.objects.filter(pk=merge_id, undone_at=None).select_related("gone", "kept", "merged_by")
    found = rows.first()
    if found is None:
        raise NotFound("This merger was taken back already. Look at the payer again.")
    return found


@transaction.atomic
def take_back(merge_id: int, *, actor: "User", now: dt.datetime) -> Payer:
    """Take a merger back: the merged payer stands as it did, with all that moved and is still where it went.

    Raises `Forbidden`, `NotFound`, and `Conflict` where something was merged into the same payer after it, or that
    payer itself was merged: the latest is taken back first.
    """
    row = merger(merge_id, actor=actor)
    pair = {pk: locked_payer(pk, actor=actor) for pk in sorted((row.gone_id, row.kept_id))}
    later = PayerMerge.objects.filter(pk__gt=merge_id, undone_at=None)
    if later.filter(models.Q(kept__in=pair) | models.Q(gone__in=pair)).exists():
        raise Conflict("Another payer was merged after this one. Take that back first.")
    gone, kept = pair[row.gone_id], pair[row.kept_id]
    merged_rows.take_back(row.steps)
    for name, value in row.before["gone"].items():
        setattr(gone, name, value)
    gone.save()
    if gone.notes and kept.notes.endswith(f"From {gone.name}: {gone.notes}"):
        kept.notes = row.before["kept"]["notes"]
        kept.save(update_fields=["notes"])
    row.undone_at = now
    row.save(update_fields=["undone_at"])
    after = {"payer": gone.pk, "name": gone.name}
    audit.record(actor, "payers_unmerged", "payer", kept.pk, practice_id=None, after=after, now=now)
    return gone


def _standing(payer: Payer) -> dict[str, Any]:
    return {"notes": payer.notes, "is_active": payer.is_active, "is_confirmed": payer.is_confirmed}


def _join_plans(gone: Payer, kept: Payer, rows: MergedRows) -> None:
    """A plan whose name both payers use is one plan afterwards."""
    known = {plan.name.casefold(): plan for plan in Plan.objects.filter(payer=kept)}
    for plan in Plan.objects.filter(payer=gone):
        same = known.get(plan.name.casefold())
        if same is None:
            continue
        rows.move_all(Plan, plan.pk, same.pk)
        rows.give_way(plan)
