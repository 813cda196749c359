"""A takeback as a person meets it: whose payment, what is left, until when, and what may be done with it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.lib.errors import Conflict
from arwork.lib.money import money
from arwork.staff.models import AuditEvent, User
from claims.ledger.selectors import account_totals
from claims.payers.models import PayerIdentifier
from claims.remits import exceptions, takeback_cases, takeback_disputes
from claims.remits.models import ProviderAdjustment, RemitException, TakebackDispute
from claims.remits.takeback_disputes import DECISION, DEMAND, DISPUTE, RECONSIDERATION, BadStep, RecordedStep
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests import cast
from tests.remits.era import Clp, Era, Svc, buckets, take
from tests.remits.test_takebacks import OCT12, OCT19, kept_back, open_questions, paid

pytestmark = pytest.mark.django_db


@pytest.fixture
def sol() -> User:
    return cast.make_sol(cast.make_practice())


@pytest.fixture
def page(client: Client, sol: User) -> Client:
    client.force_login(sol, backend="django.contrib.auth.backends.ModelBackend")
    return client


def make_medicare() -> None:
    """The payer that signs the remittances is Medicare fee for service."""
    payer = cast.make_payer(payer_class="medicare")
    PayerIdentifier.objects.create(payer=payer, qualifier="2U", value="MER01")


def announced(amount: str = "80.00", *, plb: str = "WO:OLD1") -> None:
    """80.00 of H1 are reversed on Oct 12 and are to be kept back later."""
    cast.make_claim(number="H1", lines=["100.00"])
    take(Era([paid("H1", "OLD1")]))
    back = Clp("H1", [Svc("-100.00", "-80.00", [("PR-2", "-20.00")])], status="22", icn="OLD1")
    take(Era([back], plb=[(plb, f"-{amount}")], trace="EFT2", paid_on=OCT12))


def kept_from_next(amount: str, *, trace: str = "EFT3", paid_on: dt.date = OCT19, number: str = "H2") -> None:
    cast.make_claim(number=number, lines=["100.00"])
    take(Era([paid(number, f"ICN{number}")], plb=[("WO:OLD1", amount)], trace=trace, paid_on=paid_on))


def figures(sol: User) -> list[tuple[Decimal, ...]]:
    return [
        (one.announced, one.kept_back, one.recovered, one.to_come, one.unplaced)
        for one in takeback_cases.open_takebacks(sol)
    ]


def record(sol: User, step: str, on: dt.date, *, is_upheld: bool | None = None) -> RemitException:
    question = RemitException.objects.filter(code="unsettled_plb", state="open").order_by("pk")[0]
    told = RecordedStep(step, on, is_upheld)
    return takeback_disputes.record_step(question.pk, told, actor=sol, today=cast.TODAY, now=cast.NOW)


def item() -> WorkItem:
    asked = RemitException.objects.values_list("pk", flat=True)
    worklist.refresh(exceptions=asked, today=cast.TODAY, now=cast.NOW)
    return WorkItem.objects.get(exception__isnull=False, claim=None, state="open")


def test_a_case_says_what_was_announced_kept_back_recovered_and_what_is_left(sol: User) -> None:
    announced()
    assert figures(sol) == [(80, 0, 0, 80, 0)]
    [case] = takeback_cases.open_takebacks(sol)
    assert case.origin is not None
    assert (case.origin.claim.number, case.reference, case.payer) == ("H1", "OLD1", "MERIDIAN CHOICE")
    assert case.origin.payment is not None
    assert case.origin.reversal is not None
    assert (case.origin.payment.paid, case.origin.reversal.remittance.trace) == (80, "EFT2")
    kept_from_next("50.00")
    assert figures(sol) == [(80, 50, 50, 30, 0)]
    kept_from_next("45.00", trace="EFT4", number="H3")
    assert figures(sol) == [(80, 95, 80, 0, 15)]


def test_two_without_a_reference_are_two_cases(sol: User) -> None:
    cast.make_claim(number="H1", lines=["100.00"])
    take(Era([paid("H1", "OLD1")], plb=[("WO", "30.00"), ("WO", "20.00")]))
    assert sorted(figures(sol)) == [(0, 20, 0, 0, 20), (0, 30, 0, 0, 30)]


def test_it_is_applied_to_its_claim_from_the_page_of_the_exception_and_undone_there(page: Client) -> None:
    row = kept_back()
    question = RemitException.objects.get()
    address = reverse("remit_exception", args=[question.pk])
    shown = page.get(address).content.decode()
    assert "$80.00 belongs to H1" in shown
    assert "last day" in shown

    apply = reverse("remit_exception_recoup", args=[question.pk])
    shown = page.post(apply, {"claim": "H1", "amount": "80.00"}, follow=True).content.decode()

    claim = takeback_cases.takeback_of(RemitException.objects.get(pk=question.pk)).origin.claim  # type: ignore[union-attr]
    assert "$80.00 applied to claim H1" in shown
    assert buckets(claim) == {"PAYER1": "80.00", "PATIENT": "20.00"}
    assert not account_totals([row.remittance.practice_id]).get("RECOUPMENT")
    undo = reverse("remit_exception_recoup_undo", args=[question.pk, claim.pk])
    assert undo in shown
    page.post(undo)
    assert open_questions() == [("H1", money("80.00"))]
    assert buckets(claim) == {"PATIENT": "20.00"}


@pytest.mark.parametrize(
    ("entered", "status", "word"),
    [
        ({"claim": "H9", "amount": "80.00"}, 404, "No claim of this practice"),
        ({"claim": "H1", "amount": "80.01"}, 422, "between 0.01 and 80.00"),
        ({"claim": "H1", "amount": "x"}, 422, "Enter"),
    ],
)
def test_what_can_t_be_applied_is_said_beside_what_was_entered(
    page: Client, entered: dict[str, str], status: int, word: str
) -> None:
    kept_back()
    answer = page.post(reverse("remit_exception_recoup", args=[RemitException.objects.get().pk]), entered)
    assert answer.status_code == status
    assert word in answer.content.decode()
    assert open_questions() == [("H1", money("80.00"))]


def test_a_dispute_waits_for_the_payer_and_its_item_with_it(page: Client, sol: User) -> None:
    kept_back()
    question = RemitException.objects.get()
    before = item()
    assert (before.next_action, before.deadline_kind, before.category) == (
        "settle_takeback",
        "appeal_1",
        "unsettled_plb",
    )
    entered = {"step": "dispute", "dispute-on": "2026-11-20", "dispute-case_number": "D-77"}
    shown = page.post(reverse("takeback_record", args=[question.pk]), entered, follow=True).content.decode()
    assert "Disputed, number D-77" in shown
    after = item()
    assert (after.next_action, after.deadline_on, after.category) == ("check_takeback", None, "disputed_takeback")
    assert after.next_on == dt.date(2026, 12, 21)  # thirty days on, past a Sunday
    [case] = takeback_cases.open_takebacks(sol)
    assert case.windows == ()

    page.post(reverse("takeback_undo", args=[question.pk]), {"step": "dispute"})

    again = item()
    assert (again.next_action, again.deadline_on) == ("settle_takeback", before.deadline_on)
    told = AuditEvent.objects.filter(action__startswith="takeback_").order_by("id")
    assert list(told.values_list("action", flat=True)) == ["takeback_dispute", "takeback_dispute_undo"]


def test_the_item_is_told_at_once(sol: User, django_capture_on_commit_callbacks: object) -> None:
    kept_back()
    first = item()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        record(sol, DISPUTE, cast.TODAY)
    first.refresh_from_db()
    assert first.next_action == "check_takeback"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        exceptions.accept_exception(RemitException.objects.get().pk, actor=sol, today=cast.TODAY, now=cast.NOW)
    first.refresh_from_db()
    assert first.state == "closed"


def test_medicare_s_day_thirty_is_the_item_s_deadline_until_it_has_passed(sol: User) -> None:
    make_medicare()
    announced()
    record(sol, DEMAND, cast.TODAY - dt.timedelta(days=12))
    found = item()
    assert (found.deadline_kind, found.deadline_on) == ("recoupment_stop_1", cast.TODAY + dt.timedelta(days=18))
    record(sol, DEMAND, cast.TODAY - dt.timedelta(days=31))
    found = item()
    assert (found.deadline_kind, found.deadline_on) == ("appeal_1", cast.TODAY + dt.timedelta(days=94))


def test_the_night_moves_a_passed_window_to_the_next(sol: User) -> None:
    make_medicare()
    announced()
    record(sol, DEMAND, cast.TODAY)
    first = item()
    assert first.deadline_kind == "recoupment_stop_1"
    later = cast.TODAY + dt.timedelta(days=31)
    worklist.refresh_all(today=later, now=cast.NOW + dt.timedelta(days=31))
    first.refresh_from_db()
    assert first.deadline_kind == "appeal_1"


def test_the_page_says_what_medicare_may_do(page: Client, sol: User) -> None:
    make_medicare()
    announced()
    address = reverse("remit_exception", args=[RemitException.objects.get().pk])
    shown = page.get(address).content.decode()
    assert "from Nov 22, 2026 on, unless it has received a request for redetermination by Nov 11, 2026." in shown
    assert "enter the date of the letter" in shown
    record(sol, DEMAND, cast.TODAY)
    record(sol, DISPUTE, cast.TODAY)
    assert "Nothing may be kept back while the request" in page.get(address).content.decode()


def test_steps_keep_their_order_and_lean_on_each_other(sol: User) -> None:
    kept_back()
    with pytest.raises(BadStep, match="not come yet"):
        record(sol, DISPUTE, cast.TODAY + dt.timedelta(days=1))
    with pytest.raises(BadStep, match="Record the dispute first"):
        record(sol, DECISION, cast.TODAY, is_upheld=True)
    record(sol, DEMAND, OCT19)
    with pytest.raises(BadStep, match=r"Before the day of what came earlier \(Oct 19, 2026\)"):
        record(sol, DISPUTE, OCT12)
    record(sol, DISPUTE, OCT19)
    with pytest.raises(BadStep, match="After the day of what came later"):
        record(sol, DEMAND, OCT19 + dt.timedelta(days=1))
    question = record(sol, DECISION, OCT19, is_upheld=False)
    with pytest.raises(BadStep, match="The payer gave in"):
        record(sol, RECONSIDERATION, OCT19)
    with pytest.raises(Conflict, match="Take back the decision first"):
        takeback_disputes.take_back_step(question.pk, DISPUTE, actor=sol, now=cast.NOW)
    record(sol, DECISION, OCT19, is_upheld=True)
    record(sol, RECONSIDERATION, OCT19)
    with pytest.raises(BadStep, match="Take back the second level first"):
        record(sol, DECISION, OCT19, is_upheld=False)
    with pytest.raises(Conflict, match="Take back the second level first"):
        takeback_disputes.take_back_step(question.pk, DECISION, actor=sol, now=cast.NOW)
    takeback_disputes.take_back_step(question.pk, RECONSIDERATION, actor=sol, now=cast.NOW)
    with pytest.raises(Conflict, match="Nothing is recorded"):
        takeback_disputes.take_back_step(question.pk, RECONSIDERATION, actor=sol, now=cast.NOW)


@pytest.mark.parametrize(
    "told",
    [
        {"decided_on": OCT19, "is_upheld": True},
        {"disputed_on": OCT19, "decided_on": OCT12, "is_upheld": True},
        {"disputed_on": OCT12, "decided_on": OCT19},
        {"disputed_on": OCT12, "decided_on": OCT19, "is_upheld": False, "reconsidered_on": OCT19},
    ],
)
def test_the_tables_refuse_a_dispute_that_can_t_be(told: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TakebackDispute.objects.create(**told)


def test_a_later_step_of_the_case_knows_the_dispute(sol: User) -> None:
    announced("200.00")
    record(sol, DISPUTE, OCT12)
    kept_from_next("250.00")
    found = RemitException.objects.filter(state="open").get()
    assert (found.provider_adjustment.amount, found.amount) == (250, 50)  # type: ignore[union-attr]
    assert found.dispute == TakebackDispute.objects.get()


def test_what_was_let_stand_is_taken_up_again(page: Client, sol: User) -> None:
    kept_back()
    question = RemitException.objects.get()
    exceptions.accept_exception(question.pk, actor=sol, today=cast.TODAY, now=cast.NOW)
    assert open_questions() == []
    again = reverse("takeback_again", args=[question.pk])
    assert again in page.get(reverse("remit_exception", args=[question.pk])).content.decode()
    page.post(again)
    assert open_questions() == [("H1", money("80.00"))]
    assert page.post(again).status_code == 409


def test_who_only_looks_records_nothing(client: Client, sol: User) -> None:
    kept_back()
    question = RemitException.objects.get()
    abe = cast.make_abe(question.practice)
    client.force_login(abe, backend="django.contrib.auth.backends.ModelBackend")
    assert "belongs to H1" not in client.get(reverse("remit_exception", args=[question.pk])).content.decode()
    for name in ("takeback_record", "takeback_undo", "takeback_again", "remit_exception_recoup"):
        assert client.post(reverse(name, args=[question.pk]), {"step": "demand"}).status_code == 403


def test_the_list_shows_what_is_open_by_payer_and_exports_it(page: Client) -> None:
    announced()
    take(Era([paid("H7", "ICN7")], plb=[("FB:X", "5.00")], trace="EFT9", paid_on=OCT19))
    shown = page.get(reverse("takebacks")).content.decode()
    assert "MERIDIAN CHOICE 2: $5.00 without claim, $80.00 to come" in " ".join(shown.split())
    rows = page.get(reverse("takebacks") + "?export=csv")
    text = b"".join(rows).decode() if rows.streaming else rows.content.decode()
    assert "OLD1,H1" in text
    assert text.count("\n") >= 3
    assert "Takebacks" in page.get(reverse("remit_exceptions")).content.decode()


def test_the_list_takes_as_many_queries_for_many_as_for_few(page: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert page.get(reverse("takebacks")).status_code == 200
        return len(found)

    kept_back()
    page.get(reverse("takebacks"))
    few = queries()
    for number in range(8):
        cast.make_claim(number=f"M{number}", lines=["100.00"])
        one = Era([paid(f"M{number}", f"I{number}")], plb=[(f"WO:M{number}", "8.00")], trace=f"T{number}")
        take(one)
    assert ProviderAdjustment.objects.count() == 9
    assert queries() == few
