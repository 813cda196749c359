"""Whose work is offered to whom while people are away, and that it comes back by itself. Worked examples with dates."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.staff.models import AuditEvent, User
from collections_app.day import services as day
from collections_app.worklist import absences, assign, queue
from collections_app.worklist import services as worklist
from collections_app.worklist.absence_models import Absence, WorkCapacity
from collections_app.worklist.absences import AbsenceDraft, NamedStandIn
from collections_app.worklist.answers import BadField
from collections_app.worklist.cover import CoverBook, CoverRule, away_on
from collections_app.worklist.models import QueueEntry, WorkItem
from collections_app.worklist.my_day import my_day
from collections_app.worklist.selectors import stood_in_for
from collections_app.worklist.team import shares_of, team_members
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ana,
    make_claim,
    make_patient,
    make_payer,
    make_practice,
    make_sol,
    make_user,
)

DAY = dt.timedelta(days=1)
HARBOR = 1


def rule(person: int, payer: int | None = None, kind: str = "", minutes: int = 360) -> CoverRule:
    return CoverRule(person, frozenset({HARBOR}), payer, kind, minutes)


def offered(book: CoverBook, owner: int | None, *, payer: int = 7, kind: str = "denied", key: int = 1, practice=HARBOR):
    return book.offered_to(owner, practice=practice, payer=payer, kind=kind, key=key)


def test_the_closest_stand_in_is_offered_the_work():
    book = CoverBook({1: (rule(2), rule(3, payer=7), rule(4, kind="denied"), rule(5, payer=7, kind="denied"))})
    assert offered(book, 1) == 5
    assert offered(book, 1, kind="rejected") == 3
    assert offered(book, 1, payer=8) == 4
    assert offered(book, 1, payer=8, kind="rejected") == 2


def test_who_is_there_keeps_their_work_and_nobody_is_everybody():
    book = CoverBook({1: (rule(2),)})
    assert offered(book, 9) == 9
    assert offered(book, None) is None
    assert offered(book, 1, practice=99) is None
    assert offered(CoverBook({1: ()}), 1) is None


def test_several_share_by_what_they_work_in_a_day():
    book = CoverBook({1: (rule(2, minutes=360), rule(3, minutes=120))})
    got = Counter(offered(book, 1, key=key) for key in range(4000))
    assert 0.72 < got[2] / 4000 < 0.78


@given(st.sets(st.integers(2, 9), min_size=2), st.integers(1, 10**6))
def test_when_one_of_several_goes_only_their_share_moves(people: set[int], key: int):
    before = offered(CoverBook({1: tuple(rule(one) for one in people)}), 1, key=key)
    gone = min(people)
    after = offered(CoverBook({1: tuple(rule(one) for one in people - {gone})}), 1, key=key)
    assert before in (gone, after)


class Office:
    """Ana's items in the practice where Bob and Cleo work as well, and Sol leads."""

    def __init__(self, count: int) -> None:
        self.practice = make_practice()
        self.ana, self.sol = make_ana(self.practice), make_sol(self.practice)
        self.bob, self.cleo = (make_user(username=name, practices=[self.practice]) for name in ("bob", "cleo"))
        self.items = self.more(count, self.ana)

    def more(self, count: int, owner: User, **of) -> list[WorkItem]:
        claims = [make_claim(**of) for _ in range(count)]
        worklist.refresh(claims=[one.pk for one in claims], today=TODAY, now=NOW)
        items = list(WorkItem.objects.filter(claim__in=claims))
        ids = [one.pk for one in items]
        worklist.reassign(actor=self.sol, item_ids=ids, owner_id=owner.pk, now=NOW, today=TODAY)
        return items

    def away(self, person: User, *stand_ins: User | NamedStandIn, start: int = 0, days: int = 3) -> Absence:
        named = tuple(NamedStandIn(one.pk) if isinstance(one, User) else one for one in stand_ins)
        first = TODAY + start * DAY
        draft = AbsenceDraft(person.pk, first, first + (days - 1) * DAY, named)
        return absences.save_absence(actor=self.sol, draft=draft, today=TODAY, now=NOW)

    def back(self, absence: Absence, *, on: dt.date = TODAY) -> Absence:
        return absences.end_absence(actor=self.sol, absence_id=absence.pk, today=on, now=NOW)


