"""The pages of credit balances and refunds, as people use them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from arwork.lib import clock
from arwork.lib.money import money
from arwork.staff.models import AuditEvent, User
from claims.approvals.models import ApprovalRequest
from claims.credits import selectors
from claims.credits.models import CreditReview
from claims.ledger import services as ledger
from claims.receipts.recording import ReceivedMoney, post_receipts
from claims.refunds.models import PayingAccount, Refund
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.cast import NOW, TODAY, make_abe, make_ada, make_ana, make_claim, make_payer, make_practice, make_sol, move
from tests.refunds.stories import asked, of_payer, overpaid

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def ana() -> User:
    return make_ana(make_practice())


@pytest.fixture
def sol() -> User:
    return make_sol(make_practice())


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def refund_form(**fields: str) -> dict[str, str]:
    return {
        "amount": "50.00", "method": "check", "payee": "Meridian Choice", "line1": "1 Main St", "city": "Newport",
        "state_code": "RI", "zip": "02840", "reason": "Paid twice.", **fields,
    }  # fmt: skip


def test_the_desk_says_that_a_refund_was_asked_for_already(client: Client, ana: User) -> None:
    claim = overpaid()
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(kind="credit_balance", claim=claim)
    page = sign_in(client, ana).get(reverse("desk_item", args=[item.pk])).content.decode()
    assert "waits for approval" not in page
    refund = asked(claim, actor=ana)
    page = client.get(reverse("desk_item", args=[item.pk])).content.decode()
    assert "a refund waits for approval" in page
    assert reverse("refund", args=[refund.pk]) in page


def test_government_money_comes_first_then_what_is_older(client: Client, ana: User) -> None:
    old = overpaid(payer_class="commercial", by="10.00", now=NOW - 100 * DAY)
    new = overpaid(payer_class="medicare", by="20.00", now=NOW - 5 * DAY)
    older = overpaid(payer_class="medicaid", by="30.00", now=NOW - 20 * DAY)
    post_receipts(
        [ReceivedMoney(old.account_id, old.practice_id, money("40.00"), TODAY, "Check 1")], posted_on=TODAY, now=NOW
    )
    found = selectors.credits_of(actor=ana, asked=selectors.CreditFilter(), today=TODAY)
    assert [(one.claim_number, str(one.amount)) for one in found] == [
        (older.number, "30.00"), (new.number, "20.00"), (old.number, "10.00"), ("", "40.00"),
    ]  # fmt: skip
    text = sign_in(client, ana).get(reverse("credits")).content.decode()
    assert "4 credits" in text
    assert "$100.00" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("party=unapplied", 1), ("party=payer", 3), ("party=patient", 0), ("age=over", 1), ("age=30", 3),
        ("clock=none", 2), ("clock=running", 2), ("clock=passed", 0), ("clock=soon", 0), ("cause=unknown", 3),
        ("cause=patient_overpaid", 1), ("cause=nonsense", 4),
    ],
)  # fmt: skip
def test_filters_narrow_what_is_listed_and_exported(client: Client, ana: User, query: str, count: int) -> None:
    old = overpaid(payer_class="commercial", by="10.00", now=NOW - 100 * DAY)
    overpaid(payer_class="medicare", by="20.00", now=NOW - 5 * DAY)
    overpaid(payer_class="medicaid", by="30.00", now=NOW - 20 * DAY)
    post_receipts(
        [ReceivedMoney(old.account_id, old.practice_id, money("40.00"), TODAY, "Check 1")], posted_on=TODAY, now=NOW
    )
    answer = sign_in(client, ana).get(f"{reverse('credits')}?{query}&export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + count


def test_the_list_asks_the_database_as_often_for_forty_credits_as_for_four(
    ana: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    payer = make_payer(payer_class="medicare", payer_id="MCR")
    for _ in range(40):
        claim = make_claim(payers=[payer], lines=("100.00",))
        line = claim.lines.select_related("claim").get()
        ledger.post(
            [move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="150.00", on=TODAY)], now=NOW
        )
    with django_assert_max_num_queries(13):
        assert len(selectors.credits_of(actor=ana, asked=selectors.CreditFilter(), today=TODAY)) == 40


def test_a_person_sets_the_cause_and_the_history_keeps_why(client: Client, ana: User) -> None:
    claim = overpaid()
    url = reverse("credit_cause", args=[of_payer(claim).key])
    sign_in(client, ana)
    missing = client.post(url, {"cause": "misposted", "reason": ""})
    assert missing.status_code == 422
    assert b'value="misposted" selected' in missing.content, "what was chosen is kept"
    assert client.post(url, {"cause": "misposted", "reason": "Meant for HC-9."}).status_code == 302
    text = client.get(reverse("credit", args=[of_payer(claim).key])).content.decode()
    assert "Posted to the wrong place" in text
    assert "set by a person" in text
    assert "Meant for HC-9." in text
    assert AuditEvent.objects.get(action="credit_reviewed").after == {"bucket": "PAYER1", "cause": "misposted"}
    assert client.post(url, {"cause": "", "reason": "It was not."}).status_code == 302
    assert selectors.credit_of(of_payer(claim), actor=ana, today=TODAY).is_set is False


def test_the_recorded_clock_is_the_deadline_of_the_work(client: Client, ana: User) -> None:
    claim = overpaid()
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = WorkItem.objects.get(claim=claim, state="open")
    assert item.overpayment_due_on == TODAY + 60 * DAY
    url = reverse("credit_clock", args=[of_payer(claim).key])
    days = {
        "identified_on": "2026-11-01",
        "investigation_started_on": "2026-11-11",
        "reason": "Seen elsewhere.",
    }
    assert sign_in(client, ana).post(url, days).status_code == 302
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    found = selectors.credit_of(of_payer(claim), actor=ana, today=TODAY)
    assert found.standing(TODAY) == "suspended"
    assert item.overpayment_due_on == found.due_on == dt.date(2026, 11, 1) + (60 + 170) * DAY
    assert client.post(url, {**days, "investigation_ended_on": "2026-11-15"}).status_code == 302
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert item.overpayment_due_on == dt.date(2026, 11, 1) + 64 * DAY
    reported = {"identified_on": "2026-11-01", "reported_on": "2026-11-20", "reason": "Sent the form."}
    assert client.post(url, reported).status_code == 422, "it says how"
    assert client.post(url, {**reported, "method": "Refund form"}).status_code == 302
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item.refresh_from_db()
    assert item.overpayment_due_on is None
    assert CreditReview.objects.get().changes.count() == 3


def test_what_was_recorded_of_a_credit_does_not_speak_for_the_next_one(client: Client, ana: User) -> None:
    claim = overpaid()
    sign_in(client, ana).post(
        reverse("credit_cause", args=[of_payer(claim).key]), {"cause": "misposted", "reason": "Meant for HC-9."}
    )
    line = claim.lines.select_related("claim").get()
    back = move(line, kind="payer_payment", debit="PAYER1", credit="CASH", amount="50.00", on=TODAY)
    again = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="9.00", on=TODAY)
    ledger.post([back], now=NOW)
    assert client.get(reverse("credit", args=[of_payer(claim).key])).status_code == 404
    ledger.post([again], now=NOW)
    assert selectors.credit_of(of_payer(claim), actor=ana, today=TODAY).is_set is False


def test_asked_by_one_approved_by_another_issued_and_cleared_on_the_pages(client: Client, ana: User, sol: User) -> None:
    claim = overpaid()
    key = of_payer(claim).key
    sign_in(client, ana)
    page = client.get(reverse("credit", args=[key])).content.decode()
    assert "At most 50.00." in page
    too_much = client.post(reverse("credit_refund", args=[key]), refund_form(amount="60.00"))
    assert too_much.status_code == 400 or too_much.status_code == 422
    assert b'value="60.00"' in too_much.content, "what was typed is kept"
    assert b"At most 50.00 of this credit" in too_much.content
    client.post(reverse("credit_refund", args=[key]), refund_form())
    refund = Refund.objects.get()
    url = reverse("refund", args=[refund.pk])
    assert b"Withdraw the question" in client.get(url).content
    assert client.post(reverse("refunds_issue"), {"refund": refund.pk, "method": "check"}).status_code == 403
    sign_in(client, sol)
    assert b"Approve" in client.get(url).content
    question = ApprovalRequest.objects.get()
    decided = client.post(reverse("approvals_decide"), {"request": question.pk, "answer": "approve", "back": "subject"})
    assert decided["Location"] == url
    issued = client.post(reverse("refunds_issue"), {"refund": refund.pk, "method": "check", "first_number": "77"})
    assert issued.status_code == 302
    refund.refresh_from_db()
    assert refund.number == "77"
    letter = client.get(reverse("refund_letter", args=[refund.pk])).content.decode()
    for word in ("Harbor Clinic", "Meridian Choice", "77", claim.number, "$50.00", "Paid twice."):
        assert word in letter
    file = client.post(reverse("refund_file", args=[refund.run_id]))
    assert b"50.00" in file.content
    early = client.post(reverse("refund_clear", args=[refund.pk]), {"on": "2026-11-01"})
    assert early.status_code in (400, 422)
    assert client.post(reverse("refund_clear", args=[refund.pk]), {"on": "2026-11-20"}).status_code == 302
    refund.refresh_from_db()
    assert refund.state == "cleared"


def test_an_auditor_sees_and_does_nothing(client: Client, ana: User) -> None:
    refund = asked(overpaid(), actor=ana)
    sign_in(client, make_abe(make_practice()))
    for name, args in (("credits", []), ("refunds", []), ("refund", [refund.pk]), ("refunds_unclaimed", [])):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200
    assert client.post(reverse("refund_void", args=[refund.pk]), {"why": "x"}).status_code == 403


def test_an_admin_enters_the_account_to_pay_from_and_it_is_not_shown_again(client: Client) -> None:
    practice = make_practice()
    sign_in(client, make_ada(practice))
    url = reverse("practice_bank", args=[practice.pk])
    form = {"bank": "First Harbor", "routing": "021000022", "account": "998877", "company": "Harbor", "company_id": "1"}
    wrong = client.post(url, form)
    assert b"these don&#x27;t check" in wrong.content
    assert client.post(url, {**form, "routing": "021000021"}).status_code == 302
    assert PayingAccount.objects.get().account == "998877"
    text = client.get(url).content.decode()
    assert "998877" not in text
    assert "what is debited from patients&#x27; bank accounts is paid into it" in text
    assert "Ends in 8877" in text
