"""May somebody be contacted: the worked examples of RULES 10, 11.9 and 15, with their dates."""

import datetime as dt
from dataclasses import replace

import pytest

from collections_app.contacts import gate
from collections_app.contacts.frequency import Attempt
from collections_app.contacts.gate import EMAIL, LETTER, PHONE, SMS, AddressFact, HoldFact, Purpose
from collections_app.contacts.quiet_times import QuietTime
from collections_app.contacts.rules import ContactRuleBook, ContactRuling, Profile, shipped_rules
from tests.contacts.stories import SHIPPED, ask, calls, eastern, person, until

WEEK = tuple(f"2026-11-{day} 10:00" for day in range(16, 23))  # Monday to Sunday


def hold(reason: str, since: str = "2026-11-02", **more: object) -> HoldFact:
    return HoldFact(reason, reason.capitalize(), dt.date.fromisoformat(since), **more)  # type: ignore[arg-type]


class TestHowOften:
    def test_seven_calls_monday_to_sunday_and_the_eighth_waits_until_the_first_has_left(self):
        called = person(attempts=calls(*WEEK))
        found = ask(called, "2026-11-22 12:00")
        assert (found.answer, found.rule, until(found)) == ("block", "us-calls", "2026-11-23 08:00")
        assert found.reason == "7 calls in seven days; 7 are allowed"
        assert ask(person(attempts=calls(*WEEK[:6])), "2026-11-22 12:00").answer == "allow"
        assert ask(called, "2026-11-23 08:00").answer == "allow"

    def test_a_conversation_on_monday_is_day_one_and_the_next_call_is_next_monday(self):
        spoken = person(attempts=calls("2026-11-16 10:00", is_conversation=True))
        found = ask(spoken, "2026-11-17 10:00")
        assert (found.answer, until(found)) == ("block", "2026-11-23 08:00")
        assert "spoken with on Nov 16" in found.reason
        assert ask(spoken, "2026-11-22 20:59").answer == "block"
        assert ask(spoken, "2026-11-23 08:00").answer == "allow"

    def test_whoever_began_the_conversation(self):
        they_called = person(attempts=calls("2026-11-16 10:00", is_conversation=True, is_inbound=True))
        assert until(ask(they_called, "2026-11-17 10:00")) == "2026-11-23 08:00"

    def test_what_came_in_and_what_did_not_connect_is_not_counted(self):
        came_in = calls(*WEEK, is_inbound=True)
        assert ask(person(attempts=came_in), "2026-11-22 12:00").answer == "allow"
        assert ask(person(attempts=calls(*WEEK, is_connected=False)), "2026-11-22 12:00").answer == "allow"

    def test_massachusetts_counts_texts_and_calls_together_and_refuses_the_third(self):
        text = calls("2026-11-16 10:00", channel=SMS)
        once = person(state="MA", zip_code="02139", attempts=text)
        assert ask(once, "2026-11-17 10:00").answer == "allow"
        twice = replace(once, attempts=(*text, *calls("2026-11-18 10:00")))
        found = ask(twice, "2026-11-19 10:00")
        assert (found.answer, found.rule, until(found)) == ("block", "ma-calls", "2026-11-23 08:00")
        assert found.source == "940 CMR 7.04(1)(f)"

    def test_massachusetts_allows_two_in_thirty_days_at_work(self):
        at_work = calls("2026-11-02 10:00", "2026-11-09 10:00", kind="work")
        facts = person(state="MA", zip_code="02139", attempts=at_work, address=AddressFact(1, "work"))
        found = ask(facts, "2026-11-20 10:00")
        assert (found.rule, until(found)) == ("ma-work", "2026-12-02 08:00")
        assert ask(replace(facts, address=AddressFact(2, "cell")), "2026-11-20 10:00").answer == "allow"

    def test_new_york_city_counts_every_channel_but_mail_from_september(self):
        made = (
            *calls("2026-11-16 10:00", channel=SMS), *calls("2026-11-17 10:00", channel=EMAIL),
            *calls("2026-11-18 10:00"), *calls("2026-11-18 11:00", channel=LETTER),
        )  # fmt: skip
        queens = person(state="NY", zip_code="11432", attempts=made)
        assert ask(queens, "2026-11-19 10:00").rule == "nyc-contacts"
        assert ask(person(state="NY", zip_code="12207", attempts=made), "2026-11-19 10:00").answer == "allow"
        before = calls("2026-08-25 10:00", "2026-08-26 10:00", "2026-08-27 10:00")
        in_august = person(state="NY", zip_code="11432", attempts=before)
        assert ask(in_august, "2026-08-28 10:00").answer == "allow"
        # From September 1 on what was tried in the seven days before counts as well.
        later = replace(in_august, attempts=calls("2026-08-27 10:00", "2026-08-28 10:00", "2026-08-31 10:00"))
        assert until(ask(later, "2026-09-01 10:00")) == "2026-09-03 08:00"

    def test_each_debt_that_a_call_was_about_counts_it(self):
        both = calls(*WEEK, debts=frozenset({1, 2}))
        for debt in (1, 2):
            assert ask(person(attempts=both, debts=frozenset({debt})), "2026-11-22 12:00").answer == "block"
        assert ask(person(attempts=both, debts=frozenset({3})), "2026-11-22 12:00").answer == "allow"
        assert ask(person(attempts=both), "2026-11-22 12:00").answer == "block"

    def test_a_call_that_was_asked_for_is_neither_counted_nor_put_off(self):
        asked_for = person(attempts=calls(*WEEK, is_requested=True))
        assert ask(asked_for, "2026-11-22 12:00").answer == "allow"
        called = person(attempts=calls(*WEEK))
        assert ask(called, "2026-11-22 12:00", purpose=Purpose.REQUESTED).answer == "allow"


