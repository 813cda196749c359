"""Whose answer it is, which of several counts, and who is asked under which number."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from arwork.lib.races import ChangedMeanwhile
from arwork.staff.models import User
from claims.billing.models import Claim, Submission
from claims.edi.answer_listeners import HeardStatus
from claims.remits.models import RemitClaim
from collections_app import tasks
from collections_app.clearinghouses.models import OutgoingFile
from collections_app.status_requests import answers, asking, coverage_asking, selectors
from collections_app.status_requests.asked_facts import status_inquiries
from collections_app.status_requests.models import ClaimQuestion, CoverageQuestion, DiscoveryConsent, StatusAnswer
from collections_app.status_requests.sandbox import payer as sandbox_payer
from collections_app.status_requests.states import FILE
from collections_app.worklist.models import Lease, WorkItem
from collections_app.worklist.project import starts_anew
from tests.cast import NOW, TODAY, make_ana, make_claim, make_payer, make_practice
from tests.status_requests.test_coverage import self_pay
from tests.status_requests.test_sweep import take_in
from tests.worklist.test_refresh import deny

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def other_payer() -> Any:
    return make_payer(name="North Mutual", payer_id="NOR02")


def test_an_answer_of_one_payer_leaves_work_that_waits_for_another(connection, open_way, due_item) -> None:
    open_way(way=FILE)
    item = due_item("150.03")
    asking.sweep(today=TODAY, now=NOW)
    WorkItem.objects.filter(pk=item.pk).update(payer=other_payer(), bucket="PAYER2")
    take_in(sandbox_payer.answer("276", OutgoingFile.objects.get().content))
    item.refresh_from_db()
    assert item.next_action == "check_status"
    assert not StatusAnswer.objects.get().is_moved


@pytest.mark.parametrize(
    ("step", "changed", "is_anew"),
    [
        ("find_payment", {}, False),
        ("find_payment", {"bucket": "PAYER2"}, True),
        ("find_payment", {"submission_state": "accepted"}, False),
        ("resend", {"submission_state": "accepted"}, True),
        ("fix_and_send", {"submission_state": "accepted"}, True),
    ],
)
def test_a_step_that_an_answer_set_ends_with_its_payer_and_once_it_went_out(step, changed, is_anew) -> None:
    of: dict[str, Any] = {
        "kind": "no_response", "category": "", "rebill_on": None, "hold": "", "bucket": "PAYER1",
        "submission_state": "sent",
    }  # fmt: skip
    item = WorkItem(**of, next_action=step, decided_at=NOW)
    assert starts_anew(item, SimpleNamespace(**{**of, **changed}), None, TODAY) is is_anew  # type: ignore[arg-type]


def test_a_payer_is_asked_under_its_own_number_and_where_it_owes(connection, open_way) -> None:
    second = other_payer()
    claim = make_claim(payers=[make_payer(), second], bucket="PAYER2", lines=["150.08"])
    Claim.objects.filter(pk=claim.pk).update(icn="FIRST1")
    open_way(second, way=FILE)
    claim.refresh_from_db()
    assert selectors.is_status_asked(claim), "the first payer is not asked, the owing one is"
    asking.ask_claims([claim.pk], actor=make_ana(make_practice()), today=TODAY, now=NOW)
    questions = list(ClaimQuestion.objects.all())

    def asked_under() -> str:
        return status_inquiries(questions)[0].icn

    assert asked_under() == ""
    Submission.objects.create(
        claim=claim, payer=second, sequence="S", submitted_on=TODAY, state_on=TODAY, charge=claim.charge, source="s2",
        icn="SENT2",
    )  # fmt: skip
    assert asked_under() == "SENT2"
    remit = deny(claim).remit_claim
    RemitClaim.objects.filter(pk=remit.pk).update(bucket="PAYER2", icn="TOLD2")
    assert asked_under() == "TOLD2"
    questions[0].payer = claim.coverage1.payer
    assert asked_under() == "FIRST1"


def test_what_was_asked_lately_does_not_stand_in_the_way_of_the_rest(sandbox, connection, open_way, due_item) -> None:
    open_way(most_a_day=1)
    items = [due_item(charge, number=f"HC-{n}") for n, charge in enumerate(("900.06", "500.06", "100.06"))]
    WorkItem.objects.filter(pk=items[2].pk).update(rank=10_000, appointment_on=TODAY)
    assert [asking.sweep(today=TODAY + n * DAY, now=NOW).asked for n in range(3)] == [1, 1, 0], "900 stays unclear"
    assert set(ClaimQuestion.objects.values_list("claim", flat=True)) == {items[0].claim_id, items[1].claim_id}
    ana = make_ana(make_practice())
    assert [one.claim_id for one in selectors.claims_due(ana, today=TODAY + 2 * DAY)] == []
    assert [one.claim_id for one in selectors.claims_due(ana, today=TODAY + 3 * DAY)] == [items[0].claim_id]


def test_pending_keeps_the_later_day_that_was_set_and_what_is_put_off(sandbox, connection, open_way, due_item) -> None:
    open_way()
    later = TODAY + 40 * DAY
    told, put_off = (due_item(charge, number=f"HC-{charge}") for charge in ("150.08", "250.08"))
    WorkItem.objects.filter(pk__in=[told.pk, put_off.pk]).update(next_on=later)
    WorkItem.objects.filter(pk=put_off.pk).update(snoozed_until=later)
    asked = [told.claim_id, put_off.claim_id]
    assert asking.ask_claims(asked, actor=make_ana(make_practice()), today=TODAY, now=NOW).answered == 2
    for item, is_moved in ((told, True), (put_off, False)):
        item.refresh_from_db()
        assert (item.next_action, item.next_on) == ("check_status", later)
        assert StatusAnswer.objects.get(claim=item.claim_id).is_moved is is_moved
    for _ in range(2):
        asking.ask_claims(asked[:1], actor=User.objects.get(username="ana"), today=TODAY, now=NOW)
    told.refresh_from_db()
    assert (told.next_action, told.next_on) == ("call_payer", later), "the same thrice, but not before that day"


def test_whoever_holds_the_item_is_told_that_the_answer_is_to_be_logged(
    client: Client, sandbox, connection, open_way, due_item
) -> None:
    open_way()
    item, ana = due_item("150.02"), make_ana(make_practice())
    Lease.objects.create(item=item, holder=ana, taken_at=NOW, expires_at=NOW + DAY)
    client.force_login(ana)
    page = client.post(reverse("status_ask_claim", args=[item.claim_id]), follow=True)
    assert "The next step did not follow the answer" in page.content.decode()


def test_of_several_claims_under_one_question_ours_counts_then_what_was_paid(
    connection, open_way, due_item, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_way(way=FILE)
    item = due_item("150.01")
    asking.sweep(today=TODAY, now=NOW)
    heard: list[HeardStatus] = []
    monkeypatch.setattr("claims.edi.answer_listeners._status_listeners", [lambda told, **_: heard.extend(told) or 0])
    text = sandbox_payer.answer("276", OutgoingFile.objects.get().content)
    take_in(text)
    take_in(text.replace("F1:65", "F2:1"))
    paid, denied = heard
    assert answers.hear_statuses([paid, denied], today=TODAY, now=NOW) == 1
    item.refresh_from_db()
    assert item.next_action == "find_payment"
    assert list(StatusAnswer.objects.order_by("pk").values_list("verdict", "is_moved")) == [
        ("paid", True),
        ("denied", False),
    ]


def test_coverage_is_asked_about_once_for_a_claim_and_payer_and_again_after_a_failure(connection, open_way) -> None:
    open_way(topic="270", way=FILE)
    claim = make_claim(lines=("100.00", "50.00"))
    denial = deny(claim, carc="27", category="eligibility")
    denial.pk, denial.line = None, claim.lines.last()
    denial.save()

    def asked(day: dt.date) -> int:
        return coverage_asking.sweep_denials(today=day, now=NOW).asked

    assert asked(TODAY) == 1
    CoverageQuestion.objects.update(state="answered")
    assert asked(TODAY + DAY) == 0, "the other denial of the claim is behind the same coverage"
    CoverageQuestion.objects.update(state="failed", failure="the network was away")
    assert asked(TODAY) == 0
    assert asked(TODAY + DAY) == 1


def test_a_patient_about_whom_asking_failed_is_asked_about_again_after_some_days(connection, open_way, ada) -> None:
    open_way(topic="270", way=FILE, is_likely=True)
    DiscoveryConsent.objects.create(practice=make_practice(), changed_at=NOW, changed_by=ada)
    self_pay()
    assert coverage_asking.discover(today=TODAY, now=NOW).asked == 1
    CoverageQuestion.objects.update(state="failed", failure="the network was away")
    assert [coverage_asking.discover(today=TODAY + n * DAY, now=NOW).asked for n in (2, 3, 4)] == [0, 1, 0]


def test_two_who_ask_about_one_coverage_are_told(connection, open_way, monkeypatch: pytest.MonkeyPatch) -> None:
    open_way(topic="270", way=FILE)
    claim, ana = make_claim(), make_ana(make_practice())
    coverage_asking.ask_coverage(claim.pk, actor=ana, today=TODAY, now=NOW)
    monkeypatch.setattr(coverage_asking, "_WAITING", ())  # as it was read before the other one asked
    with pytest.raises(ChangedMeanwhile):
        coverage_asking.ask_coverage(claim.pk, actor=ana, today=TODAY, now=NOW)


def test_two_who_ask_at_the_same_moment_are_told_and_the_night_goes_on(
    connection, open_way, due_item, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_way(way=FILE)
    item, ana = due_item("150.01"), make_ana(make_practice())
    reserve, rivals = asking.bulk.reserve, [1, 1]

    def meanwhile(model: Any, count: int) -> list[int]:
        if model is ClaimQuestion and rivals:
            rivals.pop()
            ClaimQuestion.objects.create(
                practice=item.practice, claim=item.claim, payer=item.payer, way=FILE, trace="R1", because="", amount=1,
                asked_on=TODAY,
            )  # fmt: skip
        return reserve(model, count)

    monkeypatch.setattr(asking.bulk, "reserve", meanwhile)
    with pytest.raises(ChangedMeanwhile):
        asking.ask_claims([item.claim_id], actor=ana, today=TODAY, now=NOW)
    assert asking.sweep(today=TODAY, now=NOW).asked == 1


def test_one_sweep_that_fails_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    def away(**_: object) -> None:
        raise OSError("away")

    done: list[str] = []
    monkeypatch.setattr(asking, "sweep", away)
    monkeypatch.setattr(coverage_asking, "sweep_denials", away)
    monkeypatch.setattr(coverage_asking, "discover", lambda **_: done.append("discover"))
    tasks.ask_payers()
    assert done == ["discover"]
    assert caplog.text.count("asking payers: away failed") == 2
