"""The days of a simulated practice: the mail, the hand-out, the work, and the product's own next action and score."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from arwork.lib.dates import is_business_day, next_business_day
from bench.practice_sim import figures
from bench.practice_sim.touches import Touched, bring_mail, is_call, last_day, touch
from bench.practice_sim.world import FIRST_DAY, PRACTICE, SimItem, World
from claims.payers.deadlines import earliest
from claims.payers.rules import RuleBook, default_rules
from collections_app.contacts.frequency import CallPause
from collections_app.limits.figures import LimitBook, shipped_limits
from collections_app.worklist import queue
from collections_app.worklist.deadlines import deadlines_for, needed_window, windows_to_answer
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.facts import TELLING_OUTCOMES, ScoringContext, add_to_correspondence
from collections_app.worklist.first_steps import FirstStepFacts, first_step
from collections_app.worklist.item_score import rescore
from collections_app.worklist.lanes import CLOSING_DAYS
from collections_app.worklist.next_action import EnteredDates, OutcomeSituation, propose_next_action

Order = Callable[[SimItem, dt.date, ScoringContext], float]
UNTOUCHED_DAYS, UNTOUCHED_ABOVE = 45, 50
BATCH_MOST = 6  # representatives allow 3 to 10 claims in one call (RULES 14.4)


@dataclass
class SimResult:
    """What one order made of a world."""

    won: float = 0.0
    hours: float = 0.0
    touches: int = 0
    saved: dict[int, float] = field(default_factory=dict)
    missed: dict[int, float] = field(default_factory=dict)
    untouched: set[int] = field(default_factory=set)
    by_kind: dict[str, list[float]] = field(default_factory=dict)

    @property
    def an_hour(self) -> float:
        return self.won / self.hours

    @property
    def missed_share(self) -> float:
        return sum(self.missed.values()) / self.at_windows if self.at_windows else 0.0

    @property
    def at_windows(self) -> float:
        """Dollars whose window was met or missed."""
        return sum(self.missed.values()) + sum(self.saved.values())


def context_of(world: World, learned: dict) -> ScoringContext:
    """The product's surroundings of a day, without a database."""
    return ScoringContext(
        today=FIRST_DAY,
        now=dt.datetime.combine(FIRST_DAY, dt.time(15), dt.UTC),
        rules=RuleBook(default_rules()),
        limits=LimitBook(shipped_limits()),
        payer_class={one.id: one.payer_class for one in world.payers},
        **learned,
    )


def run(world: World, order: Order, *, learned: dict, is_product: bool = False, batches: bool = False) -> SimResult:
    """Sixty business days of one order over a world."""
    return _Practice(world, order, learned, is_product=is_product, batches=batches).work()


