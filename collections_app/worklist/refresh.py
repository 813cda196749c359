"""The worklist follows the books: open, change and close items in sets (DESIGN 6).

`refresh` looks at some claims and accounts after an event; `refresh_all` at everything, read by ranges of ids and
written in batches, each in a transaction of its own. Both compare what the books show with what the items say and work
only on what differs or is due for another look, so a run over everything that finds nothing new writes nothing.
Idempotent: the second run of a day changes no row.

Concurrency: the items of a batch are locked first, in order, and the books are read after that, so of two refreshes
of the same claim the later one sees what the earlier one saw or more.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q

from arwork.lib import bulk
from arwork.lib.events import Changed
from arwork.lib.money import in_cents
from claims.billing.models import Claim
from claims.denials.claim_allowances import ClaimAllowance, claim_allowances
from claims.parties.models import Account
from claims.remits.models import RemitException
from collections_app.contacts.frequency import CallPause
from collections_app.limits.figures import LimitBook
from collections_app.plans import settling as plans
from collections_app.promises import services as promises
from collections_app.settlements import settling as settlements
from collections_app.worklist import facts, from_books, queue, write_offs
from collections_app.worklist.dispositions import WAKING_EVENTS
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.from_books import BookSignal, RowScope
from collections_app.worklist.item_events import publish_closed_items
from collections_app.worklist.item_score import SCORE_COLUMNS, rescore, rescore_allowed
from collections_app.worklist.leases import end_leases_of_closed
from collections_app.worklist.merged_items import APART, reopen_items
from collections_app.worklist.missed_windows import note_missed
from collections_app.worklist.models import WorkItem
from collections_app.worklist.next_action import TO_PATIENTS, first_day_to_call
from collections_app.worklist.project import BOOK_COLUMNS, is_only_older, project
from collections_app.worklist.takebacks import takeback_dates

BATCH = 1_000
#: The events of a changed payer rule, limit or closed day of an office, and the kinds of work whose intervals are
#: counted anew.
RULES_CHANGED, LIMITS_CHANGED, CLOSURES_CHANGED = "rules", "limits", "closures"
COUNTED_ANEW: dict[str, tuple[str, ...]] = {
    RULES_CHANGED: ("no_response",),
    LIMITS_CHANGED: ("no_response", "patient_balance", "credit_balance"),
    CLOSURES_CHANGED: ("no_response", "patient_balance", "credit_balance"),
}
RANGE = 10_000
#: What an announcement's reason means to a sleeping item.
WAKES = {
    "remit": "remit",
    "reversal": "remit",
    "posting": "payment",
    "payment": "payment",
    "ack": "acknowledgment",
    "document": "document",
    "rules": RULES_CHANGED,
}
_ATTRIBUTES = tuple(WorkItem._meta.get_field(name).attname for name in BOOK_COLUMNS)  # type: ignore[union-attr]


@dataclass
class Refreshed:
    """What a refresh did, in items."""

    opened: int = 0
    changed: int = 0
    closed: int = 0
    looked_at: int = 0

    def add(self, other: "Refreshed") -> None:
        self.opened += other.opened
        self.changed += other.changed
        self.closed += other.closed
        self.looked_at += other.looked_at


@dataclass(frozen=True)
class WorkSide:
    """The payer side (by claim), the patient side (by account) or loose exceptions: same steps, other ids."""

    field: str
    open_items: Q
    read: Callable[[RowScope, dt.date, LimitBook], dict[int, BookSignal]]


CLAIM_SIDE = WorkSide(
    "claim",
    Q(state="open", claim__isnull=False),
    lambda ids, day, limits: from_books.claim_signals(ids, today=day, limits=limits),
)
ACCOUNT_SIDE = WorkSide(
    "account",
    Q(state="open", claim__isnull=True, account__isnull=False),
    lambda ids, day, limits: from_books.account_signals(ids, today=day, limits=limits),
)
EXCEPTION_SIDE = WorkSide(
    "exception",
    Q(state="open", claim__isnull=True, account__isnull=True, exception__isnull=False),
    lambda ids, *_: from_books.exception_signals(ids),
)


def refresh(
    *,
    claims: Iterable[int] = (),
    accounts: Iterable[int] = (),
    exceptions: Iterable[int] = (),
    today: dt.date,
    now: dt.datetime,
    event: str = "",
) -> Refreshed:
    """Bring the items of these claims, accounts and exceptions, and what loose ones lack, to what the books show.

    `event` (`remit`, `payment`, `acknowledgment`, `document`) wakes the items among them that wait for it. Bounded
    batches, each in a transaction; the number of queries depends on batches, not on rows.
    """
    done = Refreshed()
    work = [
        (CLAIM_SIDE, sorted(set(claims))),
        (ACCOUNT_SIDE, sorted(set(accounts))),
        (EXCEPTION_SIDE, sorted({*exceptions, *loose_exceptions()})),
    ]
    if not any(ids for _, ids in work):
        return done
    context = facts.load_context(today=today, now=now)
    for side, ids in work:
        for batch in bulk.chunks(ids, BATCH):
            done.add(refresh_batch(side, batch, context=context, event=event))
    return done


def refresh_payer(*, payer_id: int, today: dt.date, now: dt.datetime) -> Refreshed:
    """After an admin changed a payer's rules, class or hours: its open items anew, deadlines and windows included."""
    rows = WorkItem.objects.filter(state=WorkItem.State.OPEN, payer=payer_id, claim__isnull=False)
    return refresh(claims=rows.values_list("claim_id", flat=True), today=today, now=now)