class TestWhen:
    def test_an_arizona_phone_and_a_new_york_address_are_called_when_both_are_awake(self):
        both = person(state="NY", zip_code="12207", phones=("+16025550100",))
        assert until(ask(both, "2026-11-20 07:00")) == "2026-11-20 10:00"  # 8:00 in Phoenix
        assert ask(both, "2026-11-20 09:59").answer == "block"
        assert ask(both, "2026-11-20 10:00").answer == "allow"
        assert ask(both, "2026-11-20 20:59").answer == "allow"
        assert until(ask(both, "2026-11-20 21:00")) == "2026-11-21 10:00"

    def test_a_state_alone_says_where_the_clock_stands(self):
        in_california = person(state="CA", zip_code="", phones=("+12125550100",))
        found = ask(in_california, "2026-11-20 08:30")  # 5:30 in California
        assert (found.answer, until(found)) == ("block", "2026-11-20 11:00")

    def test_canada_keeps_clocks_of_its_own(self):
        vancouver = person(state="", zip_code="", phones=("+16045550100",))
        assert vancouver.zones == {"America/Vancouver"}
        # British Columbia stays on daylight time: on December 1 it is one hour ahead of Seattle.
        assert until(ask(vancouver, "2026-12-01 06:00")) == "2026-12-01 10:00"
        assert until(ask(person(state="WA", zip_code="98101"), "2026-12-01 06:00")) == "2026-12-01 11:00"

    def test_quiet_hours_of_their_own_come_before_those_of_the_law(self):
        night_nurse = person(quiet=(QuietTime(dt.time(7), dt.time(15), "12345"),))
        assert until(ask(night_nurse, "2026-11-20 10:00")) == "2026-11-20 15:00"  # a Friday
        assert ask(night_nurse, "2026-11-21 10:00").answer == "allow"
        assert ask(night_nurse, "2026-11-20 10:00", purpose=Purpose.REQUESTED).answer == "allow"

    def test_quiet_hours_may_run_past_midnight(self):
        early_riser = person(quiet=(QuietTime(dt.time(19), dt.time(9)),))
        assert until(ask(early_riser, "2026-11-20 20:00")) == "2026-11-21 09:00"

    def test_nobody_is_called_between_three_and_seven_in_the_morning(self):
        for hour in range(3, 8):
            found = ask(person(), f"2026-11-20 0{hour}:00")
            assert (found.answer, until(found)) == ("block", "2026-11-20 08:00")


