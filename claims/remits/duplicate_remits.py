"""A sound copy of a remittance takes the place of a broken one (RULES 2.4).

A transfer that breaks off leaves a remittance that is held: its claims are not all there, and nothing of it has
posted. So does one whose amounts do not tie out, until the payer sends it corrected. The same payment then comes
again under the same key. Were that a duplicate, claims would never be paid; so the broken copy gives up its key and
keeps only its record. Where a person has accepted a truncated one already, what is missing is staged and posted
beside what was.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.db.models import Count, Sum

from arwork.lib import bulk
from arwork.lib.money import ZERO
from arwork.staff import audit
from claims.remits import after_posting, staging
from claims.remits.balancing import deposit_imbalance
from claims.remits.era import ExceptionReason, figure
from claims.remits.models import (
    LINE_COLUMNS,
    ProviderAdjustment,
    RemitClaim,
    RemitClaimRow,
    RemitException,
    RemitLine,
    Remittance,
    values_of_line,
)
from claims.remits.staging import remittance_key

BROKE_OFF = "The file broke off; the same payment came again in another file."
CORRECTED = "It did not tie out; the same payment came again in another file, and there it does."


def replace_with_copy(kept: Remittance, *, now: dt.datetime, to_sound: bool = False) -> bool:
    """Set a truncated remittance aside for another copy of it; with `to_sound`, for one that ties out, also one that
    does not. False where it is neither, or anything of it posted."""
    with transaction.atomic():
        kept = Remittance.objects.select_for_update().get(pk=kept.pk)
        is_broken = is_truncated(kept) or (to_sound and _is_uneven(kept))
        if kept.state != Remittance.State.STAGED or not is_broken or has_posted(kept):
            return False
        reason = BROKE_OFF if is_truncated(kept) else CORRECTED
        kept.key = remittance_key("replaced", kept.key, kept.pk)
        kept.state = Remittance.State.REPLACED
        kept.save(update_fields=["key", "state"])
        RemitClaim.objects.filter(remittance=kept).update(state=RemitClaim.State.DISMISSED)
        waiting = list(kept.exceptions.filter(state=RemitException.State.OPEN))
        state = RemitException.State.DISMISSED
        after_posting.close_exceptions(waiting, how="replaced", reason=reason, now=now, actor=None, state=state)
        after = {"reason": reason}
        audit.record(None, "remit_replace", "remittance", kept.pk, practice_id=kept.practice_id, after=after, now=now)
    return True


def is_truncated(kept: Remittance) -> bool:
    """Whether the file of a remittance ended before its transaction did."""
    return any(problem.get("code") == "truncated" for problem in kept.problems)


def _is_uneven(kept: Remittance) -> bool:
    return kept.exceptions.filter(code=ExceptionReason.NOT_TIED_OUT, state=RemitException.State.OPEN).exists()


def has_posted(kept: Remittance) -> bool:
    """Whether anything of a remittance was booked, or looked at claim by claim."""
    claims = RemitClaim.objects.filter(remittance=kept).exclude(state=RemitClaim.State.STAGED)
    return claims.exists() or ProviderAdjustment.objects.filter(remittance=kept, posted_at__isnull=False).exists()


_Facts = tuple[str, str, Decimal, Decimal]


@dataclass
class RemitCompletion:
    """One reading of the whole copy against what the broken one brought."""

    remittance: Remittance
    known: dict[int, _Facts]
    differing: list[str] = field(default_factory=list)

    @cached_property
    def last(self) -> int:
        """The position of the claim after which, or in which, the first copy broke off."""
        return max(self.known, default=0)

    def take(self, intakes: Sequence[staging.ClaimPaymentDraft], *, today: dt.date, now: dt.datetime) -> None:
        """Compare what came before, stage what is new. Positions come in the order of the file."""
        fresh = [one for one in intakes if one.row.position > self.last]
        for one in intakes:
            row = one.row
            if row.position <= self.last and self.known.get(row.position) != _facts(row):
                self.differing.append(row.number)
        if self.differing:
            return
        for one in intakes:
            if one.row.position == self.last:
                _mend(self.remittance, one)
        if fresh:
            with transaction.atomic():
                _hold(self.remittance, "The whole copy of this payment is being read.", ZERO, now)
                staging.stage_payments(self.remittance, fresh, today=today, now=now)

    def finish(self, provider: Sequence[ProviderAdjustment], *, name: str, now: dt.datetime) -> bool:
        """Say what waits, with the totals of the whole copy on the remittance; False where the copy brought nothing.

        `name` says which import brought the copy.
        """
        found = self.remittance
        staged = RemitClaim.objects.filter(remittance=found, state=RemitClaim.State.STAGED)
        facts = staged.aggregate(claims=Count("pk"), paid=Sum("paid", default=0))
        is_new = bool(facts["claims"]) or len(provider) > found.provider_adjustments.count()
        if self.differing or not is_new:
            return False
        wrong = deposit_imbalance(claims_paid=found.total_paid, provider=found.total_provider, deposit=found.amount)
        words = (
            f"The first copy broke off and was accepted. The whole one ({name}) brings {facts['claims']} more claims, "
            f"{figure(facts['paid'])} paid, and {len(provider)} provider adjustments. Accepting posts these alone; "
            "their money comes out of what was kept unapplied. "
        )
        with transaction.atomic():
            _hold(found, words + wrong, facts["paid"], now)
            found.state = Remittance.State.STAGED
            staging.finish_staging(found, provider, errors=[], now=now)
        return True


def completion_of(kept: Remittance) -> RemitCompletion | None:
    """What completes `kept`, where its file broke off; None where it is whole or was set aside."""
    if not is_truncated(kept) or kept.state == Remittance.State.REPLACED:
        return None
    rows = RemitClaim.objects.filter(remittance=kept).values_list("position", "number", "status", "charge", "paid")
    return RemitCompletion(kept, {position: tuple(facts) for position, *facts in rows})  # type: ignore[misc]


def _facts(row: RemitClaimRow) -> _Facts:
    return row.number, row.status, row.charge, row.paid


def _mend(remittance: Remittance, one: staging.ClaimPaymentDraft) -> None:
    """The claim in which the first copy broke off gets its lines while it waits; posted, it stays as accepted."""
    row = RemitClaim.objects.filter(
        remittance=remittance, position=one.row.position, state=RemitClaim.State.EXCEPTION
    ).first()
    if row is None or one.is_unreadable or row.lines.count() >= len(one.lines):
        return
    with transaction.atomic():
        RemitLine.objects.filter(remit_claim=row).delete()
        for line in one.lines:
            line.remit_claim_id = row.pk
        bulk.insert_rows(RemitLine, LINE_COLUMNS, [values_of_line(line) for line in one.lines])
        row.adjustments = one.row.adjustments
        row.save(update_fields=["adjustments"])
        detail = "The file broke off in this claim; the whole copy brought its lines. Match it again, then accept it."
        RemitException.objects.filter(
            remit_claim=row, code=ExceptionReason.UNREADABLE, state=RemitException.State.OPEN
        ).update(detail=detail)


def _hold(remittance: Remittance, detail: str, amount: Decimal, now: dt.datetime) -> None:
    RemitException.objects.update_or_create(
        remittance=remittance, remit_claim=None, provider_adjustment=None, code=ExceptionReason.WHOLE_COPY,
        defaults={
            "practice_id": remittance.practice_id, "detail": detail[:400], "amount": amount, "opened_at": now,
            "state": RemitException.State.OPEN, "resolution": "", "reason": "", "resolved_at": None,
            "resolved_by": None,
        },
    )  # fmt: skip
