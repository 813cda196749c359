"""Bankruptcies and estates from the hold to the end, on the ledger."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, Forbidden, NotFound
from claims.adjustments.models import WriteOff
from claims.approvals import services as approvals
from claims.ledger.models import Posting
from collections_app.contacts import asking, open_cases
from collections_app.contacts.models import Hold
from collections_app.contacts.services import lift_by_decision, place_hold, reinstate_hold
from collections_app.legal import cases, selectors
from collections_app.legal.models import CourtCase, LegalEvent
from collections_app.worklist import orphans
from tests.cast import NOW, TODAY, make_account, make_practice, make_user
from tests.documents.scans import pdf
from tests.legal.conftest import DAY, owed, owes

pytestmark = pytest.mark.django_db
D = Decimal
FILED = dt.date(2026, 11, 2)


def bankrupt(account, actor, **facts):
    known = {"chapter": "7", "case_number": "26-1", "district": "N.D.N.Y.", "filed_on": FILED} | facts
    place_hold(actor=actor, account_id=account.pk, reason="bankruptcy", facts=known, now=NOW, today=TODAY)
    return CourtCase.objects.get(account=account)


def dead(account, actor):
    facts = {"died_on": dt.date(2026, 10, 1)}
    place_hold(actor=actor, account_id=account.pk, reason="deceased", facts=facts, now=NOW, today=TODAY)
    return CourtCase.objects.get(account=account)


def discharge(case, actor, on=TODAY):
    return cases.discharge(case.pk, on=on, actor=actor, today=TODAY, now=NOW)


def may_call(account, at=NOW):
    return asking.verdict_for(account_id=account.pk, channel="phone", purpose="collection", at=at)


def test_a_case_opens_with_its_hold_and_has_an_owner_a_step_and_a_day(account, ana):
    case = bankrupt(account, ana)
    assert (case.kind, case.state, case.owner, case.next_on) == ("bankruptcy", "open", ana, TODAY)
    assert may_call(account).rule == "bankruptcy"
    (found,) = open_cases.cases_of([account.practice_id], TODAY)
    assert (found.kind, found.pk, found.lacks, found.source) == ("Bankruptcy", case.pk, (), "legal")


def test_a_hold_of_one_visit_or_a_request_to_stop_opens_none(account, ana):
    claim = owes(account, "10.00", on=dt.date(2026, 10, 1))
    place_hold(actor=ana, account_id=account.pk, reason="bankruptcy", claim_id=claim.pk, now=NOW, today=TODAY)
    place_hold(actor=ana, account_id=account.pk, reason="cease", now=NOW, today=TODAY)
    assert not CourtCase.objects.exists()


def test_lifting_the_hold_closes_the_case_and_restoring_it_opens_it_again(account, ana, sol):
    case = bankrupt(account, ana)
    lift_by_decision(actor=sol, hold_id=case.hold_id, reason="Entered for somebody else", now=NOW)
    case.refresh_from_db()
    assert (case.state, case.next_on, case.ended_on) == ("closed", None, TODAY)
    reinstate_hold(actor=sol, hold_id=case.hold_id, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.next_on, case.ended_on) == ("open", TODAY, None)


def test_a_hold_without_a_case_gets_one_at_night_and_stands_among_what_nobody_follows(account, sol):
    Hold.objects.create(
        practice=account.practice, account=account, person=account.guarantor, reason="deceased", from_on=TODAY,
        placed_at=NOW,
    )  # fmt: skip
    assert cases.open_missing_cases(today=TODAY, now=NOW) == 1
    assert cases.open_missing_cases(today=TODAY, now=NOW) == 0
    (found,) = orphans.unfollowed_cases(actor=sol, today=TODAY)
    assert found.lacks == ("an owner",)
    open_cases.assign_case(found.source, found.pk, owner_id=sol.pk, kind=found.kind, actor=sol, today=TODAY, now=NOW)
    assert orphans.unfollowed_cases(actor=sol, today=TODAY) == []
    assert [one.pk for one in orphans.own_cases(actor=sol, today=TODAY)] == [found.pk]
    assert orphans.unfollowed_count(actor=sol, today=TODAY + DAY) == 1  # its step is overdue by then


def test_a_discharge_gives_up_what_was_before_the_petition_and_frees_what_came_after(account, ana, sol):
    """300.00 of October and 120.00 of the day of the petition are gone, 80.00 of the day after are billed."""
    before = owes(account, "300.00", on=dt.date(2026, 10, 5))
    owes(account, "120.00", on=FILED)
    after = owes(account, "80.00", on=FILED + DAY)
    case = bankrupt(account, ana)
    assert [(one.before, one.after) for one in selectors.split_of(case)] == [
        (D("300.00"), D(0)), (D("120.00"), D(0)), (D(0), D("80.00")),
    ]  # fmt: skip
    done = discharge(case, sol)
    assert (done.amount, done.waits) == (D("420.00"), False)
    assert owed(account) == D("80.00")
    assert {(one.debit, one.amount) for one in Posting.objects.filter(kind="write_off")} == {
        ("WO_BANKRUPTCY", D("300.00")), ("WO_BANKRUPTCY", D("120.00")),
    }  # fmt: skip
    case.refresh_from_db()
    assert (case.state, case.hold.lifted_at) == ("discharged", NOW)
    facts = asking.facts_for([account.pk], channel="phone", at=NOW)[account.pk]
    assert {one.claim_id for one in facts.holds if one.reason == "discharge"} >= {before.pk}
    assert after.pk not in {one.claim_id for one in facts.holds}
    assert may_call(account).rule != "bankruptcy"


def test_more_than_one_person_settles_waits_and_is_never_asked_for_meanwhile(account, ana, sol, sue):
    """700.00: a supervisor writes 500.00 off alone, so a second one is asked."""
    owes(account, "700.00", on=dt.date(2026, 10, 5))
    done = discharge(bankrupt(account, ana), sol)
    assert (done.amount, done.waits) == (D("700.00"), True)
    assert owed(account) == D("700.00")
    found = may_call(account)
    assert (found.answer, found.rule, found.source) == ("block", "discharge", "11 USC 524(a)")
    assert found.until is None
    write_off = WriteOff.objects.get()
    approvals.approve(write_off.approval_id, actor=sue, today=TODAY, now=NOW)
    assert owed(account) == D(0)


def test_a_discharge_binds_every_account_of_the_person(account, ana, sol):
    other = make_account(practice=account.practice, last="Other")
    other.guarantor = account.guarantor
    other.save()
    owes(account, "50.00", on=dt.date(2026, 10, 5))
    owes(other, "60.00", on=dt.date(2026, 10, 6))
    assert discharge(bankrupt(account, ana), sol).amount == D("110.00")
    assert owed(other) == D(0)


def test_a_discharge_needs_the_day_of_the_petition_and_who_assigns_work(account, ana, sol):
    case = bankrupt(account, ana, filed_on="")
    with pytest.raises(cases.BadCase, match="when the petition was filed"):
        discharge(case, sol)
    with pytest.raises(Forbidden):
        discharge(case, ana)
    with pytest.raises(cases.BadCase, match="still to come"):
        cases.dismiss(case.pk, on=TODAY + DAY, actor=sol, today=TODAY, now=NOW)


def test_a_dismissal_lifts_the_hold_and_gives_nothing_up(account, ana, sol):
    owes(account, "300.00", on=dt.date(2026, 10, 5))
    case = bankrupt(account, ana)
    cases.dismiss(case.pk, on=TODAY, actor=sol, today=TODAY, now=NOW)
    assert owed(account) == D("300.00")
    assert may_call(account).rule != "bankruptcy"
    assert "108(c)" in LegalEvent.objects.get(code="dismissed").words
    with pytest.raises(Conflict, match="over: dismissed"):
        cases.dismiss(case.pk, on=TODAY, actor=sol, today=TODAY, now=NOW)


def test_a_claim_is_filed_with_its_copy(account, ana):
    case = bankrupt(account, ana)
    cases.file_claim(
        case.pk, amount=D("300.00"), filed_on=TODAY, copy=("proof.pdf", pdf().read()), actor=ana, today=TODAY, now=NOW
    )
    case.refresh_from_db()
    assert (case.claim_filed_on, case.claim_amount) == (TODAY, D("300.00"))
    assert case.claim_document is not None
    assert next(one for one in selectors.clocks_of(case) if one.code == "claim").is_done


def test_the_notice_of_the_court_sets_the_clock(account, ana):
    case = bankrupt(account, ana)
    assert [one.on for one in selectors.clocks_of(case) if one.code == "claim"] == [dt.date(2027, 1, 11)]
    cases.read_notice(case.pk, claim_until=dt.date(2027, 2, 1), is_listed=True, actor=ana, today=TODAY, now=NOW)
    case.refresh_from_db()
    assert [one.on for one in selectors.clocks_of(case) if one.code == "claim"] == [dt.date(2027, 2, 1)]


def test_an_estate_of_new_york_files_within_210_days_of_the_death(account, ana):
    case = dead(account, ana)
    assert [one.on for one in selectors.clocks_of(case)] == [dt.date(2027, 4, 29)]


@pytest.mark.parametrize("answer", ["denied", "no_estate"])
def test_an_estate_that_pays_nothing_is_given_up_and_its_hold_stays(account, ana, sue, sol, answer):
    owes(account, "90.00", on=dt.date(2026, 9, 1))
    case = dead(account, ana)
    done = cases.answer_of_estate(case.pk, answer=answer, on=TODAY, actor=sol, today=TODAY, now=NOW)
    assert done.amount == D("90.00")
    if done.waits:
        approvals.approve(WriteOff.objects.get().approval_id, actor=sue, today=TODAY, now=NOW)
    assert owed(account) == D(0)
    assert Posting.objects.get(kind="write_off").debit == "WO_BAD_DEBT"
    case.refresh_from_db()
    assert case.state == answer
    assert case.hold.lifted_at is None
    assert may_call(account).rule == "deceased"


def test_a_claim_that_is_allowed_is_followed_until_the_estate_pays(account, ana, sol):
    owes(account, "90.00", on=dt.date(2026, 9, 1))
    case = dead(account, ana)
    cases.answer_of_estate(case.pk, answer="allowed", on=TODAY, actor=sol, today=TODAY, now=NOW)
    case.refresh_from_db()
    assert (case.state, case.is_open, case.next_action) == ("allowed", True, "Payment of the estate")
    cases.close(case.pk, words="Paid by the executor", actor=sol, today=TODAY, now=NOW)
    case.refresh_from_db()
    assert case.state == "closed"
    assert owed(account) == D("90.00")  # a receipt pays it, not the case


def test_a_step_needs_words_a_day_to_come_and_somebody_of_the_practice(account, ana):
    case = bankrupt(account, ana)
    cedar = make_practice(name="Cedar Clinic", npi="1003000126", tin="069999999")
    stranger = make_user(username="cy", practices=[cedar])
    by = {"actor": ana, "today": TODAY, "now": NOW}
    for wrong in (
        {"next_action": " ", "next_on": TODAY, "owner_id": ana.pk},
        {"next_action": "Call", "next_on": TODAY - DAY, "owner_id": ana.pk},
        {"next_action": "Call", "next_on": TODAY, "owner_id": stranger.pk},
    ):
        with pytest.raises(cases.BadCase):
            cases.plan_step(case.pk, **wrong, **by)
    with pytest.raises(NotFound):
        cases.plan_step(
            case.pk, next_action="Call", next_on=TODAY, owner_id=stranger.pk, actor=stranger, today=TODAY, now=NOW
        )


def test_what_happened_is_append_only(account, ana):
    bankrupt(account, ana)
    event = LegalEvent.objects.get()
    with pytest.raises(Exception, match="append-only"):
        LegalEvent.objects.filter(pk=event.pk).update(code="closed")