class TestWhatStops:
    def test_the_strongest_hold_is_named_and_not_the_oldest(self):
        held = person(
            holds=(hold("dispute", "2026-09-01"), hold("assistance", "2026-10-01"), hold("bankruptcy", "2026-11-19"))
        )
        found = ask(held, "2026-11-20 10:00")
        assert (found.rule, found.reason, found.until) == ("bankruptcy", "Bankruptcy since Nov 19", None)

    @pytest.mark.parametrize("channel", [PHONE, SMS, EMAIL, LETTER])
    def test_a_bankruptcy_stops_every_channel_the_same_minute(self, channel):
        agrees = AddressFact(1, has_consent=True)
        bankrupt = person(holds=(hold("bankruptcy", "2026-11-20"),), address=agrees, addresses=(agrees,))
        for purpose in (Purpose.COLLECTION, Purpose.STATEMENT, Purpose.PLAN, Purpose.LOCATION):
            assert ask(bankrupt, "2026-11-20 10:00", channel, purpose).rule == "bankruptcy"
        assert ask(bankrupt, "2026-11-20 10:00", channel, Purpose.RECEIPT).answer == "allow"

    def test_who_asked_us_to_stop_may_be_told_what_comes_of_it(self):
        stopped = person(holds=(hold("cease"),), addresses=(AddressFact(1),))
        assert ask(stopped, "2026-11-20 10:00", LETTER, Purpose.STATEMENT).answer == "block"
        assert ask(stopped, "2026-11-20 10:00", LETTER, Purpose.LEGAL_NOTICE).answer == "allow"

    def test_a_hold_of_one_visit_warns_and_stops_only_what_is_about_it(self):
        held = person(holds=(hold("dispute", claim_id=7),))
        assert ask(held, "2026-11-20 10:00").answer == "warn"
        assert ask(replace(held, debts=frozenset({7})), "2026-11-20 10:00").answer == "block"
        assert ask(replace(held, debts=frozenset({7, 8})), "2026-11-20 10:00").answer == "warn"

    def test_a_hold_with_a_last_day_ends_after_it(self):
        held = person(holds=(hold("dispute", until_on=dt.date(2026, 11, 22)),))
        assert until(ask(held, "2026-11-20 10:00")) == "2026-11-23 08:00"

    def test_a_plan_that_is_kept_leaves_calls_and_keeps_its_own_letters(self):
        keeps = person(standing="a payment plan is kept", addresses=(AddressFact(1),))
        assert ask(keeps, "2026-11-20 10:00").reason == "a payment plan is kept"
        assert ask(keeps, "2026-11-20 10:00", LETTER, Purpose.STATEMENT).answer == "allow"
        assert ask(keeps, "2026-11-20 10:00", LETTER, Purpose.PLAN).answer == "allow"

    def test_a_bankruptcy_outranks_the_night_and_the_plan(self):
        all_at_once = person(holds=(hold("bankruptcy"),), standing="a payment plan is kept")
        assert ask(all_at_once, "2026-11-20 03:00").rule == "bankruptcy"


class TestWhere:
    def test_texts_and_e_mail_need_consent(self):
        nobody_asked = person(addresses=(AddressFact(1),))
        assert ask(nobody_asked, "2026-11-20 10:00", SMS).reason == "no consent to texts"
        agrees = person(addresses=(AddressFact(1), AddressFact(2, has_consent=True)))
        assert ask(agrees, "2026-11-20 10:00", SMS).answer == "allow"
        assert ask(replace(agrees, address=AddressFact(1)), "2026-11-20 10:00", SMS).answer == "block"
        wrong = replace(agrees, address=AddressFact(2, is_wrong=True, has_consent=True))
        assert ask(wrong, "2026-11-20 10:00", SMS).answer == "block"

    def test_not_at_work_where_that_is_prohibited_and_for_ten_days_where_it_was_said(self):
        said = person(address=AddressFact(1, "work"), no_work_until=dt.date(2026, 11, 25))
        assert until(ask(said, "2026-11-20 10:00")) == "2026-11-26 08:00"
        assert ask(replace(said, address=AddressFact(2, "cell")), "2026-11-20 10:00").answer == "allow"
        for_good = replace(said, no_work_until=dt.date.max)
        assert ask(for_good, "2026-11-20 10:00").until is None

    def test_a_confidential_address_is_the_only_one(self):
        only_there = person(address=AddressFact(1, "home"), only_addresses=frozenset({2}))
        assert ask(only_there, "2026-11-20 10:00", LETTER).rule == "confidential"
        assert ask(replace(only_there, address=AddressFact(2)), "2026-11-20 10:00", LETTER).answer == "allow"

    def test_a_minor_is_not_called_and_a_representative_is_named(self):
        minor = person(minor_until=dt.date(2026, 12, 1))
        assert (ask(minor, "2026-11-20 10:00").rule, until(ask(minor, "2026-11-20 10:00"))) == (
            "minor", "2026-12-01 08:00",
        )  # fmt: skip
        found = ask(replace(minor, representative="Dana Ruiz, parent"), "2026-11-20 10:00")
        assert (found.answer, found.reason) == ("warn", "speak with Dana Ruiz, parent")


