"""Write down what a remittance says, matched, in bounded batches; nothing here moves money.

Matching happens before the rows are written, so 50,000 of them are written once. A batch is one transaction, and
the positions staged are always a prefix of the file's: after a crash the reader skips what is there.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import Max

from arwork.lib import bulk
from claims.payers.identify import PayerName, find_or_open
from claims.remits import entered_by_hand
from claims.remits.balancing import deposit_imbalance
from claims.remits.coverage_models import CrossoverCarrier, InsuredCorrection
from claims.remits.era import OF_IDENTITY, OF_THE_FILE, ExceptionReason, Trouble, names_prior_payer
from claims.remits.match_rules import ClaimMatch, SoughtClaim, SoughtLine
from claims.remits.matching import candidate_lines, match_claims, point
from claims.remits.models import (
    CLAIM_COLUMNS,
    LINE_COLUMNS,
    ProviderAdjustment,
    RemitClaim,
    RemitClaimRow,
    RemitException,
    RemitLine,
    RemitLineRow,
    Remittance,
    values_of_claim,
    values_of_line,
)
from claims.remits.onboarding import open_missing_claims
from claims.remits.payment_records import carcs_of, payer_bucket
from claims.remits.provider_adjustments import plb_account


@dataclass(slots=True)
class ClaimPaymentDraft:
    """One CLP with its SVCs as rows to be, what identifies it, and why it can't post unseen, if it says so itself."""

    row: RemitClaimRow
    sought: SoughtClaim
    lines: list[RemitLineRow] = field(default_factory=list)
    sought_lines: list[SoughtLine] = field(default_factory=list)
    trouble: Trouble | None = None
    corrected: InsuredCorrection | None = None
    carrier: PayerName | None = None

    @property
    def is_unreadable(self) -> bool:
        return self.trouble is not None and self.trouble.reason == ExceptionReason.UNREADABLE


AHEAD = (
    "The day of payment has not come yet. It posts by itself on that day. If the day is wrong, accept it: then it is "
    "booked as paid today."
)


def remittance_key(*parts: object) -> str:
    """The identity of a payment: practice, TRN02, TRN03, BPR16, BPR02 (RULES 2.4), digested."""
    return sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def open_remittance(remittance: Remittance) -> Remittance:
    """Keep `remittance`, or return the one that has its key: the same payment in another file, or a resumed run."""
    try:
        with transaction.atomic():
            remittance.save(force_insert=True)
    except IntegrityError:
        return Remittance.objects.get(key=remittance.key)
    return remittance


def staged_so_far(remittance: Remittance) -> int:
    """The last position staged."""
    last = RemitClaim.objects.filter(remittance=remittance).aggregate(last=Max("position"))["last"]
    return int(last or 0)


def stage_payments(
    remittance: Remittance, intakes: Sequence[ClaimPaymentDraft], *, today: dt.date, now: dt.datetime
) -> None:
    """Match and keep a batch; positions staged before are left out."""
    with transaction.atomic():
        Remittance.objects.select_for_update().get(pk=remittance.pk)
        last = staged_so_far(remittance)
        fresh = [one for one in intakes if one.row.position > last]
        matches = match_claims(remittance.practice_id, [one.sought for one in fresh])
        if remittance.create_missing and any(match.trouble for match in matches):
            readable = [
                (one.row, one.lines, match) for one, match in zip(fresh, matches, strict=True) if not one.trouble
            ]
            open_missing_claims(remittance, readable, today=today, now=now)
            matches = match_claims(remittance.practice_id, [one.sought for one in fresh])
        _apply(remittance, fresh, matches)
        for one, number in zip(fresh, bulk.reserve(RemitClaim, len(fresh)), strict=True):
            one.row.id = number
            for line in one.lines:
                line.remit_claim_id = number
        bulk.insert_rows(RemitClaim, CLAIM_COLUMNS, [values_of_claim(one.row) for one in fresh])
        bulk.insert_rows(RemitLine, LINE_COLUMNS, [values_of_line(line) for one in fresh for line in one.lines])
        _keep_news(fresh)
        _note_troubles(remittance, fresh, matches, now)


