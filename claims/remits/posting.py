"""Post staged claim payments in bounded batches; each batch is one transaction that leaves nothing half done.

A batch locks its remittance and its claims, judges every payment against balances that can no longer move, posts
what is sound through the ledger, and leaves the rest as exceptions whose cash stands in UNAPPLIED. Marking a
payment posted is part of the same transaction, so after a crash the next run goes on with what is still staged.

Several payments of one claim in a batch are posted one after the other: reversals first, for a correction may stand
before the reversal that makes room for it, then in the order of the file. A payment that had to wait for another one
(a correction that came before its reversal) is tried again as soon as that one has posted.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Abs

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.models import Claim, ClaimNumber, Submission
from claims.ledger import services as ledger
from claims.ledger.entries import Entry
from claims.remits import after_posting, later_answers, waiting_payments
from claims.remits.adjustment_rules import rules_in_force, treat_of
from claims.remits.cases import PaymentCase, cases_of, is_correction, load_cases, row_is_reversal
from claims.remits.entries import EntrySource, posting_entries, waiting_cash
from claims.remits.era import ADJUDICATED_STATUSES, OF_IDENTITY, ExceptionReason, PostingPlan, Treat, Trouble
from claims.remits.learned_coverages import learn_coverages
from claims.remits.match_rules import UNMATCHED, ClaimMatch
from claims.remits.matching import match_claims, point_kept, sought_claim
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.plain_cases import PlainCase, plain_cases
from claims.remits.posting_facts import PostingFacts, read_facts
from claims.remits.posting_plan import plan_posting
from claims.remits.waiting_payments import cancel_pairs

if TYPE_CHECKING:
    from arwork.staff.models import User


BATCH = 1_000
#: What another payment of the same claim may have cured.
CURABLE_REASONS = (ExceptionReason.OVER_CREDIT, ExceptionReason.NO_ORIGINAL)
Progress = Callable[[int], None]


def post_staged(
    remittance: Remittance,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    progress: Progress | None = None,
) -> int:
    """Post or set aside every claim payment that is still staged; how many were looked at.

    The batches of one that is released do not wait for the disk: what a crash of the server takes back is staged still,
    and whoever says that the remittance is posted waits for all of it (`release`).
    """
    rules = rules_in_force()
    treat = treat_of(remittance, rules=rules)
    done = 0
    while True:
        with bulk.repeatable():
            Remittance.objects.select_for_update().get(pk=remittance.pk)
            staged = RemitClaim.objects.filter(remittance=remittance, state=RemitClaim.State.STAGED)
            rows = list(staged.order_by("position")[:BATCH])
            for wave in _waves(rows):
                post_payments(wave, remittance=remittance, treat=treat, today=today, now=now, actor=actor)
            retry_cured(rows, today=today, now=now, actor=actor)
            _cancel(rows, today=today, now=now)
        if not rows:
            return done
        done += len(rows)
        if progress:
            progress(len(rows))


def post_matched_rows(
    rows: Sequence[RemitClaim], *, remittance: Remittance, today: dt.date, now: dt.datetime
) -> list[RemitClaim]:
    """Judge payments again that have a claim by now, and what they cure; what was posted of `rows`.

    Call inside a transaction that has locked the remittance.
    """
    treat = treat_of(remittance)
    posted = []
    for wave in _waves(rows):
        posted += post_payments(wave, remittance=remittance, treat=treat, today=today, now=now)
    retry_cured(posted, today=today, now=now)
    _cancel(rows, today=today, now=now)
    return posted


def post_payments(
    rows: Sequence[RemitClaim],
    *,
    remittance: Remittance,
    treat: Treat,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    is_accepted: bool = False,
) -> list[RemitClaim]:
    """Judge payments of different claims and post the sound ones; `is_accepted` posts proposals as well.

    Returns what was posted. Rows in state EXCEPTION have their cash in UNAPPLIED and are applied from there.
    Call inside a transaction that has locked the remittance.
    """
    found = _facts_where_they_stand(rows)
    plain = plain_cases(rows, found, remittance=remittance, treat=treat)
    careful = cases_of([row for row in rows if row.pk not in plain], found, remittance=remittance)
    _come_back(later_answers.find_later(careful), today=today, now=now, actor=actor)
    entries: list[Entry] = []
    posted: list[after_posting.Judged] = []
    waiting: list[tuple[PaymentCase, Trouble]] = []
    judged: list[PlainCase | PaymentCase] = [*plain.values(), *careful]
    for case in judged:
        verdict = case.plan if isinstance(case, PlainCase) else judge_payment(case, treat)
        source = entry_source(case, remittance, today=today)
        is_waiting = case.row.state == RemitClaim.State.EXCEPTION
        if isinstance(case, PaymentCase) and (case.owed is None or (verdict.trouble and not is_accepted)):
            waiting.append((case, verdict.trouble or UNMATCHED))
            if not is_waiting:
                entries += waiting_cash(source, case.row.paid)
        else:
            posted.append((case, verdict))
            entries += posting_entries(source, verdict.moves, waited=case.row.paid if is_waiting else ZERO)
    full = [case for case, _ in posted if isinstance(case, PaymentCase)]
    learned = learn_coverages(full, remittance)
    entries += later_answers.step_back(full, today=today, now=now)
    met = [row.claim_id for row in rows if row.claim_id]
    ledger.post(
        entries,
        now=now,
        actor=actor,
        reason="remit",
        also=met,
        icns=after_posting.claim_control_numbers(posted, paid_on=remittance.paid_on),
        locked={pk: claim for pk, claim in found.locked.items() if pk not in learned},
    )
    after_posting.mark_posted(posted, remittance=remittance, now=now, today=today)
    after_posting.keep_as_exceptions(waiting, remittance=remittance, now=now)
    after_posting.tell_followers(
        [posted_payment_of(case, verdict, remittance=remittance) for case, verdict in posted], today=today
    )
    after_posting.tell_followers(_denied_before(posted, remittance), today=today)
    return [case.row for case, _ in posted]


def _facts_where_they_stand(rows: Sequence[RemitClaim]) -> PostingFacts:
    """What the payments meet, locked. A claim that was merged since it was matched is stood for by another one."""
    found = read_facts(rows, lock=True)
    gone = {row: found.claims[row.claim_id]["merged_into_id"] for row in rows if row.claim_id}
    moved = {row: ClaimMatch(pk, row.matched_by) for row, pk in gone.items() if pk}
    if not moved:
        return found
    point_kept(moved)
    return read_facts(rows, lock=True)


def _denied_before(posted: Sequence[after_posting.Judged], remittance: Remittance) -> list[after_posting.PostedPayment]:
    """Corrections without money that were read before the reversals in `posted`: what they deny is there only now."""
    reversals = {case.row.claim_id: case for case, _ in posted if isinstance(case, PaymentCase) and case.original_id}
    if not reversals:
        return []
    rows = RemitClaim.objects.filter(
        claim__in=reversals,
        state=RemitClaim.State.POSTED,
        status__in=ADJUDICATED_STATUSES,
        paid=0,
        reversals__isnull=True,
    )
    found = []
    for row in rows.filter(remittance__paid_on__gte=remittance.paid_on).select_related("remittance").order_by("id"):
        case, back = load_cases([row], remittance=row.remittance, lock=False)[0], reversals[row.claim_id]
        place, taken = (row.remittance.paid_on, row.pk), (back.original_on or remittance.paid_on, back.original_id or 0)
        is_later = is_correction(place, reversed_on=remittance.paid_on, taken=taken)
        if is_later and back.owed and row.bucket == back.owed.bucket:
            verdict = judge_payment(case, treat_of(row.remittance))
            found += [] if verdict.moves else [posted_payment_of(case, verdict, remittance=row.remittance)]
    return found


def judge_payment(case: PaymentCase, treat: Treat) -> PostingPlan:
    """The plan of a case; trouble found at staging outranks what arithmetic finds."""
    if case.owed is None:
        return PostingPlan(trouble=case.trouble or UNMATCHED)
    made = plan_posting(case.paid, case.owed, treat=treat, original=case.original, taken_back_on=case.taken_back_on)
    if case.trouble:
        return replace(made, trouble=case.trouble)
    return made


def retry_cured(
    rows: Iterable[RemitClaim], *, today: dt.date, now: dt.datetime, actor: "User | None" = None
) -> list[RemitClaim]:
    """Try payments again that waited for one of `rows`, now posted; one claim after the other.

    What a cured payment leaves may cure another one, so this goes on until nothing moves.
    """
    cured: list[RemitClaim] = []
    done, left = list(rows), set[int]()
    while done := _retry_once(done, left, today=today, now=now, actor=actor):
        cured += done
    _come_back(left, today=today, now=now, actor=actor)
    return cured


def _retry_once(
    rows: Iterable[RemitClaim], left: set[int], *, today: dt.date, now: dt.datetime, actor: "User | None"
) -> list[RemitClaim]:
    """What `rows` cure; `left` collects the claims of which something waits where somebody else is at work."""
    claim_ids = {row.claim_id for row in rows if row.claim_id and row.state == RemitClaim.State.POSTED}
    waiting = waiting_payments.questions_on(claim_ids, codes=CURABLE_REASONS)
    ours, theirs = waiting_payments.lock_free_remittances(waiting)
    left |= theirs
    cured: list[RemitClaim] = []
    for exception in ours.select_related("remit_claim", "remittance").order_by("id"):
        row, remittance = exception.remit_claim, exception.remittance
        if row and row.state == RemitClaim.State.EXCEPTION:
            treat = treat_of(remittance)
            done = post_payments([row], remittance=remittance, treat=treat, today=today, now=now, actor=actor)
            if done:
                after_posting.close_exceptions(
                    [exception], how="retry", reason="cured by a later payment", now=now, actor=None
                )
                after_posting.refresh_remittance_state(remittance, today=today)
            cured += done
    return cured


def _cancel(rows: Iterable[RemitClaim], *, today: dt.date, now: dt.datetime) -> None:
    _come_back(cancel_pairs(rows, today=today, now=now), today=today, now=now)


def _come_back(claim_ids: set[int], *, today: dt.date, now: dt.datetime, actor: "User | None" = None) -> None:
    """Once this transaction is over, look again at what waits on these claims: by then its remittances are free."""

    def again() -> None:
        with transaction.atomic():
            waiting_payments.lock_remittances_of(claim_ids)
            states = (RemitClaim.State.POSTED, RemitClaim.State.EXCEPTION)
            rows = list(RemitClaim.objects.filter(claim__in=claim_ids, state__in=states).order_by("pk"))
            retry_cured(rows, today=today, now=now, actor=actor)
            _cancel(rows, today=today, now=now)

    if claim_ids:
        transaction.on_commit(again, robust=True)


def entry_source(case: PaymentCase | PlainCase, remittance: Remittance, *, today: dt.date) -> EntrySource:
    """Where the entries of a claim payment come from."""
    row = case.row
    is_across = case.practice_id not in (None, remittance.practice_id)
    return EntrySource(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        remittance_key=remittance.key,
        paid_on=remittance.paid_on,
        posted_on=today,
        position=row.position,
        remit_claim_id=row.pk,
        claim_id=row.claim_id,
        undone=row.undone,
        claim_practice_id=case.practice_id if is_across else None,
    )


def _waves(rows: Sequence[RemitClaim]) -> list[list[RemitClaim]]:
    """Rows apart so that no wave holds a claim twice; within a claim reversals, then the order of the file."""
    seen: Counter[int] = Counter()
    waves: list[list[RemitClaim]] = []
    for row in sorted(rows, key=row_is_reversal, reverse=True):
        place = seen[row.claim_id] if row.claim_id else 0
        if row.claim_id:
            seen[row.claim_id] += 1
        if place == len(waves):
            waves.append([])
        waves[place].append(row)
    return waves


def posted_payment_of(
    case: PaymentCase | PlainCase, verdict: PostingPlan, *, remittance: Remittance
) -> after_posting.PostedPayment:
    """What followers are told of one posted payment."""
    return after_posting.PostedPayment(
        practice_id=case.practice_id or remittance.practice_id,
        remit_claim_id=case.row.pk,
        claim_id=case.row.claim_id or 0,
        payer_id=case.payer_id,
        bucket=case.row.bucket,
        paid_on=remittance.paid_on,
        line_denials=verdict.line_denials,
        reductions=verdict.reductions,
        results=verdict.results,
        reversed_id=case.original_id if row_is_reversal(case.row) else None,
    )


_WHY = "its claim was read since"
#: What may be otherwise once another submission of its claim is known.
_HELD_AGAINST_BILLS = (*CURABLE_REASONS, ExceptionReason.LINE_UNMATCHED, ExceptionReason.VOID_CLAIM)
_ON_REVISED = Q(code__in=_HELD_AGAINST_BILLS, remit_claim__claim__is_revised=True)
#: Payments without a claim, or with one that only looked like theirs while the claim of their number was missing.
_HOMELESS = Q(code__in=[ExceptionReason.UNMATCHED, ExceptionReason.AMBIGUOUS], remit_claim__claim=None) | Q(
    remit_claim__matched_by__in=["icn", "member", "name"]
)


def post_found_payments(
    *, today: dt.date, now: dt.datetime, remittance: Remittance | None = None, source: str = ""
) -> int:
    """Match and post what waited for its claim, a remittance at a time; how many payments found theirs.

    `source` begins the sources of submissions that were recorded just now: what waits on a claim that one of them
    revised is held against what they billed.
    """
    numbers = Claim.objects.filter(practice=OuterRef("practice"), number=OuterRef("remit_claim__number"))
    other = ClaimNumber.objects.filter(
        claim__practice=OuterRef("practice"), kind=ClaimNumber.Kind.NUMBER, value=OuterRef("remit_claim__number")
    )
    sent = Submission.objects.filter(
        claim__practice=OuterRef("practice"), claim__number=OuterRef("remit_claim__number"), charge=OuterRef("charged")
    )
    is_billed = Exists(numbers.filter(charge=OuterRef("charged"))) | Exists(sent)
    corrected = Q(code=ExceptionReason.MISMATCH, remit_claim__claim=None) & is_billed
    ours = RemitException.objects.annotate(charged=Abs("remit_claim__charge"))
    wanted = (_HOMELESS & (Exists(numbers) | Exists(other))) | corrected
    if source:
        recorded = Submission.objects.filter(claim=OuterRef("remit_claim__claim"), source__startswith=source)
        ours = ours.annotate(is_revised=_ON_REVISED & Exists(recorded))
        wanted = wanted | Q(is_revised=True)
    waiting = ours.filter(wanted, state=RemitException.State.OPEN)
    waiting = waiting.filter(remittance=remittance) if remittance else waiting
    ids = set(waiting.values_list("remittance_id", flat=True))
    ordered = Remittance.objects.filter(pk__in=ids).order_by("paid_on", "pk") if ids else []
    return sum(_post_of(one, today=today, now=now) for one in ordered)


def rematch_payment(row: RemitClaim, *, practice_id: int) -> ClaimMatch:
    """The claim that a kept payment means as the books stand now, by any rung."""
    return match_claims(practice_id, [sought_claim(row)])[0]


def _post_of(remittance: Remittance, *, today: dt.date, now: dt.datetime) -> int:
    with transaction.atomic():
        Remittance.objects.select_for_update().get(pk=remittance.pk)
        open_now = remittance.exceptions.filter(
            _HOMELESS | _ON_REVISED | Q(code=ExceptionReason.MISMATCH, remit_claim__claim=None),
            state=RemitException.State.OPEN,
            remit_claim__state=RemitClaim.State.EXCEPTION,
        )
        open_now = open_now.select_related("remit_claim").order_by("remit_claim__position")
        exceptions = {one.remit_claim_id or 0: one for one in open_now}
        rows = [one.remit_claim for one in exceptions.values() if one.remit_claim]
        matches = match_claims(remittance.practice_id, [sought_claim(row) for row in rows])
        found = {
            row: ClaimMatch(row.claim_id, row.matched_by) if row.claim_id and row.matched_by == "number" else one
            for row, one in zip(rows, matches, strict=True)
            if one.claim_id and one.by == "number"
        }
        _tell({exceptions[row.pk].pk: match.trouble for row, match in zip(rows, matches, strict=True) if match.trouble})
        point_kept(found)
        posted = post_matched_rows(list(found), remittance=remittance, today=today, now=now)
        settled = [exceptions[row.pk] for row in posted if row.pk in exceptions]
        after_posting.close_exceptions(settled, how="retry", reason=_WHY, now=now, actor=None)
        after_posting.refresh_remittance_state(remittance, today=today)
    return len(found)


def _tell(troubles: Mapping[int, Trouble]) -> None:
    """A claim of that number that is not the one paid, or a second one that fits, is another question by now."""
    changed = {pk: (str(one.reason), one.detail[:400]) for pk, one in troubles.items() if one.reason in OF_IDENTITY}
    bulk.write(RemitException, ["code", "detail"], changed)
