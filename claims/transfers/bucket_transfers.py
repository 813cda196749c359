"""Who owes, moved by a person between the buckets of a claim or a line, and undone (RULES 1.3, 3.4).

A transfer moves between buckets and changes no total. It is a posting like any other, so that who owes next is still
what the ledger says; undone, the bucket owes since it did before.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.billing.buckets import PAYERS
from claims.billing.models import Claim, ClaimLine
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.ledger.stands_for import standing_postings
from claims.payers.models import PayerClass
from claims.receipts.kept_out import holds_on
from claims.remits.late_coverage import answers_so_far
from claims.remits.undo import UNDO_WITHIN
from claims.transfers.models import HandTransfer
from claims.transfers.transfer_rules import TransferFacts, consequences, refusal

if TYPE_CHECKING:
    from arwork.staff.models import User

WORDS = 200
_MEDICAID = (PayerClass.MEDICAID, PayerClass.MEDICAID_MCO)


def facts_of(
    claim: Claim, *, line_id: int | None, origin: str, target: str, amount: Decimal, today: dt.date
) -> TransferFacts:
    """What a transfer of `claim` is judged by, as the books stand now. Five queries."""
    covers = dict(zip(PAYERS, (claim.coverage1, claim.coverage2, claim.coverage3), strict=True))
    payers = {bucket: one.payer.name for bucket, one in covers.items() if one}
    owed = sum((amount for _, amount in _owing(claim.pk, line_id, origin)), ZERO)
    denied = Denial.objects.filter(claim=claim, state=Denial.State.OPEN, bucket=origin, group="CO")
    if line_id is not None:
        denied = denied.filter(line=line_id) | denied.filter(line=None)
    return TransferFacts(
        origin=origin,
        target=target,
        amount=amount,
        owed=owed,
        payers=payers,
        is_void=claim.state == Claim.State.VOID,
        denied=sorted({f"{one.group}-{one.carc}" for one in denied}),
        paid_in_full=_paid_in_full(claim, [one.payer.payer_class for one in covers.values() if one]),
        holds=holds_on(claim.account_id, claim.pk, today=today),
    )


def proposed_transfer(
    claim_id: int,
    *,
    line_id: int | None,
    origin: str,
    target: str,
    amount: Decimal,
    reason: str,
    actor: "User",
    today: dt.date,
) -> list[str]:
    """What would follow from a transfer, in sentences. Raises `DomainError` naming the field where it is refused."""
    require(actor, Capability.POST_MONEY)
    claim = _claim(claim_id, actor)
    facts = facts_of(claim, line_id=line_id, origin=origin, target=target, amount=amount, today=today)
    _ensure_allowed(facts, reason)
    return consequences(facts)


def transfer(
    claim_id: int,
    *,
    line_id: int | None,
    origin: str,
    target: str,
    amount: Decimal,
    reason: str,
    words: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> HandTransfer:
    """Move `amount` dollars that `origin` owes of a claim (of one line, or of its lines in order) to `target`.

    Raises `DomainError` naming the field, `PeriodClosed`, and `NotFound` outside the actor's practices.
    """
    require(actor, Capability.POST_MONEY)
    if not words.strip():
        raise DomainError("Say why in a few words: the next person must understand it.", field="words")
    ensure_not_sensitive(words=words)
    with transaction.atomic():
        claim = _claim(claim_id, actor)
        locked = lock_claims([claim.pk])
        if line_id is not None and not ClaimLine.objects.filter(pk=line_id, claim=claim).exists():
            raise NotFound("This claim has no such line.")
        facts = facts_of(claim, line_id=line_id, origin=origin, target=target, amount=amount, today=today)
        _ensure_allowed(facts, reason)
        made = HandTransfer.objects.create(
            practice_id=claim.practice_id, claim=claim, line_id=line_id, origin=origin, target=target, amount=amount,
            reason=reason, words=words.strip()[:WORDS], moved_on=today, moved_at=now, moved_by=actor,
        )  # fmt: skip
        ledger.post(_entries(made), now=now, actor=actor, reason="transfer", locked=locked)
        after = {"origin": origin, "target": target, "amount": amount, "reason": reason, "line": line_id}
        audit.record(actor, "transferred", "claim", claim.pk, practice_id=claim.practice_id, after=after, now=now)
    return made


def undo_transfer(
    transfer_id: int, *, because: str = "", actor: "User", today: dt.date, now: dt.datetime
) -> HandTransfer:
    """Mirror it: who owed before owes again, since then. After ten minutes, or by somebody else, with a reason.

    Raises `Conflict` where it is undone already or was paid since, `DomainError`, `PeriodClosed`, `NotFound`.
    """
    require(actor, Capability.POST_MONEY)
    ensure_not_sensitive(because=because)
    with transaction.atomic():
        mine = HandTransfer.objects.filter(practice__in=practice_ids(actor))
        row = mine.select_for_update(of=("self",)).filter(pk=transfer_id).first()
        if row is None:
            raise NotFound("There is no such transfer in your practices.")
        if row.undone_on is not None:
            raise Conflict("That is undone already; nothing was done.")
        if not may_undo_quietly(row, actor, now=now) and not because.strip():
            raise DomainError("Say why it is undone.", field="because")
        lock_claims({row.claim_id, *(one.claim_id or 0 for one in _standing(row))})
        standing = _standing(row)
        owed = dict(owing for pk in {one.claim_id or 0 for one in standing} for owing in _owing(pk, None, row.target))
        if any(owed.get(one.line_id or 0, ZERO) < one.amount for one in standing):
            raise Conflict(
                "A part of it was paid or moved on since, so it can't go back whole. Move what is left by hand."
            )
        entries = [ledger.mirror(one, posted_on=today, memo="Undone: moved by hand") for one in standing]
        ledger.post(entries, now=now, actor=actor, reason="transfer")
        row.undone_on, row.undone_by, row.undone_because = today, actor, because.strip()[:WORDS]
        row.save(update_fields=["undone_on", "undone_by", "undone_because"])
        audit.record(
            actor, "transfer_undone", "claim", row.claim_id, practice_id=row.practice_id,
            before={"origin": row.origin, "target": row.target, "amount": row.amount}, now=now,
        )  # fmt: skip
    return row


def may_undo_quietly(row: HandTransfer, actor: "User", *, now: dt.datetime) -> bool:
    """Whether `actor` moved it less than ten minutes ago."""
    return row.moved_by_id == actor.pk and now - row.moved_at <= UNDO_WITHIN


def _ensure_allowed(facts: TransferFacts, reason: str) -> None:
    if why := refusal(facts, reason):
        raise DomainError(why.why, field=why.field)


def _claim(claim_id: int, actor: "User") -> Claim:
    covers = [f"coverage{rank}__payer" for rank in (1, 2, 3)]
    claim = Claim.objects.filter(pk=claim_id, practice__in=practice_ids(actor)).select_related(*covers).first()
    if claim is None:
        raise NotFound("There is no such claim in your practices.")
    return claim


def _owing(claim_id: int, line_id: int | None, bucket: str) -> list[tuple[int, Decimal]]:
    """What a bucket owes, line by line."""
    column = bucket.lower()
    rows = ClaimLine.objects.filter(claim=claim_id, **{f"{column}__gt": 0}).order_by("number")
    if line_id is not None:
        rows = rows.filter(pk=line_id)
    return list(rows.values_list("pk", column))


def _entries(made: HandTransfer) -> Sequence[Entry]:
    left, entries = made.amount, []
    for line_id, owed in _owing(made.claim_id, made.line_id, made.origin):
        part = min(left, owed)
        left -= part
        if part:
            entries.append(
                Entry(
                    practice_id=made.practice_id, kind="transfer", debit=made.target, credit=made.origin, amount=part,
                    posted_on=made.moved_on, effective_on=made.moved_on, claim_id=made.claim_id, line_id=line_id,
                    key=posting_key("hand_transfer", made.pk, line_id), memo="Moved by hand",
                )
            )  # fmt: skip
    return entries


def _standing(row: HandTransfer) -> list[Posting]:
    """What stands of it, on the claim that a merger brought it to: that one is the same patient's."""
    lines = ClaimLine.objects.filter(claim__patient=row.claim.patient_id).values_list("pk", flat=True)
    return standing_postings(posting_key("hand_transfer", row.pk, line_id) for line_id in lines)


def _paid_in_full(claim: Claim, classes: Sequence[str | None]) -> str:
    if any(one in _MEDICAID for one in classes):
        return "Medicaid's payment is payment in full: nothing of this claim is the patient's (42 CFR 447.15)."
    answers = answers_so_far([claim.pk]).get(claim.pk)
    if answers and answers.is_qmb:
        return (
            "A payer calls the patient a Qualified Medicare Beneficiary, who is never asked for a share"
            " (SSA 1902(n)(3)(B))."
        )
    return ""
