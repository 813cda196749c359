"""Time alone changes a score on its review day and no other: a night looks at what is due for a look, and is right."""

import datetime as dt
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.payers.rules import RuleBook
from collections_app.limits.figures import LimitBook, shipped_limits
from collections_app.promises.models import Promise
from collections_app.worklist import services as worklist
from collections_app.worklist.facts import ScoringContext
from collections_app.worklist.history import PayerHistory, SegmentHistory
from collections_app.worklist.item_score import SCORE_COLUMNS, rescore
from collections_app.worklist.models import WorkItem
from collections_app.worklist.scoring import WORK_KINDS, age_limits
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice
from tests.worklist.test_refresh import deny, item_of, pay

DAY = dt.timedelta(days=1)
#: A year and a half: beyond every window and every age at which something changes.
HORIZON = 550
BANDS = [*map(str, age_limits()), "over"]
CATEGORIES = ("", "authorization", "coding")


def days(first: int, last: int) -> st.SearchStrategy[dt.date]:
    return st.integers(first, last).map(lambda ago: TODAY + ago * DAY)


ITEMS = st.builds(
    WorkItem,
    pk=st.just(7),
    practice_id=st.just(1),
    payer_id=st.sampled_from([None, 1]),
    kind=st.sampled_from(WORK_KINDS),
    amount=st.sampled_from([Decimal("3.00"), Decimal("240.00"), Decimal("1240.00")]),
    category=st.sampled_from(CATEGORIES),
    aged_from=days(-400, 3),
    deadline_kind=st.just("appeal_1"),
    deadline_on=st.none() | days(-20, 400),
    due_on=st.none() | days(-40, 390),
    denied_on=st.none() | days(-10, 3),
    promise_broken_on=st.none() | days(-5, 0),
    overpayment_due_on=st.none() | days(-5, 60),
    appointment_on=st.none() | days(-2, 30),
    pinned_at=st.sampled_from([None, None, NOW]),
    hold=st.sampled_from(["", "", "dispute"]),
    decided_at=st.sampled_from([None, NOW]),
    next_action=st.sampled_from(["call_payer", "check_acknowledgment", "check_appeal", "work_denial", "call_patient"]),
    next_on=st.none() | days(-60, 20),
    last_worked_at=st.sampled_from([None, NOW]),
    same_answers=st.integers(0, 4),
    bucket=st.sampled_from(["PAYER1", "PAYER2"]),
)


def surroundings(today: dt.date) -> ScoringContext:
    """A practice whose experience differs in every age bracket."""
    segments = product(WORK_KINDS, ("commercial", ""), CATEGORIES, enumerate(BANDS))
    return ScoringContext(
        today=today,
        now=NOW,
        rules=RuleBook(()),
        limits=LimitBook(shipped_limits()),
        payer_class={1: "commercial"},
        rates={
            (1, kind, of, what, band): SegmentHistory(3.0 + place, 20.0, 1.0 + place, 30.0)
            for kind, of, what, (place, band) in segments
        },
        paces={(1, 1): PayerHistory(14.0, 30.0, 0.45, 80.0)},
    )


CONTEXTS = [surroundings(TODAY + ahead * DAY) for ahead in range(HORIZON)]


def scored(item: WorkItem, context: ScoringContext) -> dict[str, object]:
    rescore(item, context)
    return {name: getattr(item, name) for name in SCORE_COLUMNS}


@given(ITEMS)
def test_between_now_and_its_review_day_rescoring_an_item_changes_nothing(item):
    before = scored(item, CONTEXTS[0])
    until = (item.review_on - TODAY).days
    assert until > 0
    for context in CONTEXTS[1:until]:
        now = scored(item, context)
        if until >= HORIZON:  # nothing is ahead: the day only says "not for years"
            now["review_on"] = before["review_on"]
        assert now == before


def night(day: dt.date) -> int:
    """What a look at everything changed."""
    return worklist.refresh_all(today=day, now=NOW).changed


@pytest.mark.django_db
def test_what_nobody_touches_is_looked_at_anew_on_its_look_after_day(look):
    claim = make_claim(lines=("10.00", "6.00"))
    deny(claim, on=TODAY)
    look(claim)
    item = item_of(claim)
    after = item.next_on + 35 * DAY
    assert (item.look_after_on, item.rank // 10**12) == (after, 9 - 8)
    for day in (after - DAY, after):
        worklist.refresh_all(today=day, now=NOW)
    item.refresh_from_db()
    assert item.look_after_on == item.next_on + 70 * DAY


@pytest.mark.django_db
def test_a_broken_promise_presses_for_two_mornings_and_is_rescored_on_the_third(look):
    claim = make_claim(payers=(), lines=("90.00",))
    Promise.objects.create(
        practice=claim.practice, account=claim.account, amount=Decimal("90.00"), due_on=TODAY - 3 * DAY,
        grace_days=2, made_on=TODAY - 9 * DAY, made_at=NOW - 9 * DAY, made_by=make_ana(make_practice()),
        state=Promise.State.BROKEN, settled_on=TODAY,
    )  # fmt: skip
    look(claim)
    item = WorkItem.objects.get(account=claim.account, state="open")
    assert (item.urgency, item.urgent_because, item.review_on) == (400, "promise", TODAY + 2 * DAY)
    assert night(TODAY + DAY) == 0
    assert night(TODAY + 2 * DAY) == 1
    item.refresh_from_db()
    assert (item.urgency, item.urgent_because, item.lane) == (200, "promise", 1)


@pytest.mark.django_db
def test_money_to_be_returned_is_due_on_the_sixtieth_day_and_that_day_is_its_last_chance(look):
    claim = make_claim(payers=[make_payer(name="Medicare", payer_class="medicare", payer_id="MCR")], lines=("100.00",))
    pay(claim, "150.00")
    look(claim)
    item = item_of(claim)
    lanes = {}
    for count in (52, 53, 58, 59, 60, 61):
        worklist.refresh_all(today=TODAY + count * DAY, now=NOW)
        item.refresh_from_db()
        lanes[count] = (item.lane, 9 - item.rank // 10**12)
    assert item.overpayment_due_on == TODAY + 60 * DAY
    assert lanes == {52: (2, 5), 53: (1, 4), 58: (1, 4), 59: (1, 1), 60: (1, 1), 61: (2, 5)}