def refresh_all(
    *, today: dt.date, now: dt.datetime, progress: Callable[[int, int], None] = lambda done, total: None
) -> Refreshed:
    """The same over everything: what differs from the books or is due for another look. Heals missed events."""
    done = Refreshed()
    context = facts.load_context(today=today, now=now)
    last = {CLAIM_SIDE: _last(Claim), ACCOUNT_SIDE: _last(Account)}
    total = sum(last.values())
    before = 0

    def differing(side: WorkSide, end: int) -> Iterator[int]:
        for first in range(0, end + 1, RANGE):
            yield from stale(side, RowScope(first=first, end=first + RANGE), today=today, limits=context.limits)
            done.looked_at += min(RANGE, end + 1 - first)
            progress(min(before + first + RANGE, total), total)

    for side, end in last.items():
        for batch in bulk.chunks(differing(side, end), BATCH):
            done.add(refresh_batch(side, batch, context=context, is_nightly=True))
        before += end
    every = RowScope(first=0, end=_last(RemitException) + 1)
    for batch in bulk.chunks(stale(EXCEPTION_SIDE, every, today=today, limits=context.limits), BATCH):
        done.add(refresh_batch(EXCEPTION_SIDE, batch, context=context))
    return done


def refresh_practice(
    *,
    practice_id: int,
    today: dt.date,
    now: dt.datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Refreshed:
    """Every claim and account of one practice looked at anew, whether it seems to differ or not."""
    done = Refreshed()
    context = facts.load_context(today=today, now=now)
    work = [
        (CLAIM_SIDE, Claim.objects.filter(practice=practice_id)),
        (ACCOUNT_SIDE, Account.objects.filter(practice=practice_id)),
    ]
    total = sum(rows.count() for _, rows in work)
    for side, rows in work:
        for batch in bulk.chunks(rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=RANGE), BATCH):
            done.add(refresh_batch(side, batch, context=context))
            done.looked_at += len(batch)
            progress(done.looked_at, total)
    return done


def stale(side: WorkSide, scope: RowScope, *, today: dt.date, limits: LimitBook) -> list[int]:
    """Ids in `scope` whose item differs from the books or whose score is due for another look. Reads only."""
    wanted = side.read(scope, today, limits)
    rows = WorkItem.objects.filter(side.open_items, scope.of(side.field)).values_list(
        f"{side.field}_id", "review_on", *SIGNAL_ORDER
    )
    differing = []
    for pk, review_on, *stored in rows.iterator(chunk_size=2_000):
        signal = wanted.pop(pk, None)
        if signal is None or review_on <= today or signal != tuple(stored):
            differing.append(pk)
    return sorted([*differing, *wanted])


SIGNAL_ORDER = tuple(in_cents(name) if name in ("amount", "credit") else name for name in BookSignal._fields)


