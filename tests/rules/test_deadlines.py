"""Deadlines and the rules behind them (RULES 8, 9)."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arwork.lib.dates import is_business_day
from claims.payers.deadlines import (
    APPEALS,
    ClaimDates,
    RuleScope,
    amount_in_controversy,
    deadline,
    deadline_of,
    deadlines_of,
    earliest,
    prompt_pay_binds,
)
from claims.payers.rules import (
    RULE_BASES,
    RULE_KINDS,
    RuleBook,
    RuleRow,
    default_rules,
    known_payers,
    rows_from,
)

BOOK = RuleBook(default_rules())
MEDICARE = RuleScope("medicare")
DAYS = st.dates(min_value=dt.date(2005, 1, 1), max_value=dt.date(2040, 12, 31))


def of(kind, dates, scope=MEDICARE, on=dt.date(2026, 3, 1)):
    return deadline_of(kind, dates, scope=scope, rules=BOOK, on=on)


def test_a_redetermination_notice_of_1_march_must_be_received_by_4_july():
    found = of("appeal_1", ClaimDates(notice_on=dt.date(2026, 3, 1)))
    assert found.last_day == dt.date(2026, 7, 4)  # 120 + 5; a holiday, and no help from it
    assert found.internal_due == dt.date(2026, 6, 18)  # 120 - 10 is Juneteenth, a holiday: the day before
    assert "presumed Mar 6, 2026" in found.why
    assert "do not count on the next business day" in found.why
    assert "405.942" in found.source


def test_a_documented_early_receipt_shortens_the_window_but_never_lengthens_it():
    notice = dt.date(2026, 3, 1)
    early = of("appeal_1", ClaimDates(notice_on=notice, notice_received_on=dt.date(2026, 3, 3)))
    late = of("appeal_1", ClaimDates(notice_on=notice, notice_received_on=dt.date(2026, 3, 20)))
    assert early.last_day == dt.date(2026, 7, 1)
    assert late.last_day == dt.date(2026, 7, 4)
    assert early.internal_due == late.internal_due


@pytest.mark.parametrize(("left", "has_passed"), [(1, False), (0, False), (-1, True)])
def test_a_window_is_open_on_its_last_day_and_has_passed_the_day_after(left, has_passed):
    found = of("appeal_1", ClaimDates(notice_on=dt.date(2026, 3, 1)))
    today = found.last_day - dt.timedelta(left)
    assert found.passed(today) == has_passed


def test_a_notice_that_arrived_on_its_own_day_gets_no_days_of_mail():
    notice = dt.date(2026, 3, 1)
    for received, days in ((notice, 120), (notice + dt.timedelta(4), 124), (notice + dt.timedelta(5), 125)):
        found = of("appeal_1", ClaimDates(notice_on=notice, notice_received_on=received))
        assert found.last_day == notice + dt.timedelta(days)


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (30, dt.date(2026, 3, 27)),  # a sixth earlier: 25 days
        (90, dt.date(2026, 5, 21)),  # ten days earlier: 80 days
        (1, dt.date(2026, 3, 3)),
    ],
)
def test_a_short_window_is_kept_a_sixth_earlier_and_no_other_more_than_ten_days(days, due):
    found = deadline(RuleRow("appeal_1", days, "notice"), ClaimDates(notice_on=dt.date(2026, 3, 2)))
    assert found.internal_due == due


def test_nothing_is_to_be_done_before_its_notice():
    saturday = dt.date(2026, 2, 28)
    found = deadline(RuleRow("records", 1, "notice"), ClaimDates(notice_on=saturday))
    assert (found.last_day, found.internal_due) == (dt.date(2026, 3, 1), saturday)


@pytest.mark.parametrize(("level", "days"), [(1, 120), (2, 180), (3, 60), (4, 60), (5, 60)])
def test_the_five_medicare_levels(level, days):
    notice = dt.date(2026, 3, 1)
    found = of(f"appeal_{level}", ClaimDates(notice_on=notice))
    assert found.last_day == notice + dt.timedelta(days + 5)
    assert found.internal_due <= notice + dt.timedelta(days - 10)


@pytest.mark.parametrize(
    ("level", "filed", "amount", "verified"),
    [
        (3, dt.date(2025, 12, 31), "190.00", True),
        (3, dt.date(2026, 1, 1), "200.00", True),
        (5, dt.date(2025, 6, 1), "1900.00", True),
        (5, dt.date(2026, 6, 1), "1960.00", True),
        (5, dt.date(2031, 6, 1), "1960.00", False),
    ],
)
def test_the_amount_in_controversy_is_of_the_year_of_filing(level, filed, amount, verified):
    found = amount_in_controversy(level=level, filed_on=filed)
    assert found.amount == Decimal(amount)
    assert found.verified is verified


@pytest.mark.parametrize("level", [1, 2, 4])
def test_other_levels_have_no_amount_in_controversy(level):
    assert amount_in_controversy(level=level, filed_on=dt.date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("dos", "last"),
    [
        (dt.date(2024, 2, 29), dt.date(2025, 2, 28)),
        (dt.date(2023, 3, 1), dt.date(2024, 3, 1)),  # a leap year gives no extra day and takes none
        (dt.date(2026, 1, 15), dt.date(2027, 1, 15)),
    ],
)
def test_medicare_filing_is_a_calendar_year(dos, last):
    assert of("filing", ClaimDates(dos_on=dos), on=dos).last_day == last


@pytest.mark.parametrize(("is_institutional", "last"), [(False, dt.date(2027, 1, 1)), (True, dt.date(2027, 1, 31))])
def test_a_professional_span_runs_from_each_lines_from_date_an_institutional_one_from_its_last_day(
    is_institutional, last
):
    """CR 7080, Pub 100-04 ch. 1 s. 70."""
    dates = ClaimDates(dos_on=dt.date(2026, 1, 1), through_on=dt.date(2026, 1, 31), is_institutional=is_institutional)
    assert of("filing", dates).last_day == last
    assert of("filing_secondary", dates).last_day == last


def test_a_medicare_advantage_plan_has_65_days_since_2025_to_be_done_by_day_60():
    advantage = RuleScope("medicare_advantage")
    notice = dt.date(2026, 4, 1)
    found = of("appeal_1", ClaimDates(notice_on=notice), advantage, on=notice)
    assert (found.last_day, found.internal_due) == (dt.date(2026, 6, 5), dt.date(2026, 5, 29))  # day 60 is a Sunday
    before = dt.date(2024, 12, 31)
    old = of("appeal_1", ClaimDates(notice_on=before), advantage, on=before)
    assert old.last_day == before + dt.timedelta(60)


def test_medicare_counts_an_appeal_on_the_day_it_is_received():
    found = of("appeal_1", ClaimDates(notice_on=dt.date(2026, 3, 2)))
    assert "by mail until Jun 30, 2026, after that by fax or portal" in found.why  # last day Jul 5
    commercial = of("appeal_1", ClaimDates(notice_on=dt.date(2026, 3, 2)), RuleScope("commercial"))
    assert "received" not in commercial.why


def test_a_medicare_advantage_plan_counts_an_appeal_on_the_day_it_is_received():
    """42 CFR 422.582(b)."""
    notice = dt.date(2026, 4, 1)
    found = of("appeal_1", ClaimDates(notice_on=notice), RuleScope("medicare_advantage"), on=notice)
    assert "by mail until May 29, 2026, after that by fax or portal" in found.why  # last day Jun 5, five days before


@pytest.mark.parametrize(
    ("kind", "value", "funding", "of_class", "days"),
    [
        ("appeal_1", 65, "self_funded", "commercial", 180), ("appeal_1", 200, "self_funded", "bcbs", 200),
        ("appeal_1", 65, "insured", "commercial", 65), ("appeal_1", 65, "", "commercial", 65),
        ("appeal_1", 65, "self_funded", "medicaid_mco", 65), ("appeal_2", 65, "self_funded", "commercial", 65),
    ],
)  # fmt: skip
def test_a_self_funded_plan_must_allow_180_days_for_the_first_appeal(kind, value, funding, of_class, days):
    """29 CFR 2560.503-1(h)(3)(i): only the last day is later, the day to be done by stays that of the payer's rule."""
    notice = dt.date(2026, 3, 2)
    rule = RuleRow(kind, value, "notice", payer_id=5, source="provider manual")
    scope = RuleScope(of_class, payer_id=5, funding=funding)
    found = deadline_of(kind, ClaimDates(notice_on=notice), scope=scope, rules=[rule], on=notice)
    by_rule = deadline(rule, ClaimDates(notice_on=notice))
    assert found is not None
    assert found.last_day == notice + dt.timedelta(days)
    assert found.internal_due == by_rule.internal_due
    assert ("29 CFR 2560.503-1(h)(3)(i)" in found.source and "must allow 180 days" in found.why) == (days > value)
    assert "provider manual" in found.source


