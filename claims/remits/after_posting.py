"""What goes with a posting in the same transaction: exceptions, submissions, control numbers, and who is told.

`remits` stands below `denials`, so it can't call it, and an announcement after the commit would let a crash lose a
denial. So followers are registered, get whole batches of outcomes, and one that fails takes the batch back with it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arwork.lib import bulk
from claims.approvals import services as approvals
from claims.approvals.selectors import questions_about_any
from claims.billing.buckets import SEQUENCES
from claims.billing.claim_numbers import remember_icns
from claims.billing.models import Claim, Submission
from claims.remits.cases import PaymentCase, is_correction, row_is_reversal
from claims.remits.era import (
    ADJUDICATED_STATUSES,
    REVERSAL_STATUS,
    DisputedAmount,
    ExceptionReason,
    LineDenial,
    LineResult,
    PostingPlan,
    Trouble,
    denies_duplicate,
)
from claims.remits.models import ProviderAdjustment, RemitClaim, RemitException, Remittance
from claims.remits.payment_records import paid_claims
from claims.remits.plain_cases import PlainCase

if TYPE_CHECKING:
    from arwork.staff.models import User


#: What questions to a second person are about here.
EXCEPTION_SUBJECT = "remit_exception"
#: Reasons that keep a whole remittance from posting.
HOLDING_REASONS = (
    ExceptionReason.NOT_TIED_OUT,
    ExceptionReason.UNMAPPED_PLB,
    ExceptionReason.WHOLE_COPY,
    ExceptionReason.FUTURE_DATE,
)
#: A payment that was judged, and its plan.
Judged = tuple[PaymentCase | PlainCase, PostingPlan]
_SETTLED = (Submission.State.REJECTED, Submission.State.ADJUDICATED)


def mark_posted(posted: Sequence[Judged], *, remittance: Remittance, now: dt.datetime, today: dt.date) -> None:
    """Mark payments posted and bring claims and their submissions to what they say."""
    if not posted:
        return
    is_new = {case.row.pk for case, _ in posted if _bucket_is_new(case)}
    for case, _ in posted:
        case.row.state, case.row.posted_at = RemitClaim.State.POSTED, now
        case.row.bucket = case.bucket or case.row.bucket
        case.row.reverses_id = case.original_id
    plain = [case.row.pk for case, _ in posted if not case.original_id and case.row.pk not in is_new]
    RemitClaim.objects.filter(bulk.Among("id", plain)).update(state=RemitClaim.State.POSTED, posted_at=now)
    others = [case.row for case, _ in posted if case.original_id or case.row.pk in is_new]
    bulk.write(
        RemitClaim,
        ["state", "posted_at", "bucket", "reverses"],
        {row.pk: (row.state, now, row.bucket, row.reverses_id) for row in others},
    )
    answered = [case for case, _ in posted if case.row.status in ADJUDICATED_STATUSES]
    pended = {case.row.claim_id for case, verdict in posted if verdict.pending}
    _adjudicate_submissions(answered, remittance.paid_on, pended=pended)
    _note_reversals(posted, answered, today)


def claim_control_numbers(posted: Sequence[Judged], *, paid_on: dt.date) -> dict[int, str]:
    """The control numbers that payers gave their claims, by claim: appeals and corrected claims need them (REF*F8).

    Of several the newest counts, whatever the order in which they are read; that a second bill is a duplicate of the
    first (CO-18) is no adjudication of the first, whose number stands.
    """
    ours = {
        case.row.claim_id: (case.row.icn, (not case.denies_duplicate, paid_on))
        for case, _ in posted
        if case.row.claim_id and case.row.icn and case.row.status in ADJUDICATED_STATUSES and case.bucket == "PAYER1"
    }
    others = RemitClaim.objects.filter(
        bulk.Among("claim", ours), state=RemitClaim.State.POSTED, bucket="PAYER1", status__in=ADJUDICATED_STATUSES
    ).exclude(icn="")
    for row, paid in paid_claims(others.select_related("remittance")):
        if (row.claim_id or 0) in ours:
            _, place = ours[row.claim_id or 0]
            if (not denies_duplicate(paid), row.remittance.paid_on) > place:
                del ours[row.claim_id or 0]
    adopted = {claim_id: icn for claim_id, (icn, _) in ours.items()}
    given = {(case.row.claim_id, case.row.icn) for case, _ in posted if case.row.claim_id and case.row.icn}
    remember_icns(given - set(adopted.items()) - _borne(given, adopted))
    return adopted


def _borne(given: Collection[tuple[int, str]], adopted: Mapping[int, str]) -> set[tuple[int, str]]:
    """Those that the claims bear as it is, of claims that get no other one now. One query where there are any."""
    ids = {claim_id for claim_id, _ in given if claim_id not in adopted}
    return set(Claim.objects.filter(bulk.Among("id", ids)).values_list("id", "icn")) if ids else set()


def keep_as_exceptions(
    waiting: Sequence[tuple[PaymentCase, Trouble]], *, remittance: Remittance, now: dt.datetime
) -> None:
    """Keep payments as exceptions with their reason; a reason that changed replaces the open one."""
    keep_waiting([(case.row, trouble) for case, trouble in waiting], remittance=remittance, now=now)


def keep_waiting(waiting: Sequence[tuple[RemitClaim, Trouble]], *, remittance: Remittance, now: dt.datetime) -> None:
    """Let payments of a remittance wait, each for its reason; one that waited for it before waits on the same row."""
    if not waiting:
        return
    ids = [row.pk for row, _ in waiting]
    known: dict[int, dict[str, RemitException]] = defaultdict(dict)
    for one in RemitException.objects.filter(bulk.Among("remit_claim", ids)).order_by("pk"):
        known[one.remit_claim_id or 0][one.code] = one
    fresh, changed, again, overtaken = [], {}, [], []
    for row, trouble in waiting:
        row.state = RemitClaim.State.EXCEPTION
        code, detail = str(trouble.reason), trouble.detail[:400]
        open_now = next((one for one in known[row.pk].values() if one.state == RemitException.State.OPEN), None)
        before = known[row.pk].get(code)
        if before and before is not open_now:
            overtaken += [open_now] if open_now else []
            again.append(before)
        elif not open_now:
            fresh.append(_exception(row, remittance, trouble, now))
        target = before or open_now
        if target and (target.code, target.detail) != (code, detail):
            changed[target.pk] = (code, detail)
    if again:
        close_exceptions(overtaken, how="retry", reason="another reason by now", now=now, actor=None)
        close_exceptions(again, how="", reason="", now=None, actor=None, state=RemitException.State.OPEN)
    bulk.insert(RemitException, fresh, ignore_conflicts=True)
    bulk.write(RemitException, ["code", "detail"], changed)
    RemitClaim.objects.filter(bulk.Among("id", ids)).update(state=RemitClaim.State.EXCEPTION)


def close_exceptions(
    exceptions: Sequence[RemitException],
    *,
    how: str,
    reason: str,
    now: dt.datetime | None,
    actor: "User | None",
    state: str = RemitException.State.RESOLVED,
) -> None:
    """Close exceptions: how they were settled, by whom and why; or, as nobody's at no time, open them again."""
    RemitException.objects.filter(pk__in=[row.pk for row in exceptions]).update(
        state=state, resolution=how, reason=reason[:300], resolved_at=now, resolved_by=actor
    )
    if now is not None:
        asked = questions_about_any(EXCEPTION_SUBJECT, [row.pk for row in exceptions])
        approvals.supersede(asked, actor=actor, now=now)


