"""A case from the day it came to its answer: what it stops, who follows it, what the patient reads."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Conflict, Forbidden, NotFound
from arwork.lib.sensitive import SensitiveText
from arwork.staff.models import AuditEvent
from claims.billing.models import Claim
from claims.parties.models import PersonAddress
from collections_app.contacts import services as contacts
from collections_app.contacts.models import Hold
from collections_app.contacts.open_cases import cases_of
from collections_app.disputes import correcting, lists, selectors, services
from collections_app.disputes.models import BillingDispute, DisputeEvent
from collections_app.disputes.services import BadDispute
from collections_app.letters.models import Letter
from collections_app.portal import contents, requests
from collections_app.portal.models import PortalRequest
from collections_app.statements.models import Statement
from collections_app.statements.owing import owed_by
from collections_app.statements.services import make_statement
from tests.cast import NOW, TODAY, make_abe, make_claim, make_patient, make_practice, make_sol
from tests.disputes.opening import DAY, asked_about, disputed

pytestmark = pytest.mark.django_db


def closed(found: BillingDispute, actor: object, to: str = "upheld", today: dt.date = TODAY) -> BillingDispute:
    return services.close(found.pk, to=to, answer="Two tests were done.", actor=actor, today=today, now=NOW)  # type: ignore[arg-type]


def test_a_dispute_stops_the_visit_at_once_and_its_answer_lets_go(gus: SimpleNamespace) -> None:
    found = disputed(gus.claim, gus.ana)
    assert (found.amount, found.owed_before, found.state) == (Decimal("240.00"), Decimal("240.00"), "open")
    assert (found.answer_by, found.owner) == (TODAY + 30 * DAY, gus.ana)
    assert found.hold.reason == "dispute"
    assert owed_by([gus.account.pk], today=TODAY)[gus.account.pk].asked == 0
    closed(found, gus.ana)
    assert owed_by([gus.account.pk], today=TODAY)[gus.account.pk].asked == Decimal("240.00")
    assert [one.kind for one in selectors.events_of(found)] == ["upheld", "opened"]
    assert AuditEvent.objects.filter(action="dispute_closed", subject_id=found.pk).count() == 1


def test_the_hold_stays_until_the_last_dispute_of_the_visit(gus: SimpleNamespace) -> None:
    one, other = disputed(gus.claim, gus.ana), disputed(gus.claim, gus.ana, kind="amount")
    assert one.hold_id == other.hold_id
    closed(one, gus.ana)
    assert Hold.objects.get().lifted_at is None
    closed(other, gus.ana, "withdrawn")
    assert Hold.objects.get().lifted_at == NOW


def test_nobody_lifts_the_hold_of_a_dispute_by_hand(gus: SimpleNamespace) -> None:
    found = disputed(gus.claim, gus.ana)
    with pytest.raises(Conflict, match="Answer it on its own page"):
        contacts.lift_hold(actor=gus.ana, hold_id=found.hold_id, now=NOW)
    closed(found, gus.ana)
    assert Hold.objects.get().lifted_at == NOW


def test_a_hold_with_an_end_is_not_the_one_of_a_dispute(gus: SimpleNamespace) -> None:
    contacts.place_hold(
        actor=gus.ana, account_id=gus.account.pk, claim_id=gus.claim.pk, reason="dispute", until_on=TODAY + DAY,
        now=NOW, today=TODAY,
    )  # fmt: skip
    assert disputed(gus.claim, gus.ana).hold.until_on is None


@pytest.mark.parametrize(
    ("state", "zip_code", "came_on", "answer_by"),
    [
        ("DC", "20001", dt.date(2026, 11, 10), dt.date(2026, 11, 25)),  # 15 days by the law of DC
        ("NY", "10001", dt.date(2026, 11, 10), dt.date(2026, 12, 10)),  # New York City: 60 by law, 30 of our own
        ("OH", "43004", dt.date(2026, 11, 10), dt.date(2026, 12, 10)),
    ],
)
def test_the_place_of_the_guarantor_has_its_own_clock(
    gus: SimpleNamespace, state: str, zip_code: str, came_on: dt.date, answer_by: dt.date
) -> None:
    PersonAddress.objects.filter(person=gus.account.guarantor_id).update(state=state, zip=zip_code)
    assert disputed(gus.claim, gus.ana, received_on=came_on).answer_by == answer_by
    clocks = services.answer_clocks(gus.account, came_on)
    assert len(clocks) == (1 if state == "OH" else 2)


def test_a_bill_far_above_its_estimate_is_held_under_its_own_act(gus: SimpleNamespace) -> None:
    visit = make_claim(patient=gus.patient, payers=(), lines=("1000.00",), service_on=dt.date(2026, 6, 20))
    Claim.objects.filter(pk=visit.pk).update(first_statement_on=TODAY - 120 * DAY)
    found = disputed(Claim.objects.get(pk=visit.pk), gus.ana, kind="estimate", estimate=Decimal("600.00"))
    assert (found.hold.reason, found.billed, found.estimate) == ("nsa", Decimal("1000.00"), Decimal("600.00"))
    standing, rule = services.estimate_facts(found)
    assert (standing.difference, standing.last_on, rule.fee) == (Decimal("400.00"), TODAY, Decimal("25.00"))
    # On the next day it is too late, and one cent less is too little.
    Claim.objects.filter(pk=visit.pk).update(first_statement_on=TODAY - 121 * DAY)
    for estimate, why in (("600.00", "121|120 days"), ("600.01", r"\$399.99")):
        with pytest.raises(BadDispute, match=why):
            disputed(Claim.objects.get(pk=visit.pk), gus.ana, kind="estimate", estimate=Decimal(estimate))


def test_what_is_entered_is_looked_at(gus: SimpleNamespace) -> None:
    for given, field in (
        ({"kind": "nonsense"}, "kind"),
        ({"words": " "}, "words"),
        ({"received_on": TODAY + DAY}, "received_on"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"line_numbers": (7,)}, "lines"),
        ({"kind": "estimate"}, "estimate"),
    ):
        with pytest.raises(BadDispute) as caught:
            disputed(gus.claim, gus.ana, **given)  # type: ignore[arg-type]
        assert caught.value.facts["field"] == field
    with pytest.raises(SensitiveText):
        disputed(gus.claim, gus.ana, words="My card is 4111 1111 1111 1111")
    assert not BillingDispute.objects.exists()
    assert not Hold.objects.exists()


def test_other_practices_and_readers_open_nothing(gus: SimpleNamespace) -> None:
    cedar = make_practice(name="Cedar Clinic", npi="1003000126", tin="069999999")
    with pytest.raises(NotFound):
        disputed(gus.claim, make_sol(cedar))
    with pytest.raises(Forbidden):
        disputed(gus.claim, make_abe(gus.practice))
    stray = make_claim(patient=make_patient(), payers=(), lines=("5.00",))
    with pytest.raises(NotFound):
        services.open_dispute(
            gus.account.pk, stray.pk, kind="paid", words="Paid it.", amount=None, actor=gus.ana, today=TODAY, now=NOW
        )


def test_a_closed_case_is_closed_once_and_may_be_opened_again(gus: SimpleNamespace) -> None:
    found = closed(disputed(gus.claim, gus.ana), gus.ana)
    with pytest.raises(Conflict):
        closed(found, gus.ana)
    again = services.reopen(found.pk, why="They sent a receipt.", actor=gus.ana, today=TODAY, now=NOW)
    assert (again.state, again.is_open, again.closed_on) == ("open", True, None)
    assert owed_by([gus.account.pk], today=TODAY)[gus.account.pk].asked == 0


def test_what_happened_to_a_case_is_never_changed(gus: SimpleNamespace) -> None:
    disputed(gus.claim, gus.ana)
    with pytest.raises(DatabaseError), transaction.atomic():
        DisputeEvent.objects.update(words="nothing")
    with pytest.raises(DatabaseError), transaction.atomic():
        DisputeEvent.objects.all().delete()


def test_the_answer_in_writing_tells_amounts_before_and_after(gus: SimpleNamespace) -> None:
    found = disputed(gus.claim, gus.ana)
    done = correcting.answer_in_writing(
        found.pk, to="corrected", answer="One test was billed twice.", actor=gus.ana, today=TODAY, now=NOW
    )
    letter = Letter.objects.get()
    assert (done.letter, letter.kind, done.state) == (letter, "dispute_answered", "corrected")
    assert Hold.objects.get().lifted_at == NOW


def test_the_wrong_statement_is_void_and_the_corrected_one_takes_its_place(gus: SimpleNamespace) -> None:
    wrong = make_statement(
        account_id=gus.account.pk, is_itemized=False, language="en", actor=gus.ana, today=TODAY, now=NOW
    )
    found = disputed(gus.claim, gus.ana)
    with pytest.raises(Conflict):
        correcting.correct_statement(found.pk, actor=gus.ana, today=TODAY, now=NOW)
    closed(found, gus.ana, "corrected")
    old, new = correcting.correct_statement(found.pk, actor=gus.ana, today=TODAY, now=NOW)
    assert (old.pk, old.state) == (wrong.pk, Statement.State.VOID)
    assert new is not None
    assert (new.corrects_id, new.amount) == (wrong.pk, Decimal("240.00"))
    with pytest.raises(Conflict, match="No statement"):
        correcting.correct_statement(found.pk, actor=gus.ana, today=TODAY, now=NOW)


def test_a_dispute_on_the_patients_page_is_a_case_and_its_answer_is_theirs(gus: SimpleNamespace) -> None:
    bill = contents.seen_bill(gus.account, language="en", today=TODAY)
    asked = requests.dispute(
        gus.account,
        bill,
        claim_id=gus.claim.pk,
        words="I was not there that day.",
        kind="service",
        now=NOW,
        today=TODAY,
    )
    case = BillingDispute.objects.get()
    assert (asked.dispute, case.came_by, case.opened_by, case.owner) == (case, "page", None, None)
    with pytest.raises(Conflict, match="its own page"):
        requests.answer(request_id=asked.pk, words="Done.", actor=gus.ana, now=NOW, today=TODAY)
    closed(case, gus.ana)
    done = PortalRequest.objects.get()
    assert (done.state, done.answer, done.answered_by) == ("done", "Two tests were done.", gus.ana)


def test_slices_above_hear_what_is_disputed(gus: SimpleNamespace) -> None:
    found = disputed(gus.claim, gus.ana, amount=Decimal("200.00"))
    disputed(gus.claim, gus.ana, kind="amount", amount=Decimal("90.00"))
    assert selectors.amount_disputed([gus.claim.pk]) == {gus.claim.pk: Decimal("240.00")}  # no more than is owed
    assert [one.pk for one in selectors.open_disputes([gus.account.pk])[gus.account.pk]][0] == found.pk
    [case, _] = [one for one in cases_of([gus.practice.pk], TODAY) if one.kind == "dispute"]
    assert (case.url_name, case.owner_id, case.lacks) == ("billing_dispute", gus.ana.pk, ())


def test_a_hold_without_a_story_asks_for_one(gus: SimpleNamespace) -> None:
    contacts.place_hold(actor=gus.ana, account_id=gus.account.pk, reason="dispute", now=NOW, today=TODAY)
    assert len(selectors.holds_without_case(gus.account.pk, today=TODAY)) == 1
    services.open_dispute(
        gus.account.pk, None, kind="other", words="All of it.", amount=None, actor=gus.ana, today=TODAY, now=NOW
    )
    assert selectors.holds_without_case(gus.account.pk, today=TODAY) == []


def test_the_lists_say_what_is_to_be_done(gus: SimpleNamespace) -> None:
    late = disputed(gus.claim, gus.ana, received_on=TODAY - 31 * DAY)
    asked = disputed(gus.claim, gus.ana, kind="amount")
    asked_about(asked, gus.ana)
    closed(disputed(gus.claim, gus.ana, kind="paid", received_on=TODAY - 9 * DAY), gus.ana, "corrected")
    counts = {one.code: one.count for one in lists.tab_figures(gus.ana, today=TODAY)}
    assert counts == {"todo": 1, "asked": 1, "overdue": 1, "closed": 1}
    assert [one.pk for one in lists.disputes_seen(gus.ana, tab="overdue", today=TODAY)] == [late.pk]
    # Once the day of the asked person is past, the case is to be done again.
    assert lists.to_do_count(gus.ana, today=TODAY + 8 * DAY) == 2
    paid = next(one for one in lists.report(gus.ana, today=TODAY) if one.label == "Paid already")
    assert (paid.corrected, paid.share_corrected, paid.average_days, paid.late) == (1, 100, 9, 0)
