"""Coverage asked about: before a denial is worked, the answer says which way; what is found waits for a person."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from arwork.lib.errors import Conflict
from claims.billing.models import Claim
from claims.parties.models import Coverage
from collections_app.clearinghouses.models import OutgoingFile
from collections_app.status_requests import asking, coverage_asking, coverage_replies
from collections_app.status_requests.models import CoverageQuestion, CoverageReply, DiscoveryConsent
from collections_app.status_requests.sandbox import payer as sandbox_payer
from collections_app.status_requests.sandbox.replies import reply_about_person
from collections_app.status_requests.states import FILE
from tests.cast import (
    NOW,
    TODAY,
    make_account,
    make_ana,
    make_claim,
    make_coverage,
    make_patient,
    make_payer,
    make_practice,
)
from tests.status_requests.test_sweep import take_in
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db


@pytest.fixture
def denied() -> Callable[..., Claim]:
    def make(member_id: str, *, carc: str = "27") -> Claim:
        claim = make_claim()
        claim.coverage1.member_id = member_id
        claim.coverage1.save()
        deny(claim, carc=carc, category="eligibility")
        return claim

    return make


@pytest.mark.parametrize(
    ("member_id", "state", "route", "other"),
    [
        ("MBR001", "active", "dispute", ""),
        ("MBR00X", "inactive", "patient", ""),
        ("MBR00O", "inactive", "other_payer", "NORTH MUTUAL"),
        ("MBR00N", "not_found", "patient", ""),
    ],
)
def test_the_night_asks_before_a_denial_for_coverage_is_worked(
    member_id: str, state: str, route: str, other: str, sandbox, connection, open_way, denied
) -> None:
    open_way(topic="270")
    denied(member_id)
    assert coverage_asking.sweep_denials(today=TODAY, now=NOW).answered == 1
    reply = CoverageReply.objects.get()
    assert (reply.state, reply.route, reply.other_payer) == (state, route, other)
    assert reply.question.purpose == "denial"
    assert coverage_asking.sweep_denials(today=TODAY, now=NOW).asked == 0, "once for a denial"


def test_other_denials_are_not_asked_about(sandbox, connection, open_way, denied) -> None:
    open_way(topic="270")
    denied("MBR001", carc="197")
    assert coverage_asking.sweep_denials(today=TODAY, now=NOW).asked == 0


def test_a_question_in_a_file_is_answered_from_the_folder_once(connection, open_way, denied) -> None:
    open_way(topic="270", way=FILE)
    claim = denied("MBR001")
    asked = coverage_asking.ask_coverage(claim.pk, actor=make_ana(make_practice()), today=TODAY, now=NOW)
    assert (asked.asked, asked.answered) == (1, 0)
    file = OutgoingFile.objects.get()
    assert (file.kind, file.items) == ("270", 1)
    with pytest.raises(asking.NotAsked, match="asked already"):
        coverage_asking.ask_coverage(claim.pk, actor=make_ana_again(), today=TODAY, now=NOW)
    for _ in range(2):
        take_in(sandbox_payer.answer("270", file.content))
    assert CoverageReply.objects.count() == 1
    assert CoverageQuestion.objects.get().state == "answered"


def make_ana_again():
    from arwork.staff.models import User

    return User.objects.get(username="ana")


def self_pay(found: bool = True) -> Claim:
    names = (f"PAYNE{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    last = next(one for one in names if bool(reply_about_person(one, "GUS", "", "MER01").information) == found)
    return make_claim(patient=make_patient(account=make_account(last=last), last=last), payers=())


def test_coverage_is_looked_for_only_where_it_is_allowed_and_for_so_many(sandbox, connection, open_way, ada) -> None:
    open_way(topic="270", is_likely=True)
    for _ in range(3):
        self_pay()
    insured = make_claim(payers=[make_payer()], bucket="PATIENT")
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 0, "nobody said that it may be"
    consent = DiscoveryConsent.objects.create(practice=make_practice(), most_a_month=2, changed_at=NOW, changed_by=ada)
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 2
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 0
    consent.most_a_month = 10
    consent.save()
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 1, "nobody is asked about twice in 90 days"
    assert not CoverageQuestion.objects.filter(patient=insured.patient).exists()


def test_a_patient_whose_coverage_ended_is_asked_about(sandbox, connection, open_way, ada) -> None:
    open_way(topic="270", is_likely=True)
    DiscoveryConsent.objects.create(practice=make_practice(), changed_at=NOW, changed_by=ada)
    claim = self_pay(found=False)
    cover = make_coverage(patient=claim.patient, payer=make_payer(name="Old Mutual", payer_id="OLD01"))
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 0
    Coverage.objects.filter(pk=cover.pk).update(valid_to=TODAY - dt.timedelta(days=1))
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 1
    assert CoverageQuestion.objects.get().finding == "", "the payer knows nobody of that name"


def test_found_coverage_becomes_one_by_a_persons_word_and_claims_name_it(sandbox, connection, open_way, ada) -> None:
    open_way(topic="270", is_likely=True)
    DiscoveryConsent.objects.create(practice=make_practice(), changed_at=NOW, changed_by=ada)
    claim = self_pay()
    coverage_asking.discover(today=TODAY, now=NOW)
    question = CoverageQuestion.objects.get()
    assert (question.finding, Coverage.objects.count()) == ("found", 0)
    coverage_replies.confirm_found(question.pk, actor=ada, today=TODAY, now=NOW)
    claim.refresh_from_db()
    cover = Coverage.objects.get()
    assert (claim.coverage1, cover.source, cover.valid_from) == (cover, "person", dt.date(2026, 1, 1))
    with pytest.raises(Conflict):
        coverage_replies.turn_down_found(question.pk, actor=ada, now=NOW)


def test_what_was_said_is_never_changed(sandbox, connection, open_way, denied) -> None:
    open_way(topic="270")
    denied("MBR001")
    coverage_asking.sweep_denials(today=TODAY, now=NOW)
    for change in (lambda rows: rows.update(state="inactive"), lambda rows: rows.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(CoverageReply.objects)
