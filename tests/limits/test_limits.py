"""Limits over time: which figure holds for whom on a day, and who may change it."""

import datetime as dt

import pytest

from arwork.lib.errors import DomainError, Forbidden, NotFound
from arwork.staff.access import CAPABILITIES
from arwork.staff.models import AuditEvent
from collections_app.limits import selectors, services
from collections_app.limits.figures import DECISIONS, LIMITS, LimitBook, LimitRow, limit_rows, shipped_limits
from collections_app.limits.models import Limit
from collections_app.limits.selectors import limit_book
from collections_app.limits.services import BadLimit, LimitDraft
from tests.cast import NOW, TODAY, make_ana, make_practice
from tests.limits.conftest import DECEMBER

DAY = dt.timedelta(days=1)
NOVEMBER_30 = DECEMBER - DAY


def grace(on: dt.date, practice_id: int | None = None) -> int:
    return limit_book().value("promise_grace_days", on=on, practice_id=practice_id)


def test_the_shipped_figures_are_those_of_the_rules():
    book = LimitBook(shipped_limits())
    shipped = [name for name, kind in LIMITS.items() if kind.scope != "payer_class" and not kind.is_optional]
    figures = {name: book.value(name, on=TODAY) for name in shipped}
    assert figures == {
        "small_balance": 1500, "first_call_days": 30, "promise_grace_days": 2, "promise_longest_days": 180,
        "payment_return_days": 60, "correction_days": 30, "quiet_touches": 4,
        "minute_worth": 100, "workday_minutes": 360, "look_after_days": 35, "look_after_above": 5000,
        "approval_days": 2, **{f"{how}_{name}": 0 for how in ("alone", "approve") for name in DECISIONS},
        "keep_drafts": 7, "keep_attempts": 90, "keep_refused_files": 90, "keep_accepted_files": 3653,
        "keep_watched_copies": 30, "keep_aging_days": 3653, "keep_documents": 3653,
        "refund_stale_days": 180, "refund_dormant_days": 1096,
        "revocation_days": 10, "spoken_workplace_days": 0, "written_opt_in": 0, "recording_notice": 0,
        "of_age_years": 18, "identity_minutes": 30, "identity_tries": 3, "identity_pause": 60,
        "plan_reminder_days": 5, "plan_share": 50, "plan_income_percent": 100, "plan_longest_months": 120,
        "plan_confirm_days": 0,
        "autopay_retries": 2, "autopay_retry_days": 4, "card_expiry_days": 30,
        "dispute_answer_days": 30, "verification_days": 0, "estimate_excess": 40_000, "estimate_days": 120,
        "estimate_fee": 2500, "guest_link_days": 14, "guest_codes": 10,
        "portal_link_days": 60, "portal_tries": 5, "portal_pause": 30,
        "validation_mail_days": 5, "validation_days": 30, "validation_due_days": 5,
        "suit_years_written": 3, "suit_years_open": 3, "suit_years_medical": 3, "suit_restarts": 0,
        "suit_from_service": 1, "suit_minimum": 25_000, "suit_bill_days": 120, "suit_help_days": 180,
        "suit_service_check_days": 30, "bankruptcy_proof_days": 70, "bankruptcy_objection_days": 60,
        "estate_claim_days": 60,
        "record_access_days": 30, "record_extension_days": 30, "record_own_days": 14,
        "record_search_fee": 0, "record_page_fee": 0, "record_access_page_fee": 0,
        "keep_authorizations": 731, "ach_presentments": 3, "ach_represent_days": 180, "ach_correct_days": 60,
        "ach_return_days": 2, "ach_stop_days": 3, "ach_change_days": 6, "ach_prenote_days": 3,
        "ach_large_debit": 100_000, "ach_often": 3, "ach_often_days": 7, "ach_rate_days": 60,
        "ach_unauthorized_warning": 35, "ach_unauthorized_most": 50, "ach_administrative_warning": 200,
        "ach_administrative_most": 300, "ach_overall_warning": 1000, "ach_overall_most": 1500,
        "statement_days": 30, "statement_due_days": 21, "statement_levels": 4, "statement_small_levels": 2,
        "statement_minimum": 500,
        "trace_least": 2500, "trace_calls": 6, "trace_call_days": 30, "trace_tries": 12, "trace_days": 120,
        "trace_quiet_days": 30, "trace_next_days": 3, "trace_share": 10, "trace_hit": 50, "ncoa_hit": 5,
        "ncoa_at_once": 1, "lead_half_life": 365, "lead_failure": 40, "lead_books": 45, "lead_patient": 85,
        "lead_label": 80, "lead_ncoa": 85, "lead_relative": 60, "lead_employer": 50, "lead_directory": 40,
        "lead_web": 30, "lead_vendor": 60,
        "strategy_notice_days": 30, "strategy_cost_mail": 95, "strategy_cost_text": 3, "strategy_cost_minute": 55,
        "strategy_minutes": 6, "strategy_test_least": 100,
        "agency_wait_days": 120, "agency_statements": 3, "eca_wait_days": 120, "eca_notice_days": 30,
        "assistance_period_days": 240, "collection_wait_days": 0, "settle_middle_days": 180, "settle_old_days": 365,
        "settle_large": 100000, "settle_young_small_percent": 0, "settle_young_small_dollars": 0,
        "settle_young_large_percent": 0, "settle_young_large_dollars": 0, "settle_middle_small_percent": 0,
        "settle_middle_small_dollars": 0, "settle_middle_large_percent": 0, "settle_middle_large_dollars": 0,
        "settle_old_small_percent": 0, "settle_old_small_dollars": 0, "settle_old_large_percent": 0,
        "settle_old_large_dollars": 0, "settle_offer_days": 30, "settle_longest_days": 90, "settle_payments": 3,
        "settle_grace_days": 5, "prompt_pay_percent": 0, "prompt_pay_days": 30, "hardship_pause_days": 30,
        "help_valid_days": 365, "retro_medicaid_months": 3,
    }  # fmt: skip
    for kind in ("alone_over_credit", "alone_cash_left_out"):
        alone = {role: int(book.dollars(kind, on=TODAY, scope=role)) for role in CAPABILITIES}
        assert alone == {"collector": 250, "supervisor": 2500, "admin": 10_000, "owner": 10_000, "auditor": 0}
    federal = ["medicaid", "medicaid_mco", "medicare", "medicare_advantage", "tricare", "va"]
    assert book.scopes("overpayment_days", on=TODAY) == federal
    assert {book.value("overpayment_days", on=TODAY, scope=one) for one in federal} == {60}