def shelves() -> dict[str, int]:
    """How many items are offered to whom."""
    return dict(Counter(name or "all" for name in QueueEntry.objects.values_list("shelf__owner__username", flat=True)))


def open_day(today: dt.date) -> None:
    noon = dt.datetime.combine(today, dt.time(12), dt.UTC)
    day.open_day(today=today, now=noon, clock=lambda: noon)


@pytest.fixture
def office(db) -> Office:
    return Office(6)


def test_the_stand_in_takes_what_is_due_and_the_owner_stays(office):
    assert worklist.take_next(actor=office.bob, now=NOW, today=TODAY) is None
    office.away(office.ana, office.bob)
    assert shelves() == {"bob": 6}
    assert worklist.take_next(actor=office.ana, now=NOW, today=TODAY) is None
    taken = worklist.take_next(actor=office.bob, now=NOW, today=TODAY)
    assert taken.owner == office.ana
    assert set(WorkItem.objects.values_list("owner", flat=True)) == {office.ana.pk}
    assert WorkItem.objects.filter(stood_in_for(office.bob)).count() == 6
    assert not AuditEvent.objects.filter(action="reassigned", after={"owner": office.bob.pk}).exists()


def test_it_begins_and_comes_back_with_the_day_and_a_second_opening_moves_nothing(office):
    office.away(office.ana, office.bob, start=1, days=2)
    assert shelves() == {"ana": 6}
    for number, holder in ((1, "bob"), (2, "bob"), (3, "ana")):
        open_day(TODAY + number * DAY)
        assert shelves().keys() == {holder}, number
        assert absences.offer_anew(today=TODAY + number * DAY) == 0


def test_back_early_they_have_their_work_at_once_and_a_planned_absence_can_be_withdrawn(office):
    running, planned = office.away(office.ana, office.bob), office.away(office.ana, office.bob, start=10)
    assert office.back(running).back_on == TODAY
    assert shelves() == {"ana": 6}
    assert office.back(planned).was_withdrawn
    assert away_on(TODAY + 10 * DAY) == {}
    with pytest.raises(Conflict):
        office.back(running)


def test_of_overlapping_absences_all_stand_ins_count_until_the_last_is_over(office):
    office.more(20, office.ana)
    first = office.away(office.ana, office.bob, days=2)
    office.away(office.ana, office.cleo, days=5)
    assert shelves().keys() == {"bob", "cleo"}
    office.back(first)
    assert shelves() == {"cleo": 26}
    assert away_on(TODAY) == {office.ana.pk: TODAY + 4 * DAY}


def test_a_stand_in_who_is_away_too_is_left_out_and_with_none_left_everybody_is_offered_it(office):
    office.away(office.ana, office.bob)
    gone = office.away(office.bob, days=2)
    assert shelves() == {"all": 6}
    assert worklist.take_next(actor=office.cleo, now=NOW, today=TODAY) is not None
    office.back(gone)
    assert shelves() == {"bob": 6}
    office.bob.is_active = False
    office.bob.save()
    absences.offer_anew(today=TODAY)
    assert shelves() == {"all": 6}


def test_by_payer_and_kind_each_has_their_part(office):
    payer = make_payer(name="Zenith", payer_id="ZEN01")
    office.more(4, office.ana, payers=[payer])
    office.away(office.ana, office.bob, NamedStandIn(office.cleo.pk, payer_id=payer.pk))
    assert shelves() == {"bob": 6, "cleo": 4}


