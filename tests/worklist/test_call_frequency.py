"""How often a person may be called: the windows of RULES 10, at the desk and in what is proposed next."""

import datetime as dt

import pytest
from django.template.loader import render_to_string

from claims.parties.models import PersonAddress
from collections_app.contacts import gate
from collections_app.contacts.frequency import Attempt, CallPause
from collections_app.contacts.gate import GateFacts
from collections_app.contacts.models import Contact
from collections_app.contacts.rules import ContactRuleBook, places_of, shipped_rules
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from collections_app.worklist.patient_account import account_sheet_of, work_on_account
from tests.cast import NOW, TODAY, make_ana, make_claim, make_practice

SHIPPED = ContactRuleBook(shipped_rules())
OHIO = ("OH", "43004")
BOSTON = ("MA", "02139")
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


def calls(*days_ago: int, spoken: int | None = None) -> tuple[Attempt, ...]:
    return tuple(Attempt(NOW - DAY * ago, is_conversation=ago == spoken) for ago in days_ago)


def pause_after(made: tuple[Attempt, ...], home: tuple[str, str]) -> CallPause | None:
    """What they forbid today to whoever lives there, by the Eastern clock."""
    zone, places = "America/New_York", frozenset(places_of(state=home[0], zip_code=home[1]))
    facts = GateFacts(SHIPPED, zone, frozenset({zone}), places, attempts=made)
    return gate.pause_of(facts, NOW)


def test_the_eighth_call_in_any_seven_days_waits_until_the_first_leaves_the_window() -> None:
    assert pause_after(calls(0, 1, 2, 3, 4, 5), OHIO) is None
    pause = pause_after(calls(0, 0, 1, 2, 3, 4, 5), OHIO)
    assert pause
    assert (pause.until, pause.source) == (TODAY + 2 * DAY, "12 CFR 1006.14(b)(2)(i)(A)")
    assert pause_after(calls(1, 2, 3, 4, 5, 6, 7), OHIO) is None


def test_the_day_of_a_conversation_is_day_one_and_the_next_call_is_on_day_eight() -> None:
    pause = pause_after(calls(6, spoken=6), OHIO)
    assert pause
    assert pause.until == TODAY + DAY
    assert pause_after(calls(7, spoken=7), OHIO) is None


def test_of_two_reasons_not_to_call_the_one_that_lasts_longer_speaks() -> None:
    spoken_last = pause_after(calls(6, 1, spoken=1), BOSTON)
    spoken_first = pause_after(calls(6, 1, 0, spoken=6), BOSTON)
    assert spoken_last
    assert spoken_first
    assert (spoken_last.until, spoken_last.source) == (TODAY + 6 * DAY, "12 CFR 1006.14(b)(2)(i)(B)")
    assert (spoken_first.until, spoken_first.source) == (TODAY + 6 * DAY, "940 CMR 7.04(1)(f)")


def test_more_calls_than_are_allowed_wait_until_enough_of_them_have_left_the_window() -> None:
    pause = pause_after(calls(6, 5, 4, 2), BOSTON)
    assert pause
    assert pause.until == TODAY + 3 * DAY  # then only the one of two days ago is left
    assert pause_after(calls(9, 8, 7, 5), BOSTON) is None


@pytest.mark.parametrize(
    ("state", "zip_code", "most"),
    [("MA", "02139", 2), ("DC", "20001", 3), ("WA", "98101", 3), ("NY", "11215", 3), ("NY", "12207", 7), ("", "", 7)],
)
def test_the_strictest_limit_of_the_place_holds(state: str, zip_code: str, most: int) -> None:
    assert pause_after(calls(*[0] * most), (state, zip_code))
    assert pause_after(calls(*[0] * (most - 1)), (state, zip_code)) is None


@pytest.mark.parametrize(
    ("zip_code", "is_in_the_city"),
    [
        ("10001", True), ("10199", True), ("10280", True),  # Manhattan
        ("10301", True), ("10451", True), ("10475", True),  # Staten Island, the Bronx
        ("11101", True), ("11201", True), ("11354", True), ("11432", True), ("11691", True),  # Queens, Brooklyn
        ("11004", True), ("11005", True), ("11001", False),  # Glen Oaks and Floral Park
        ("10501", False), ("10701", False), ("11501", False), ("11550", False), ("11701", False),  # the suburbs
    ],
)  # fmt: skip
def test_new_york_city_is_its_five_boroughs(zip_code: str, is_in_the_city: bool) -> None:
    assert ("NYC" in places_of(state="NY", zip_code=zip_code)) is is_in_the_city


@pytest.fixture
def balance(look) -> WorkItem:
    """A patient balance of somebody in Massachusetts."""
    claim = make_claim(payers=(), lines=("90.00",))
    PersonAddress.objects.filter(person=claim.account.guarantor).delete()
    PersonAddress.objects.create(person=claim.account.guarantor, line1="1 Elm", city="Boston", state="MA", zip="02139")
    look(claim)
    return WorkItem.objects.get(account=claim.account, state="open")


