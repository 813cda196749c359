"""Deciding, as stories on the ledger: charity by visit, a second person, money back, a denial, all of it taken back."""

from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict, DomainError, Forbidden
from claims.adjustments.models import WriteOff
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.ledger.models import Posting, Receivable
from claims.refunds.models import Refund
from collections_app.assistance import days, later_visits
from collections_app.assistance import services as assistance
from collections_app.assistance.decisions import NotDecidable
from collections_app.assistance.models import AssistanceVisit
from collections_app.contacts.models import Hold
from collections_app.letters.models import LetterVoid
from tests.assistance.conftest import DAY, approve, billed, family, hospital, owed, pays, ready
from tests.cast import NOW, TODAY, make_claim, make_user

pytestmark = pytest.mark.django_db
D = Decimal


def stories(account):
    """Before, left, taken off, back, by visit."""
    rows = AssistanceVisit.objects.filter(application__account=account).order_by("claim")
    return list(rows.values_list("before", "due", "written_off", "back"))


def test_half_off_is_shown_to_the_cent_and_posted_as_shown(account, oona):
    one = ready(account, oona, household=family("100000"))  # 366.0 % of the guideline
    draft = assistance.draft_decision(one, actor=oona, today=TODAY)
    assert (draft.before, draft.written_off, draft.due, draft.needs_second) == (
        D("400.10"),
        D("200.05"),
        D("200.05"),
        False,
    )
    approve(one, oona)
    one.refresh_from_db()
    assert (one.state, one.discount, one.covered, one.valid_until) == ("approved", 50, D("200.05"), TODAY + 180 * DAY)
    assert stories(account) == [(D(300), D(150), D(150), D(0)), (D("100.10"), D("50.05"), D("50.05"), D(0))]
    assert owed(account) == D("200.05")
    posted = Posting.objects.filter(debit="WO_CHARITY").order_by("claim").values_list("amount", "credit")
    assert list(posted) == [(D(150), "PATIENT"), (D("50.05"), "PATIENT")]
    assert Hold.objects.get(account=account).lifted_at == NOW
    assert (one.letter.kind, one.letter.facts["amount_left"]) == ("assistance_approved", {"money": "200.05"})
    assert one.letter.deliveries.get().purpose == "assistance"


def test_a_collector_asks_a_second_person_and_everything_is_carried_out_then(account, ana, oona):
    one = ready(account, ana)
    approve(one, ana)
    one.refresh_from_db()
    assert one.state == "waiting"
    assert (owed(account), Hold.objects.get(account=account).lifted_at) == (D("400.10"), None)
    request = ApprovalRequest.objects.get()
    assert (request.kind, request.amount, request.authority) == ("assistance", D("400.10"), "wo_charity")
    with pytest.raises(Conflict):
        assistance.withdraw(one.pk, reason="x", actor=ana, today=TODAY, now=NOW)
    approvals.approve(request.pk, actor=oona, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.decided_by, owed(account)) == ("approved", ana, D(0))
    assert WriteOff.objects.filter(state="posted", asked_by=ana, posted_by=oona).count() == 2


def test_what_was_paid_meanwhile_makes_the_second_person_refuse(account, ana, oona):
    one = ready(account, ana)
    approve(one, ana)
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    pays(claim, "10.00")
    request = ApprovalRequest.objects.get()
    with pytest.raises(Conflict, match="What is owed has changed"):
        approvals.approve(request.pk, actor=oona, today=TODAY, now=NOW)
    approvals.refuse([request.pk], note="Decide anew", actor=oona, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.discount, stories(account)) == ("ready", None, [])
    approve(one, ana)
    assert ApprovalRequest.objects.get(state="waiting").amount == D("390.10")


def test_what_moved_since_it_was_shown_is_shown_again(account, oona):
    one = ready(account, oona)
    digest = assistance.draft_decision(one, actor=oona, today=TODAY).digest
    claim = Claim.objects.filter(account=account).order_by("pk").first()
    pays(claim, "10.00")
    with pytest.raises(Conflict, match="Look at it again"):
        assistance.decide(one.pk, is_approved=True, reason="", digest=digest, actor=oona, today=TODAY, now=NOW)


def test_a_denial_says_why_and_until_when_it_can_be_asked_again(account, sol):
    one = ready(account, sol, household=family("200000"))
    with pytest.raises(NotDecidable, match="The policy gives nothing"):
        approve(one, sol)
    with pytest.raises(DomainError, match="Say why"):
        assistance.decide(one.pk, is_approved=False, reason=" ", actor=sol, today=TODAY, now=NOW)
    assistance.decide(one.pk, is_approved=False, reason="Income above the limit", actor=sol, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.appeal_by, owed(account)) == ("denied", TODAY + 60 * DAY, D("400.10"))
    assert one.letter.facts["why"] == "Income above the limit"
    assert Hold.objects.get(account=account).lifted_at == NOW


def test_what_lacks_is_named_before_anything_is_approved(account, oona):
    one = assistance.apply(account.pk, assistance.AskedAssistance(), actor=oona, today=TODAY, now=NOW)
    with pytest.raises(NotDecidable, match="how many people"):
        approve(one, oona)