def finish_staging(
    remittance: Remittance,
    provider: Sequence[ProviderAdjustment],
    *,
    errors: Sequence[str],
    now: dt.datetime,
) -> None:
    """Keep the provider adjustments and whatever keeps the whole remittance from posting by itself.

    `errors` are sentences about the transaction itself, such as a truncated file.
    """
    with transaction.atomic():
        bulk.insert(ProviderAdjustment, provider, ignore_conflicts=True)
        remittance.save()
        twin = entered_by_hand.standing_twin(remittance)
        wrong = deposit_imbalance(
            claims_paid=remittance.total_paid,
            provider=remittance.total_provider,
            deposit=remittance.amount,
        )
        found = " ".join([*errors, wrong]).strip()
        holds = []
        if found:
            holds.append(_hold(remittance, Trouble(ExceptionReason.NOT_TIED_OUT, found), remittance.amount, now))
        if twin:
            trouble = Trouble(ExceptionReason.ENTERED_BY_HAND, entered_by_hand.twin_words(twin, remittance))
            holds.append(_hold(remittance, trouble, remittance.amount, now))
        if remittance.paid_on > remittance.received_on:
            holds.append(_hold(remittance, Trouble(ExceptionReason.FUTURE_DATE, AHEAD), remittance.amount, now))
        kept = ProviderAdjustment.objects.filter(remittance=remittance, posted_at=None)
        for row in kept:
            if row.amount and not plb_account(row.code) and not row.account:
                detail = f"No account is known for provider adjustment {row.code} {row.reference}".strip() + "."
                hold = _hold(remittance, Trouble(ExceptionReason.UNMAPPED_PLB, detail), row.amount, now)
                hold.provider_adjustment = row
                holds.append(hold)
        bulk.insert(RemitException, holds, ignore_conflicts=True)


def _apply(remittance: Remittance, intakes: Sequence[ClaimPaymentDraft], matches: Sequence[ClaimMatch]) -> None:
    lines = candidate_lines({match.claim_id for match in matches if match.claim_id})
    for one, match in zip(intakes, matches, strict=True):
        if match.claim_id is None:
            continue
        is_later = names_prior_payer(carcs_of(one.row, one.lines))
        bucket = payer_bucket(one.row.status, remittance.payer_id, match.payers, names_prior_payer=is_later) or "PAYER1"
        candidates = lines.get(match.claim_id, [])
        point(one.row, one.lines, match, sought=one.sought_lines, candidates=candidates, bucket=bucket)


def _keep_news(intakes: Sequence[ClaimPaymentDraft]) -> None:
    """Keep whom payers say to be insured otherwise, and to which payers they sent claims on."""
    corrections = []
    for one in intakes:
        if one.corrected:
            one.corrected.remit_claim_id = one.row.id
            corrections.append(one.corrected)
    bulk.insert(InsuredCorrection, corrections)
    if named := {one.row.id: one.carrier for one in intakes if one.carrier}:
        payers = find_or_open(named.values())
        found = ((pk, payers[name]) for pk, name in named.items())
        carriers = [CrossoverCarrier(remit_claim_id=pk, payer_id=payer_id) for pk, payer_id in found if payer_id]
        bulk.insert(CrossoverCarrier, carriers)


def _note_troubles(
    remittance: Remittance, intakes: Sequence[ClaimPaymentDraft], matches: Sequence[ClaimMatch], now: dt.datetime
) -> None:
    holds = []
    for one, match in zip(intakes, matches, strict=True):
        trouble = one.trouble or match.trouble
        if trouble and (match.is_elsewhere or trouble.reason in (*OF_THE_FILE, *OF_IDENTITY)):
            hold = _hold(remittance, trouble, one.row.paid, now)
            hold.remit_claim_id = one.row.id
            holds.append(hold)
    bulk.insert(RemitException, holds, ignore_conflicts=True)


def _hold(remittance: Remittance, trouble: Trouble, amount: Decimal, now: dt.datetime) -> RemitException:
    return RemitException(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        code=str(trouble.reason),
        detail=trouble.detail[:400],
        amount=amount,
        opened_at=now,
    )