def test_every_shipped_row_names_its_source_and_every_limit_has_one():
    assert {row.name for row in shipped_limits()} == {name for name, kind in LIMITS.items() if not kind.is_optional}
    assert all(row.source and len(row.source) <= 300 for row in shipped_limits())
    keys = [(row.name, row.scope, row.valid_from) for row in shipped_limits()]
    assert len(keys) == len(set(keys))


def test_a_figure_is_never_invented():
    with pytest.raises(LookupError, match="small_balance"):
        LimitBook(()).value("small_balance", on=TODAY)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "smal_balance", "value": 3}, {"name": "small_balance", "value": 3, "scope": "MA"},
        {"name": "quiet_touches", "value": 0},
    ],
)  # fmt: skip
def test_a_seed_that_nothing_reads_is_refused(entry):
    with pytest.raises(ValueError, match="nothing reads"):
        limit_rows([entry])


def test_what_an_admin_enters_holds_from_its_first_to_its_last_day(decide):
    decide("promise_grace_days", 3, valid_to=dt.date(2026, 12, 31))
    days = (NOVEMBER_30, DECEMBER, dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    assert [grace(day) for day in days] == [2, 3, 3, 2]


def test_it_comes_before_a_shipped_one_that_begins_later():
    shipped = LimitRow("refund_dormant_days", 1096, scope="NY", valid_from=dt.date(2026, 9, 1))
    own = LimitRow("refund_dormant_days", 900, scope="NY", valid_from=dt.date(2026, 1, 1), rule_id=1)
    assert LimitBook([shipped, own]).value("refund_dormant_days", on=TODAY, scope="NY") == 900


def test_a_practice_s_figure_comes_before_that_of_all(oona, decide):
    harbor, other = make_practice(), make_practice(name="Other", npi="1234567893")
    decide("promise_grace_days", 5, practice_id=harbor.pk)
    decide("promise_grace_days", 3)
    assert (grace(DECEMBER, harbor.pk), grace(DECEMBER, other.pk), grace(DECEMBER)) == (5, 3, 3)


def test_a_place_comes_before_everywhere_whoever_entered_which(decide):
    decide("refund_dormant_days", 700)
    book = limit_book()
    assert book.value("refund_dormant_days", on=DECEMBER, scope="FL") == 1826
    assert book.value("refund_dormant_days", on=DECEMBER, scope="AK") == 700


def test_a_new_figure_ends_the_one_before_and_both_stay_on_record(decide, oona):
    first = decide("promise_grace_days", 3, since=dt.date(2026, 11, 1))
    decide("promise_grace_days", 4)
    first.refresh_from_db()
    assert (first.valid_to, first.entered_by) == (NOVEMBER_30, oona)
    assert [grace(NOVEMBER_30), grace(DECEMBER)] == [3, 4]
    events = AuditEvent.objects.filter(subject="limit").order_by("pk")
    assert [one.action for one in events] == ["limit_added", "limit_ended", "limit_added"]
    assert events[0].after["value"] == 3


def test_what_has_not_begun_is_withdrawn_and_what_holds_ends_when_today_is_over(decide, oona):
    planned = decide("promise_grace_days", 3)
    assert services.end_limit(planned.pk, actor=oona, today=TODAY, now=NOW) is None
    assert not Limit.objects.exists()
    running = decide("promise_grace_days", 3, since=TODAY)
    assert services.end_limit(running.pk, actor=oona, today=TODAY, now=NOW) == TODAY
    assert [grace(TODAY), grace(TODAY + DAY)] == [3, 2]
    old = decide("small_balance", 2500, since=dt.date(2026, 1, 1))
    assert services.end_limit(old.pk, actor=oona, today=TODAY, now=NOW) == TODAY - DAY


def test_only_an_admin_changes_a_limit_and_only_of_practices_of_theirs(decide, oona):
    draft = LimitDraft("small_balance", 2500, DECEMBER, "Board")
    with pytest.raises(Forbidden):
        services.add_limit(draft, actor=make_ana(make_practice()), now=NOW)
    other = make_practice(name="Other", npi="1234567893")
    with pytest.raises(BadLimit, match="not among yours"):
        decide("small_balance", 2500, practice_id=other.pk)
    theirs = Limit.objects.create(
        practice=other, name="small_balance", value=9, valid_from=DECEMBER, source="x", entered_by=oona
    )
    with pytest.raises(NotFound):
        services.end_limit(theirs.pk, actor=oona, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "nothing"}, {"value": 100_001}, {"value": -1}, {"source": "  "}, {"scope": "MA"},
        {"name": "refund_dormant_days", "value": 500, "scope": "ma"}, {"name": "overpayment_days", "value": 60},
        {"name": "overpayment_days", "value": 60, "scope": "MA"}, {"name": "refund_dormant_days", "value": 0},
        {"valid_to": dt.date(2026, 11, 1)}, {"valid_from": dt.date(26, 1, 1)},
    ],
)  # fmt: skip
def test_nonsense_is_refused(oona, wrong):
    facts = {"name": "small_balance", "value": 2500, "valid_from": DECEMBER, "source": "Board"} | wrong
    with pytest.raises(DomainError):
        services.add_limit(LimitDraft(**facts), actor=oona, now=NOW)
    assert not Limit.objects.exists()