@pytest.mark.parametrize(
    ("kind", "words"),
    [("appeal_3", "$200.00 must be at stake"), ("appeal_4", ""), ("appeal_5", "$1,960.00 must be at stake")],
)
@pytest.mark.parametrize("of_class", ["medicare", "medicare_advantage"])
def test_the_higher_levels_say_what_must_be_at_stake(kind, words, of_class):
    found = of(kind, ClaimDates(notice_on=dt.date(2026, 3, 2)), RuleScope(of_class))
    assert words in found.why
    assert ("must be at stake" in found.why) == bool(words)


def test_other_payers_ask_for_no_amount_in_controversy():
    external = of("appeal_3", ClaimDates(notice_on=dt.date(2026, 3, 2)), RuleScope("commercial"))
    assert "must be at stake" not in external.why


@pytest.mark.parametrize(
    ("scope", "days"),
    [
        (RuleScope("medicare_advantage"), 65),
        (RuleScope("medicaid_mco"), 60),
        (RuleScope("commercial"), 180),
        (RuleScope("tricare"), 90),
        (RuleScope("medicaid", state="TX"), 120),
        (RuleScope("other"), 60),
        (RuleScope(), 60),
    ],
)
def test_first_appeals_by_class_run_from_the_notice(scope, days):
    notice = dt.date(2026, 4, 1)
    assert of("appeal_1", ClaimDates(notice_on=notice), scope).last_day == notice + dt.timedelta(days)


