"""Worked examples of RULES 7, 8 and 15: which routes a denial leaves, until when, and why the others are closed."""

import datetime as dt

import pytest

from collections_app.routes.route_facts import PayerKind, RouteResults, payer_kind
from collections_app.routes.route_rules import RouteCode, appeal_level_label
from tests.routes.examples import NOTICE, best, facts, options

#: reason, remarks, payer, form -> the best route
BEST = [
    ("CO-197", "", "commercial", "P", "corrected_claim"),
    ("CO-197", "", "medicare", "P", "reopening"),
    ("CO-4", "", "medicare", "I", "corrected_claim"),
    ("CO-4", "", "medicare_advantage", "P", "corrected_claim"),
    ("CO-16", "MA130", "commercial", "P", "new_claim"),
    ("CO-16", "MA130", "medicare", "P", "new_claim"),
    ("CO-16", "", "commercial", "P", "call"),
    ("CO-16", "N706", "commercial", "P", "records"),
    ("CO-50", "N115", "commercial", "P", "appeal"),
    ("CO-50", "", "medicare", "P", "appeal"),
    ("CO-29", "", "commercial", "P", "appeal"),
    ("CO-29", "", "medicare", "P", "write_off"),
    ("CO-18", "N522", "commercial", "P", "call"),
    ("PR-227", "", "commercial", "P", "ask_patient"),
    ("CO-22", "", "commercial", "P", "ask_patient"),
    ("CO-209", "", "medicare", "P", "write_off"),
    ("OA-23", "", "commercial", "P", "nothing"),
    ("OA-133", "", "commercial", "P", "call"),
    ("CO-193", "", "commercial", "P", "appeal"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "remarks", "payer", "form", "expected"), BEST)
def test_the_best_route_of_each_family(reason, remarks, payer, form, expected):
    assert best(facts(reason, *remarks.split(), payer_class=payer, form=form)) == expected


def test_what_was_never_processed_has_one_route_and_each_other_says_why():
    """MA130: no appeal, no reopening, no replacement; a new claim within timely filing (RULES 8.2)."""
    found = options(facts("CO-16", "MA130", payer_class="medicare"))
    assert found[RouteCode.NEW].is_open
    assert found[RouteCode.NEW].clock.last_day == dt.date(2027, 2, 2), "a year from the service, not from the notice"
    for code in (RouteCode.APPEAL, RouteCode.REOPENING, RouteCode.CORRECTED, RouteCode.VOID):
        assert not found[code].is_open, code
    assert found[RouteCode.APPEAL].why == "MA130: it was never processed, so there is no appeal"
    assert "MA130" in found[RouteCode.CORRECTED].why
    assert "MA130" in found[RouteCode.REOPENING].why


def test_medicare_part_b_takes_no_replacement_and_reopens_instead():
    part_b, part_a = (options(facts("CO-4", payer_class="medicare", form=form)) for form in "PI")
    assert part_b[RouteCode.CORRECTED].why == "Medicare Part B takes no frequency 7: a minor error is reopened"
    assert part_b[RouteCode.REOPENING].clock.last_day == dt.date(2027, 3, 2)
    assert part_a[RouteCode.CORRECTED].why == "an adjustment claim, type of bill xx7, that names the ICN"
    assert not options(facts("CO-4"))[RouteCode.REOPENING].is_open
    assert options(facts("CO-4"))[RouteCode.REOPENING].source == "42 CFR 405.980"


def test_a_redetermination_counts_from_its_presumed_receipt_and_is_done_earlier():
    """Notice of 1 March: last receipt day 4 July, a holiday; nobody plans on the roll (RULES 15.17)."""
    found = options(facts("CO-50", payer_class="medicare", notice_on=dt.date(2026, 3, 1)))[RouteCode.APPEAL]
    assert found.label == "Redetermination by the contractor (level 1 of 5)"
    assert (found.clock.last_day, found.clock.internal_day) == (dt.date(2026, 7, 4), dt.date(2026, 6, 18))
    on_the_day, after = (
        options(facts("CO-50", payer_class="medicare", notice_on=dt.date(2026, 3, 1)), today=day)[RouteCode.APPEAL]
        for day in (dt.date(2026, 7, 4), dt.date(2026, 7, 5))
    )
    assert on_the_day.is_open
    assert not after.is_open
    assert after.why == "the window closed on Jul 4, 2026: first-level appeal"


def test_a_hearing_needs_its_amount_in_controversy_of_the_year():
    """$190 in 2025, $200 in 2026 (RULES 8.3, 15.18)."""
    for amount, today, is_open in (
        ("195.00", dt.date(2025, 12, 30), True),
        ("195.00", dt.date(2026, 1, 5), False),
        ("200.00", dt.date(2026, 1, 5), True),
    ):
        of = facts(
            "CO-50", payer_class="medicare", amount=amount, level=3, notice_on=dt.date(2025, 12, 20),
            service_on=dt.date(2025, 1, 6),
        )  # fmt: skip
        found = options(of, today=today)[RouteCode.APPEAL]
        assert found.is_open is is_open, (amount, today, found.why)
        assert found.label == "Hearing (OMHA) (level 3 of 5)"