def test_what_is_read_for_all_practices_at_once_has_no_figure_of_one(oona, decide):
    with pytest.raises(BadLimit, match="every practice"):
        decide("payment_return_days", 30, practice_id=make_practice().pk)


def test_the_list_says_which_row_holds_and_shows_no_other_practice_s(decide, oona):
    harbor, other = make_practice(), make_practice(name="Other", npi="1234567893")
    decide("small_balance", 2500, since=TODAY)
    decide("small_balance", 900, since=TODAY, practice_id=harbor.pk)
    Limit.objects.create(practice=other, name="small_balance", value=9, valid_from=TODAY, source="x", entered_by=oona)
    listed = dict(selectors.limit_list(actor=oona, today=TODAY))
    rows = [(one.row.value, one.practice, one.holds) for one in listed[LIMITS["small_balance"]]]
    assert rows == [(2500, "", True), (1500, "", False), (900, "Harbor Clinic", True)]


def test_what_begins_or_has_ended_on_a_day_changes_on_it(decide):
    decide("small_balance", 2500, valid_to=dt.date(2026, 12, 31))
    book = limit_book()
    assert book.changing_on(DECEMBER) == ["small_balance"]
    law = ["retro_medicaid_months"]  # 42 CFR 435.915 as amended
    assert sorted(book.changing_on(dt.date(2027, 1, 1))) == [*law, "small_balance"]
    assert book.changing_on(dt.date(2026, 12, 31)) == []


@pytest.mark.django_db
def test_the_book_costs_one_query(django_assert_num_queries, oona):
    with django_assert_num_queries(1):
        limit_book().value("small_balance", on=TODAY)