@pytest.mark.parametrize(("state", "days"), [("TX", 95), ("NY", 90), ("CA", 180), ("FL", 365), ("ND", 90), (None, 90)])
def test_medicaid_filing_by_state(state, days):
    dos = dt.date(2026, 3, 2)
    found = of("filing", ClaimDates(dos_on=dos), RuleScope("medicaid", state=state))
    assert found.last_day == dos + dt.timedelta(days)


def test_california_pays_in_30_days_only_since_2026():
    scope = {"payer_class": "commercial", "state": "CA"}
    assert BOOK.pick("promptpay_electronic", on=dt.date(2025, 12, 31), **scope) is None
    assert BOOK.pick("promptpay_electronic", on=dt.date(2026, 1, 1), **scope).value == 30
    assert BOOK.pick("promptpay_interest", on=dt.date(2026, 1, 1), **scope).value == 1500


@pytest.mark.parametrize(
    ("payer_class", "funding", "binds"),
    [
        ("commercial", "insured", True),
        ("commercial", "self_funded", False),
        ("commercial", "unknown", False),
        ("bcbs", "insured", True),
        ("medicare", "government", True),
        ("medicare_advantage", "insured", False),
        ("medicaid", "government", False),
    ],
)
def test_state_prompt_payment_law_binds_insured_plans_only(payer_class, funding, binds):
    assert prompt_pay_binds(payer_class=payer_class, funding=funding) is binds


def test_without_its_event_a_deadline_is_not_known():
    assert of("appeal_1", ClaimDates(dos_on=dt.date(2026, 1, 1))) is None
    assert of("filing_secondary", ClaimDates(dos_on=dt.date(2026, 1, 1)), RuleScope("commercial")) is None


def test_the_federal_program_may_file_until_the_end_of_next_year():
    row = next(one for one in known_payers() if "Federal Employee" in one.name).rules[0]
    assert deadline(row, ClaimDates(dos_on=dt.date(2026, 3, 2))).last_day == dt.date(2027, 12, 31)


def test_the_most_specific_rule_wins():
    on = dt.date(2026, 5, 1)
    rows = [
        RuleRow("filing", 90),
        RuleRow("filing", 120, payer_class="commercial"),
        RuleRow("filing", 180, payer_id=5),
        RuleRow("filing", 365, plan_id=9, payer_id=5),
        RuleRow("corrected", 1),
    ]

    def pick(**scope):
        scope = {"payer_id": None, "plan_id": None, "payer_class": None, **scope}
        return RuleBook(rows).pick("filing", on=on, **scope).value

    assert pick() == 90
    assert pick(payer_class="commercial") == 120
    assert pick(payer_class="commercial", payer_id=5) == 180
    assert pick(payer_class="commercial", payer_id=5, plan_id=9) == 365
    assert pick(payer_class="commercial", payer_id=6, plan_id=8) == 120


def test_an_admins_class_row_outranks_a_row_that_names_only_a_state():
    """Class before state, whoever entered which; a row that names both speaks before either (RuleRow.specificity)."""
    scope = {"payer_id": None, "plan_id": None, "payer_class": "medicaid", "state": "TX"}
    of_state = RuleRow("filing", 95, state="TX")
    of_class = RuleRow("filing", 120, payer_class="medicaid", rule_id=7)
    of_both = RuleRow("filing", 60, payer_class="medicaid", state="TX")
    on = dt.date(2026, 5, 1)
    for rows in (
        [of_state, of_class],
        [of_class, of_state],
        [replace(of_state, rule_id=9), replace(of_class, rule_id=None)],
    ):
        assert RuleBook(rows).pick("filing", on=on, **scope).value == 120
    assert RuleBook([of_class, of_state, of_both]).pick("filing", on=on, **scope).value == 60
    assert (
        RuleBook([of_class, of_both, replace(of_both, value=50, rule_id=8)]).pick("filing", on=on, **scope).value == 50
    )


