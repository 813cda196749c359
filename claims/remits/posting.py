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
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.ledger import services as ledger
from claims.ledger.entries import Entry
from claims.remits import aftermath, neighbours, outcomes
from claims.remits.adjustment_rules import rules_in_force, treat_on
from claims.remits.cancelling import cancel_pairs
from claims.remits.cases import Case, is_correction, load_cases, row_is_reversal
from claims.remits.entries import Source, entries_of, waiting_cash
from claims.remits.era import ADJUDICATED, Plan, Reason, Treat, Trouble
from claims.remits.models import RemitClaim, RemitException, Remittance
from claims.remits.posting_plan import plan

if TYPE_CHECKING:
    from arwork.staff.models import User

BATCH = 1_000
#: What another payment of the same claim may have cured.
CURABLE = (Reason.OVER_CREDIT, Reason.NO_ORIGINAL)
Progress = Callable[[int], None]


def post_staged(
    remittance: Remittance,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: "User | None" = None,
    progress: Progress | None = None,
) -> int:
    """Post or set aside every claim payment that is still staged; how many were looked at."""
    rules = rules_in_force()
    treat = treat_on(remittance.paid_on, payer_id=remittance.payer_id, rules=rules)
    done = 0
    while True:
        with transaction.atomic():
            Remittance.objects.select_for_update().get(pk=remittance.pk)
            staged = RemitClaim.objects.filter(remittance=remittance, state=RemitClaim.State.STAGED)
            rows = list(staged.order_by("position")[:BATCH])
            for wave in _waves(rows):
                settle(wave, remittance=remittance, treat=treat, today=today, now=now, actor=actor)
            retry_cured(rows, today=today, now=now, actor=actor)
            _cancel(rows, today=today, now=now)
        if not rows:
            return done
        done += len(rows)
        if progress:
            progress(len(rows))


def post_found_rows(
    rows: Sequence[RemitClaim], *, remittance: Remittance, today: dt.date, now: dt.datetime
) -> list[RemitClaim]:
    """Judge payments again that have a claim by now, and what they cure; what was posted of `rows`.

    Call inside a transaction that has locked the remittance.
    """
    treat = treat_on(remittance.paid_on, payer_id=remittance.payer_id)
    posted = []
    for wave in _waves(rows):
        posted += settle(wave, remittance=remittance, treat=treat, today=today, now=now)
    retry_cured(posted, today=today, now=now)
    _cancel(rows, today=today, now=now)
    return posted