def refresh_batch(
    side: WorkSide, ids: list[int], *, context: ScoringContext, event: str = "", is_nightly: bool = False
) -> Refreshed:
    """One batch in one transaction. Somebody opening the same items at the same moment makes us look again.

    `is_nightly` spares the claims for which only time has passed everything but the score; without it rules that
    admins changed are applied anew.
    """
    try:
        with transaction.atomic():
            return _refresh_locked(side, ids, context, event, is_nightly=is_nightly)
    except IntegrityError:
        with transaction.atomic():
            return _refresh_locked(side, ids, context, event, is_nightly=is_nightly)


def loose_exceptions() -> list[int]:
    """Exceptions without a claim that lack an item, and those whose item should close."""
    waiting = RemitException.objects.filter(state=RemitException.State.OPEN, remit_claim__claim=None)
    lacking = waiting.exclude(Exists(WorkItem.objects.filter(EXCEPTION_SIDE.open_items, exception=OuterRef("pk"))))
    ended = WorkItem.objects.filter(EXCEPTION_SIDE.open_items).exclude(Exists(waiting.filter(pk=OuterRef("exception"))))
    return sorted({*lacking.values_list("pk", flat=True), *ended.values_list("exception_id", flat=True)})


def _refresh_locked(
    side: WorkSide, ids: list[int], context: ScoringContext, event: str, *, is_nightly: bool
) -> Refreshed:
    scope = RowScope(ids=tuple(ids))
    stored = {
        getattr(item, f"{side.field}_id"): item
        for item in WorkItem.objects.select_for_update(no_key=True)
        .filter(side.open_items, scope.of(side.field))
        .order_by("pk")
    }
    wanted = side.read(scope, context.today, context.limits)
    allowed = claim_allowances(wanted.keys()) if side is CLAIM_SIDE else {}
    older = _rescore_older(stored, wanted, allowed, context) if is_nightly and side is CLAIM_SIDE else {}
    closed = [item for pk, item in stored.items() if pk not in wanted]
    differing = {pk: one for pk, one in wanted.items() if pk not in older}
    fresh, changed = _project(side, stored, differing, allowed, context, event)
    bulk.insert(WorkItem, fresh)
    _write(changed, BOOK_COLUMNS)
    _write(older.values(), SCORE_COLUMNS)
    _close(closed, side, context)
    note_missed((*fresh, *changed), today=context.today)
    touched = [item.pk for item in (*fresh, *changed, *closed, *older.values())]
    queue.sync_queue(touched, today=context.today)
    return Refreshed(opened=len(fresh), changed=len(changed) + len(older), closed=len(closed))


def _rescore_older(
    stored: dict[int, WorkItem],
    wanted: dict[int, BookSignal],
    allowed: dict[int, ClaimAllowance],
    context: ScoringContext,
) -> dict[int, WorkItem]:
    older = {pk: item for pk, item in stored.items() if pk in wanted and is_only_older(item, wanted[pk], context.today)}
    for pk, item in older.items():
        rescore_allowed(item, allowed.get(pk), context)
    return older


