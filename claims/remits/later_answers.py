"""Answers that were posted too early step back, and post anew: behind an earlier payer's, or against a later bill.

A claim that is opened from a remittance is charged to whoever that came from, and to the first payer as far as the
answer repeats what was done before it (CARC 23). When an earlier payer's answer is read, what the later ones paid,
wrote off and left was worked out from too much: it is reversed, waits with its cash in UNAPPLIED, and is judged again
as any payment that waits for another one (RULES 3.2), so that the books are those of the natural order. So it goes
with the answers to a claim that a replacement cut and a later one charges in full again: what was cut comes back.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import F, Q

from arwork.lib import bulk
from claims.billing.buckets import PAYERS
from claims.ledger import services as ledger
from claims.ledger.entries import Entry
from claims.ledger.models import Posting
from claims.remits import after_posting
from claims.remits.cases import PaymentCase
from claims.remits.entries import EntrySource, waiting_cash
from claims.remits.era import ADJUDICATED_STATUSES, ExceptionReason, Trouble
from claims.remits.late_coverage import FOUND_LATE
from claims.remits.models import RemitClaim, Remittance

MEMO, ANEW = "earlier payer's answer read later", "posted anew"
#: What brings the charge to the payer that answers is no part of its answer, and is placed anew by the earlier one.
_PLACES_CHARGE = Q(kind="transfer", group="", debit__in=PAYERS, credit__in=PAYERS)
_STEPS_BACK = Trouble(
    ExceptionReason.OVER_CREDIT,
    "The answer of a payer before this one was read later. This posts by itself behind it.",
)
_CHARGED_AGAIN = Trouble(
    ExceptionReason.OVER_CREDIT,
    "A replacement charges again what an earlier one had cut. This posts anew by itself against that.",
)
SENT_ON = Trouble(
    ExceptionReason.OVER_CREDIT, "The payer had sent the claim on to the next one. This posts anew by itself."
)
_IN_USE = Trouble(
    ExceptionReason.OVER_CREDIT,
    "The answer of a payer behind this one is being posted at this moment. This posts by itself after it.",
)


def find_later(cases: Sequence[PaymentCase]) -> set[int]:
    """Give each case what later payers of its claim have posted ahead of it, and lock their remittances.

    The claims whose case has to wait, because somebody else is at one of those remittances. No query where no claim was
    charged to a later payer than the one that answers.
    """
    ahead = {case.row.claim_id: case for case in cases if _is_ahead(case)}
    if not ahead:
        return set()
    posted = RemitClaim.objects.filter(
        bulk.Among("claim", ahead), state=RemitClaim.State.POSTED, status__in=ADJUDICATED_STATUSES,
        reversals__isnull=True, remittance__practice=F("claim__practice"),
    )  # fmt: skip
    found = [
        row
        for row in posted.select_related("remittance").order_by("claim_id", "-bucket", "-id")
        if (owed := ahead[row.claim_id].owed) and row.bucket > owed.bucket
    ]
    ours = _lock_free({row.remittance_id for row in found})
    blocked = {row.claim_id or 0 for row in found if row.remittance_id not in ours}
    for row in found:
        if row.claim_id not in blocked:
            ahead[row.claim_id].later.append(row)
    for claim_id in blocked:
        ahead[claim_id].trouble = ahead[claim_id].trouble or _IN_USE
    return blocked


def step_back(posted: Sequence[PaymentCase], *, today: dt.date, now: dt.datetime) -> list[Entry]:
    """The entries that take back what later payers posted ahead of `posted`; those payments wait again.

    Call in the transaction that posts them, before `posting.retry_cured`, which posts them anew.
    """
    rows = [row for case in posted for row in case.later]
    return _stepped_back(rows, _STEPS_BACK, memo=MEMO, today=today, now=now) if rows else []


def answer_anew(claim_ids: Collection[int], *, today: dt.date, now: dt.datetime) -> None:
    """Let the answers to claims step back that charge again what an earlier replacement had cut: posted anew they have
    room for all of it. What a person decided stands, and so does what somebody else is posting at this moment.

    Call in the transaction that restated the claims; `posting.post_found_payments` posts them anew.
    """
    if not claim_ids:
        return
    answers = RemitClaim.objects.filter(
        bulk.Among("claim", claim_ids), state=RemitClaim.State.POSTED, status__in=ADJUDICATED_STATUSES,
        reversals__isnull=True, matched_by="number", remittance__practice=F("claim__practice"),
    ).exclude(exceptions__resolved_by__isnull=False)  # fmt: skip
    rows = list(answers.select_related("remittance").order_by("claim_id", "-bucket", "-id"))
    ours = _lock_free({row.remittance_id for row in rows})
    take_back([row for row in rows if row.remittance_id in ours], _CHARGED_AGAIN, today=today, now=now)


def take_back(answers: Sequence[RemitClaim], why: Trouble, *, today: dt.date, now: dt.datetime) -> None:
    """Reverse what answers posted and let them wait, to be posted anew. Call with their remittances locked."""
    if answers:
        ledger.post(_stepped_back(answers, why, memo=ANEW, today=today, now=now), now=now, reason="remit")


def _lock_free(remittance_ids: Collection[int]) -> set[int]:
    """Lock those of the remittances that nobody else has, without waiting."""
    rows = Remittance.objects.select_for_update(skip_locked=True).filter(bulk.Among("pk", sorted(remittance_ids)))
    return set(rows.order_by("pk").values_list("pk", flat=True))


def _stepped_back(
    answers: Sequence[RemitClaim], why: Trouble, *, memo: str, today: dt.date, now: dt.datetime
) -> list[Entry]:
    rows = {row.pk: row for row in answers}
    standing: dict[int, list[Posting]] = defaultdict(list)
    made = Posting.objects.filter(bulk.Among("remit_claim_id", rows), reverses=None, reversed_by=None)
    for posting in made.filter(claim__isnull=False).exclude(_PLACES_CHARGE).order_by("id"):
        standing[posting.remit_claim_id or 0].append(posting)
    # What a bill gave a later payer of their shares is worked out anew with them.
    given = Posting.objects.filter(
        bulk.Among("claim", sorted({row.claim_id for row in answers if row.claim_id})), memo=FOUND_LATE,
        remit_claim_id=None, reverses=None, reversed_by=None,
    ).order_by("id")  # fmt: skip
    entries = [ledger.mirror(one, posted_on=today, memo=memo) for one in given]
    for row in rows.values():
        entries += [ledger.mirror(one, posted_on=today, memo=memo) for one in standing[row.pk]]
        source = EntrySource(
            practice_id=row.remittance.practice_id,
            remittance_id=row.remittance_id,
            remittance_key=row.remittance.key,
            paid_on=row.remittance.paid_on,
            posted_on=today,
            position=row.position,
            remit_claim_id=row.pk,
        )
        entries += waiting_cash(source, row.paid)  # once: what waited before is in UNAPPLIED again by its reversal
        row.undone += 1
    bulk.write(RemitClaim, ["posted_at", "undone"], {row.pk: (None, row.undone) for row in rows.values()})
    for remittance in {row.remittance_id: row.remittance for row in rows.values()}.values():
        theirs = [(row, why) for row in rows.values() if row.remittance_id == remittance.pk]
        after_posting.keep_waiting(theirs, remittance=remittance, now=now)
        after_posting.refresh_remittance_state(remittance, today=today)
    return entries


def _is_ahead(case: PaymentCase) -> bool:
    """Whether the claim stands charged to a later payer than the one that answers, for want of this answer."""
    if not case.owed or case.row.status not in ADJUDICATED_STATUSES:
        return False
    return any(later > case.owed.bucket for line in case.owed.lines for later in line.ahead)
