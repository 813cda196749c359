"""Propose an adjustment, which posts at once or asks a second person; undo it, reverse it.

Everything is set-based: one proposal is many of one. Locks are taken in one order: claims, questions, adjustments.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, practice_ids, require
from claims.adjustments import decided
from claims.adjustments.allocation import Part, allocate
from claims.adjustments.classes import CLASSES, AdjustmentClass, class_for
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Standing, Target, claims_of, locked_standing
from claims.approvals import services as approvals
from claims.approvals.authority import authority_now, settles_alone
from claims.approvals.models import REASON, ApprovalRequest
from claims.billing.models import Claim, ClaimLine
from claims.ledger import services as ledger
from claims.ledger.balances import lock_claims
from claims.ledger.entries import Entry, posting_key
from claims.ledger.models import Posting
from claims.ledger.stands_for import standing_postings
from claims.parties.models import Account
from claims.remits.undo import UNDO_WITHIN

if TYPE_CHECKING:
    from arwork.staff.models import User

WRITE_OFF, REVERSAL = "write_off", "write_off_reversal"
SUBJECT = "adjustment"
State = WriteOff.State


class MoreThanOpen(DomainError):
    """More than is open in that bucket, or than is left of it beside what waits. Facts: the `field`."""

    code = "more_than_open"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of proposals, by their place in what was proposed: the adjustment, or why there is none."""

    adjustments: Mapping[int, WriteOff] = field(default_factory=dict)
    troubles: Mapping[int, DomainError] = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        """Whether they wait for a second person; all of one batch do, or none."""
        return any(one.state == State.WAITING for one in self.adjustments.values())


def propose(target: Target, *, books_to: str, reason: str, actor: "User", today: dt.date, now: dt.datetime) -> WriteOff:
    """Take an amount off what a bucket owes: at once within what the actor settles alone, else after approval.

    Raises `WrongClass`, `MoreThanOpen`, `DomainError` naming the field, `NotFound`, `PeriodClosed`.
    """
    done = propose_many([target], books_to=books_to, reason=reason, actor=actor, today=today, now=now)
    for error in done.troubles.values():
        raise error
    return done.adjustments[0]