def test_medicare_has_no_appeal_of_what_came_too_late_and_others_want_proof():
    medicare, plan = (options(facts("CO-29", payer_class=payer)) for payer in ("medicare", "commercial"))
    assert not medicare[RouteCode.APPEAL].is_open
    assert "no initial determination" in medicare[RouteCode.APPEAL].why
    assert medicare[RouteCode.LATE].source == "42 CFR 424.44(b)"
    assert "277CA" in plan[RouteCode.APPEAL].why
    assert plan[RouteCode.CORRECTED].why == "it came too late; sent again it comes later still"
    assert not plan[RouteCode.PATIENT].is_open, "CO: never the patient's"


def test_other_coverage_needs_the_patient_until_it_is_known():
    unknown = options(facts("CO-22"))
    assert unknown[RouteCode.NEXT_PAYER].why == "no other coverage is on file: the patient has to name it"
    assert best(facts("CO-22", other_payers=("Second Life",))) == "next_payer"
    forwarded = options(facts("CO-22", other_payers=("Second Life",), is_forwarded=True))[RouteCode.NEXT_PAYER]
    assert forwarded.why == "the payer sent it on itself: ours would be a duplicate"


def test_a_page_names_the_law_and_not_our_own_specification():
    medicare = options(facts("CO-4", payer_class="medicare"), today=dt.date(2028, 1, 3))
    assert (medicare[RouteCode.LATE].source, medicare[RouteCode.LATE].law) == ("42 CFR 405.942(b), 405.980(b)(2)",) * 2
    for of in (facts("CO-4"), facts("CO-22"), facts("CO-16", "N706"), facts("PR-227")):
        assert not [one.law for one in options(of).values() if "RULES" in one.law or one.law[:1] == "1"]


def test_a_duplicate_is_looked_up_before_anything_is_sent():
    found = options(facts("CO-18"))
    assert not found[RouteCode.NEW].is_open
    assert not found[RouteCode.APPEAL].is_open
    assert found[RouteCode.CORRECTED].why.startswith("only for a true repeat, with modifier 76, 77 or 59")


def test_what_repeats_the_payer_before_has_no_route_but_nothing():
    assert [one.code.value for one in options(facts("OA-23")).values() if one.is_open] == ["nothing"]


def test_a_claim_that_was_sent_again_is_not_sent_once_more():
    found = options(facts("CO-4", sent_again_on=dt.date(2026, 3, 5)))
    assert found[RouteCode.CORRECTED].why.startswith("it was sent again on Mar 5")
    assert found[RouteCode.APPEAL].is_open, "an appeal is another thing (RULES 8.1)"
    assert not options(facts("CO-16", "MA130", sent_again_on=dt.date(2026, 3, 5)))[RouteCode.NEW].is_open


def test_records_that_were_sent_are_not_sent_once_more():
    assert best(facts("CO-16", "N706")) == "records"
    sent = options(facts("CO-16", "N706", kept=frozenset({"records"})))
    assert sent[RouteCode.RECORDS].why == "what the payer asked for was sent, and its answer is awaited"
    assert best(facts("CO-16", "N706", kept=frozenset({"records"}))) != "records"


def test_a_replacement_names_the_number_of_the_payer():
    found = options(facts("CO-4", has_icn=False))
    assert "REF*F8" in found[RouteCode.CORRECTED].why
    assert not found[RouteCode.CORRECTED].is_open
    assert best(facts("CO-4", has_icn=False)) == "call"
    assert "must name it" in found[RouteCode.CALL].why


def test_what_the_patient_owes_is_not_written_off():
    found = options(facts("PR-27"))
    assert found[RouteCode.WRITE_OFF].why.startswith("PR is the patient's")
    assert found[RouteCode.PATIENT].is_open


@pytest.mark.parametrize("reason", ["OA-133", "PR-1", "PR-2"])
def test_what_is_pending_or_the_patients_share_has_no_appeal_and_no_write_off(reason):
    found = options(facts(reason))
    assert found[RouteCode.APPEAL].why.startswith("nothing was decided against us")
    assert not found[RouteCode.WRITE_OFF].is_open
    assert not found[RouteCode.CORRECTED].is_open


def test_a_doctor_talks_to_a_doctor_about_care_only_and_not_to_medicare():
    assert options(facts("CO-50"))[RouteCode.PEER].is_open
    assert not options(facts("CO-4"))[RouteCode.PEER].is_open
    assert not options(facts("CO-50", payer_class="medicare"))[RouteCode.PEER].is_open
    assert not options(facts("CO-50", is_appealed=True))[RouteCode.PEER].is_open