def _project(
    side: WorkSide,
    stored: dict[int, WorkItem],
    wanted: dict[int, BookSignal],
    allowed: dict[int, ClaimAllowance],
    context: ScoringContext,
    event: str,
) -> tuple[list[WorkItem], list[WorkItem]]:
    """New items, and stored ones whose columns changed; unsaved."""
    claims = facts.claim_facts(wanted.keys()) if side is CLAIM_SIDE and wanted else {}
    accounts = (
        facts.account_facts(wanted.keys(), today=context.today, limits=context.limits, closures=context.closures)
        if side is ACCOUNT_SIDE and wanted
        else {}
    )
    takebacks = takeback_dates(Q(bulk.Among("pk", wanted))) if side is EXCEPTION_SIDE and wanted else {}
    fresh, changed = [], []
    anew = COUNTED_ANEW.get(event, ())
    answers = write_offs.answers_to(stored.values())
    for pk, signal in sorted(wanted.items()):
        item = stored.get(pk)
        if item is None:
            item = WorkItem(opened_on=context.today, kind="", **{f"{side.field}_id": pk})
            fresh.append(item)
            project(
                item, signal, context, claim=claims.get(pk), account=accounts.get(pk), takeback=takebacks.get(pk),
                allowance=allowed.get(pk),
            )  # fmt: skip
            continue
        before = [getattr(item, name) for name in _ATTRIBUTES]
        planned = item.next_action, item.next_on, item.because
        project(
            item, signal, context, claim=claims.get(pk), account=accounts.get(pk), takeback=takebacks.get(pk),
            allowance=allowed.get(pk), counted_anew=anew,
        )  # fmt: skip
        if item.pk in answers and item.next_action == write_offs.WAITS:
            write_offs.take_up_answer(item, answers[item.pk], today=context.today)
            rescore(item, context)
        elif event and (item.next_action, item.next_on, item.because) == planned:  # else this event made the plan
            account = accounts.get(pk)
            if wake(item, event, context=context, pause=account.pause if account else None):
                rescore(item, context)  # its look-after day counts from the day that is due now
        if [getattr(item, name) for name in _ATTRIBUTES] != before:
            changed.append(item)
    return fresh, changed


def wake(item: WorkItem, event: str, *, context: ScoringContext, pause: CallPause | None = None) -> bool:
    """End the wait of an item that waits for `event`: its next action is due today, a call when `pause` allows one."""
    day = context.today
    if item.next_action in TO_PATIENTS:
        day = first_day_to_call(pause, today=day, closures=context.closures.of(item.practice_id))
    if event not in item.wake_events.split() or (item.next_on is not None and item.next_on <= day):
        return False
    item.next_on, item.snoozed_until, item.next_at = day, None, None
    item.wake_events, item.woken_by = "", event
    item.because = f"woken by {WAKING_EVENTS[event]}; before: {item.because}"[:200]
    return True


def _write(items: Collection[WorkItem], columns: tuple[str, ...]) -> None:
    if items:
        names = [WorkItem._meta.get_field(name).attname for name in columns]  # type: ignore[union-attr]
        bulk.write(WorkItem, columns, {item.pk: [getattr(item, name) for name in names] for item in items})


def _close(items: list[WorkItem], side: WorkSide, context: ScoringContext) -> None:
    if not items:
        return
    void: set[int] = set()
    if side is CLAIM_SIDE:
        ids = [item.claim_id for item in items if item.claim_id]
        void = set(Claim.objects.filter(pk__in=ids, state=Claim.State.VOID).values_list("pk", flat=True))
    merged: set[int] = set()
    if side is ACCOUNT_SIDE:
        gone = Account.objects.filter(merged_into__isnull=False, pk__in=[item.account_id for item in items])
        merged = set(gone.values_list("pk", flat=True))

    def why(item: WorkItem) -> str:
        return "void" if item.claim_id in void else "merged" if item.account_id in merged else "settled in the books"

    rows = {item.pk: ("closed", context.today, why(item)) for item in items}
    bulk.write(WorkItem, ("state", "closed_on", "closed_reason"), rows)
    end_leases_of_closed(*rows)
    publish_closed_items(items)


def _last(model: type[Claim] | type[Account] | type[RemitException]) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


def follow_books(event: Changed, *, today: dt.date, now: dt.datetime) -> None:
    """Settle promises, plans and settlements on these accounts and refresh the items; wake those that waited."""
    if event.reason in APART:
        reopen_items(claims=event.claims, accounts=event.accounts)
    settled = promises.SettledPromises()
    if event.accounts:
        settled = promises.settle_promises(today=today, now=now, accounts=event.accounts)
        plans.settle_plans(today=today, now=now, accounts=event.accounts)
        settlements.settle_settlements(today=today, now=now, accounts=event.accounts)
    told = event.accounts | settled.accounts
    if event.reason == "remit":  # what waits on a claim, or waits no more, decides whether its patient is called
        told |= set(Claim.objects.filter(bulk.Among("pk", event.claims)).values_list("account_id", flat=True))
    refresh(
        claims=event.claims,
        accounts=told,
        exceptions=event.exceptions,
        today=today,
        now=now,
        event=WAKES.get(event.reason, ""),
    )