def test_what_changes_meanwhile_stays_with_the_stand_in(office):
    office.away(office.ana, office.bob)
    queue.sync_queue([one.pk for one in office.items], today=TODAY)
    fresh = office.more(1, office.ana)
    assert QueueEntry.objects.get(item=fresh[0]).shelf.owner == office.bob


def test_changed_stand_ins_count_at_once(office):
    absence = office.away(office.ana, office.bob)
    draft = AbsenceDraft(office.ana.pk, TODAY, TODAY + DAY, (NamedStandIn(office.cleo.pk),), "Leave")
    absences.save_absence(actor=office.sol, draft=draft, today=TODAY, now=NOW, absence_id=absence.pk)
    assert shelves() == {"cleo": 6}
    assert AuditEvent.objects.get(action="absence_changed").before["stand_ins"] == [[office.bob.pk, None, ""]]


def test_a_stand_in_reaches_no_practice_that_they_do_not_see(office):
    cedar = make_practice(name="Cedar Clinic", npi="1999999984", tin="069999999")
    cedar.staff.add(office.ana)
    abroad = office.more(0, office.ana)
    claim = make_claim(practice=cedar)
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    WorkItem.objects.filter(claim=claim).update(owner=office.ana)
    office.away(office.ana, office.bob)
    assert abroad == []
    assert QueueEntry.objects.get(item__claim=claim).shelf.owner is None
    assert shelves() == {"bob": 6, "all": 1}


