"""The nightly sweep: what is due is asked about, and the answers move the work."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Forbidden
from arwork.lib.payer_network_settings import PayerNetwork
from arwork.staff.models import Role
from claims.billing.models import Acknowledgment
from claims.edi import services as edi
from claims.edi.models import EdiFile
from collections_app.clearinghouses.models import OutgoingFile
from collections_app.status_requests import asking
from collections_app.status_requests.models import ClaimQuestion, StatusAnswer
from collections_app.status_requests.sandbox import payer as sandbox_payer
from collections_app.status_requests.states import FILE
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_ana, make_practice, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("charge", "verdict", "step", "days", "avoided"),
    [
        ("150.01", "paid", "find_payment", 14, True),
        ("150.02", "denied", "work_denial", 0, True),
        ("150.03", "not_on_file", "resend", 0, True),
        ("150.04", "records", "send_records", 3, True),
        ("150.05", "wrong_payer", "verify_coverage", 0, True),
        ("150.06", "unclear", "check_status", None, False),
        ("150.07", "patient", "contact_patient", 3, True),
        ("150.08", "pending", "check_status", 17, True),
        ("150.09", "rejected", "fix_and_send", 0, True),
    ],
)
def test_each_answer_moves_the_item(
    charge: str, verdict: str, step: str, days: int | None, avoided: bool, sandbox, connection, open_way, due_item
) -> None:
    open_way()
    item = due_item(charge)
    assert item.next_action == "check_status"
    before = item.next_on
    assert asking.sweep(today=TODAY, now=NOW).answered == 1
    item.refresh_from_db()
    answer = StatusAnswer.objects.get()
    assert (answer.verdict, item.next_action, answer.is_call_avoided) == (verdict, step, avoided)
    assert item.next_on == (before if days is None else TODAY + dt.timedelta(days=days)), "Friday counts to Monday"
    assert ClaimQuestion.objects.get().state == "answered"
    assert Acknowledgment.objects.filter(kind="277").count() == 1, "and it stands among what came back of the claim"


def test_pending_three_times_then_a_person_calls_and_paid_at_last(
    sandbox, connection, open_way, due_item, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_way()
    item = due_item("150.08")
    day = TODAY
    for _ in range(2):
        asking.sweep(today=day, now=NOW)
        item.refresh_from_db()
        assert (item.next_action, item.next_on > day) == ("check_status", True)
        assert asking.sweep(today=day, now=NOW).asked == 0, "not twice a day"
        assert asking.sweep(today=item.next_on - dt.timedelta(days=1), now=NOW).asked == 0, "and not before it is due"
        day = item.next_on
    asking.sweep(today=day, now=NOW)
    item.refresh_from_db()
    assert (item.next_action, item.next_on) == ("call_payer", day)
    assert list(StatusAnswer.objects.order_by("pk").values_list("is_call_avoided", flat=True)) == [True, True, False]
    monkeypatch.setitem(sandbox_payer.reply_about_claim.__globals__["BY_CENTS"], 8, ("F1", "65"))
    day += dt.timedelta(days=4)
    asking.sweep(today=day, now=NOW)
    item.refresh_from_db()
    assert item.next_action == "find_payment"
    worklist.refresh(claims=[item.claim_id], today=day, now=NOW)
    item.refresh_from_db()
    assert item.next_action == "find_payment", "the night leaves it"


def test_the_limit_of_a_payer_holds_for_the_day_and_the_most_worth_goes_first(
    sandbox, connection, open_way, due_item
) -> None:
    open_way(most_a_day=2)
    items = [due_item(charge, number=f"HC-{n}") for n, charge in enumerate(("100.08", "900.08", "500.08"))]
    assert asking.sweep(today=TODAY, now=NOW).asked == 2
    assert set(ClaimQuestion.objects.values_list("claim_id", flat=True)) == {items[1].claim_id, items[2].claim_id}
    assert asking.sweep(today=TODAY, now=NOW).asked == 0
    assert asking.sweep(today=TODAY + dt.timedelta(days=3), now=NOW).asked == 1


def test_what_somebody_decided_is_left_to_them(sandbox, connection, open_way, due_item) -> None:
    open_way()
    item = due_item("150.02")
    WorkItem.objects.filter(pk=item.pk).update(next_action="supervisor", decided_at=NOW, escalated_at=NOW)
    assert asking.sweep(today=TODAY, now=NOW).asked == 0
    asked = asking.ask_claims([item.claim_id], actor=make_ana(make_practice()), today=TODAY, now=NOW)
    assert (asked.asked, asked.answered) == (1, 1)
    item.refresh_from_db()
    assert item.next_action == "supervisor"
    assert not StatusAnswer.objects.get().is_moved


def test_a_file_is_made_and_its_answer_read_from_the_folder(
    connection, open_way, due_item, django_assert_max_num_queries
) -> None:
    open_way(way=FILE)
    for n in range(3):
        due_item(f"15{n}.01", number=f"HC-{n}")
    with django_assert_max_num_queries(60):
        asking.sweep(today=TODAY, now=NOW)
    (file,) = OutgoingFile.objects.all()
    assert (file.kind, file.items, file.state) == ("276", 3, "made")
    assert set(ClaimQuestion.objects.values_list("state", flat=True)) == {"asked"}
    answer = sandbox_payer.answer("276", file.content)
    for _ in range(2):
        take_in(answer)
    assert StatusAnswer.objects.filter(verdict="paid").count() == 3
    assert WorkItem.objects.filter(next_action="find_payment").count() == 3


def test_a_file_that_nobody_answers_is_given_up_and_asked_again(connection, open_way, due_item) -> None:
    open_way(way=FILE)
    due_item("150.01")
    asking.sweep(today=TODAY, now=NOW)
    asking.sweep(today=TODAY + dt.timedelta(days=4), now=NOW)
    assert ClaimQuestion.objects.count() == 1
    asking.sweep(today=TODAY + dt.timedelta(days=6), now=NOW)
    assert list(ClaimQuestion.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "asked"]


def test_an_answer_nobody_asked_for_moves_the_work_as_well(connection, open_way, due_item) -> None:
    open_way(way=FILE)
    item = due_item("150.02")
    asking.sweep(today=TODAY, now=NOW)
    text = sandbox_payer.answer("276", OutgoingFile.objects.get().content).replace("TRN*2*S", "TRN*2*OTHER")
    take_in(text)
    item.refresh_from_db()
    assert item.next_action == "work_denial"
    assert StatusAnswer.objects.get().question is None
    assert ClaimQuestion.objects.get().state == "asked"


def test_without_a_connection_or_a_network_it_fails_and_says_why(settings, open_way, due_item, connection) -> None:
    settings.PAYER_NETWORK = PayerNetwork()
    open_way()
    due_item("150.01")
    assert asking.sweep(today=TODAY, now=NOW).failed == 1
    assert "PAYER_NETWORK_URL" in ClaimQuestion.objects.get().failure
    connection.delete()
    asking.sweep(today=TODAY + dt.timedelta(days=3), now=NOW)
    assert "no connection" in ClaimQuestion.objects.latest("pk").failure


def test_what_the_books_lack_is_named_and_stops_nobody_else(sandbox, connection, open_way, due_item) -> None:
    open_way()
    lacking = due_item("150.01", number="HC-1").claim
    due_item("150.01", number="HC-2")
    lacking.patient.person.birth_on = None
    lacking.patient.person.save()
    swept = asking.sweep(today=TODAY, now=NOW)
    assert (swept.answered, swept.failed) == (1, 1)
    assert ClaimQuestion.objects.get(claim=lacking).failure == "not known here: the patient's day of birth"


def test_asking_by_hand_says_why_it_cannot(sandbox, connection, open_way, due_item) -> None:
    item, actor = due_item("150.08"), make_ana(make_practice())
    with pytest.raises(asking.NotAsked, match="not set up to be asked"):
        asking.ask_claims([item.claim_id], actor=actor, today=TODAY, now=NOW)
    open_way()
    assert asking.ask_claims([item.claim_id], actor=actor, today=TODAY, now=NOW).answered == 1
    other = make_user(username="bo", practices=[make_practice(name="Other", npi="1999999992")])
    with pytest.raises(asking.NotAsked, match="no such claim"):
        asking.ask_claims([item.claim_id], actor=other, today=TODAY, now=NOW)
    with pytest.raises(Forbidden):
        asking.ask_claims([item.claim_id], actor=make_user(username="abe", role=Role.AUDITOR), today=TODAY, now=NOW)


def test_the_sweep_is_set_based(connection, open_way, due_item) -> None:
    """Four times the claims take no more queries."""
    open_way(way=FILE)

    def swept(first: int, count: int, day: dt.date) -> int:
        for n in range(first, first + count):
            due_item("150.08", number=f"HC-{n}")

        with CaptureQueriesContext(
            database,
        ) as caught:
            assert asking.sweep(today=day, now=NOW).asked == count
        return len(caught)

    few = swept(0, 2, TODAY)
    assert swept(10, 8, TODAY + dt.timedelta(days=1)) == few


def take_in(text: str) -> None:
    edi.take_in(BytesIO(text.encode()), name="a.277", via="folder", today=TODAY, now=NOW)
    assert EdiFile.objects.exists()