def test_an_appeal_that_waits_for_its_decision_is_not_sent_again_and_the_next_level_follows():
    waiting = options(facts("CO-50", is_appealed=True))[RouteCode.APPEAL]
    assert waiting.why == "an appeal is under way and its decision awaited"
    assert options(facts("CO-50", level=2))[RouteCode.APPEAL].label == "Second-level appeal (level 2 of 3)"
    assert options(facts("CO-50", level=4))[RouteCode.APPEAL].why == "every level is used"


def test_arbitration_opens_by_its_codes_and_counts_thirty_business_days_from_the_notice_itself():
    """Monday 2 March counts as the first: the thirtieth business day is Friday 10 April (45 CFR 149.510(b)(1))."""
    found = options(facts("CO-45", "N877"))[RouteCode.ARBITRATION]
    assert found.is_open
    assert found.clock.last_day == dt.date(2026, 4, 10)
    assert found.clock.internal_day == dt.date(2026, 4, 3)
    assert "fee $115.00" in found.usual_source
    late = options(facts("CO-45", "N877"), today=dt.date(2026, 4, 13))[RouteCode.ARBITRATION]
    assert late.why == "the window closed on Apr 10, 2026: open negotiation"
    june = options(facts("CO-45", "N877", notice_on=dt.date(2026, 6, 15)), today=dt.date(2026, 6, 16))
    assert "fee $15.00" in june[RouteCode.ARBITRATION].usual_source
    assert not options(facts("CO-45"))[RouteCode.ARBITRATION].is_open
    assert "state" in options(facts("CO-45", "N877", "N864"))[RouteCode.ARBITRATION].why
    assert not options(facts("CO-45", "N877", payer_class="medicare"))[RouteCode.ARBITRATION].is_open


def test_an_exception_is_asked_for_once_every_window_has_closed():
    """A corrected claim until 31 May, the appeal until 29 August, and then good cause."""
    of = facts("CO-4")
    assert options(of)[RouteCode.LATE].why == "a window is still open: corrected claim"
    between = options(of, today=dt.date(2026, 6, 1))
    assert not between[RouteCode.CORRECTED].is_open
    assert best(of, today=dt.date(2026, 6, 1)) == "appeal"
    after = options(of, today=dt.date(2026, 8, 30))
    assert after[RouteCode.LATE].is_open
    assert after[RouteCode.LATE].chance_percent <= 5


def test_a_void_takes_back_what_was_paid_in_error():
    assert not options(facts("CO-22"))[RouteCode.VOID].is_open
    assert options(facts("CO-22", paid=100))[RouteCode.VOID].is_open
    assert "frequency 8" in options(facts("CO-22", paid=100, payer_class="medicare"))[RouteCode.VOID].why


def test_a_plan_of_an_employer_and_one_that_is_insured_appeal_under_different_law():
    own, insured = (facts("CO-50", funding=funding) for funding in ("self_funded", "insured"))
    assert own.kind is PayerKind.SELF_FUNDED
    assert "29 CFR 2560.503-1" in options(own)[RouteCode.APPEAL].source
    assert "45 CFR 147.136" in options(insured)[RouteCode.APPEAL].source
    managed = options(facts("CO-50", payer_class="medicaid_mco"))[RouteCode.APPEAL]
    assert "written consent" in managed.source


def test_medicare_advantage_keeps_sixty_days_inside_sixty_five():
    found = options(facts("CO-50", payer_class="medicare_advantage"))[RouteCode.APPEAL]
    assert found.clock.last_day == NOTICE + dt.timedelta(days=65)
    assert found.clock.internal_day <= NOTICE + dt.timedelta(days=60)


def test_every_kind_of_payer_has_levels_of_its_own():
    for kind in PayerKind:
        assert appeal_level_label(kind, 1)[0], kind
        assert appeal_level_label(kind, 6)[0] == "", kind
    assert payer_kind("bcbs") is PayerKind.COMMERCIAL
    assert payer_kind("self_pay") is PayerKind.OTHER


def test_own_results_outweigh_the_usual_rate_as_they_grow_and_can_change_which_is_best():
    usual = facts("CO-4")
    assert options(usual)[RouteCode.CORRECTED].chance_percent == 72
    few = facts("CO-4", by_route={"appeal": RouteResults(2, 2)})
    assert best(few) == "corrected_claim"
    many = facts("CO-4", by_route={"appeal": RouteResults(60, 60), "corrected_claim": RouteResults(3, 60)})
    found = options(many)
    assert best(many) == "appeal"
    assert (found[RouteCode.APPEAL].own_percent, found[RouteCode.APPEAL].own_decided) == (100, 60)
    assert found[RouteCode.CORRECTED].expected < found[RouteCode.APPEAL].expected