def propose_many(
    targets: Sequence[Target], *, books_to: str, reason: str, actor: "User", today: dt.date, now: dt.datetime
) -> Proposed:
    """One decision about many: each with its own amount, of one class, for one reason, by the authority of their sum.

    What can't be proposed says why and keeps nothing else from it. Raises `DomainError` without a reason or class, and
    `PeriodClosed`; nothing is done then. The number of queries depends on batches, not on targets.
    """
    require(actor, Capability.WORK_ITEMS)
    if not reason.strip():
        raise DomainError("Say why: whoever looks at it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    if books_to not in CLASSES:
        class_for(books_to, "")
    with transaction.atomic():
        known, troubles = _of_ours(targets, actor)
        standing = locked_standing([one for place, one in enumerate(targets) if place in known])
        rows: dict[int, WriteOff] = {}
        for place in known:
            target = targets[place]
            try:
                _ensure_fits(target, standing, books_to)
            except DomainError as error:
                troubles[place] = error
                continue
            standing.wait(target)
            rows[place] = _row(target, standing, books_to, reason, actor, now)
        if rows:
            _post_or_ask(list(rows.values()), standing, reason=reason, actor=actor, today=today, now=now)
    return Proposed(rows, troubles)


def undo(adjustment_id: int, *, actor: "User", today: dt.date, now: dt.datetime) -> WriteOff:
    """Take one's own back: the question while it waits; what was posted, for ten minutes, by reversing.

    Raises `NotFound`, `Conflict`, `PeriodClosed`.
    """
    require(actor, Capability.WORK_ITEMS)
    with transaction.atomic():
        found = locked_adjustment(adjustment_id, actor)
        if found.state == State.WAITING and found.approval_id and found.asked_by_id == actor.pk:
            approvals.withdraw(found.approval_id, actor=actor, now=now)
            found.refresh_from_db()
            return found
        if why := why_not_undoable(found, actor, now=now):
            raise Conflict(why)
        reverse_posted([found], reason="", actor=actor, today=today, now=now)
    return found


def why_not_undoable(found: WriteOff, actor: "User", *, now: dt.datetime) -> str:
    """Why `actor` can't undo what was posted, as a sentence; empty where they can."""
    if found.state != State.POSTED or found.posted_at is None:
        return "It is not posted, or was reversed already. Look at it again."
    if actor.pk not in (found.posted_by_id, found.asked_by_id):
        return "Only who proposed or posted it undoes it. Reverse it instead, and say why."
    if now - found.posted_at > UNDO_WITHIN:
        return "Ten minutes have passed. Reverse it instead, and say why."
    return ""


def reverse(adjustment_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime) -> WriteOff:
    """Reverse a posted adjustment: who owed it owes it again. Beyond what the actor settles alone it waits for
    approval.

    Raises `DomainError` without a reason, `Conflict`, `NotFound`, `PeriodClosed`.
    """
    require(actor, Capability.WORK_ITEMS)
    if not reason.strip():
        raise DomainError("Say why: whoever looks at it later needs to know.", field="reason")
    ensure_not_sensitive(reason=reason)
    with transaction.atomic():
        found = locked_adjustment(adjustment_id, actor)
        if found.state != State.POSTED:
            raise Conflict("It is not posted, or was reversed already. Look at it again.")
        authority, practice_id = CLASSES[found.books_to].authority, found.practice_id
        if settles_alone(authority, found.amount, actor=actor, practice_id=practice_id, today=today):
            reverse_posted([found], reason=reason, actor=actor, today=today, now=now)
        else:
            approvals.ask(_question(found, REVERSAL), reason=reason, actor=actor, today=today, now=now)
    return found


def locked_adjustment(adjustment_id: int, actor: "User") -> WriteOff:
    """An adjustment of the actor's practices, its claims locked before it. Raises `NotFound`."""
    known = WriteOff.objects.filter(pk=adjustment_id, practice__in=practice_ids(actor)).first()
    if known is None:
        raise NotFound("There is no such write-off in your practices.")
    lock_claims(claims_of_adjustments([known]))
    return WriteOff.objects.select_for_update().get(pk=adjustment_id)


def claims_of_adjustments(rows: Sequence[WriteOff]) -> set[int]:
    """The claims that adjustments stand on: those they were posted on, or would be now."""
    posted = {row.claim_id for row in _standing(rows) if row.claim_id}
    return posted | claims_of([target_of(row) for row in rows if not row.parts])


def target_of(row: WriteOff) -> Target:
    """What an adjustment is about, as it was proposed."""
    return Target(row.bucket, row.amount, row.claim_id, row.line_id, None if row.claim_id else row.account_id)


def ensure_open(target: Target, open_now: Decimal) -> None:
    """Raise `MoreThanOpen` where a target takes more than may be taken."""
    if target.amount > open_now:
        if open_now <= ZERO:
            raise MoreThanOpen("Nothing is open here that is not proposed already.", field="amount")
        raise MoreThanOpen(f"Only ${open_now:,.2f} is open here. Enter at most that.", field="amount")


def post_adjustments(
    rows: Sequence[WriteOff], standing: Standing, *, actor: "User | None", today: dt.date, now: dt.datetime,
    given: Mapping[int, Sequence[Part]] = MappingProxyType({}),
) -> None:  # fmt: skip
    """Post stored adjustments: their parts, what they decide of denials, and their state. Those in `given` have parts
    already, which may leave a credit; `actor` None is the house.

    Raises `MoreThanOpen` where together the others take more than is open; nothing is posted then.
    """
    divided = []
    for row in rows:
        if (parts := list(given.get(row.pk, ()))) == []:
            ensure_open(target_of(row), standing.open_now(target_of(row)))
            parts = allocate(row.amount, standing.open_lines(target_of(row)))
        divided.append((row, parts))
        for part in parts:
            standing.take(part.line_id, row.bucket, part.amount)
    lines = {part.line_id for _, parts in divided for part in parts}
    denials = decided.open_denials(lines, {part.claim_id for _, parts in divided for part in parts})
    reasons = decided.reasons_of(denials)
    entries = [_entry(row, part, reasons, today) for row, parts in divided for part in parts]
    ledger.post(entries, now=now, actor=actor, reason="write_off", locked=standing.locked)
    decided.settle(divided, standing, denials, today=today)
    for row, parts in divided:
        row.parts = [[part.claim_id, part.line_id, str(part.amount)] for part in parts]
        row.state, row.posted_by, row.posted_at = State.POSTED, actor, now
    WriteOff.objects.bulk_update(rows, ["parts", "decided", "state", "posted_by", "posted_at"], batch_size=200)
    _note("posted", rows, actor=actor, now=now)


def reverse_posted(
    rows: Sequence[WriteOff], *, reason: str, actor: "User | None", today: dt.date, now: dt.datetime
) -> None:
    """Reverse posted adjustments, under the locks of their claims: money, denials, state."""
    ledger.reverse(
        [one.pk for one in _standing(rows)],
        posted_on=today,
        now=now,
        actor=actor,
        memo="write-off reversed",
        reason="write_off",
    )
    decided.take_back(rows)
    for row in rows:
        row.state, row.reversed_by, row.reversed_at = State.REVERSED, actor, now
        row.reversal_reason = reason.strip()[:REASON]
    WriteOff.objects.bulk_update(rows, ["state", "reversed_by", "reversed_at", "reversal_reason"], batch_size=200)
    asked = ApprovalRequest.objects.filter(subject=SUBJECT, subject_id__in=[row.pk for row in rows], kind=REVERSAL)
    approvals.supersede(asked, actor=actor, now=now)
    _note("reversed", rows, actor=actor, now=now)


def _post_or_ask(
    rows: list[WriteOff],
    standing: Standing,
    *,
    reason: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> None:
    figures, authority = authority_now(), CLASSES[rows[0].books_to].authority
    total = sum((row.amount for row in rows), ZERO)
    alone = all(
        settles_alone(authority, total, actor=actor, practice_id=practice_id, today=today, given=figures)
        for practice_id in {row.practice_id for row in rows}
    )
    WriteOff.objects.bulk_create(rows, batch_size=500)
    if alone:
        post_adjustments(rows, standing, actor=actor, today=today, now=now)
        return
    questions = [_question(row, WRITE_OFF) for row in rows]
    asked = approvals.ask_many(questions, reason=reason, actor=actor, today=today, now=now)
    for row, request in zip(rows, asked, strict=True):
        row.approval = request
    WriteOff.objects.bulk_update(rows, ["approval"], batch_size=200)


def _of_ours(targets: Sequence[Target], actor: "User") -> tuple[list[int], dict[int, DomainError]]:
    """The places of targets in the actor's practices, and an error for the others. At most three queries."""
    ours = practice_ids(actor)
    claims = {one.claim_id for one in targets if one.claim_id}
    accounts = {one.account_id for one in targets if not one.claim_id and one.account_id}
    lines = {one.line_id for one in targets if one.line_id}
    known_claims = set(Claim.objects.filter(pk__in=claims, practice__in=ours).values_list("pk", flat=True))
    known_accounts = set(Account.objects.filter(pk__in=accounts, practice__in=ours).values_list("pk", flat=True))
    claim_of = dict(ClaimLine.objects.filter(pk__in=lines).values_list("pk", "claim_id")) if lines else {}
    known, troubles = [], dict[int, DomainError]()
    for place, one in enumerate(targets):
        if one.claim_id not in known_claims if one.claim_id else one.account_id not in known_accounts:
            troubles[place] = NotFound("There is no such claim or account in your practices.")
        elif one.line_id and claim_of.get(one.line_id) != one.claim_id:
            troubles[place] = NotFound("This line is not of that claim.", field="line")
        else:
            known.append(place)
    return known, troubles


def _ensure_fits(target: Target, standing: Standing, books_to: str) -> AdjustmentClass:
    found = class_for(books_to, target.bucket)
    if target.amount <= ZERO:
        raise DomainError("Enter how much, more than zero.", field="amount")
    if target.claim_id and standing.locked[target.claim_id].facts["state"] == Claim.State.VOID:
        raise Conflict("This claim is void: nothing is written off there.")
    if not target.claim_id and target.bucket != "PATIENT":
        raise DomainError("Of a whole account only what the patient owes is written off.", field="bucket")
    ensure_open(target, standing.available(target))
    return found


def _row(target: Target, standing: Standing, books_to: str, reason: str, actor: "User", now: dt.datetime) -> WriteOff:
    lines = standing.open_lines(target)
    return WriteOff(
        practice_id=standing.locked[target.claim_id or lines[0].claim_id].facts["practice_id"],
        account_id=standing.account_of(target),
        claim_id=target.claim_id,
        line_id=target.line_id,
        bucket=target.bucket,
        books_to=books_to,
        amount=target.amount,
        reason=reason.strip()[:REASON],
        state=State.WAITING,
        asked_by=actor,
        asked_at=now,
    )


def _question(row: WriteOff, kind: str) -> approvals.Question:
    return approvals.Question(
        kind=kind,
        authority=CLASSES[row.books_to].authority,
        practice_id=row.practice_id,
        subject=SUBJECT,
        subject_id=row.pk,
        amount=row.amount,
        claim_id=row.claim_id,
        line_id=row.line_id,
        account_id=row.account_id,
        books_to=row.books_to,
        payload={"bucket": row.bucket},
    )


def _standing(rows: Sequence[WriteOff]) -> list[Posting]:
    """What stands of adjustments, on the claims that mergers brought it to."""
    return standing_postings(_key(row, line_id) for row in rows for _, line_id, _ in row.parts)


def _key(row: WriteOff, line_id: int) -> UUID:
    return posting_key("adjustment", row.pk, line_id)


def _entry(row: WriteOff, part: Part, reasons: decided.Reasons, today: dt.date) -> Entry:
    group, carc = reasons.get((part.line_id, row.bucket)) or reasons.get((-part.claim_id, row.bucket)) or ("", "")
    return Entry(
        practice_id=row.practice_id,
        kind=CLASSES[row.books_to].kind,
        debit=row.books_to,
        credit=row.bucket,
        amount=part.amount,
        posted_on=today,
        effective_on=today,
        key=_key(row, part.line_id),
        claim_id=part.claim_id,
        line_id=part.line_id,
        account_id=row.account_id,
        group=group,
        carc=carc,
        memo=f"Write-off {row.pk}",
    )


def _note(deed: str, rows: Sequence[WriteOff], *, actor: "User | None", now: dt.datetime) -> None:
    audit.record_many(
        actor,
        [
            audit.Deed(
                f"write_off_{deed}",
                "claim" if row.claim_id else "account",
                row.claim_id or row.account_id,
                row.practice_id,
                after={"adjustment": row.pk, "books_to": row.books_to, "bucket": row.bucket, "amount": row.amount},
            )
            for row in rows
        ],
        now=now,
    )