def refresh_remittance_state(remittance: Remittance, *, today: dt.date) -> str:
    """Set and return the state that the parts of a remittance add up to. What is not settled at provider level is
    booked all the same."""
    open_now = remittance.exceptions.filter(state=RemitException.State.OPEN)
    codes = set(open_now.exclude(code=ExceptionReason.UNSETTLED_PLB).values_list("code", flat=True).distinct())
    is_held = (
        bool(codes & set(HOLDING_REASONS))
        or RemitClaim.objects.filter(remittance=remittance, state=RemitClaim.State.STAGED).exists()
        or ProviderAdjustment.objects.filter(remittance=remittance, posted_at=None).exists()
    )
    posted = Remittance.State.PARTLY if codes else Remittance.State.POSTED
    state = Remittance.State.STAGED if is_held else posted
    remittance.state = state
    remittance.posted_on = remittance.posted_on or (None if is_held else today)
    remittance.save(update_fields=["state", "posted_on"])
    return str(state)


def _exception(row: RemitClaim, remittance: Remittance, trouble: Trouble, now: dt.datetime) -> RemitException:
    return RemitException(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        remit_claim_id=row.pk,
        code=str(trouble.reason),
        detail=trouble.detail[:400],
        amount=row.paid,
        opened_at=now,
    )


def _bucket_is_new(case: PaymentCase | PlainCase) -> bool:
    return bool(case.bucket) and case.row.bucket != case.bucket