def leave(ana, item, outcome, *, now=NOW):
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition=outcome, now=now, today=now.date())
    item.refresh_from_db()


@pytest.mark.django_db
def test_the_second_call_of_a_week_in_massachusetts_puts_the_third_off(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "no_answer", now=NOW - DAY)
    leave(ana, balance, "no_answer")
    assert balance.next_on == dt.date(2026, 11, 27)  # a week after the first is Thanksgiving
    assert "940 CMR 7.04" in balance.because
    home = account_sheet_of(actor=ana, item=balance, today=TODAY, now=NOW, viewer_zone="America/New_York")
    assert (home.verdict, home.attempts, home.pause.until) == ("block", 2, dt.date(2026, 11, 26))


@pytest.mark.django_db
def test_an_agreed_call_back_is_asked_for_and_not_limited(balance) -> None:
    ana = make_ana(make_practice())
    at = NOW + DAY
    entered = {"callback_at": at, "callback_on": at.date(), "spoke_to": "Gus"}
    worklist.record_outcome(
        actor=ana, item_id=balance.pk, disposition="will_call_back", now=NOW, today=TODAY, **entered
    )
    balance.refresh_from_db()
    assert (balance.next_at, Contact.objects.get().outcome) == (at, "reached")
    home = account_sheet_of(actor=ana, item=balance, today=at.date(), now=at, viewer_zone="America/New_York")
    assert home.pause is None
    early = account_sheet_of(actor=ana, item=balance, today=TODAY, now=NOW, viewer_zone="America/New_York")
    assert early.pause


@pytest.mark.django_db
def test_at_night_the_desk_names_the_day_and_not_the_hour_from_which_a_call_is_allowed(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "no_answer", now=NOW - DAY)
    leave(ana, balance, "no_answer")
    night = NOW + 13 * HOUR
    home = account_sheet_of(actor=ana, item=balance, today=TODAY, now=night, viewer_zone="America/New_York")
    assert not home.window.open_now
    page = render_to_string("collections/partials/account_sheet.html", {"home": home, "today": TODAY, "item": balance})
    assert "Not before Nov 26, 2026." in page
    assert "Not now." not in page


def home_of(ana, item, *, now=NOW):
    return account_sheet_of(actor=ana, item=item, today=now.date(), now=now, viewer_zone="America/New_York")


def undo_call(ana, item, *, now):
    last = item.actions.order_by("-pk").first()
    worklist.undo_action(actor=ana, action_id=last.pk, now=now, today=now.date())
    item.refresh_from_db()


@pytest.mark.django_db
def test_a_call_that_is_undone_and_told_anew_counts_once_and_as_it_was_told_last(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "will_think")
    undo_call(ana, balance, now=NOW + MINUTE)
    leave(ana, balance, "no_answer", now=NOW + 2 * MINUTE)
    undo_call(ana, balance, now=NOW + 3 * MINUTE)
    leave(ana, balance, "left_message", now=NOW + 4 * MINUTE)
    assert Contact.objects.count() == 3  # nothing is erased
    assert (balance.next_on, balance.because) == (dt.date(2026, 11, 27), "7 days after left a message (usual)")
    home = home_of(ana, balance, now=NOW + HOUR)
    assert (home.attempts, home.pause) == (1, None)


@pytest.mark.django_db
def test_a_call_that_is_only_undone_was_made_all_the_same(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "will_think")
    undo_call(ana, balance, now=NOW + MINUTE)
    assert home_of(ana, balance, now=NOW + HOUR).pause


@pytest.mark.django_db
def test_a_call_well_after_one_that_was_undone_is_a_second_one(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "no_answer")
    undo_call(ana, balance, now=NOW + MINUTE)
    leave(ana, balance, "no_answer", now=NOW + HOUR)
    assert home_of(ana, balance, now=NOW + HOUR).attempts == 2


@pytest.mark.django_db
def test_the_page_of_the_account_says_as_the_desk_does_when_nobody_may_call(balance) -> None:
    ana = make_ana(make_practice())
    leave(ana, balance, "will_think", now=NOW - DAY)
    account = {"actor": ana, "account_id": balance.account_id, "viewer_zone": "America/New_York"}
    work = work_on_account(today=TODAY, now=NOW, **account)
    assert work.reach
    assert work.reach.pause == home_of(ana, balance).pause
    page = render_to_string("collections/partials/history.html", {"work": work, "today": TODAY})
    assert "Not before Nov 26, 2026: spoken with on Nov 19" in page
    assert "verdict-allow" not in page
    assert "Can be called" not in page
    WorkItem.objects.filter(pk=balance.pk).update(next_at=NOW - HOUR)  # the call that they asked for
    asked = work_on_account(today=TODAY, now=NOW, **account)
    assert asked.reach
    assert asked.reach.pause is None
