"""Each figure that an admin dates changes what the worklist does from its day on, and nothing before it."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from claims.parties.models import PersonAddress
from collections_app.contacts.models import CallWindow
from collections_app.day import services as day
from collections_app.promises import services as promises
from collections_app.promises.models import Promise
from collections_app.worklist import rule_changes
from collections_app.worklist import services as worklist
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.patient_account import account_sheet_of
from tests.cast import NOW, make_ana, make_claim, make_payer, make_practice, move
from tests.limits.conftest import DECEMBER

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOVEMBER_30 = DECEMBER - DAY


def noon(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(15), dt.UTC)


def open_day(on: dt.date) -> None:
    day.open_day(today=on, now=noon(on), clock=lambda: noon(on))


def item_of(claim: Claim) -> WorkItem:
    return WorkItem.objects.get(claim=claim, state="open")


def patient_item(claim: Claim) -> WorkItem:
    return WorkItem.objects.get(account=claim.account, claim=None, state="open")


def credit(payer_class: str, *, on: dt.date) -> Claim:
    """A claim on which a payer of the class paid 50.00 too much."""
    payer = make_payer(name=payer_class, payer_id=payer_class.upper(), payer_class=payer_class)
    claim = make_claim(payers=[payer], lines=("240.00",))
    entry = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="290.00", on=on)
    ledger.post([entry], now=noon(on))
    return claim


def balance(amount: str = "90.00", *, state: str = "OH", zip_code: str = "43004", since: str = "2026-11-23") -> Claim:
    """What a patient owes since a day, who lives somewhere."""
    on = dt.date.fromisoformat(since)
    claim = make_claim(payers=(), lines=(amount,), service_on=on, billed_on=on)
    person = claim.account.guarantor
    PersonAddress.objects.create(person=person, line1="1 Elm", city="Elm", state=state, zip=zip_code)
    return claim


def leave(ana: User, item: WorkItem, outcome: str, *, on: dt.date, **entered: object) -> WorkItem:
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition=outcome, now=noon(on), today=on, **entered)
    item.refresh_from_db()
    return item


@pytest.fixture
def ana(db: None) -> User:
    return make_ana(make_practice())


class TestSmallBalance:
    def test_at_25_dollars_from_december_a_balance_of_20_moves_to_the_batch_on_the_first(self, decide):
        claim = balance("20.00", since="2026-10-01")
        decide("small_balance", 2500)
        open_day(dt.date(2026, 11, 29))
        assert patient_item(claim).lane == 3
        open_day(NOVEMBER_30)
        assert patient_item(claim).lane == 3
        open_day(DECEMBER)
        item = patient_item(claim)
        assert item.lane == 4
        assert QueueEntry.objects.get(item=item).place // 10**16 == 4

    def test_a_practice_s_own_figure_is_its_own(self, decide, look):
        other = make_practice(name="Other", npi="1234567893")
        ours, theirs = balance("20.00"), make_claim(practice=other, payers=(), lines=("20.00",))
        decide("small_balance", 2500, practice_id=make_practice().pk)
        look(ours, theirs, on=DECEMBER)
        assert (patient_item(ours).lane, patient_item(theirs).lane) == (4, 3)

    def test_where_it_ends_the_shipped_figure_counts_again(self, decide):
        claim = balance("20.00")
        decide("small_balance", 2500, valid_to=DECEMBER)
        open_day(DECEMBER)
        assert patient_item(claim).lane == 4
        open_day(DECEMBER + DAY)
        assert patient_item(claim).lane == 3

    def test_a_change_is_carried_to_open_items_at_once_and_twice_changes_nothing(self, decide, look):
        claim = balance("20.00")
        look(claim, on=DECEMBER)
        decide("small_balance", 2500)
        assert rule_changes.refresh_under_limit("small_balance", today=DECEMBER, now=noon(DECEMBER)).changed == 1
        assert patient_item(claim).lane == 4
        assert rule_changes.refresh_under_limit("small_balance", today=DECEMBER, now=noon(DECEMBER)).changed == 0


class TestPromises:
    def promise(self, ana, claim, *, on, due=dt.date(2026, 12, 4)):
        return leave(ana, patient_item(claim), "promised", on=on, amount=Decimal("90.00"), promised_on=due)

    def test_grace_of_three_days_from_december_is_given_to_promises_made_from_then_on(self, ana, decide, look):
        before, after = balance(since="2026-10-01"), balance(since="2026-10-02")
        decide("promise_grace_days", 3)
        look(before, after, on=NOVEMBER_30)
        first = self.promise(ana, before, on=NOVEMBER_30)
        second = self.promise(ana, after, on=DECEMBER)
        assert first.because == "promised for Dec 4, 2 business days of grace"
        assert second.because == "promised for Dec 4, 3 business days of grace"
        assert (first.next_on, second.next_on) == (dt.date(2026, 12, 9), dt.date(2026, 12, 10))
        settled = promises.settle_promises(today=dt.date(2026, 12, 9), now=noon(dt.date(2026, 12, 9)))
        assert (settled.broken, settled.accounts) == (1, {before.account_id})
        assert promises.settle_promises(today=dt.date(2026, 12, 10), now=noon(DECEMBER)).accounts == {after.account_id}

    def test_no_promise_reaches_farther_than_the_figure_of_the_day(self, ana, decide, look):
        claim = balance(since="2026-10-01")
        decide("promise_longest_days", 30)
        look(claim, on=NOVEMBER_30)
        with pytest.raises(promises.BadPromise, match="reaches 30 days at most"):
            self.promise(ana, claim, on=DECEMBER, due=DECEMBER + 31 * DAY)
        assert self.promise(ana, claim, on=NOVEMBER_30, due=NOVEMBER_30 + 180 * DAY).next_action == "expect_payment"

    def test_money_that_goes_back_after_the_days_of_the_bank_leaves_a_promise_kept(self, ana, decide, look):
        claim = balance(since="2026-10-01")
        look(claim, on=NOVEMBER_30)
        self.promise(ana, claim, on=NOVEMBER_30)
        paid = move(
            claim.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount="90.00", on=DECEMBER
        )
        ledger.post([paid], now=noon(DECEMBER))
        assert promises.settle_promises(today=DECEMBER, now=noon(DECEMBER)).kept == 1
        row = decide("payment_return_days", 5, since=DECEMBER + DAY)
        [payment] = Posting.objects.filter(kind="patient_payment")
        late = DECEMBER + 8 * DAY  # the day after its grace
        ledger.reverse([payment.pk], posted_on=late, now=noon(late))
        assert promises.settle_promises(today=late, now=noon(late)).broken == 0
        row.delete()
        assert promises.settle_promises(today=late, now=noon(late)).broken == 1
        assert Promise.objects.get().state == "broken"


class TestPatients:
    def test_the_first_call_after_20_days_from_december_moves_what_nobody_has_decided(self, ana, decide):
        untouched, decided = balance(), balance()
        open_day(dt.date(2026, 11, 24))
        leave(ana, patient_item(decided), "no_answer", on=dt.date(2026, 11, 24), next_on=dt.date(2026, 12, 22))
        decide("first_call_days", 20)
        open_day(NOVEMBER_30)
        assert patient_item(untouched).next_on == dt.date(2026, 12, 23)
        open_day(DECEMBER)
        item = patient_item(untouched)
        assert (item.next_on, item.because) == (
            dt.date(2026, 12, 14), "first statement Nov 23; first call after 20 days"
        )  # fmt: skip
        assert patient_item(decided).next_on == dt.date(2026, 12, 22)

    def test_what_is_due_keeps_its_age_and_what_was_woken_its_day(self, decide, look):
        due, woken = balance(since="2026-10-01"), balance()
        look(due, woken, on=dt.date(2026, 11, 24))
        WorkItem.objects.filter(account=woken.account).update(woken_by="payment", next_on=NOVEMBER_30)
        decide("first_call_days", 20)
        rule_changes.refresh_under_limit("first_call_days", today=DECEMBER, now=noon(DECEMBER))
        assert patient_item(due).next_on == dt.date(2026, 11, 24)
        assert patient_item(woken).next_on == NOVEMBER_30


class TestCalls:
    def home(self, ana, item, on):
        return account_sheet_of(actor=ana, item=item, today=on, now=noon(on), viewer_zone="America/New_York")

    def test_five_calls_in_seven_days_from_december_stop_the_sixth_and_not_the_day_before(self, ana, rule, look):
        claim = balance(since="2026-10-01")
        rule("us-calls", most=5)
        look(claim, on=dt.date(2026, 11, 25))
        item = patient_item(claim)
        for ago in range(6, 1, -1):
            leave(ana, item, "no_answer", on=DECEMBER - ago * DAY)
        assert self.home(ana, item, NOVEMBER_30).pause is None
        pause = self.home(ana, item, DECEMBER).pause
        assert pause
        assert (pause.until, pause.source) == (dt.date(2026, 12, 2), "Minutes of the board")
        assert pause.why == "5 calls in seven days; 5 are allowed"

    def test_a_looser_figure_for_everywhere_loosens_no_stricter_place(self, ana, rule, look):
        claim = balance(since="2026-10-01", state="MA", zip_code="02139")
        rule("us-calls", most=9, since=dt.date(2026, 11, 1))
        look(claim, on=DECEMBER)
        item = patient_item(claim)
        leave(ana, item, "no_answer", on=NOVEMBER_30)
        leave(ana, item, "no_answer", on=DECEMBER)
        pause = self.home(ana, item, DECEMBER).pause
        assert pause
        assert pause.source == "940 CMR 7.04(1)(f)"

    def test_a_stricter_figure_for_everywhere_binds_the_looser_place_too(self, ana, rule, look):
        claim = balance(since="2026-10-01", state="MA", zip_code="02139")
        rule("us-calls", most=1)
        look(claim, on=NOVEMBER_30)
        item = leave(ana, patient_item(claim), "no_answer", on=NOVEMBER_30)
        assert self.home(ana, item, NOVEMBER_30).pause is None
        assert self.home(ana, item, DECEMBER).pause

    def test_where_no_call_is_allowed_none_is_offered(self, ana, rule, look):
        claim = balance(since="2026-10-01", state="TX", zip_code="75201")
        rule(most=0, jurisdiction="TX")
        look(claim, on=NOVEMBER_30)
        assert self.home(ana, patient_item(claim), NOVEMBER_30).pause is None
        pause = self.home(ana, patient_item(claim), DECEMBER).pause
        assert pause
        assert pause.until == DECEMBER + DAY

    def test_the_wait_after_a_conversation_is_that_of_the_day(self, ana, rule, look):
        claim = balance(since="2026-10-01")
        rule("us-wait", wait_days=14)
        look(claim, on=dt.date(2026, 11, 20))
        item = leave(ana, patient_item(claim), "will_think", on=dt.date(2026, 11, 20))
        assert self.home(ana, item, NOVEMBER_30).pause is None
        pause = self.home(ana, item, DECEMBER).pause
        assert pause
        assert pause.until == dt.date(2026, 12, 4)
        assert pause.why == "spoken with on Nov 20; the next call is on the 15th day"

    def test_hours_from_9_to_20_hold_for_the_window_of_the_item_from_their_day(self, ana, rule):
        claim = balance(since="2026-10-01")
        rule(opens=dt.time(9), jurisdiction="OH")
        rule(closes=dt.time(20))
        open_day(NOVEMBER_30)
        hours = [(one.opens, one.closes) for one in CallWindow.objects.filter(pk=patient_item(claim).window_id)]
        assert hours == [(dt.time(8), dt.time(21))]
        open_day(DECEMBER)
        hours = [(one.opens, one.closes) for one in CallWindow.objects.filter(pk=patient_item(claim).window_id)]
        assert hours == [(dt.time(9), dt.time(20))]
        early = dt.datetime(2026, 12, 1, 13, 30, tzinfo=dt.UTC)  # 8:30 in Ohio
        home = account_sheet_of(
            actor=ana, item=patient_item(claim), today=DECEMBER, now=early, viewer_zone="America/New_York"
        )
        assert not home.window.open_now


class TestOverpayments:
    def test_45_days_from_december_are_given_to_a_credit_found_then_and_no_running_clock_moves(self, decide, look):
        before = credit("medicare", on=NOVEMBER_30)
        decide("overpayment_days", 45, scope="medicare")
        look(before, on=NOVEMBER_30)
        assert item_of(before).overpayment_due_on == NOVEMBER_30 + 60 * DAY
        after = credit("medicare", on=DECEMBER)
        look(before, after, on=DECEMBER)
        assert item_of(after).overpayment_due_on == DECEMBER + 45 * DAY
        assert item_of(before).overpayment_due_on == NOVEMBER_30 + 60 * DAY

    def test_a_class_comes_under_the_clock_on_the_day_of_its_row(self, decide):
        claim = credit("commercial", on=NOVEMBER_30)
        decide("overpayment_days", 30, scope="commercial")
        open_day(NOVEMBER_30)
        assert item_of(claim).overpayment_due_on is None
        open_day(DECEMBER)
        item = item_of(claim)
        assert (item.overpayment_due_on, item.lane) == (DECEMBER + 30 * DAY, 2)

    def test_a_row_of_zero_stops_the_clock_of_a_class_for_one_practice(self, decide, look):
        decide("overpayment_days", 0, scope="va", practice_id=make_practice().pk)
        claim = credit("va", on=DECEMBER)
        look(claim, on=NOVEMBER_30)
        assert item_of(claim).overpayment_due_on == NOVEMBER_30 + 60 * DAY
        WorkItem.objects.all().delete()
        look(claim, on=DECEMBER)
        assert item_of(claim).overpayment_due_on is None


class TestPayerWork:
    def test_the_third_touch_without_change_goes_to_a_supervisor_from_its_day(self, ana, decide, look):
        early, late = make_claim(), make_claim()
        decide("quiet_touches", 2)
        look(early, late, on=dt.date(2026, 11, 20))
        WorkItem.objects.update(quiet_touches=2)
        entered = {"reference": "R1", "spoke_to": "Dana"}
        assert leave(ana, item_of(early), "in_process", on=NOVEMBER_30, **entered).escalated_at is None
        assert leave(ana, item_of(late), "in_process", on=DECEMBER, **entered).escalated_at is not None

    def test_a_correction_is_looked_for_after_the_days_of_the_figure(self, decide):
        claim = make_claim()
        Claim.objects.filter(pk=claim.pk).update(awaiting_correction_since=dt.date(2026, 11, 27))
        decide("correction_days", 10)
        open_day(NOVEMBER_30)
        assert item_of(claim).next_on == dt.date(2026, 12, 28)
        open_day(DECEMBER)
        assert item_of(claim).next_on == dt.date(2026, 12, 7)


def test_a_limit_that_no_open_item_shows_moves_none(decide):
    decide("promise_grace_days", 3)
    moved = rule_changes.refresh_under_limit("promise_grace_days", today=DECEMBER, now=NOW)
    assert (moved.looked_at, moved.changed) == (0, 0)
