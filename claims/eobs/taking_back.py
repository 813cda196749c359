"""A posted entry is taken back as a whole: its mirror posts by the engine that posts a payer's reversals, and the
check can be entered anew.

What patients had paid meanwhile, what was written off, denials that were opened: all of that follows as it does after
a reversal that a payer sends (RULES 3.3), but no correction is awaited. A file of the same check that was held because
of the entry posts by itself then.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from arwork.lib import bulk
from arwork.lib.errors import Conflict
from arwork.lib.races import told_when_lost
from arwork.staff import audit
from arwork.staff.access import Capability, require
from claims.billing.models import Claim, Submission
from claims.eobs.drafts import locked, said
from claims.eobs.entered_facts import EnteredClaimFacts, claim_facts
from claims.eobs.models import Eob
from claims.eobs.posting import CHANGED_MEANWHILE, sought_as_it_stands
from claims.remits import after_posting
from claims.remits.entered_by_hand import folded_trace, is_same_check
from claims.remits.era import REVERSAL_STATUS, ExceptionReason
from claims.remits.matching import sought_claim, sought_lines
from claims.remits.models import (
    ProviderAdjustment,
    RemitClaim,
    RemitClaimRow,
    RemitException,
    RemitLine,
    RemitLineRow,
    Remittance,
)
from claims.remits.provider_adjustments import applied_recoupments
from claims.remits.release import release_remittance
from claims.remits.staging import ClaimPaymentDraft, finish_staging, open_remittance, remittance_key, stage_payments
from claims.remits.waiting_payments import dismiss_beside

if TYPE_CHECKING:
    from arwork.staff.models import User


def take_back(eob_id: int, *, reason: str, actor: "User", today: dt.date, now: dt.datetime) -> Eob:
    """Reverse all that a posted entry did. Raises `Conflict` where part of it was followed up by hand, which is undone
    first, and `PeriodClosed`."""
    require(actor, Capability.POST_MONEY)
    reason = said(reason)
    with told_when_lost(CHANGED_MEANWHILE), transaction.atomic():
        eob = locked(eob_id, actor=actor)
        if eob.state != Eob.State.POSTED or eob.remittance is None:
            raise Conflict("Only what is posted can be taken back. Open the EOB again to see how it stands.")
        entered = Remittance.objects.select_for_update().get(pk=eob.remittance.pk)
        rows = list(entered.claims.prefetch_related("lines").order_by("position"))
        _ensure_reversible(entered, rows)
        mirror = _mirror(entered, rows, today=today, now=now)
        eob.state, eob.ended_by, eob.ended_at, eob.ended_because = Eob.State.TAKEN_BACK, actor, now, reason
        eob.save()
        after = {"reason": reason, "remittance": entered.pk, "mirror": mirror.pk, "amount": entered.amount}
        audit.record(actor, "eob_taken_back", "eob", eob.pk, practice_id=eob.practice_id, after=after, now=now)
        release_remittance(mirror, today=today, now=now, actor=actor)
        _dismiss_what_waited(entered, mirror, today=today, now=now)
        _put_back(eob.before or {}, entered)
        _let_files_go(entered, actor=actor, today=today, now=now)
    return eob


def enter_anew(eob_id: int, *, actor: "User", now: dt.datetime) -> Eob:
    """A draft that begins with what an entry that was taken back said. Raises `Conflict`."""
    require(actor, Capability.POST_MONEY)
    with transaction.atomic():
        old = locked(eob_id, actor=actor)
        if old.state not in (Eob.State.TAKEN_BACK, Eob.State.DISCARDED):
            raise Conflict("Take it back first: then it is entered anew.")
        facts: dict[str, Any] = {name: getattr(old, name) for name in _COPIED}
        eob = Eob.objects.create(**facts, opened_by=actor, opened_at=now, saved_by=actor, saved_at=now)
        after = {"again": old.pk, "amount": eob.amount}
        audit.record(actor, "eob_opened", "eob", eob.pk, practice_id=eob.practice_id, after=after, now=now)
    return eob


_COPIED = (
    "practice_id", "payer_id", "document_id", "trace", "method", "amount", "paid_on", "received_on", "entry",
    "claim_count", "entered_amount", "is_tied",
)  # fmt: skip


def _ensure_reversible(entered: Remittance, rows: list[RemitClaim]) -> None:
    if any(row.status == REVERSAL_STATUS for row in rows):
        raise Conflict(
            "It holds a reversal by the payer, which can't be taken back as a whole. Enter what is right as a new EOB."
        )
    if any(applied_recoupments(entered.provider_adjustments.all()).values()):
        raise Conflict("What the payer recouped on it was applied to claims. Undo that on the remittance first.")


def _mirror(entered: Remittance, rows: list[RemitClaim], *, today: dt.date, now: dt.datetime) -> Remittance:
    mirror = open_remittance(
        Remittance(
            practice_id=entered.practice_id,
            payer_id=entered.payer_id,
            source=Remittance.Source.BY_HAND,
            reverses=entered,
            key=remittance_key("taken back", entered.key),
            trace=entered.trace,
            payer_name=entered.payer_name,
            method=entered.method,
            amount=-entered.amount,
            paid_on=today,
            received_on=today,
            state=Remittance.State.STAGED,
            claim_count=len(rows),
            total_charge=-entered.total_charge,
            total_paid=-entered.total_paid,
            total_patient=-entered.total_patient,
            total_provider=-entered.total_provider,
            is_balanced=True,
        )
    )
    facts = claim_facts(entered.practice_id, [row.claim_id for row in rows if row.claim_id])
    stage_payments(mirror, [_draft(row, mirror, facts.get(row.claim_id or 0)) for row in rows], today=today, now=now)
    provider = [
        ProviderAdjustment(
            remittance_id=mirror.pk, position=one.position, code=one.code, reference=one.reference,
            amount=-one.amount, account=one.account,
        )
        for one in entered.provider_adjustments.order_by("position")
    ]  # fmt: skip
    finish_staging(mirror, provider, errors=[], now=now)
    return mirror


def _draft(row: RemitClaim, mirror: Remittance, claim: EnteredClaimFacts | None) -> ClaimPaymentDraft:
    lines = sorted(row.lines.all(), key=lambda line: line.position)
    back = RemitClaimRow(
        remittance_id=mirror.pk,
        position=row.position,
        segment=0,
        number=row.number,
        status=REVERSAL_STATUS,
        charge=-row.charge,
        paid=-row.paid,
        patient_responsibility=-row.patient_responsibility,
        filing_code=row.filing_code,
        icn=row.icn,
        patient_name=row.patient_name,
        member_id=row.member_id,
        service_from=row.service_from,
        service_to=row.service_to,
        rarcs=row.rarcs,
        adjustments=_turned(row.adjustments),
    )
    sought = sought_as_it_stands(claim, icn=row.icn) if claim else sought_claim(row)
    return ClaimPaymentDraft(
        row=back,
        sought=sought,
        lines=[_line(line) for line in lines],
        sought_lines=sought_lines(row, lines),
    )


def _line(line: RemitLine) -> RemitLineRow:
    return RemitLineRow(
        position=line.position,
        code=line.code,
        modifiers=line.modifiers,
        revenue_code=line.revenue_code,
        submitted_code=line.submitted_code,
        control=line.control,
        charge=-line.charge,
        paid=-line.paid,
        units=line.units,
        allowed=None if line.allowed is None else -line.allowed,
        service_from=line.service_from,
        service_to=line.service_to,
        adjustments=_turned(line.adjustments),
        rarcs=line.rarcs,
    )


def _turned(triplets: list[list[Any]]) -> list[list[Any]]:
    return [[group, carc, -cents, quantity] for group, carc, cents, quantity in triplets]


def _dismiss_what_waited(entered: Remittance, mirror: Remittance, *, today: dt.date, now: dt.datetime) -> None:
    """A payment of the entry that never posted, and its mirror, undo each other: their cash adds up to nothing."""
    states = (RemitClaim.State.EXCEPTION, RemitClaim.State.DISMISSED)
    unposted = dict(entered.claims.filter(state__in=states).values_list("position", "pk"))
    backs = mirror.exceptions.filter(
        state=RemitException.State.OPEN, code=ExceptionReason.NO_ORIGINAL, remit_claim__position__in=unposted
    )
    for back in backs.select_related("remit_claim", "remittance").order_by("pk"):
        place = back.remit_claim.position if back.remit_claim else 0
        asked = RemitException.objects.filter(remit_claim=unposted[place]).select_related("remit_claim", "remittance")
        if paid := asked.order_by("-pk").first():
            dismiss_beside(back, other=paid, now=now, today=today)
            if paid.state == RemitException.State.OPEN:
                dismiss_beside(paid, other=back, now=now, today=today)


def _put_back(before: dict[str, Any], entered: Remittance) -> None:
    """Submissions that the entry answered wait for an answer again, and control numbers that it gave are gone, unless
    something else came since."""
    stood = {int(pk): values for pk, values in before.get("submissions", {}).items()}
    answered = Submission.objects.filter(pk__in=stood, state_on=entered.paid_on).order_by("pk")
    written = {
        row.pk: (stood[row.pk][0], dt.date.fromisoformat(stood[row.pk][1]), stood[row.pk][2])
        for row in answered
        if row.state in (Submission.State.ADJUDICATED, Submission.State.PENDED)
    }
    bulk.write(Submission, ["state", "state_on", "icn"], written)
    given = dict(entered.claims.exclude(claim=None).values_list("claim_id", "icn"))
    for pk, icn in before.get("icns", {}).items():
        if (adopted := given.get(int(pk), "")) and adopted != icn:
            Claim.objects.filter(pk=int(pk), icn=adopted).update(icn=icn)


def _let_files_go(entered: Remittance, *, actor: "User", today: dt.date, now: dt.datetime) -> None:
    """Files of the same check that the entry held post now."""
    held = RemitException.objects.filter(
        Q(remittance__amount=entered.amount), practice=entered.practice_id, state=RemitException.State.OPEN,
        code=ExceptionReason.ENTERED_BY_HAND,
    )  # fmt: skip
    for hold in held.select_related("remittance__payer").order_by("pk"):
        same_trace = folded_trace(hold.remittance.trace) == folded_trace(entered.trace)
        if same_trace and is_same_check(entered, hold.remittance):
            why = "the entry by hand was taken back"
            after_posting.close_exceptions([hold], how="retry", reason=why, now=now, actor=actor)
            release_remittance(hold.remittance, today=today, now=now, actor=actor)