class TestInWhoseName:
    def test_an_agency_needs_the_licence_of_the_state(self):
        agency = person(state="WA", zip_code="98101", profile=Profile.THIRD_PARTY)
        assert ask(agency, "2026-11-20 12:00").rule == "wa-licence"
        assert ask(replace(agency, licences=frozenset({"WA"})), "2026-11-20 12:00").answer == "allow"
        assert ask(replace(agency, profile=Profile.FIRST_PARTY), "2026-11-20 12:00").answer == "allow"

    def test_where_nobody_said_the_rules_of_all_are_kept(self):
        own = ContactRuling(
            "us-calls-policy", profiles=frozenset({"first_party", "early_out"}), channels=frozenset({"phone"}), most=20,
            rule_id=1, source="Board",
        )  # fmt: skip
        loosened = ContactRuleBook((own, *shipped_rules()))
        called = replace(person(attempts=calls(*WEEK)), rules=loosened)
        assert ask(called, "2026-11-22 12:00").rule == "us-calls"
        assert ask(replace(called, profile=Profile.FIRST_PARTY), "2026-11-22 12:00").answer == "allow"


def test_a_rule_that_begins_meanwhile_is_asked_again():
    """From December 1 on nobody in Texas is called: a wait that would end then goes on."""
    none = ContactRuling(
        "tx-own-1", "TX", channels=frozenset({"phone"}), most=0, valid_from=dt.date(2026, 12, 1),
        valid_to=dt.date(2026, 12, 3), source="Board", rule_id=1,
    )  # fmt: skip
    spoken = person(
        state="TX", zip_code="75201", attempts=(Attempt(eastern("2026-11-24 12:00"), is_conversation=True),)
    )
    spoken = replace(spoken, rules=ContactRuleBook((none, *shipped_rules())))
    assert until(ask(spoken, "2026-11-25 12:00")) == "2026-12-04 09:00"


def test_the_shipped_rules_name_their_source_and_speak_for_every_place_of_the_list():
    places = {rule.jurisdiction for rule in shipped_rules()}
    listed = {"", "MA", "NYC", "DC", "WA", "NJ", "VA", "NY", "IL", "TX", "CA", "GA", "CO", "MD", "RI", "MN"}
    assert listed <= places
    assert all(rule.source and rule.confidence in ("high", "medium", "low") for rule in shipped_rules())
    codes = [(rule.code, rule.valid_from) for rule in shipped_rules()]
    assert len(codes) == len(set(codes))
    assert SHIPPED.bearing_days >= 30


def test_the_gate_needs_to_know_which_clock():
    with pytest.raises(ValueError, match="aware"):
        gate.verdict(person(), PHONE, Purpose.COLLECTION, dt.datetime(2026, 11, 20, 10))  # noqa: DTZ001


def test_a_number_that_is_forbidden_is_not_called_by_hand_either():
    forbidden, other = AddressFact(1, is_forbidden=True), AddressFact(2)
    assert ask(person(addresses=(forbidden,)), "2026-11-20 10:00").rule == "forbidden"
    both = person(addresses=(forbidden, other))
    assert ask(both, "2026-11-20 10:00").answer == "allow"
    assert ask(replace(both, address=forbidden), "2026-11-20 10:00").answer == "block"
    assert ask(replace(both, address=other), "2026-11-20 10:00").answer == "allow"