def _adjudicate_submissions(
    answered: Sequence[PaymentCase | PlainCase], paid_on: dt.date, *, pended: Collection[int | None]
) -> None:
    """An answer settles what was sent to its payer before; nothing that was sent after the submission that it answers.
    Of `pended` claims the payer still decides a part. Where all of it had been rejected, the last one got there by
    another way after all."""
    by_claim = {case.row.claim_id: case for case in answered}
    rows = Submission.objects.filter(bulk.Among("claim", (pk for pk in by_claim if pk)), submitted_on__lte=paid_on)
    sent: dict[int, dict[int, str]] = defaultdict(dict)
    ordered = rows.order_by("submitted_on", "id")
    columns = ("id", "submitted_on", "claim_id", "sequence", "state")
    for pk, day, claim_id, sequence, state in ordered.values_list(*columns):
        case = by_claim[claim_id]
        if (meant := case.answered) and (day, pk) > (meant.submitted_on, meant.submission_id):
            continue
        if SEQUENCES.get(case.bucket) == sequence:
            sent[claim_id][pk] = state
    written = {}
    for claim_id, states in sent.items():
        waiting = [pk for pk, state in states.items() if state not in _SETTLED]
        if Submission.State.ADJUDICATED not in states.values():
            waiting = waiting or list(states)[-1:]
        state = Submission.State.PENDED if claim_id in pended else Submission.State.ADJUDICATED
        for pk in waiting:
            written[pk] = (state, paid_on, by_claim[claim_id].row.icn)
    bulk.write(Submission, ["state", "state_on", "icn"], written)


def _note_reversals(posted: Sequence[Judged], answered: Sequence[PaymentCase | PlainCase], today: dt.date) -> None:
    """Between a reversal and its correction a claim waits, and its statements with it (RULES 3.3)."""
    reversed_ = {case.row.claim_id for case, _ in posted if case.row.claim_id and row_is_reversal(case.row)}
    met = reversed_ | {case.row.claim_id for case in answered if case.row.claim_id}
    waiting_now = Claim.objects.filter(bulk.Among("id", met), awaiting_correction_since__isnull=False)
    waited = set(waiting_now.values_list("id", flat=True))
    if touched := reversed_ | waited:
        waiting = _uncorrected(touched)
        Claim.objects.filter(id__in=waited - waiting).update(awaiting_correction_since=None)
        standing = Claim.objects.filter(id__in=waiting - waited).exclude(state=Claim.State.VOID)
        standing.update(awaiting_correction_since=today)


def _uncorrected(claim_ids: Collection[int]) -> set[int]:
    """Claims of which a payer reversed an answer and gave no other since; what the next payer says is no correction.

    A correction may have been read before its reversal, so the days of the remittances decide.
    """
    posted = RemitClaim.objects.filter(claim__in=claim_ids, state=RemitClaim.State.POSTED)
    standing: dict[tuple[int | None, str], list[tuple[dt.date, int]]] = defaultdict(list)
    answers = posted.filter(reversals__isnull=True, status__in=ADJUDICATED_STATUSES)
    for claim_id, bucket, pk, paid_on in answers.values_list("claim_id", "bucket", "pk", "remittance__paid_on"):
        standing[claim_id, bucket].append((paid_on, pk))
    found = set()
    for row in posted.filter(status=REVERSAL_STATUS).select_related("remittance", "reverses__remittance"):
        taken, reversed_on = row.reverses or row, row.remittance.paid_on
        place = taken.remittance.paid_on, taken.pk
        given = standing[row.claim_id, taken.bucket]
        if not any(is_correction(one, reversed_on=reversed_on, taken=place) for one in given):
            found.add(row.claim_id or 0)
    return found


@dataclass(frozen=True, slots=True)
class PostedPayment:
    """One posted claim payment. `reversed_id` is the remit claim that a reversal reversed."""

    practice_id: int
    remit_claim_id: int
    claim_id: int
    payer_id: int | None
    bucket: str
    paid_on: dt.date
    line_denials: Sequence[LineDenial]
    reductions: Sequence[DisputedAmount]
    results: Mapping[int, LineResult]
    reversed_id: int | None = None


PostingFollower = Callable[[Sequence[PostedPayment], dt.date], None]
_followers: list[PostingFollower] = []


def register_follower(follower: PostingFollower) -> None:
    """Hand every batch of this process to `follower`; the app says so when it is ready, nobody else."""
    if follower not in _followers:
        _followers.append(follower)


def tell_followers(outcomes: Sequence[PostedPayment], *, today: dt.date) -> None:
    """Hand a batch to every follower, in the caller's transaction."""
    if outcomes:
        for follower in _followers:
            follower(outcomes, today)
