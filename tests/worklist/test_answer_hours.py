"""Calls to people go out at the hours at which they answer: learned from the log, used at hand-out and in the words."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from collections_app.contacts.models import CallWindow, Contact
from collections_app.worklist import queue, rates, why
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.rate_models import AnswerRate
from tests.cast import TODAY, make_claim, make_person

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)  # Monday noon in New York, 9 am in Los Angeles
MONDAY = dt.date(2026, 11, 23)
EAST, WEST = "America/New_York", "America/Los_Angeles"


@pytest.fixture
def owing(look):
    """A patient balance that may be called on today, of somebody in one zone."""

    def make(zone, amount="90.00"):
        claim = make_claim(payers=(), lines=(amount,))
        look(claim)
        window, _ = CallWindow.objects.get_or_create(
            opens=dt.time(8), closes=dt.time(21), weekdays="1234567", zones=zone, rests_on_holidays=False
        )
        item = WorkItem.objects.get(account=claim.account, claim=None, state="open")
        item.window = window
        item.save()
        queue.sync_queue([item.pk], today=TODAY)
        return item

    return make


def call(item, outcome, *, at=NOON, ana, **of):
    return Contact.objects.create(
        practice=item.practice, account=item.account, person=make_person(practice=item.practice), channel="phone",
        outcome=outcome, at=at, by=ana, **of,
    )  # fmt: skip


def test_calls_teach_by_the_hour_at_the_persons_place_and_fade(owing, ana):
    item = owing(WEST)
    for outcome in ("reached", "no_answer", "voicemail", "voicemail"):
        call(item, outcome, ana=ana)
    call(item, "reached", ana=ana, direction="in")  # they called: says nothing of when they answer
    wrong = call(item, "reached", ana=ana)
    call(item, "withdrawn", ana=ana, retells=wrong)  # never made
    call(item, "wrong_number", ana=ana)
    rates.learn_rates(today=MONDAY)
    (rate,) = AnswerRate.objects.all()
    assert (rate.hours, rate.reached, rate.called) == ("morning", 1, 4)
    rates.learn_rates(today=MONDAY + dt.timedelta(days=180))
    assert AnswerRate.objects.get().called == 2


@pytest.mark.parametrize(("answering", "first"), [("morning", WEST), ("midday", EAST)])
def test_the_hand_out_goes_by_the_hour_it_is_now_for_the_person(owing, ana, answering, first):
    places = {zone: owing(zone) for zone in (EAST, WEST)}
    for item in places.values():
        WorkItem.objects.filter(pk=item.pk).update(rank=places[EAST].rank)
        queue.sync_queue([item.pk], today=TODAY)
    AnswerRate.objects.create(
        practice=places[EAST].practice, hours=answering, called=200, reached=150, computed_on=MONDAY
    )
    assert worklist.take_next(actor=ana, now=NOON, today=MONDAY) == places[first]
    worklist.release_all(actor=ana)
    among = Q(pk__in=[item.pk for item in places.values()])
    assert worklist.take_next(actor=ana, now=NOON, today=MONDAY, among=among) == places[first]


def test_the_hour_moves_nothing_out_of_its_lane(owing, ana):
    east, west = owing(EAST), owing(WEST)
    AnswerRate.objects.create(practice=east.practice, hours="morning", called=200, reached=190, computed_on=MONDAY)
    WorkItem.objects.filter(pk=east.pk).update(lane=1, rank=0)
    queue.sync_queue([east.pk, west.pk], today=TODAY)
    assert worklist.take_next(actor=ana, now=NOON, today=MONDAY) == east


def test_why_says_how_many_answer_at_this_hour_and_what_it_rests_on(owing):
    item = owing(EAST)
    score, _ = why.reasons_of(item, today=MONDAY, now=NOON)
    assert "28 % answer at this hour" in score.why
    assert "28 % answer 11 am to 2 pm there (the usual rate)" in score.parts[3].words
    AnswerRate.objects.create(practice=item.practice, hours="midday", called=40, reached=20, computed_on=MONDAY)
    score, _ = why.reasons_of(item, today=MONDAY, now=NOON)
    assert "39 % answer 11 am to 2 pm there (20 of 40 here before)" in score.parts[3].words


def test_learning_asks_the_same_number_of_questions_whatever_was_called(owing, ana):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            rates.learn_rates(today=MONDAY)
        return len(queries)

    call(owing(EAST), "reached", ana=ana)
    few = asked()
    for _ in range(3):
        call(owing(WEST), "reached", ana=ana)
    assert asked() == few
