"""Two claims that are one bill under two numbers become one, until that is taken back.

The money moves by postings of today: everything on the emptied claim is reversed, and what was paid and answered is
posted again on the same service of the claim that stays, in the name of the same payment. The papers (submissions,
answers, denials, exceptions, work, holds) move by name. The emptied claim stays to be read, void; its numbers find the
other one from then on, so that later answers to either post there. What is append-only stays where it was recorded and
is shown with the claim that stands for it.

Taking back posts the mirror of all that, and gives back what moved and is still there. Since when a bucket owes is the
same as before, because that decides how old a debt is (`_date_back`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from arwork.lib import merged_rows
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.events import announce
from arwork.lib.merged_rows import Doubled, MergedRows, RowsToMove, columns_naming
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import BUCKETS
from claims.billing.claim_numbers import ICN, NUMBER
from claims.billing.models import Claim, ClaimLine, ClaimNumber
from claims.denials.models import Denial
from claims.duplicates.merge_plan import MergePlan, plan_merge
from claims.duplicates.models import ClaimMerge
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims, redate_receivables
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting, Receivable
from claims.ledger.stands_for import key_again
from claims.receipts.models import ReceiptPosting
from claims.receipts.recording import name_postings

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What was recorded on a day is not rewritten, and what the ledger keeps in step moves by postings.
KEPT_AS_RECORDED = frozenset(
    {
        "claims.posting", "claims.receivable", "claims.claimline", "claims.openedline", "claims.possibleduplicate",
        "claims.claimmerge", "collections_app.contact", "collections_app.portaldeed", "collections_app.planvisit",
        "collections_app.settlementvisit", "collections_app.routechoice", "collections_app.statusanswer",
    }
)  # fmt: skip
_EXACT_DUPLICATE = "18"  # CARC
_LONGEST_NUMBER = 38


class SameClaim(DomainError):
    """A claim is merged into another one."""

    code = "same_claim"


class MergeRefused(Conflict):
    """What stands in the way of a merger, in the words of its plan."""

    code = "merge_refused"


def papers_to_move(claim: Claim) -> list[RowsToMove]:
    """Rows that name the claim and would name the other one, table by table. One query a table."""
    return merged_rows.rows_naming(Claim, claim.pk, but=KEPT_AS_RECORDED)


@transaction.atomic
def merge_claims(claim_id: int, *, into: int, actor: "User", today: dt.date, now: dt.datetime) -> ClaimMerge:
    """Move everything of a claim to another one of the same patient and services, and leave it void.

    Raises `Forbidden`, `NotFound`, `SameClaim`, `MergeRefused`, and `PeriodClosed` where today's books are closed.
    """
    require(actor, Capability.POST_MONEY)
    if claim_id == into:
        raise SameClaim("Choose another claim to merge into.")
    pair = _locked_pair((claim_id, into), actor)
    gone, kept = pair[claim_id], pair[into]
    plan = plan_merge(gone, kept)
    if plan.problems:
        raise MergeRefused(" ".join(plan.problems))
    before: dict[str, Any] = {
        "since": _since(pair),
        "responsible": {str(claim.pk): claim.responsible for claim in pair.values()},
        "postings": {"all": [row.pk for row in plan.standing], "moved": [row.pk for row in plan.moves]},
        "number": gone.number,
    }
    merger = ClaimMerge.objects.create(
        practice_id=gone.practice_id, gone=gone, kept=kept, merged_at=now, merged_by=actor, before=before, steps=[]
    )
    _post_merger(merger, plan, today=today, now=now, actor=actor)
    for claim in (gone, kept):
        claim.refresh_from_db()
    rows = MergedRows(doubled=lambda model: Doubled.GIVES_WAY if model is ClaimNumber else Doubled.STAYS)
    _move_papers(plan, rows)
    _take_numbers(gone, kept, rows)
    _settle_denials(kept, rows, today=today)
    rows.write(kept, _joined(gone, kept))
    rows.write(
        gone,
        {"state": Claim.State.VOID, "merged_into_id": kept.pk, "awaiting_correction_since": None},
    )
    merger.steps = rows.steps
    merger.save(update_fields=["steps"])
    redate_receivables([kept.pk])
    facts = {"claim": gone.pk, "into": kept.pk, "moved": len(plan.moves)}
    audit.record(actor, "claims_merged", "claim", kept.pk, practice_id=kept.practice_id, after=facts, now=now)
    announce("claims merged", claims=[gone.pk, kept.pk], accounts={gone.account_id, kept.account_id})
    return merger


@transaction.atomic
def take_claims_apart(merge_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> ClaimMerge:
    """Take a merger back: both claims stand as they did, with all that moved and is still there.

    What came since under either number stays with the claim that was kept. Raises `Forbidden`, `NotFound`, `Conflict`
    where one of the two was merged again since, or the kept one was voided, and `PeriodClosed`.
    """
    require(actor, Capability.POST_MONEY)
    rows = ClaimMerge.objects.select_for_update().filter(pk=merge_id, practice__in=practice_ids(actor), undone_at=None)
    merger = rows.first()
    if merger is None:
        raise NotFound("This merger was taken back already. Look at the claim again.")
    if ClaimMerge.objects.filter(pk__gt=merge_id, undone_at=None, kept=merger.kept_id).exists():
        raise Conflict("Another claim was merged into this one after it. Take that back first.")
    pair = _locked_pair((merger.gone_id, merger.kept_id), actor)
    gone, kept = pair[merger.gone_id], pair[merger.kept_id]
    if kept.merged_into_id or kept.state == Claim.State.VOID:
        raise Conflict("The claim that was kept is void or part of another one by now. Put that right first.")
    merged_rows.take_back(merger.steps)
    _post_apart(merger, today=today, now=now, actor=actor)
    for claim in (gone, kept):
        claim.refresh_from_db()
        if not claim.responsible_set_by_id and not _anybody_owes(claim.pk):
            Claim.objects.filter(pk=claim.pk).update(responsible=merger.before["responsible"][str(claim.pk)])
    redate_receivables([gone.pk, kept.pk])
    merger.undone_at, merger.undone_by = now, actor
    merger.save(update_fields=["undone_at", "undone_by"])
    facts = {"claim": gone.pk, "from": kept.pk}
    audit.record(actor, "claims_unmerged", "claim", kept.pk, practice_id=kept.practice_id, after=facts, now=now)
    announce("claims apart", claims=[gone.pk, kept.pk], accounts={gone.account_id, kept.account_id})
    return merger


def _locked_pair(claim_ids: tuple[int, int], actor: "User") -> dict[int, Claim]:
    """Both claims, locked against everybody who posts to them."""
    lock_claims(claim_ids)
    rows = Claim.objects.filter(pk__in=claim_ids, practice__in=practice_ids(actor)).select_related("patient__person")
    found = {claim.pk: claim for claim in rows}
    if len(found) < len(claim_ids) or len({claim.practice_id for claim in found.values()}) > 1:
        raise NotFound("There are no such two claims in one of your practices.")
    return found


def _anybody_owes(claim_id: int) -> bool:
    """Where nobody does, who was asked last is not in the postings: a credit leaves it as little as nothing does."""
    return Receivable.objects.filter(claim=claim_id, amount__gt=0).exists()


def _since(pair: Mapping[int, Claim]) -> dict[str, dict[str, str]]:
    """Since when each bucket of the two owes, as JSON keeps it."""
    found: dict[str, dict[str, str]] = {str(pk): {} for pk in pair}
    for claim_id, bucket, day in Receivable.objects.filter(claim__in=pair).values_list(
        "claim_id", "bucket", "since_on"
    ):
        found[str(claim_id)][bucket] = day.isoformat()
    return found


def _post_merger(
    merger: ClaimMerge, plan: MergePlan, *, today: dt.date, now: dt.datetime, actor: "User | None"
) -> None:
    out = f"Merged into claim {plan.kept.number}"
    entries = [ledger.mirror(row, posted_on=today, memo=out) for row in plan.standing]
    came = f"From claim {plan.gone.number}"
    for row in plan.moves:
        line_id = plan.lines[row.line_id] if row.line_id else None
        entries.append(_again(row, today, memo=came)._replace(claim_id=plan.kept.pk, line_id=line_id))
    ledger.post(entries, now=now, actor=actor, reason=ledger.MERGED)
    _follow_receipts(plan.standing)


def _again(row: Posting, today: dt.date, *, memo: str) -> Entry:
    """A posting as it was, posted today: it stands for that one."""
    return ledger.mirror(row, posted_on=today, memo=memo)._replace(
        debit=row.debit, credit=row.credit, effective_on=row.effective_on, key=key_again(row.key), reverses_id=None
    )


def _follow_receipts(rows: Sequence[Posting]) -> None:
    """What a receipt's postings became is the receipt's too; what it took back itself, it has named already."""
    links = dict(ReceiptPosting.objects.filter(posting__in=rows).values_list("posting__key", "receipt_id"))
    keys = {made: receipt for key, receipt in links.items() for made in (posting_key("reversal", key), key_again(key))}
    unnamed = Posting.objects.filter(key__in=keys, of_receipt=None)
    known = set(unnamed.values_list("key", flat=True))
    name_postings({key: receipt for key, receipt in keys.items() if key in known})


def _moved_key(merger: ClaimMerge, row: Posting) -> set[UUID]:
    """The key that the posting got on the kept claim: mergers of long ago named themselves in it."""
    return {key_again(row.key), posting_key("claims merged", merger.pk, row.pk)}


def _post_apart(merger: ClaimMerge, *, today: dt.date, now: dt.datetime, actor: "User") -> None:
    """Reverse what came to the kept claim, and post again on the other one what was reversed there.

    What the payer took back since on the kept claim is gone on both.
    """
    before = {row.pk: row for row in Posting.objects.filter(pk__in=merger.before["postings"]["all"])}
    keys = {key: pk for pk in merger.before["postings"]["moved"] for key in _moved_key(merger, before[pk])}
    moved = list(Posting.objects.filter(key__in=keys).select_related("reversed_by").order_by("pk"))
    at = {keys[row.key]: row for row in moved}
    taken = {pk for pk, row in at.items() if hasattr(row, "reversed_by")}
    memo = f"Claim {merger.before['number']} stands apart again"
    entries = [ledger.mirror(row, posted_on=today, memo=memo) for pk, row in at.items() if pk not in taken]
    for pk in sorted(before.keys() - taken):
        key = key_again(at[pk].key if pk in at else before[pk].key)
        entries.append(_again(before[pk], today, memo=memo)._replace(key=key))
    ledger.post(entries, now=now, actor=actor, reason=ledger.MERGED)
    _follow_receipts(moved)
    for claim_id in (merger.gone_id, merger.kept_id):
        days = {bucket: dt.date.fromisoformat(day) for bucket, day in merger.before["since"][str(claim_id)].items()}
        _date_back(claim_id, days, memo=memo, today=today, now=now, actor=actor)


def _date_back(
    claim_id: int, since: Mapping[str, dt.date], *, memo: str, today: dt.date, now: dt.datetime, actor: "User"
) -> None:
    """Let buckets owe since the days they did: where going there and back has moved one, what it owes goes out and
    comes back dated to its day. Moves nothing else."""
    owing = dict(Receivable.objects.filter(claim=claim_id).values_list("bucket", "since_on"))
    wrong = [bucket for bucket, day in owing.items() if since.get(bucket, day) != day]
    bridge = next(bucket for bucket in reversed(BUCKETS) if bucket not in owing)
    for bucket in wrong:
        out = []
        for line in ClaimLine.objects.filter(claim=claim_id).select_related("claim").order_by("number"):
            if amount := getattr(line, bucket.lower()):
                out.append(_out_of(bucket, bridge, line, amount, memo=memo, today=today, now=now))
        ledger.post(out, now=now, actor=actor, reason=ledger.MERGED)
        rows = Posting.objects.filter(key__in=[entry.key for entry in out]).order_by("pk")
        back = [ledger.mirror(row, posted_on=today, memo=memo)._replace(effective_on=since[bucket]) for row in rows]
        ledger.post(back, now=now, actor=actor, reason=ledger.MERGED)


def _out_of(
    bucket: str, bridge: str, line: ClaimLine, amount: Decimal, *, memo: str, today: dt.date, now: dt.datetime
) -> Entry:
    debit, credit = (bridge, bucket) if amount > 0 else (bucket, bridge)
    return Entry(
        practice_id=line.claim.practice_id,
        kind="transfer",
        debit=debit,
        credit=credit,
        amount=abs(amount),
        posted_on=today,
        effective_on=today,
        key=posting_key("dated back", line.pk, bucket, now.isoformat()),
        claim_id=line.claim_id,
        line_id=line.pk,
        memo=memo,
    )


def _move_papers(plan: MergePlan, rows: MergedRows) -> None:
    rows.move_all(Claim, plan.gone.pk, plan.kept.pk, but=KEPT_AS_RECORDED)
    for column in columns_naming(ClaimLine, but=KEPT_AS_RECORDED):
        for old, new in plan.lines.items():
            rows.move(column, old, new)


def _take_numbers(gone: Claim, kept: Claim, rows: MergedRows) -> None:
    """The numbers of the emptied claim find the other one: it bears none itself any more."""
    number, icn = gone.number, gone.icn
    mark = f"/merged-{gone.pk}"
    rows.write(gone, {"number": f"{number[: _LONGEST_NUMBER - len(mark)]}{mark}", "icn": ""})
    if icn and not kept.icn:
        rows.write(kept, {"icn": icn})
    named = [(NUMBER, number), *([(ICN, icn)] if icn and icn != kept.icn else [])]
    made = []
    for kind, value in named:
        row, is_new = ClaimNumber.objects.get_or_create(claim=kept, kind=kind, value=value)
        made += [row.pk] if is_new else []
    rows.made(ClaimNumber, made)


def _settle_denials(kept: Claim, rows: MergedRows, *, today: dt.date) -> None:
    """A payer that denied the one bill as a duplicate of the other was right."""
    for denial in Denial.objects.filter(claim=kept, state=Denial.State.OPEN, carc=_EXACT_DUPLICATE):
        rows.write(denial, {"state": Denial.State.ACCEPTED, "closed_on": today})


def _joined(gone: Claim, kept: Claim) -> dict[str, Any]:
    """What the kept claim takes from the other one: when it was billed, and what it lacks."""
    billed = [day for day in (gone.first_billed_on, kept.first_billed_on) if day]
    last = [day for day in (gone.last_billed_on, kept.last_billed_on) if day]
    told = [day for day in (gone.first_statement_on, kept.first_statement_on) if day]
    values: dict[str, Any] = {
        "first_billed_on": min(billed, default=None),
        "last_billed_on": max(last, default=None),
        "first_statement_on": min(told, default=None),
        "is_revised": gone.is_revised or kept.is_revised,
        "prior_auth": kept.prior_auth or gone.prior_auth,
    }
    for rank in (1, 2, 3):
        values[f"coverage{rank}_id"] = getattr(kept, f"coverage{rank}_id") or getattr(gone, f"coverage{rank}_id")
    return {name: value for name, value in values.items() if value != getattr(kept, name)}
