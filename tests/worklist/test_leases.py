"""Handing out: one item to one person, one guarantor account to one person, and nothing that can't be worked now."""

import datetime as dt
import threading
from unittest.mock import Mock

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from arwork.lib.errors import Forbidden
from claims.payers.models import PayerContact
from collections_app.worklist import leases, queue
from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, QueueEntry, WorkItem
from tests.cast import (
    NOW,
    TODAY,
    make_abe,
    make_account,
    make_ana,
    make_claim,
    make_patient,
    make_payer,
    make_practice,
    make_sol,
    make_user,
)

LATER = NOW + dt.timedelta(minutes=16)


def take(actor, now=NOW):
    return worklist.take_next(actor=actor, now=now, today=TODAY)


@pytest.mark.django_db
class TestTakeNext:
    def test_gives_the_best_first_and_the_next_best_to_the_next_person(self, due_claim):
        small, large = due_claim(lines=("50.00",)), due_claim(lines=("900.00",))
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        assert take(ana) == large
        assert take(bob) == small

    def test_hands_out_no_small_balance_for_they_are_decided_together(self, due_claim):
        small = due_claim(lines=("14.99",))
        ana = make_ana(make_practice())
        assert QueueEntry.objects.filter(item=small).exists()
        assert take(ana) is None
        assert not leases.is_anything_free(actor=ana, now=NOW)

    def test_gives_what_is_not_worth_a_touch_now_when_nothing_else_is_left(self, due_claim):
        poor, worth = due_claim(lines=("18.00",)), due_claim(lines=("900.00",))
        assert (poor.look_after_on, worth.look_after_on) == (poor.next_on + dt.timedelta(35), None)
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        assert (take(ana), take(bob)) == (worth, poor)

    def test_gives_what_is_held_already_after_a_crash(self, due_claim):
        due_claim(), due_claim()
        ana = make_ana(make_practice())
        assert take(ana) == take(ana)
        assert Lease.objects.count() == 1

    def test_gives_nothing_when_everything_is_held(self, due_claim):
        due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        assert take(ana)
        assert take(bob) is None

    def test_never_says_that_nothing_is_left_when_others_were_faster(self, due_claim, monkeypatch):
        due_claim()
        monkeypatch.setattr(leases, "_insert", Mock(side_effect=IntegrityError))
        with pytest.raises(leases.Crowded, match="again"):
            take(make_ana(make_practice()))

    def test_gives_an_abandoned_item_to_somebody_else_after_a_quarter_of_an_hour(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        take(ana)
        assert take(bob, now=LATER) == item
        assert take(ana, now=LATER) is None

    def test_never_hands_an_expired_hold_back_without_a_lease(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        take(ana)
        assert take(ana, now=LATER) == item
        assert Lease.objects.get().expires_at == LATER + leases.TERM
        assert take(bob, now=LATER) is None

    def test_gives_to_others_from_the_minute_in_which_a_hold_ends(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        take(ana)
        assert take(bob, now=NOW + leases.TERM - dt.timedelta(seconds=1)) is None
        assert take(bob, now=NOW + leases.TERM) == item

    def test_never_gives_two_people_one_guarantor_account(self, due_claim):
        patient = make_patient(account=make_account(practice=make_practice()))
        due_claim(patient=patient), due_claim(patient=patient)
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        assert take(ana)
        assert take(bob) is None

    def test_gives_nobody_what_belongs_to_somebody_else(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        sol = make_sol(make_practice())
        worklist.reassign(actor=sol, item_ids=[item.pk], owner_id=bob.pk, now=NOW, today=TODAY)
        assert take(ana) is None
        assert take(bob) == item

    def test_shows_nothing_of_another_practice(self, due_claim):
        due_claim()
        assert take(make_ana(make_practice(name="Elsewhere", npi="1111111112"))) is None

    def test_is_not_for_auditors(self, due_claim):
        with pytest.raises(Forbidden):
            take(make_abe(make_practice()))

    def test_waits_for_the_payers_hours(self, due_claim):
        payer = make_payer()
        PayerContact.objects.create(
            payer=payer,
            kind="phone",
            value="800",
            opens=dt.time(8),
            closes=dt.time(17),
            time_zone="America/Los_Angeles",
        )
        item = due_claim()
        ana = make_ana(make_practice())
        assert NOW.hour == 15  # 07:00 in Los Angeles
        assert take(ana) is None
        assert take(ana, now=NOW + dt.timedelta(hours=1)) == item

    def test_leaves_a_payer_alone_on_a_federal_holiday_even_if_its_line_is_open_every_day(self, due_claim):
        hours = {"opens": dt.time(8), "closes": dt.time(21), "weekdays": "1234567", "time_zone": "America/New_York"}
        PayerContact.objects.create(payer=make_payer(), kind="phone", value="800", **hours)
        item = due_claim()
        ana = make_ana(make_practice())
        thanksgiving = dt.datetime(2026, 11, 26, 17, tzinfo=dt.UTC)
        assert take(ana, now=thanksgiving) is None
        assert take(ana, now=thanksgiving + dt.timedelta(days=1)) == item

    def test_waits_for_the_patients_morning_wherever_they_may_be(self, due_claim, look):
        claim = make_claim(payers=(), lines=("90.00",))
        person = claim.account.guarantor
        person.addresses.create(line1="1 Pali", city="Honolulu", state="HI", zip="96813")
        person.phones.create(number="+12125550123")
        look(claim)
        ana = make_ana(make_practice())
        assert take(ana) is None  # 10:00 in New York, 05:00 in Honolulu
        assert take(ana, now=NOW.replace(hour=18)).account == claim.account

    def test_offers_a_call_back_from_its_minute_on(self, due_claim):
        item = due_claim()
        WorkItem.objects.filter(pk=item.pk).update(next_at=NOW + dt.timedelta(minutes=30))
        worklist.refresh(claims=[item.claim_id], today=TODAY, now=NOW)
        queue.sync_queue([item.pk], today=TODAY)
        ana = make_ana(make_practice())
        assert take(ana) is None
        assert take(ana, now=NOW + dt.timedelta(minutes=31)) == item

    def test_puts_a_pinned_item_first(self, due_claim):
        small, _ = due_claim(lines=("50.00",)), due_claim(lines=("900.00",))
        worklist.pin(actor=make_sol(make_practice()), item_id=small.pk, now=NOW, today=TODAY)
        assert take(make_ana(make_practice())) == small

    def test_costs_the_same_whatever_is_open(self, due_claim):
        ana = make_ana(make_practice())
        due_claim()
        take(ana)
        worklist.release_all(actor=ana)
        with CaptureQueriesContext(connection) as one:
            take(ana)
        worklist.release_all(actor=ana)
        for _ in range(8):
            due_claim()
        with CaptureQueriesContext(connection) as many:
            take(ana)
        assert len(many) == len(one) <= 10


@pytest.mark.django_db
class TestHolding:
    def test_opening_what_another_holds_says_who_and_until_when(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        worklist.open_item(actor=ana, item_id=item.pk, now=NOW)
        with pytest.raises(worklist.HeldByOther) as error:
            worklist.open_item(actor=bob, item_id=item.pk, now=NOW)
        assert error.value.facts["holder_id"] == ana.pk
        assert "Ana Test" in error.value.message

    def test_renewing_keeps_it_and_an_expired_hold_cannot_be_renewed(self, due_claim):
        item = due_claim()
        ana = make_ana(make_practice())
        take(ana)
        ten = NOW + dt.timedelta(minutes=10)
        assert worklist.renew(actor=ana, item_id=item.pk, now=ten) == ten + dt.timedelta(minutes=15)
        with pytest.raises(worklist.LeaseLost):
            worklist.renew(actor=ana, item_id=item.pk, now=NOW + dt.timedelta(hours=1))

    def test_a_hold_ends_with_its_last_minute_and_not_after_it(self, due_claim):
        item = due_claim()
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        take(ana)
        ends = NOW + leases.TERM
        with pytest.raises(worklist.LeaseLost):
            worklist.renew(actor=ana, item_id=item.pk, now=ends)
        assert worklist.open_item(actor=bob, item_id=item.pk, now=ends) == item
        assert worklist.release_expired(now=ends) == 0
        assert worklist.release_expired(now=ends + leases.TERM) == 1

    def test_several_claims_of_one_call_are_held_together(self, due_claim):
        patient = make_patient(account=make_account(practice=make_practice()))
        items = [due_claim(patient=patient), due_claim(patient=patient), due_claim()]
        ana, bob = make_ana(make_practice()), make_user(username="bob", practices=[make_practice()])
        held = worklist.open_together(actor=ana, item_ids=[item.pk for item in items], now=NOW)
        assert held == items
        assert take(bob) is None
        worklist.release_item(actor=ana, item_id=items[0].pk)
        assert take(bob) is None  # the guarantor account is still on Ana's desk
        worklist.release_item(actor=ana, item_id=items[1].pk)
        assert take(bob) in items[:2]

    def test_expired_holds_are_swept(self, due_claim):
        due_claim()
        take(make_ana(make_practice()))
        assert worklist.release_expired(now=NOW) == 0
        assert worklist.release_expired(now=LATER) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_eight_threads_never_lease_one_item_or_guarantor_account_twice(look):
    practice = make_practice()
    guarantor = make_patient(account=make_account(practice=practice))
    claims = [make_claim(number=f"R{n}") for n in range(60)]
    claims += [make_claim(number=f"H{n}", patient=guarantor) for n in range(6)]
    look(*claims)
    people = [make_user(username=f"c{n}", practices=[practice]) for n in range(8)]
    taken, failures = [], []

    def work(actor):
        try:
            while item := worklist.take_next(actor=actor, now=NOW, today=TODAY):
                taken.append((item.pk, item.account_id, actor.pk))
                if item.account_id == guarantor.account_id and len(taken) < 60:
                    others = Lease.objects.filter(item__account=guarantor.account_id).exclude(holder=actor)
                    assert not others.exists()
                worklist.record_outcome(
                    actor=actor, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY
                )
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(taken) == len({pk for pk, _, _ in taken}) == 66
    assert not QueueEntry.objects.exists()
    assert not Lease.objects.exists()


class Desks(RuleBasedStateMachine):
    """Three people take, open, release and abandon in any order while time passes."""

    @initialize()
    def begin(self):
        practice = make_practice()
        self.now = NOW
        self.people = [make_user(username=f"p{n}-{Lease.objects.count()}", practices=[practice]) for n in range(3)]
        patients = [make_patient(account=make_account(practice=practice)) for _ in range(3)]
        claims = [make_claim(patient=patients[n % 3]) for n in range(5)]
        worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)
        self.items = list(WorkItem.objects.order_by("pk"))

    @rule(who=st.integers(0, 2))
    def take(self, who):
        worklist.take_next(actor=self.people[who], now=self.now, today=TODAY)

    @rule(who=st.integers(0, 2), which=st.integers(0, 4))
    def open(self, who, which):
        try:
            worklist.open_item(actor=self.people[who], item_id=self.items[which].pk, now=self.now)
        except worklist.HeldByOther:
            running = Lease.objects.filter(expires_at__gt=self.now).exclude(holder=self.people[who])
            assert running.filter(item__account=self.items[which].account_id).exists()

    @rule(who=st.integers(0, 2), which=st.integers(0, 4))
    def release(self, who, which):
        worklist.release_item(actor=self.people[who], item_id=self.items[which].pk)

    @rule(minutes=st.integers(1, 20))
    def pass_time(self, minutes):
        self.now += dt.timedelta(minutes=minutes)

    @rule()
    def sweep(self):
        worklist.release_expired(now=self.now)

    @invariant()
    def one_guarantor_account_has_one_holder(self):
        holders = {}
        for lease in Lease.objects.filter(expires_at__gt=self.now).select_related("item"):
            assert holders.setdefault(lease.item.account_id, lease.holder_id) == lease.holder_id


@pytest.mark.django_db(transaction=True)
def test_no_order_of_events_puts_a_guarantor_account_on_two_desks():

    class Rolled(Desks):
        def __init__(self):
            super().__init__()
            self.block = transaction.atomic()
            self.block.__enter__()

        def teardown(self):
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    run_state_machine_as_test(
        Rolled,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
