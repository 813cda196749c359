"""Every gate alone: what closes it, what it says, and on which day it opens."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from collections_app.agencies.gates import AccountFacts, AgencyFacts, calls_back, may_be_placed, why_not

TODAY = dt.date(2026, 11, 20)
ACCOUNT = AccountFacts(
    account_id=1, owed=Decimal("200.00"), state="OH", wait_days=120, wait_source="your policy", statements=3,
    statements_needed=3, first_statement_on=dt.date(2026, 7, 1), offered=frozenset({"assistance", "plan"}),
)  # fmt: skip
AGENCY = AgencyFacts(name="Lakeside", is_active=True, minimum=Decimal("25.00"), licences=frozenset({"OH"}))


def codes(account=ACCOUNT, agency=AGENCY, today=TODAY):
    return [one.code for one in why_not(account, agency, today=today)]


def test_nothing_speaks_against_it():
    assert codes() == []


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("state", {"state": ""}),
        ("license", {"state": "NJ"}),
        ("bankruptcy", {"holds": (("bankruptcy", "Bankruptcy"),)}),
        ("cease", {"holds": (("cease", "Asked us to stop"),)}),
        ("minor", {"is_minor": True}),
        ("deceased", {"is_estate": True}),
        ("paid_in_full", {"paid_in_full_by": "Medicaid's payment is payment in full"}),
        ("address", {"has_address": False}),
        ("merged", {"is_merged": True}),
        ("placed", {"placed_with": "Harbor Recovery", "standing": "collected by it"}),
        ("dispute", {"has_dispute": True}),
        ("assistance", {"has_application": True}),
        ("plan", {"is_planned": True, "standing": "A payment plan is kept"}),
        ("settlement", {"has_settlement": True}),
        ("request", {"has_request": True}),
        ("promise", {"is_promised": True}),
        ("standing", {"standing": "no statement was sent yet"}),
        ("minimum", {"owed": Decimal("24.99")}),
        ("insurance", {"at_payers": Decimal("0.01")}),
        ("third_party", {"at_others": Decimal("80.00")}),
        ("unapplied", {"unapplied": Decimal("5.00")}),
        ("unbilled", {"first_statement_on": None, "unbilled": 1}),
        ("wait", {"first_statement_on": dt.date(2026, 7, 24)}),
        ("statements", {"statements": 2}),
        ("eca", {"eca": "No extraordinary action before Dec 1, 2026"}),
        ("help", {"offered": frozenset({"plan"})}),
        ("time_barred", {"is_time_barred": True}),
    ],
)
def test_each_closes_alone_and_says_its_source(code, changed):
    [gate] = why_not(replace(ACCOUNT, **changed), AGENCY, today=TODAY)
    assert (gate.code, may_be_placed([gate])) == (code, False)
    assert gate.source
    assert gate.words


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("inactive", {"is_active": False}),
        ("agreement", {"has_agreement": False}),
        ("license", {"licences": frozenset({"NY"})}),
        ("license", {"takes": frozenset({"NY"})}),
        ("minimum", {"minimum": Decimal("200.01")}),
    ],
)
def test_what_the_agency_lacks(code, changed):
    assert codes(agency=replace(AGENCY, **changed)) == [code]


def test_nothing_owed_is_said_once():
    assert codes(replace(ACCOUNT, owed=Decimal(0), first_statement_on=None)) == ["nothing"]


@pytest.mark.parametrize(
    ("days", "last_closed", "first_open"),
    [(120, "2026-10-28", "2026-10-29"), (180, "2026-12-27", "2026-12-28"), (182, "2026-12-29", "2026-12-30")],
)
def test_the_clock_opens_on_its_day(days, last_closed, first_open):
    account = replace(ACCOUNT, wait_days=days)
    [gate] = why_not(account, AGENCY, today=dt.date.fromisoformat(last_closed))
    assert (gate.code, gate.opens_on) == ("wait", dt.date.fromisoformat(first_open))
    assert codes(account, today=dt.date.fromisoformat(first_open)) == []


def test_a_debt_too_old_warns_where_the_practice_says_so():
    gates = why_not(replace(ACCOUNT, is_time_barred=True), replace(AGENCY, time_barred="warn"), today=TODAY)
    assert [one.is_warning for one in gates] == [True]
    assert may_be_placed(gates)


def test_all_reasons_are_told_and_what_only_warns_comes_last():
    account = replace(ACCOUNT, is_time_barred=True, is_minor=True, has_dispute=True, statements=0)
    found = codes(account, replace(AGENCY, time_barred="warn"))
    assert found == ["minor", "dispute", "statements", "time_barred"]


def test_help_is_no_reason_where_the_contract_does_not_ask_for_it():
    assert codes(replace(ACCOUNT, offered=frozenset()), replace(AGENCY, needs_offers=False)) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"holds": (("bankruptcy", "Bankruptcy"),)}, "bankruptcy"),
        ({"has_dispute": True}, "dispute"),
        ({"has_application": True}, "assistance"),
        ({"at_payers": Decimal("10.00")}, "insurance"),
        ({"is_planned": True}, "plan"),
        ({"state": "NJ"}, "license"),
        ({"statements": 0, "owed": Decimal("1.00")}, ""),
    ],
)
def test_what_closes_after_it_was_placed_calls_back(changed, code):
    assert calls_back(why_not(replace(ACCOUNT, **changed), AGENCY, today=TODAY)) == code
