"""Help in the order that helps, kept as proof; hardship that pauses, referrals that are followed, the red list."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, NotFound
from arwork.lib.sensitive import SensitiveText
from claims.billing.models import Claim
from claims.ledger import services as ledger
from collections_app.contacts.open_cases import cases_of
from collections_app.contacts.standings import standings_of
from collections_app.help_offers import papers, report, services
from collections_app.help_offers.models import Hardship, HelpOffer, ReferralPlace
from collections_app.help_offers.options import WAYS
from collections_app.help_offers.selectors import latest_offers, offered_since, options_of, places_for
from collections_app.help_offers.services import BadHelp
from collections_app.letters.models import Letter
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ada,
    make_ana,
    make_claim,
    make_coverage,
    make_patient,
    make_payer,
    make_practice,
    make_user,
    move,
)
from tests.settlements.conftest import DAY, accepted

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    return make_ana(make_practice())


@pytest.fixture
def ada(db):
    return make_ada(make_practice())


def note(account, codes, answer, *, actor, now):
    services.record_answers(account.pk, dict.fromkeys(codes, answer), actor=actor, now=now)


def by_code(account):
    return {one.code: one for one in options_of(account.pk, TODAY)}


def test_the_ways_come_in_the_order_that_helps(account):
    found = options_of(account.pk, TODAY)
    assert [one.code for one in found] == list(WAYS)
    assert [one.code for one in found if one.is_open] == ["coverage", "assistance", "pay_now", "plan", "settlement"]
    closed = {one.code: one.why_not for one in found if not one.is_open}
    assert closed == {
        "prompt_pay": "This practice has no prompt-pay discount.",
        "referral": "The directory has no place for where they live.",
    }


def test_visits_without_insurance_ask_for_it_and_for_medicaid_while_it_looks_back(account):
    assert by_code(account)["coverage"].words == (
        "2 visits without insurance; Medicaid may still cover the newest if applied for by Dec 31"
    )


def test_where_every_visit_was_billed_nobody_asks_for_insurance(account):
    payer = make_payer()
    for claim in Claim.objects.filter(account=account):
        claim.coverage1 = make_coverage(patient=claim.patient, payer=payer)
        claim.save()
    assert by_code(account)["coverage"].why_not.startswith("Every visit was billed")


def test_a_kept_settlement_closes_the_settlement_way(account, oona):
    accepted(account, oona)
    assert "open on it already" in by_code(account)["settlement"].why_not


def test_what_was_offered_is_kept_with_answer_and_language_and_never_changed(account, ana):
    services.record_answers(
        account.pk,
        {"plan": "declined", "assistance": "thinks"},
        language="es",
        said="Too much a month",
        actor=ana,
        now=NOW,
    )
    rows = HelpOffer.objects.order_by("pk").values_list("code", "answer", "language", "said", "on")
    assert list(rows) == [
        ("assistance", "thinks", "es", "Too much a month", TODAY),
        ("plan", "declined", "es", "Too much a month", TODAY),
    ]
    assert offered_since([account.pk], TODAY) == {account.pk: {"plan", "assistance"}}
    assert offered_since([account.pk], TODAY + DAY) == {}
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpOffer.objects.update(answer="accepted")
    note(account, ["plan"], "accepted", actor=ana, now=NOW)
    assert latest_offers(account.pk)["plan"].answer == "accepted"


@pytest.mark.parametrize("answers", [{}, {"gift": "accepted"}, {"plan": "maybe"}])
def test_nonsense_is_refused(account, ana, answers):
    with pytest.raises(BadHelp):
        services.record_answers(account.pk, answers, actor=ana, now=NOW)


def test_a_card_number_is_no_answer(account, ana):
    with pytest.raises(SensitiveText):
        services.record_answers(account.pk, {"plan": "accepted"}, said="4111 1111 1111 1111", actor=ana, now=NOW)


def told(account, ana, **facts):
    asked = {"kind": "job", "words": "Lost work in October", "documents": "Letter of the employer", "until_on": None}
    return services.note_hardship(account.pk, **(asked | facts), actor=ana, today=TODAY, now=NOW)


def test_a_hardship_pauses_what_is_asked_for_thirty_days(account, ana):
    found = told(account, ana)
    assert found.paused_until_on == TODAY + 30 * DAY
    assert standings_of([account.pk], TODAY)[account.pk].startswith("A hardship was told: nothing is asked until")
    assert account.pk in standings_of([account.pk], TODAY + 30 * DAY)
    assert account.pk not in standings_of([account.pk], TODAY + 31 * DAY)


def test_told_again_the_last_one_counts_and_ended_it_pauses_no_more(account, ana):
    told(account, ana)
    told(account, ana, kind="illness")
    assert list(Hardship.objects.filter(ended_on=None).values_list("kind", flat=True)) == ["illness"]
    services.end_hardship(account.pk, actor=ana, today=TODAY, now=NOW)
    assert account.pk not in standings_of([account.pk], TODAY)
    with pytest.raises(Conflict):
        services.end_hardship(account.pk, actor=ana, today=TODAY, now=NOW)


def a_place(ada, **facts):
    asked = {
        "practice_id": make_practice().pk, "name": "Harbor Fund", "kind": "foundation", "phone": "2125550100",
        "website": "", "helps_with": "bills of people in treatment", "states": "oh, ny",
    }  # fmt: skip
    return services.add_place(**(asked | facts), actor=ada, now=NOW)


def test_the_directory_offers_places_for_where_they_live(account, ada):
    a_place(ada)
    a_place(ada, name="Texas Aid", states="TX")
    assert [one.name for one in places_for(account)] == ["Harbor Fund"]
    services.turn_place(ReferralPlace.objects.get(name="Harbor Fund").pk, is_active=False, actor=ada, now=NOW)
    assert places_for(account) == []


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("helps_with", " "), ("states", "Ohio"), ("phone", ""), ("kind", "bank")]
)
def test_a_place_without_what_it_needs_is_refused(ada, field, value):
    with pytest.raises(BadHelp):
        a_place(ada, **{field: value})


def test_a_referral_stands_with_its_next_step_until_somebody_writes_what_came_of_it(account, ana, ada):
    place = a_place(ada)
    found = services.refer(
        account.pk, place_id=place.pk, words="Help with the September bill", next_action="Ask what came of it",
        next_on=TODAY + 14 * DAY, actor=ana, today=TODAY, now=NOW,
    )  # fmt: skip
    [case] = cases_of([account.practice_id], TODAY)
    assert (case.kind, case.account_id, case.next_on, case.lacks) == (
        "Referral for help", account.pk, TODAY + 14 * DAY, (),
    )  # fmt: skip
    letter = papers.write_referral(found.pk, actor=ana, today=TODAY, now=NOW)
    assert "Harbor Fund" in str(letter.facts)
    services.finish_referral(found.pk, outcome="They pay half", actor=ana, today=TODAY + 14 * DAY, now=NOW)
    assert cases_of([account.practice_id], TODAY) == []
    with pytest.raises(Conflict):
        services.finish_referral(found.pk, outcome="Twice", actor=ana, today=TODAY, now=NOW)


def placed(account, on):
    claim = Claim.objects.filter(account=account).first()
    entry = move(claim.lines.get(), kind="transfer", debit="AGENCY", credit="PATIENT", amount="300.00", on=on)
    ledger.post([entry], now=NOW)


def test_who_went_to_an_agency_without_every_way_offered_is_red(account, ana):
    note(account, ["coverage", "assistance"], "declined", actor=ana, now=NOW)
    placed(account, TODAY + DAY)
    [row] = report.went_further(ana, today=TODAY + DAY)
    assert row.missing == ["plan", "referral"]
    note(account, ["plan", "referral"], "declined", actor=ana, now=NOW)
    [row] = report.went_further(ana, today=TODAY + DAY)
    assert row.missing == []
    assert report.red_count(ana, today=TODAY + DAY) == 0


def test_what_was_offered_after_it_went_further_proves_nothing(account, ana):
    placed(account, TODAY)
    late = dt.datetime.combine(TODAY + 3 * DAY, dt.time(17), dt.UTC)
    note(account, ["coverage", "assistance", "plan", "referral"], "declined", actor=ana, now=late)
    [row] = report.went_further(ana, today=TODAY + 3 * DAY)
    assert row.missing == ["coverage", "assistance", "plan", "referral"]


def test_the_report_costs_the_same_with_many_accounts(account, ana):
    placed(account, TODAY)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            report.went_further(ana, today=TODAY)
        return len(seen)

    queries()
    few = queries()
    for _ in range(4):
        patient = make_patient(account=make_account(practice=account.practice))
        make_claim(patient=patient, payers=(), lines=("300.00",))
        placed(patient.account, TODAY)
    assert queries() == few


def test_the_proof_is_a_letter_with_every_way_and_answer(account, ana):
    with pytest.raises(Conflict, match="Nothing was offered"):
        papers.write_proof(account.pk, actor=ana, today=TODAY, now=NOW)
    note(account, ["plan"], "thinks", actor=ana, now=NOW)
    papers.write_proof(account.pk, actor=ana, today=TODAY, now=NOW)
    assert "Payment plan: thinks it over" in str(Letter.objects.get().facts)


def test_another_practice_notes_nothing_here(account):
    other = make_user(username="carl", practices=[make_practice(name="Cedar", npi="1679576722", tin="061234568")])
    with pytest.raises(NotFound):
        note(account, ["plan"], "accepted", actor=other, now=NOW)