def test_taken_back_everything_is_as_it_was(account, oona):
    one = ready(account, oona)
    approve(one, oona)
    one.refresh_from_db()
    letter = one.letter
    assistance.reverse(one.pk, reason="Wrong household", actor=oona, today=TODAY + DAY, now=NOW + DAY)
    one.refresh_from_db()
    assert (one.state, one.discount, one.covered, owed(account)) == ("ready", None, D(0), D("400.10"))
    assert one.hold.lifted_at is None
    assert LetterVoid.objects.get(letter=letter).reason == "Wrong household"
    assert set(WriteOff.objects.values_list("state", flat=True)) == {"reversed"}
    approve(one, oona, today=TODAY + DAY, now=NOW + DAY)
    assert owed(account) == D(0)


def test_a_collector_takes_nothing_back_alone(account, ana, oona):
    one = ready(account, oona)
    approve(one, oona)
    assistance.reverse(one.pk, reason="Wrong household", actor=ana, today=TODAY, now=NOW)
    assert owed(account) == D(0)
    approvals.approve(ApprovalRequest.objects.get().pk, actor=oona, today=TODAY, now=NOW)
    one.refresh_from_db()
    assert (one.state, owed(account)) == ("ready", D("400.10"))


def test_at_a_hospital_what_was_paid_beyond_the_part_left_goes_back(account, oona):
    """300.00 of which 200.00 are paid: 75 % off leaves 75.00, so 100.00 comes off and 125.00 goes back."""
    hospital(oona)
    first, second = Claim.objects.filter(account=account).order_by("pk")
    billed(account, TODAY - 20 * DAY, TODAY - 20 * DAY)
    pays(first, "200.00")
    pays(second, "100.10")
    one = ready(account, oona, household=family("70000"))  # 256.2 %
    approve(one, oona)
    one.refresh_from_db()
    assert stories(account) == [(D(300), D(75), D(100), D(125)), (D("100.10"), D("25.02"), D(0), D("75.08"))]
    refunds = Refund.objects.order_by("claim")
    assert [(refund.amount, refund.bucket) for refund in refunds] == [(D(125), "PATIENT"), (D("75.08"), "PATIENT")]
    assert one.covered == D("300.08")
    assistance.reverse(one.pk, reason="Wrong", actor=oona, today=TODAY, now=NOW)
    assert owed(account) == D(100)
    assert set(Refund.objects.values_list("state", flat=True)) <= {"canceled", "voided", "withdrawn"}


@pytest.mark.parametrize(("days", "covered"), [(240, True), (241, False)])
def test_visits_billed_longer_ago_than_the_window_are_left_out(account, oona, days, covered):
    billed(account, TODAY - days * DAY, None)
    one = ready(account, oona)
    draft = assistance.draft_decision(one, actor=oona, today=TODAY)
    assert draft.covered == (D("400.10") if covered else D("100.10"))
    told = [decided.left_out for _, decided in draft.visits]
    assert told[1] == ""
    assert (told[0] == "") is covered


def test_a_visit_that_comes_within_the_validity_is_stopped_at_night_and_covered_by_one_step(account, oona):
    one = ready(account, oona, household=family("100000"))
    approve(one, oona)
    later = make_claim(
        patient=Claim.objects.filter(account=account).first().patient, payers=(), lines=("80.00",),
        service_on=TODAY + 5 * DAY, billed_on=TODAY + 6 * DAY,
    )  # fmt: skip
    morning = TODAY + 7 * DAY
    assert days.follow_days(today=morning, now=NOW + 7 * DAY)["assistance_later"] == 1
    assert days.follow_days(today=morning, now=NOW + 7 * DAY)["assistance_later"] == 0
    one.refresh_from_db()
    assert one.next_action == later_visits.COVER
    assert Hold.objects.get(claim=later).reason == "assistance"
    with pytest.raises(Conflict):
        later_visits.cover_later(one.pk, shown=D("39.00"), actor=oona, today=morning, now=NOW + 7 * DAY)
    later_visits.cover_later(one.pk, shown=D("40.00"), actor=oona, today=morning, now=NOW + 7 * DAY)
    one.refresh_from_db()
    assert (one.covered, one.next_action) == (D("240.05"), "")
    assert Receivable.objects.get(claim=later, bucket="PATIENT").amount == D(40)
    assert Hold.objects.get(claim=later).lifted_at is not None


def test_a_decision_that_ended_covers_nothing_more_and_it_is_said_once(account, oona):
    one = ready(account, oona)
    approve(one, oona)
    last = one.received_on + 180 * DAY
    assert days.follow_days(today=last, now=NOW)["assistance_ended"] == 0
    assert days.follow_days(today=last + DAY, now=NOW)["assistance_ended"] == 1
    assert days.follow_days(today=last + DAY, now=NOW)["assistance_ended"] == 0


def test_an_auditor_decides_nothing(account, oona):
    one = ready(account, oona)
    abe = make_user(username="abe", role="auditor", practices=[account.practice])
    with pytest.raises(Forbidden):
        assistance.decide(one.pk, is_approved=False, reason="x", actor=abe, today=TODAY, now=NOW)