def settle(
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
    cases = load_cases(rows, remittance=remittance, lock=True)
    entries: list[Entry] = []
    posted: list[tuple[Case, Plan]] = []
    waiting: list[tuple[Case, Trouble]] = []
    for case in cases:
        verdict = judge(case, treat)
        source = source_of(case.row, remittance, today=today)
        is_waiting = case.row.state == RemitClaim.State.EXCEPTION
        if case.owed is None or (verdict.trouble and not is_accepted):
            waiting.append((case, verdict.trouble or _unmatched()))
            if not is_waiting:
                entries += waiting_cash(source, case.row.paid)
        else:
            posted.append((case, verdict))
            entries += entries_of(source, verdict.moves, waited=case.row.paid if is_waiting else ZERO)
    met = [case.row.claim_id for case in cases if case.row.claim_id]
    ledger.post(
        entries,
        now=now,
        actor=actor,
        reason="remit",
        also=met,
        icns=aftermath.icns_of(posted, paid_on=remittance.paid_on),
    )
    aftermath.mark_posted(posted, remittance=remittance, now=now, today=today)
    aftermath.set_aside(waiting, remittance=remittance, now=now)
    outcomes.tell([outcome_of(case, verdict, remittance) for case, verdict in posted], today=today)
    outcomes.tell(_refused_before(posted, remittance), today=today)
    return [case.row for case, _ in posted]


def _refused_before(posted: Sequence[tuple[Case, Plan]], remittance: Remittance) -> list[outcomes.Outcome]:
    """Corrections without money that were read before the reversals in `posted`: what they refuse is there only now."""
    reversals = {case.row.claim_id: case for case, _ in posted if case.original_id}
    if not reversals:
        return []
    rows = RemitClaim.objects.filter(
        claim__in=reversals, state=RemitClaim.State.POSTED, status__in=ADJUDICATED, paid=0, reversals__isnull=True
    )
    found = []
    for row in rows.filter(remittance__paid_on__gte=remittance.paid_on).select_related("remittance").order_by("id"):
        case, back = load_cases([row], remittance=row.remittance, lock=False)[0], reversals[row.claim_id]
        place, taken = (row.remittance.paid_on, row.pk), (back.original_on or remittance.paid_on, back.original_id or 0)
        is_later = is_correction(place, reversed_on=remittance.paid_on, taken=taken)
        if is_later and back.owed and row.bucket == back.owed.bucket:
            verdict = judge(case, treat_on(row.remittance.paid_on, payer_id=row.remittance.payer_id))
            found += [] if verdict.moves else [outcome_of(case, verdict, row.remittance)]
    return found


def judge(case: Case, treat: Treat) -> Plan:
    """The plan of a case; trouble found at staging outranks what arithmetic finds."""
    if case.owed is None:
        return Plan(trouble=case.trouble or _unmatched())
    made = plan(case.paid, case.owed, treat=treat, original=case.original)
    if case.trouble:
        return Plan(made.moves, made.refusals, made.reductions, made.results, case.trouble)
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
    waiting = RemitException.objects.filter(
        bulk.Among("remit_claim__claim", claim_ids), state=RemitException.State.OPEN, code__in=CURABLE
    )
    ours, theirs = neighbours.free(waiting)
    left |= theirs
    cured: list[RemitClaim] = []
    for exception in ours.select_related("remit_claim", "remittance").order_by("id"):
        row, remittance = exception.remit_claim, exception.remittance
        if row and row.state == RemitClaim.State.EXCEPTION:
            treat = treat_on(remittance.paid_on, payer_id=remittance.payer_id)
            done = settle([row], remittance=remittance, treat=treat, today=today, now=now, actor=actor)
            if done:
                aftermath.resolve([exception], how="retry", reason="cured by a later payment", now=now, actor=None)
                aftermath.refresh_state(remittance, today=today)
            cured += done
    return cured


def _cancel(rows: Iterable[RemitClaim], *, today: dt.date, now: dt.datetime) -> None:
    _come_back(cancel_pairs(rows, today=today, now=now), today=today, now=now)


def _come_back(claim_ids: set[int], *, today: dt.date, now: dt.datetime, actor: "User | None" = None) -> None:
    """Once this transaction is over, look again at what waits on these claims: by then its remittances are free."""

    def again() -> None:
        with transaction.atomic():
            neighbours.wait_for(claim_ids)
            states = (RemitClaim.State.POSTED, RemitClaim.State.EXCEPTION)
            rows = list(RemitClaim.objects.filter(claim__in=claim_ids, state__in=states).order_by("pk"))
            retry_cured(rows, today=today, now=now, actor=actor)
            _cancel(rows, today=today, now=now)

    if claim_ids:
        transaction.on_commit(again, robust=True)


def source_of(row: RemitClaim, remittance: Remittance, *, today: dt.date) -> Source:
    """Where the entries of a claim payment come from."""
    return Source(
        practice_id=remittance.practice_id,
        remittance_id=remittance.pk,
        remittance_key=remittance.key,
        paid_on=remittance.paid_on,
        posted_on=today,
        position=row.position,
        remit_claim_id=row.pk,
        claim_id=row.claim_id,
        undone=row.undone,
    )


def _unmatched() -> Trouble:
    return Trouble(Reason.UNMATCHED, "No claim with this number, payer control number, member or name.")


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


def outcome_of(case: Case, verdict: Plan, remittance: Remittance) -> outcomes.Outcome:
    """What followers are told of one posted payment."""
    return outcomes.Outcome(
        practice_id=remittance.practice_id,
        remit_claim_id=case.row.pk,
        claim_id=case.row.claim_id or 0,
        payer_id=case.payer_id,
        bucket=case.row.bucket,
        paid_on=remittance.paid_on,
        refusals=verdict.refusals,
        reductions=verdict.reductions,
        results=verdict.results,
        reversed_id=case.original_id if row_is_reversal(case.row) else None,
    )
