"""Referring an account: asked, approved, sent with its package, followed, recalled."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, Forbidden
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.documents.selectors import bytes_of
from claims.duplicates.person_merge import obstacles
from claims.receipts.recording import ReceivedMoney, post_receipts
from collections_app.contacts import asking
from collections_app.contacts.services import place_hold
from collections_app.legal import referrals, selectors, suit_facts
from collections_app.legal.gates import ServiceCheck
from collections_app.legal.models import LegalEvent
from tests.cast import NOW, TODAY, make_account
from tests.legal.conftest import DAY, ask, lives_in, owed, owes, was_offered_help

pytestmark = pytest.mark.django_db
D = Decimal


def approve(referral, actor):
    question = ApprovalRequest.objects.get(subject="legal_referral", subject_id=referral.pk)
    approvals.approve(question.pk, actor=actor, today=TODAY, now=NOW)
    referral.refresh_from_db()


def sent(account, firm, sol, sue):
    referral = ask(account, firm, sol)
    approve(referral, sue)
    return referrals.send(referral.pk, actor=sol, today=TODAY, now=NOW)


def advance(referral, state, actor, *, on=TODAY, **more):
    return referrals.advance(referral.pk, state=state, on=on, actor=actor, today=TODAY, now=NOW, **more)


def test_a_referral_is_always_asked_of_a_second_person(ripe, firm, sol, sue):
    referral = ask(ripe, firm, sol)
    assert (referral.state, referral.amount, referral.owner) == ("asked", D("600.00"), sol)
    assert [(one.claim.service_from, one.amount) for one in referral.visits.all()] == [
        (dt.date(2026, 1, 12), D("600.00"))
    ]
    with pytest.raises(Conflict, match="second person"):
        referrals.send(referral.pk, actor=sol, today=TODAY, now=NOW)
    with pytest.raises((Conflict, Forbidden)):
        approve(referral, sol)
    approve(referral, sue)
    assert (referral.state, referral.next_on) == ("ready", TODAY + 3 * DAY)


def test_a_collector_asks_for_no_suit(ripe, firm, ana):
    with pytest.raises(Forbidden):
        ask(ripe, firm, ana)


def test_a_question_that_is_refused_or_withdrawn_ends_it(ripe, firm, sol, sue):
    referral = ask(ripe, firm, sol)
    question = ApprovalRequest.objects.get(subject_id=referral.pk, subject="legal_referral")
    approvals.refuse([question.pk], note="Call once more", actor=sue, now=NOW)
    referral.refresh_from_db()
    assert (referral.state, referral.ended_on, referral.next_on) == ("refused", TODAY, None)
    assert ask(ripe, firm, sol).state == "asked"  # another one may be asked for


def test_what_is_sent_is_one_frozen_pdf_and_from_then_on_the_firm_works_it(ripe, firm, sol, sue):
    referral = sent(ripe, firm, sol, sue)
    assert (referral.state, referral.sent_on) == ("sent", TODAY)
    content = b"".join(bytes_of(referral.package))
    assert content.startswith(b"%PDF")
    assert referral.package_sha256 == referral.package.sha256
    found = asking.verdict_for(account_id=ripe.pk, channel="letter", purpose="collection", at=NOW)
    assert (found.answer, found.reason) == ("block", "Holt and Reyes works it")


def test_from_suit_to_judgment_with_costs_that_are_never_billed(ripe, firm, sol, sue):
    referral = sent(ripe, firm, sol, sue)
    advance(referral, "accepted", sol)
    advance(referral, "suit", sol)
    referrals.add_costs(referral.pk, amount=D("85.00"), words="filing fee", actor=sol, today=TODAY, now=NOW)
    with pytest.raises(referrals.BadReferral, match="amount of the judgment"):
        advance(referral, "judgment", sol)
    advance(referral, "judgment", sol, amount=D("600.00"))
    referral.refresh_from_db()
    assert (referral.judged_amount, referral.cost_amount) == (D("600.00"), D("85.00"))
    assert owed(ripe) == D("600.00")
    post_receipts([ReceivedMoney(ripe.pk, ripe.practice_id, D("600.00"), TODAY, "FIRM-1")], posted_on=TODAY, now=NOW)
    assert owed(ripe) == D(0)
    advance(referral, "settled", sol)
    referral.refresh_from_db()
    assert (referral.state, referral.ended_on) == ("settled", TODAY)
    assert asking.verdict_for(account_id=ripe.pk, channel="letter", purpose="receipt", at=NOW).answer == "allow"


def test_what_does_not_follow_is_refused(ripe, firm, sol, sue):
    referral = sent(ripe, firm, sol, sue)
    for state in ("judgment", "suit", "ready", "nonsense"):
        with pytest.raises(Conflict, match="does not follow"):
            advance(referral, state, sol, amount=D(1))
    with pytest.raises(referrals.BadReferral, match="still to come"):
        advance(referral, "accepted", sol, on=TODAY + DAY)
    with pytest.raises(referrals.BadReferral, match="before it was sent"):
        advance(referral, "accepted", sol, on=TODAY - DAY)


def test_recalled_it_is_ours_again(ripe, firm, sol, sue):
    referral = sent(ripe, firm, sol, sue)
    advance(referral, "recalled", sol, words="A plan was agreed")
    assert selectors.referral_of(ripe.pk) is None
    assert selectors.with_a_firm([ripe.pk], TODAY) == {}
    assert LegalEvent.objects.get(code="recalled").words == "A plan was agreed"


def test_it_is_asked_again_when_it_is_approved_and_when_it_is_sent(ripe, firm, sol, sue):
    referral = ask(ripe, firm, sol)
    approve(referral, sue)
    place_hold(actor=sol, account_id=ripe.pk, reason="dispute", now=NOW, today=TODAY)
    with pytest.raises(referrals.NotToBeSued, match="On hold: disputed"):
        referrals.send(referral.pk, actor=sol, today=TODAY, now=NOW)


def test_a_bankruptcy_meanwhile_keeps_the_question_waiting_and_says_why(ripe, firm, sol, sue):
    referral = ask(ripe, firm, sol)
    place_hold(actor=sol, account_id=ripe.pk, reason="bankruptcy", now=NOW, today=TODAY)
    with pytest.raises(Conflict, match="bankruptcy"):
        approve(referral, sue)
    referral.refresh_from_db()
    assert referral.state == "asked"


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda a: owes(a, "50.00", on=dt.date(2023, 3, 10), billed_on=dt.date(2023, 4, 10)), "Too old to sue for"),
        (lambda a: owes(a, "50.00", on=dt.date(2026, 5, 1)), "never billed"),
        (lambda a: owes(a, "50.00", on=dt.date(2026, 5, 1), billed_on=TODAY - 119 * DAY), "120 days from the first"),
        (lambda a: lives_in(a, "NY", "CT"), "may not sue in CT"),
    ],
)
def test_no_suit_while_anything_speaks_against_it(ripe, firm, sol, break_it, words):
    break_it(ripe)
    with pytest.raises(referrals.NotToBeSued, match=words):
        ask(ripe, firm, sol)


def test_nobody_in_active_service_is_sued(ripe, firm, sol):
    for check in (ServiceCheck("active", TODAY), ServiceCheck("not_active", TODAY - 31 * DAY)):
        with pytest.raises(referrals.NotToBeSued):
            ask(ripe, firm, sol, check=check)


def test_help_is_offered_first(account, firm, sol):
    owes(account, "600.00", on=dt.date(2026, 1, 12), billed_on=dt.date(2026, 3, 2))
    with pytest.raises(referrals.NotToBeSued, match="No help was offered"):
        ask(account, firm, sol)
    was_offered_help(account)
    assert ask(account, firm, sol).state == "asked"


def test_candidates_are_those_against_whom_nothing_speaks(ripe, firm, sol):
    owes(make_account(practice=ripe.practice), "900.00", on=dt.date(2026, 1, 12))
    assert [one.account_id for one in suit_facts.candidates(sol, TODAY)] == [ripe.pk]
    ask(ripe, firm, sol)
    assert suit_facts.candidates(sol, TODAY) == []


def test_many_accounts_are_weighed_in_as_many_queries_as_one(practice):
    def queries(count):
        accounts = [make_account(practice=practice) for _ in range(count)]
        for one in accounts:
            owes(one, "600.00", on=dt.date(2026, 1, 12), billed_on=dt.date(2026, 3, 2))
        with CaptureQueriesContext(connection) as seen:
            suit_facts.weighed([one.pk for one in accounts], TODAY)
        return len(seen)

    assert queries(1) == queries(5)


def test_two_people_who_are_both_referred_stay_two(ripe, firm, sol, practice):
    other = make_account(practice=practice, last="Twin", address=False)
    lives_in(other, "NY")
    owes(other, "600.00", on=dt.date(2026, 1, 12), billed_on=dt.date(2026, 3, 2))
    was_offered_help(other)
    ask(ripe, firm, sol)
    assert not any("law firm" in one for one in obstacles(other.guarantor, ripe.guarantor))
    ask(other, firm, sol)
    assert any("law firm" in one for one in obstacles(other.guarantor, ripe.guarantor))


def test_a_firm_names_its_states_and_its_fee(practice, ada, firm):
    by = {"practice_id": practice.pk, "reached_at": "", "agreement_on": None, "actor": ada, "now": NOW}
    for wrong in (
        {"name": "", "states": "NY", "fee_percent": 20},
        {"name": "Other", "states": "New York", "fee_percent": 20},
        {"name": "Other", "states": "", "fee_percent": 20},
        {"name": "Other", "states": "NY", "fee_percent": 101},
        {"name": "Holt and Reyes", "states": "NY", "fee_percent": 20},
    ):
        with pytest.raises(referrals.BadReferral):
            referrals.add_firm(**wrong, **by)
    referrals.end_firm(firm.pk, actor=ada, today=TODAY, now=NOW)
    firm.refresh_from_db()
    assert firm.ended_on == TODAY
