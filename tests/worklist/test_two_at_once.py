"""Two people at once, on a database that runs them at once: nothing is lost, nothing happens twice."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connections

from arwork.lib import events
from arwork.lib.races import ChangedMeanwhile
from claims.ledger import services as ledger
from claims.ledger.models import Posting
from collections_app.day import services as day
from collections_app.promises.models import Promise
from collections_app.worklist import actions, queue
from collections_app.worklist import services as worklist
from collections_app.worklist.models import Lease, QueueEntry, WorkAction, WorkItem
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice, make_sol, make_user, move
from tests.worklist.test_refresh import deny

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
DAY = dt.timedelta(days=1)


def at_once(*deeds):
    """Run the deeds in threads that start together; what each gave or raised, in order."""
    results = [None] * len(deeds)
    start = threading.Barrier(len(deeds))

    def run(number, deed):
        try:
            start.wait()
            results[number] = deed()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def two():
    practice = make_practice()
    return make_ana(practice), make_user(username="bob", practices=[practice])


@pytest.fixture
def balance(look):
    claim = make_claim(payers=(), lines=("90.00",))
    look(claim)
    return WorkItem.objects.get(account=claim.account, state="open")


@pytest.mark.parametrize("turn", range(2))
def test_two_promises_at_once_leave_one_that_stands_and_both_in_the_story(two, balance, turn):
    def promise(actor, amount):
        return lambda: worklist.record_outcome(
            actor=actor, item_id=balance.pk, disposition="promised", amount=Decimal(amount),
            promised_on=TODAY + 3 * DAY, they_called=True, now=NOW, today=TODAY,
        )  # fmt: skip

    results = at_once(promise(two[0], "30.00"), promise(two[1], "40.00"))
    assert all(isinstance(result, WorkAction) for result in results), results
    assert sorted(Promise.objects.values_list("state", flat=True)) == ["cancelled", "open"]
    balance.refresh_from_db()
    assert balance.touches == 2
    standing = Promise.objects.get(state="open")
    assert WorkAction.objects.order_by("-pk").first().promise == standing


@pytest.mark.parametrize("turn", range(2))
def test_undo_and_another_outcome_at_once_leave_one_consistent_item(two, balance, turn):
    ana, bob = two
    action = worklist.record_outcome(actor=ana, item_id=balance.pk, disposition="left_message", now=NOW, today=TODAY)
    undone, logged = at_once(
        lambda: worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY),
        lambda: worklist.record_outcome(actor=bob, item_id=balance.pk, disposition="no_answer", now=NOW, today=TODAY),
    )
    balance.refresh_from_db()
    if isinstance(undone, worklist.TooLate):
        assert isinstance(logged, WorkAction)
        assert balance.touches == 2
    elif isinstance(logged, worklist.HeldByOther):
        assert isinstance(undone, WorkAction)
        assert balance.touches == 0
    else:
        raise AssertionError((undone, logged))


@pytest.mark.parametrize("turn", range(2))
def test_the_day_opens_while_people_work_and_supervisors_deal(two, look, turn):
    ana, bob = two
    sol = make_sol(make_practice())
    claims = [make_claim(number=f"W{number}") for number in range(30)]
    for claim in claims[:8]:
        deny(claim, on=TODAY - 85 * DAY)
    look(*claims)
    ids = list(WorkItem.objects.values_list("pk", flat=True))

    def works(actor):
        def deed():
            done = 0
            while item := worklist.take_next(actor=actor, now=NOW, today=TODAY):
                worklist.record_outcome(
                    actor=actor, item_id=item.pk, disposition="in_process", none_given=True, now=NOW, today=TODAY
                )
                done += 1
            return done

        return deed

    def deals():
        for number, pk in enumerate(ids):
            worklist.pin(actor=sol, item_id=pk, now=NOW, today=TODAY, is_pinned=bool(number % 2))
        return worklist.reassign(actor=sol, item_ids=ids, owner_id=bob.pk, now=NOW, today=TODAY)

    def follows():
        return worklist.refresh(claims=[claim.pk for claim in claims], today=TODAY, now=NOW)

    results = at_once(
        works(ana),
        works(bob),
        deals,
        follows,
        lambda: day.open_day(today=TODAY, now=NOW, clock=lambda: NOW),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    offered = set(WorkItem.objects.filter(queue.offerable(TODAY)).values_list("pk", flat=True))
    assert set(QueueEntry.objects.values_list("item", flat=True)) == offered
    assert not Lease.objects.exists()
    again = worklist.refresh_all(today=TODAY, now=NOW)
    assert (again.opened, again.changed, again.closed) == (0, 0, 0)


def test_an_undo_while_the_books_open_the_work_anew_is_told_to_look_again(look, monkeypatch):
    monkeypatch.setattr(events, "_subscribers", [])
    claim = make_claim(payers=(), lines=("90.00",))
    ana = make_ana(claim.practice)
    look(claim)
    item = WorkItem.objects.get(account=claim.account)
    paid = move(claim.lines.get(), kind="patient_payment", debit="CASH", credit="PATIENT", amount="90.00", on=TODAY)
    ledger.post([paid], now=NOW)
    action = worklist.record_outcome(
        actor=ana, item_id=item.pk, disposition="resolved", reason="paid", now=NOW, today=TODAY
    )
    ensure = actions._ensure_undo_in_time

    def money_goes_back():
        payment = Posting.objects.get(claim=claim, kind="patient_payment")
        ledger.reverse([payment.pk], posted_on=TODAY, now=NOW)
        look(claim)

    def ensure_and_be_overtaken(*args, **kwargs):
        ensure(*args, **kwargs)
        assert at_once(money_goes_back) == [None]

    monkeypatch.setattr(actions, "_ensure_undo_in_time", ensure_and_be_overtaken)
    with pytest.raises(ChangedMeanwhile, match="nothing was undone"):
        worklist.undo_action(actor=ana, action_id=action.pk, now=NOW, today=TODAY)
    assert WorkItem.objects.filter(state="open").count() == 1
    assert not WorkAction.objects.filter(reverses=action).exists()
