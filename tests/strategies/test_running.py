"""The daily run over real books: worked days, what stops, what is done once, and what people are asked."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict
from claims.ledger import services as ledger
from collections_app.contacts.services import place_hold
from collections_app.deliveries.models import Delivery
from collections_app.limits.selectors import limit_book
from collections_app.promises.services import make_promise
from collections_app.statements.cycle import CycleFacts, CycleFigures, Reason, SentBefore, decide
from collections_app.strategies import selectors, services
from collections_app.strategies.definition import Definition
from collections_app.strategies.entering import in_force
from collections_app.strategies.models import StepRun, StrategyAssignment, StrategyTask
from collections_app.strategies.reading import facts_of
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import StepKind, StrategyStep
from collections_app.strategies.timing import statements_due
from collections_app.strategies.what_if import work_out
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.strategy_calls import raise_calls
from tests.cast import NOW, make_ana, move
from tests.strategies.conftest import DAY, NOV_20, REST, SMALL, drafted, noon, owing, published, run, run_through

pytestmark = pytest.mark.django_db
NOV_23, NOV_25, NOV_30, DEC_2, DEC_10 = (
    dt.date(2026, 11, 23), dt.date(2026, 11, 25), dt.date(2026, 11, 30), dt.date(2026, 12, 2), dt.date(2026, 12, 10),
)  # fmt: skip


def runs_of(account):
    return [(one.kind, one.on, one.outcome) for one in StepRun.objects.filter(account=account).order_by("on", "pk")]


def test_a_worked_timeline(practice, ada):
    """First statement Friday November 20. $84.20: statement on day 5, Wednesday the 25th; call on day 12, December 2.
    $300.00: call on day 3, Monday the 23rd; help on day 10; statement on day 20."""
    published(practice, ada)
    small, large = owing(practice, "84.20"), owing(practice, "300.00", last="Large")
    run_through(NOV_20, DEC_10)
    assert runs_of(small) == [("statement", NOV_25, "done"), ("call", DEC_2, "done")]
    assert runs_of(large) == [("call", NOV_23, "done"), ("help", NOV_30, "done"), ("statement", DEC_10, "done")]
    assert StrategyAssignment.objects.get(account=small).why == "in Small, because balance $84.20 < $100.00"
    task = StrategyTask.objects.get()
    assert (task.account, task.kind, task.next_on, task.owner) == (large, "help", NOV_30, ada)


def test_a_second_run_of_a_day_does_nothing(practice, ada):
    published(practice, ada)
    owing(practice, "300.00")
    run_through(NOV_20, NOV_30)
    before = StepRun.objects.count(), StrategyTask.objects.count(), StrategyAssignment.objects.count()
    again = run(NOV_30)
    assert again.outcomes.total() == 0
    assert (StepRun.objects.count(), StrategyTask.objects.count(), StrategyAssignment.objects.count()) == before


def test_what_the_run_did_is_never_changed(practice, ada):
    version = published(practice, ada)
    owing(practice, "300.00")
    run_through(NOV_20, NOV_23)
    for change in (
        lambda: StepRun.objects.update(outcome="skipped"),
        lambda: StepRun.objects.all().delete(),
        lambda: StrategyAssignment.objects.update(segment="g1"),
        lambda: type(version).objects.filter(pk=version.pk).update(definition={"segments": []}),
        lambda: type(version).objects.filter(pk=version.pk).update(published_at=None, state="draft"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_promise_stops_the_call_and_a_dispute_the_rest(practice, ada):
    published(practice, ada)
    ana = make_ana(practice)
    promised, disputed = owing(practice, "300.00"), owing(practice, "400.00", last="Other")
    run(NOV_20)
    make_promise(actor=ana, account=promised, amount=Decimal("300.00"), due_on=DEC_2, now=NOW, today=NOV_20)
    place_hold(actor=ana, account_id=disputed.pk, reason="dispute", note="", today=NOV_20, now=NOW)
    run_through(NOV_23, DEC_10)
    assert runs_of(promised) == runs_of(disputed) == []
    shown = selectors.strategy_of(promised, today=DEC_2)
    assert shown.standing.stop.words == "A payment is promised for Dec 2"
    assert shown.following.step.kind is StepKind.CALL
    assert selectors.strategy_of(disputed, today=DEC_2).standing.stop.code == "dispute"


def test_nothing_happens_once_it_is_paid_and_what_waited_is_closed(practice, ada):
    published(practice, ada)
    account = owing(practice, "300.00")
    run_through(NOV_20, NOV_30)
    line = account.claims.get().lines.get()
    ledger.post([move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="300.00", on=NOV_30)],
                now=noon(NOV_30))  # fmt: skip
    run_through(NOV_30 + DAY, DEC_10)
    assert [kind for kind, _, _ in runs_of(account)] == ["call", "help"]
    task = StrategyTask.objects.get()
    assert (task.state, task.answer, task.done_by) == ("done", "gone", None)
    assert selectors.strategy_of(account, today=DEC_10) is None


def test_no_statement_no_timeline(practice, ada):
    published(practice, ada)
    account = owing(practice, "300.00", first_on=None)
    run_through(NOV_20, DEC_10)
    assert not StrategyAssignment.objects.filter(account=account).exists()


def test_without_a_strategy_nothing_is_done(practice, ada):
    account = owing(practice, "300.00")
    assert run(NOV_20).entered == 0
    assert statements_due([account.pk], NOV_20) == {}


def test_a_new_version_goes_on_from_where_accounts_are(practice, ada):
    published(practice, ada)
    account = owing(practice, "300.00")
    run_through(NOV_20, NOV_23)
    later = services.draft_from(in_force(practice.pk, on=NOV_23).champion.pk, actor=ada, now=NOW)
    changed = Segment(
        REST.key, REST.name, (), (REST.steps[0], StrategyStep("s8", StepKind.REVIEW, 11), *REST.steps[2:])
    )
    later = services.save_draft(
        later.pk, Definition((SMALL, changed)), seen_at=later.changed_at, actor=ada, now=noon(NOV_23)
    )
    services.publish(later.pk, from_on=NOV_25, seen_at=later.changed_at, actor=ada, today=NOV_23, now=noon(NOV_23))
    run_through(NOV_23 + DAY, dt.date(2026, 12, 1))
    assert runs_of(account) == [("call", NOV_23, "done"), ("review", dt.date(2026, 12, 1), "done")]
    first, second = StrategyAssignment.objects.filter(account=account).order_by("pk")
    assert (second.version, second.started_on) == (later, first.started_on)


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(practice, ada):
    version = drafted(practice, ada)
    with pytest.raises(Conflict):
        services.save_draft(version.pk, Definition((REST,)), seen_at=NOW - DAY, actor=ada, now=NOW)


class TestStatements:
    FIGURES = CycleFigures(30, 4, Decimal(5), Decimal(10), 2, 21)

    def decided(self, asked_on, *, today, **how):
        facts = CycleFacts(
            asked=Decimal("84.20"), claim_ids=frozenset({1}), last=SentBefore(NOV_20, 1, frozenset({1})), is_timed=True,
            asked_for_on=asked_on, **how,
        )  # fmt: skip
        return decide(facts, self.FIGURES, today=today)

    def test_the_next_one_waits_for_its_step(self):
        assert self.decided(None, today=dt.date(2027, 3, 1)).reason is Reason.BY_STRATEGY
        assert self.decided(NOV_20, today=dt.date(2027, 3, 1)).reason is Reason.BY_STRATEGY

    def test_it_is_due_once_its_step_has_come_whatever_the_interval(self):
        assert self.decided(NOV_25, today=NOV_25).level == 2

    def test_a_visit_that_was_never_billed_does_not_wait_for_a_strategy(self):
        found = self.decided(None, today=NOV_20 + 30 * DAY, unbilled=frozenset({2}))
        assert found.sends

    def test_the_cycle_is_told_by_the_run(self, practice, ada):
        published(practice, ada)
        small, free = owing(practice, "84.20"), owing(practice, "40.00", first_on=None)
        run_through(NOV_20, NOV_25)
        assert statements_due([small.pk, free.pk], NOV_20 + DAY) == {small.pk: None}
        assert statements_due([small.pk, free.pk], NOV_25) == {small.pk: NOV_25}


def test_a_call_step_makes_the_item_workable_that_day(practice, ada):
    published(practice, ada)
    account = owing(practice, "300.00")
    worklist.refresh(accounts=[account.pk], today=NOV_20, now=NOW)
    item = WorkItem.objects.get(account=account, claim=None)
    assert item.next_on > NOV_23
    run_through(NOV_20, NOV_23 - DAY)
    assert raise_calls(run(NOV_23).to_call, today=NOV_23) == 1
    item.refresh_from_db()
    assert (item.next_action, item.next_on) == ("call_patient", NOV_23)
    assert item.because == "its strategy asks for a call today"
    assert raise_calls([account.pk], today=NOV_23) == 0


def test_a_refused_text_is_kept_tried_again_and_given_up(practice, ada):
    """Nobody agreed to texts: three business days of tries with the reason, then the next step."""
    steps = (StrategyStep("s1", StepKind.TEXT, 0), StrategyStep("s2", StepKind.REVIEW, 1))
    published(practice, ada, Segment("g1", "All", (), steps))
    account = owing(practice, "300.00")
    run_through(NOV_20, NOV_25)
    assert runs_of(account) == [
        ("text", NOV_20, "refused"), ("text", NOV_23, "refused"), ("text", dt.date(2026, 11, 24), "given_up"),
        ("review", NOV_25, "done"),
    ]  # fmt: skip
    assert "agreed to get texts" in StepRun.objects.filter(kind="text").first().words
    assert not Delivery.objects.exists()


def test_what_if_is_what_the_run_then_does(practice, ada):
    """The oracle: the calendar of sixty days against sixty days that are opened one after another."""
    version = published(practice, ada)
    for number, amount in enumerate(("84.20", "99.99", "100.00", "300.00", "2000.00")):
        owing(practice, amount, last=f"P{number}", first_on=NOV_20 - number * DAY)
    held = owing(practice, "55.00", last="Held")
    place_hold(actor=ada, account_id=held.pk, reason="bankruptcy", note="", today=NOV_20, now=NOW)
    found = work_out(Definition((SMALL, REST)), version_id=version.pk, practice_id=practice.pk, today=NOV_20, days=60)
    assert {name: (one.accounts, one.cents, one.stopped) for name, one in found.segments.items()} == {
        "Small": (3, 8420 + 9999 + 5500, 1), "Everybody else": (3, 240_000, 0),
    }  # fmt: skip
    assert not StepRun.objects.exists()
    run_through(NOV_20, NOV_20 + 59 * DAY)
    done = {}
    for kind, on in StepRun.objects.filter(outcome="done").values_list("kind", "on"):
        done.setdefault(on.isoformat(), {}).setdefault(kind, 0)
        done[on.isoformat()][kind] += 1
    assert {day: dict(kinds) for day, kinds in found.days.items()} == done


def test_queries_do_not_grow_with_accounts(practice, ada):
    published(practice, ada)
    for number in range(3):
        owing(practice, "300.00", last=f"A{number}")
    with CaptureQueriesContext(connection) as few:
        run(NOV_20)
    for number in range(12):
        owing(practice, "84.20", last=f"B{number}")
    with CaptureQueriesContext(connection) as many:
        run(NOV_23)
    assert len(many) <= len(few) + 3
    assert len(many) < 70


def test_facts_tell_insurance_payments_and_ways(practice, ada):
    account = owing(practice, "300.00")
    line = account.claims.get().lines.get()
    ledger.post(
        [move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="20.00", on=NOV_20)], now=NOW
    )
    found = facts_of([account.pk], today=NOV_20, limits=limit_book())[account.pk]
    assert (found.owed, found.insurance, found.state, found.paid_visits) == (Decimal("280.00"), "none", "OH", 1)
    assert (found.last_paid_on, found.age, found.propensity) == (NOV_20, 0, "high")
    assert found.stops == ()