def test_an_absence_is_seen_by_who_leads_in_a_practice_of_theirs_alone(office):
    cedar = make_practice(name="Cedar Clinic", npi="1999999984", tin="069999999")
    lead, far = make_user(username="lead", role="supervisor", practices=[cedar]), make_user(username="far")
    cedar.staff.add(far)
    absence = office.away(office.ana, office.bob)
    assert not absences.absences(actor=lead, today=TODAY).exists()
    with pytest.raises(NotFound):
        absences.end_absence(actor=lead, absence_id=absence.pk, today=TODAY, now=NOW)
    with pytest.raises(NotFound):
        absences.set_capacity(actor=lead, person_id=office.ana.pk, minutes=10, now=NOW)
    cedar.staff.add(office.ana)
    draft = AbsenceDraft(office.ana.pk, TODAY, TODAY + DAY, (NamedStandIn(far.pk),))
    absences.save_absence(actor=lead, draft=draft, today=TODAY, now=NOW, absence_id=absence.pk)
    (shown,) = absences.absences(actor=lead, today=TODAY)
    assert [one.person for one in shown.shown] == [far]  # of the practice in sight
    assert set(absence.stand_ins.values_list("person", flat=True)) == {office.bob.pk, far.pk}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_on": TODAY - DAY}, "ends_on"),
        ({"starts_on": TODAY - 3 * DAY, "ends_on": TODAY - 2 * DAY}, "ends_on"),
        ({"ends_on": TODAY + 400 * DAY}, "ends_on"),
        ({"person_id": 0}, "person"),
        ({"stand_ins": "self"}, "stand_ins"),
        ({"stand_ins": "twice"}, "stand_ins"),
        ({"stand_ins": (NamedStandIn(0),)}, "stand_ins"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(office, change, field):
    named = {
        "self": (NamedStandIn(office.ana.pk),),
        "twice": (NamedStandIn(office.bob.pk), NamedStandIn(office.bob.pk)),
    }
    facts = {"person_id": office.ana.pk, "starts_on": TODAY, "ends_on": TODAY, **change}
    if isinstance(facts.get("stand_ins"), str):
        facts["stand_ins"] = named[facts["stand_ins"]]
    with pytest.raises(BadField) as refused:
        absences.save_absence(actor=office.sol, draft=AbsenceDraft(**facts), today=TODAY, now=NOW)
    assert refused.value.facts["field"] == field
    with pytest.raises(Forbidden):
        absences.save_absence(actor=office.bob, draft=AbsenceDraft(**facts), today=TODAY, now=NOW)


def test_forty_items_move_in_as_many_statements_as_six(office, django_assert_num_queries):
    office.back(office.away(office.ana, office.bob))  # Bob's shelf stands from here on
    with CaptureQueriesContext(connection) as few:
        second = office.away(office.ana, office.bob)
    office.back(second)
    office.more(34, office.ana)
    with django_assert_num_queries(len(few)):
        office.away(office.ana, office.bob)
    assert shelves() == {"bob": 40}
    with django_assert_num_queries(1):
        assert absences.offer_anew(today=TODAY + 20 * DAY, people=[]) == 0


def test_while_nobody_is_away_a_verb_asks_nothing_more(office):
    ids = [one.pk for one in office.items]
    with CaptureQueriesContext(connection) as alone:
        queue.sync_queue(ids, today=TODAY)
    assert not any('FROM "collections_app_standin"' in one["sql"] for one in alone.captured_queries)


def test_my_day_says_for_whom_and_until_when(office):
    office.away(office.ana, office.bob)
    (one,) = absences.standing_in(actor=office.bob, today=TODAY)
    assert (one.person, one.until, one.count) == (office.ana, TODAY + 2 * DAY, 6)
    assert one.minutes == sum(item.minutes for item in office.items)
    assert my_day(actor=office.bob, today=TODAY).due == 0
    assert absences.standing_in(actor=office.cleo, today=TODAY) == []
    away = {one.user_id: one.away_until for one in team_members(actor=office.sol, today=TODAY, now=NOW)}
    assert (away[office.ana.pk], away[office.bob.pk]) == (TODAY + 2 * DAY, None)


def test_new_work_goes_to_nobody_who_is_away_and_by_minutes_beside_the_day(office):
    office.away(office.ana, office.bob)
    absences.set_capacity(actor=office.sol, person_id=office.cleo.pk, minutes=120, now=NOW)
    claims = [make_claim() for _ in range(200)]
    worklist.refresh(claims=[one.pk for one in claims], today=TODAY, now=NOW)
    assign.assign_unowned(today=TODAY, now=NOW)
    rows = WorkItem.objects.filter(claim__in=claims).values_list("owner__username", "minutes")
    minutes = Counter[str]()
    for name, each in rows:
        minutes[name] += each
    assert minutes.keys() == {"bob", "cleo"}
    assert 2 <= minutes["bob"] / minutes["cleo"] <= 4  # three to one, in runs of one payer


def test_items_of_many_minutes_weigh_more_than_many_items(office):
    WorkItem.objects.filter(pk=office.items[0].pk).update(minutes=50)
    WorkItem.objects.filter(pk__in=[one.pk for one in office.items[1:]]).update(minutes=10)
    shares = shares_of(actor=office.sol, item_ids=[one.pk for one in office.items], owner_id=office.ana.pk, today=TODAY)
    assert office.ana.pk not in shares
    assert sorted(map(len, shares.values())) == [1, 5]


def test_shared_out_an_account_stays_with_one_and_who_has_no_minutes_gets_none(office):
    patient = make_patient(account=make_account(practice=office.practice))
    kept = office.more(4, office.ana, patient=patient)
    ids = [one.pk for one in WorkItem.objects.filter(owner=office.ana)]
    shares = shares_of(actor=office.sol, item_ids=ids, owner_id=office.ana.pk, today=TODAY)
    (having,) = [person for person, got in shares.items() if kept[0].pk in got]
    assert {one.pk for one in kept} <= set(shares[having])
    absences.set_capacity(actor=office.sol, person_id=office.bob.pk, minutes=0, now=NOW)
    assert shares_of(actor=office.sol, item_ids=ids, owner_id=office.ana.pk, today=TODAY).keys() == {office.cleo.pk}
    absences.set_capacity(actor=office.sol, person_id=office.bob.pk, minutes=None, now=NOW)
    assert not WorkCapacity.objects.exists()