class _Practice:
    def __init__(self, world: World, order: Order, learned: dict, *, is_product: bool, batches: bool) -> None:
        self.context = context_of(world, learned)
        self.order, self.is_product, self.batches = order, is_product, batches
        self.waiting = sorted(world.fresh(), key=lambda one: one.arrives)
        self.open: dict[int, SimItem] = {}
        self.found = SimResult()

    def work(self) -> SimResult:
        day, worked = FIRST_DAY, 0
        while worked < figures.BUSINESS_DAYS:
            if is_business_day(day):
                self._open_day(day)
                self._day(day)
                worked += 1
            day += dt.timedelta(days=1)
        self.found.hours = figures.BUSINESS_DAYS * figures.COLLECTORS * figures.MINUTES_A_DAY / 60
        return self.found

    def _open_day(self, day: dt.date) -> None:
        self.context.today = day
        self.context.now = dt.datetime.combine(day, dt.time(15), dt.UTC)
        while self.waiting and self.waiting[0].arrives <= day:
            item = self.waiting.pop(0)
            self._first_step(item, day)
            self.open[item.number] = item
        for item in list(self.open.values()):
            came = bring_mail(item, day)
            if came == "pays":
                self._close(item)
                continue
            if came == "denied":
                self._first_step(item, day)
                item.reason_on = day  # another piece of work from here on
            elif came == "broken":
                item.work.promise_broken_on = day
                item.work.next_action, item.work.next_on, item.work.decided_at = "call_patient", day, None
                item.work.appointment_on = None
            if item.work.escalated_at is not None and item.work.next_on <= day and not self._supervisor(item, day):
                continue
            self._dates(item, day, changed=False)
            self._watch(item, day)
            if self.is_product:
                rescore(item.work, self.context)

    def _supervisor(self, item: SimItem, day: dt.date) -> bool:
        """A supervisor answers an escalation after a day: some hopeless ones are given up, the others go on as
        `answer_escalation` of the product has it. False when it is given up."""
        is_hopeless = item.truth.status in ("dead", "sent", "unreachable")
        if item.roll("supervisor") < (figures.GIVEN_UP if is_hopeless else figures.GIVEN_UP_WRONGLY):
            self._close(item)
            return False
        item.work.escalated_at = None
        item.work.quiet_touches = item.work.same_answers = 0
        item.work.next_action = "resume"
        item.work.next_on, item.work.appointment_on = day, None
        return True

    def _close(self, item: SimItem) -> None:
        self.open.pop(item.number, None)

    def _first_step(self, item: SimItem, day: dt.date) -> None:
        work, claim = item.work, item.claim
        case = FirstStepFacts(
            kind=work.kind,
            since_on=work.aged_from,
            first_call_days=self.context.limit("first_call_days", practice_id=PRACTICE),
            correction_days=self.context.limit("correction_days", practice_id=PRACTICE),
            scope=self._scope(item),
            category=work.category,
            denied_on=work.denied_on,
            submitted_on=claim.sent["P"].on if claim else None,
            submission_state=work.submission_state,
            statements=(work.aged_from,),  # billed when it became the patient's
            promise_broken_on=work.promise_broken_on,
        )
        step = first_step(case, self.context.rules, today=day)
        work.next_action, work.next_on, work.decided_at = step.next_action, step.due_on, None
        work.same_answers = work.quiet_touches = 0
        work.last_disposition = ""
        self._dates(item, day)

    def _dates(self, item: SimItem, day: dt.date, *, changed: bool = True) -> None:
        work = item.work
        nearest = None
        if item.claim is not None:
            if changed:
                item.windows = deadlines_for(work, item.claim, self._scope(item), self.context)
            nearest = earliest(item.windows, today=day)
        work.deadline_kind = nearest.kind if nearest else ""
        work.deadline_on = nearest.last_day if nearest else None
        work.due_on = nearest.internal_due if nearest else None

    def _watch(self, item: SimItem, day: dt.date) -> None:
        """Windows that could be met, and were or were not; items nobody has touched."""
        work = item.work
        last, number = item_last_day(item, self.context), item.number
        if last is not None and (last - item.arrives).days >= 5:
            value = item.dollars * item.truth.win
            if last < day and number not in self.found.saved:
                self.found.missed.setdefault(number, value)
        if has_reason(item, day):
            item.reason_on = day
        since = max(one for one in (item.arrives, item.touched_on, item.reason_on) if one is not None)
        if float(work.amount) > UNTOUCHED_ABOVE and (day - since).days > UNTOUCHED_DAYS:
            self.found.untouched.add(number)

    def _day(self, day: dt.date) -> None:
        left = float(figures.COLLECTORS * figures.MINUTES_A_DAY)
        due = [item for item in self.open.values() if is_offerable(item, day)]
        keyed = sorted((self.order(one, day, self.context), one.number) for one in due)
        done: set[int] = set()
        by_payer: dict[int, list[int]] = {}
        for _, number in keyed:
            item = self.open[number]
            if item.payer is not None:
                by_payer.setdefault(item.payer.id, []).append(number)
        for _, number in keyed:
            if left <= 0:
                return
            if number in done:
                continue
            item = self.open[number]
            reached = self._touch(item, day, on_hold=True)
            done.add(number)
            left -= reached.minutes
            if not (self.batches and reached.is_payer_call and reached.disposition != "no_agent"):
                continue
            others = [one for one in by_payer[item.payer.id] if one not in done and is_call(self.open[one])]
            for other in others[: BATCH_MOST - 1]:
                left -= self._touch(self.open[other], day, on_hold=False).minutes
                done.add(other)

    def _touch(self, item: SimItem, day: dt.date, *, on_hold: bool) -> Touched:
        last = item_last_day(item, self.context)
        before = item.work.next_action
        value = item.dollars * item.truth.win
        made = touch(item, day, self.context, on_hold=on_hold)
        self.found.won += made.won
        self.found.touches += 1
        row = self.found.by_kind.setdefault(f"{item.work.kind}/{before}", [0, 0.0, 0.0])
        row[0] += 1
        row[1] += made.minutes
        row[2] += made.won
        item.won += made.won
        item.touched_on = day
        if made.disposition in ("corrected_claim_sent", "appeal_sent", "underpayment_disputed", "records_sent"):
            horizon = FIRST_DAY + dt.timedelta(days=figures.BUSINESS_DAYS * 7 // 5)
            if last is not None and day <= last <= horizon and (last - item.arrives).days >= 5:
                self.found.saved.setdefault(item.number, value)
        self._record(item, made, day)
        return made

    def _record(self, item: SimItem, made: Touched, day: dt.date) -> None:
        work, chosen = item.work, BY_CODE[made.disposition]
        if item.claim is not None and chosen.code in TELLING_OUTCOMES:
            add_to_correspondence(item.claim.correspondence, chosen.code, day)
            opened = windows_to_answer(work, item.claim, self._scope(item), self.context)
            item.claim.correspondence.answer(opened, chosen.answers)
            self._dates(item, day)
        pause = None
        if item.payer is None and chosen.is_contact:
            pause = CallPause(until=day + dt.timedelta(days=7), why="talked", source="12 CFR 1006.14")
        situation = OutcomeSituation(
            scope=self._scope(item),
            rules=self.context.rules,
            same_answers=work.same_answers if work.last_disposition == chosen.code else 0,
            touches_without_change=work.quiet_touches,
            quiet_touches=self.context.limit("quiet_touches", practice_id=PRACTICE),
            window=needed_window(work, chosen.code, closures=frozenset()),
            pause=pause if chosen.next_action == "call_patient" else None,
        )
        given = EnteredDates(
            promised_on=day + dt.timedelta(days=8),
            callback_on=next_business_day(day + dt.timedelta(days=3)),
            grace_days=2,
        )
        proposal = propose_next_action(chosen, situation, day, answer=given)
        work.same_answers = work.same_answers + 1 if work.last_disposition == chosen.code else 1
        work.last_disposition, work.last_worked_at = chosen.code, self.context.now
        work.touches, work.quiet_touches = work.touches + 1, work.quiet_touches + 1
        work.decided_at, work.promise_broken_on = self.context.now, None
        work.next_action, work.next_on = proposal.next_action, proposal.due_on
        work.appointment_on = proposal.due_on if proposal.is_appointment else None
        work.escalated_at = self.context.now if proposal.escalate else None
        if self.is_product:
            rescore(work, self.context)

    def _scope(self, item: SimItem):
        return self.context.scope(practice_id=PRACTICE, payer_id=item.work.payer_id, plan_id=None)


def item_last_day(item: SimItem, context: ScoringContext) -> dt.date | None:
    """The last day of the work that still wins the item; None once it was done."""
    return None if item.truth.status in ("sent", "coming", "went_astray") else last_day(item, context)


def is_offerable(item: SimItem, day: dt.date) -> bool:
    """`queue.offerable` of the product, of an item in memory."""
    work = item.work
    if work.next_on is None or work.next_on > day or work.hold not in queue.WORKABLE_HOLDS:
        return False
    if work.snoozed_until is not None and work.snoozed_until > day:
        return False
    closing = day + dt.timedelta(days=CLOSING_DAYS)
    return work.escalated_at is None or (work.deadline_on is not None and day <= work.deadline_on <= closing)


def has_reason(item: SimItem, day: dt.date) -> bool:
    """Whether it says why nobody touches it: its next step is still to come."""
    after = item.work.look_after_on
    return (item.work.next_on is not None and item.work.next_on > day) or (after is not None and after > day)