def test_an_admins_rule_stands_against_a_shipped_one_that_began_later():
    """What the practice agreed with a payer isn't undone by the next version's figures."""
    scope = {"payer_id": 5, "plan_id": None, "payer_class": "commercial"}
    admins = RuleRow("filing", 120, payer_id=5, rule_id=7, valid_from=dt.date(2020, 1, 1))
    shipped = RuleRow("filing", 90, payer_id=5, valid_from=dt.date(2026, 1, 1))
    for rows in ([admins, shipped], [shipped, admins]):
        assert RuleBook(rows).pick("filing", on=dt.date(2026, 5, 1), **scope).value == 120


def test_a_rule_applies_only_while_it_is_valid():
    rows = [
        RuleRow("filing", 180, valid_to=dt.date(2026, 6, 30)),
        RuleRow("filing", 90, valid_from=dt.date(2026, 7, 1)),
    ]
    book = RuleBook(rows)
    assert book.pick("filing", on=dt.date(2026, 6, 30)).value == 180
    assert book.pick("filing", on=dt.date(2026, 7, 1)).value == 90
    assert book.pick("appeal_1", on=dt.date(2026, 7, 1)) is None
    assert book.value("appeal_1", default=7, on=dt.date(2026, 7, 1)) == 7


def test_the_nearest_open_deadline_leads():
    dates = ClaimDates(dos_on=dt.date(2026, 1, 5), notice_on=dt.date(2026, 3, 2))
    found = deadlines_of(
        ("filing", "corrected", "appeal_1"), dates, scope=RuleScope("commercial"), rules=BOOK, on=dt.date(2026, 3, 2)
    )
    assert [one.kind for one in found] == ["filing", "corrected", "appeal_1"]
    assert earliest(found, today=dt.date(2026, 3, 2)).kind == "filing"
    assert earliest(found, today=dt.date(2026, 4, 10)).kind == "corrected"  # filing passed on Apr 5
    assert earliest(found, today=dt.date(2027, 1, 1)).kind == "appeal_1"  # all passed: the last one missed
    assert earliest((), today=dt.date(2027, 1, 1)) is None


@given(
    st.sampled_from(sorted(RULE_KINDS)),
    st.integers(min_value=1, max_value=730),
    st.sampled_from(sorted(set(RULE_BASES) - {""})),
    DAYS,
)
def test_the_internal_date_is_a_business_day_before_the_last_day(kind, value, basis, day):
    dates = ClaimDates(*[day] * 9)
    found = deadline(RuleRow(kind, value, basis), dates)
    assert found.internal_due <= found.last_day
    assert found.internal_due >= day
    assert found.internal_due == day or is_business_day(found.internal_due)
    assert found.reasoning
    assert not found.passed(found.last_day)
    assert found.passed(found.last_day + dt.timedelta(1))


@given(DAYS, st.integers(min_value=60, max_value=400))
def test_presumed_mail_days_are_never_spent(notice, value):
    found = deadline(RuleRow("appeal_1", value, "notice_receipt"), ClaimDates(notice_on=notice))
    assert found.internal_due <= notice + dt.timedelta(value - 10)
    assert (found.last_day - found.internal_due).days >= 15


def test_every_class_has_a_filing_limit_and_a_first_appeal():
    classes = "medicare medicare_advantage medicaid medicaid_mco commercial bcbs tricare va workers_comp auto_liability"
    for name in classes.split():
        for kind in ("filing", "appeal_1", "corrected", "followup_electronic", "records_followup"):
            assert BOOK.pick(kind, on=dt.date(2026, 1, 1), payer_class=name) is not None, (name, kind)
    assert all(kind in RULE_KINDS for kind in APPEALS)


def test_seeds_are_sound():
    for row in (*default_rules(), *(rule for payer in known_payers() for rule in payer.rules)):
        assert row.value > 0
        assert row.source
        assert len(row.source) <= 300
        assert len(row.note) <= 300
        assert row.confidence in {"high", "medium", "low", "unverified"}
    keys = [(r.kind, r.payer_class, r.state, r.valid_from) for r in default_rules()]
    assert len(keys) == len(set(keys))


def test_a_seed_with_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="unknown kind"):
        rows_from([{"kind": "fling", "value": 3}])
