"""The pages of cash and closing: what a supervisor does in a month, by form, with what goes wrong on the way."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from arwork.staff.models import User
from claims.approvals.models import ApprovalRequest
from claims.cash.models import BankLine, BankMatch, CashBatch, DayClose, DepositSlip
from claims.closing.models import FrozenReport, GlExport
from claims.ledger.models import Period
from claims.practices.models import Practice
from claims.web.closing_guide import in_html
from tests.cast import make_abe, make_ada, make_claim, make_practice, make_sol
from tests.closing.books import DAY, LATER, LATER_ON, owed, receive, wired

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def _later() -> object:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def sol(practice: Practice, client: Client) -> User:
    found = make_sol(practice)
    client.force_login(found, backend=BACKEND)
    return found


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_day_is_counted_deposited_and_closed_by_form(client: Client, practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00", number="A1")
    day = reverse("cash_day", args=[practice.pk, DAY.isoformat()])
    assert "Waits to be counted" in text(client, day)
    client.post(f"{day}/batches", {"kind": "patient", "owner": sol.pk})
    batch = CashBatch.objects.get()
    page = reverse("cash_batch", args=[batch.pk])
    wrong = client.post(f"{page}/tape", {"count": "one", "amount": "41.00"})
    assert wrong.status_code == 422
    assert b'value="41.00"' in wrong.content
    client.post(f"{page}/tape", {"count": "1", "amount": "41.00"})
    refused = client.post(f"{page}/close", {"why": ""})
    assert refused.status_code == 422
    assert b"Tape and books differ" in refused.content
    client.post(f"{page}/close", {"why": "a dollar found"})
    assert "a dollar found" in text(client, page)
    nothing = client.post(f"{day}/slips", {})
    assert nothing.status_code == 422
    client.post(f"{day}/slips", {"batches": [batch.pk], "bank_account": "Operating 4410"})
    slip = DepositSlip.objects.get()
    assert "41.00" in text(client, day)
    assert client.post(f"{day}/close", {"why": ""}).status_code == 422
    client.post(reverse("slip_deposit", args=[slip.pk]), {"on": LATER_ON.isoformat()})
    client.post(f"{day}/close", {})
    assert DayClose.objects.get().day == DAY
    assert "deposited" in text(client, reverse("deposit_slip", args=[slip.pk]))


def test_a_bank_file_asks_for_its_columns_then_matches(client: Client, practice: Practice, sol: User) -> None:
    wired(practice, "100.00", trace="EFT778812", on=LATER_ON - dt.timedelta(days=3))
    rows = f"Posting Date,Credit,Memo\n{LATER_ON:%m/%d/%Y},100.00,TRN EFT778812\n{LATER_ON:%m/%d/%Y},7.00,CASH\n"
    bank = f"{reverse('bank')}?practice={practice.pk}"

    def upload():  # type: ignore[no-untyped-def]
        file = SimpleUploadedFile("november.csv", rows.encode())
        return client.post(f"{reverse('bank_upload')}?practice={practice.pk}", {"file": file})

    asked = upload()
    assert asked["Location"].startswith(reverse("bank_layout", args=[practice.pk]))
    assert 'value="Posting Date"' in text(client, asked["Location"])
    layout = {"date": "Posting Date", "amount": "Credit", "description": "Memo", "reference": ""}
    client.post(reverse("bank_layout", args=[practice.pk]), layout)
    upload()
    assert BankMatch.objects.get().why == "trace"
    assert "Nobody has found, 1" in text(client, bank)
    line = BankLine.objects.get(matches=None)
    page = reverse("bank_line", args=[line.pk])
    assert "$7.00" in text(client, page)
    assert client.post(f"{page}/aside", {"why": ""}).status_code == 422
    client.post(f"{page}/aside", {"why": "interest"})
    assert "Set aside: interest" in text(client, f"{bank}&show=settled")
    assert b"Whose word" in b"".join(client.get(f"{bank}&export=csv").streaming_content)


def test_what_is_wrong_in_a_bank_file_is_said_with_its_line(client: Client, practice: Practice, sol: User) -> None:
    file = SimpleUploadedFile("x.txt", b"01,A,B,261102,0600,1,80,,2/\n02,A,B,1,26x102/\n")
    answer = client.post(f"{reverse('bank_upload')}?practice={practice.pk}", {"file": file})
    assert answer.status_code == 422
    assert b"Line 2, date" in answer.content


def test_a_month_is_accepted_closed_and_compared(client: Client, practice: Practice, sol: User) -> None:
    receive(sol, owed(practice, "30.00"), "40.00")
    month = reverse("closing_month", args=[practice.pk, "2026-10"])
    assert "2 open" in text(client, month)
    assert "proofs of the books hold" in text(client, f"{month}/proofs")
    refused = client.post(f"{month}/close")
    assert refused.status_code == 409
    assert b"Days closed, Unapplied cash seen" in refused.content
    for code in ("days", "unapplied"):
        assert client.post(f"{month}/accept/{code}", {"why": " "}).status_code == 422
        client.post(f"{month}/accept/{code}", {"why": "known"})
    client.post(f"{month}/close")
    report = FrozenReport.objects.get(name="cash")
    shown = text(client, reverse("frozen_report", args=[report.pk]))
    assert "Still the same" in shown
    taken = client.get(reverse("frozen_report", args=[report.pk]), {"export": "json"})
    assert taken.content.decode() == report.body
    assert "closed" in text(client, reverse("closing"))


def test_a_month_opens_again_from_the_page_of_approvals(client: Client, practice: Practice, sol: User) -> None:
    make_claim(practice=practice)
    month = reverse("closing_month", args=[practice.pk, "2026-10"])
    client.post(f"{month}/close")
    client.post(f"{month}/reopen", {"why": "a deposit was missed"})
    assert "Withdraw the question" in text(client, month)
    client.force_login(make_ada(practice), backend=BACKEND)
    assert "a deposit was missed" in text(client, month)
    assert "Open a closed month again" in text(client, reverse("approvals"))
    asked = ApprovalRequest.objects.get()
    client.post(reverse("approvals_decide"), {"request": asked.pk, "answer": "approve"})
    assert Period.objects.get().reopened_at
    assert "opened again" in text(client, month)


def test_the_journal_is_exported_and_says_so(client: Client, practice: Practice, sol: User) -> None:
    make_claim(practice=practice, posted_on=DAY)
    page = reverse("gl_journal", args=[practice.pk, "2026-10"])
    assert "Debits = credits" in text(client, page)
    content = b"".join(client.post(f"{page}/export", {"form": "csv"}).streaming_content).decode()
    assert "Charges,1210" in content
    assert GlExport.objects.get().total == Decimal("240.00")
    assert "As it stands" in text(client, page)


def test_an_admin_maps_an_account(client: Client, practice: Practice) -> None:
    client.force_login(make_ada(practice), backend=BACKEND)
    new = reverse("gl_account_new", args=[practice.pk])
    assert 'value="1010"' in text(client, f"{new}?account=CASH")
    client.post(new, {"account": "CASH", "number": "10-100", "name": "First Bank", "valid_from": "2026-11-01"})
    assert "First Bank" in text(client, reverse("gl_accounts"))


def test_an_auditor_sees_everything_and_is_offered_nothing(client: Client, practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00")
    client.force_login(make_abe(practice), backend=BACKEND)
    month = reverse("closing_month", args=[practice.pk, "2026-10"])
    assert "Accept<" not in text(client, month)
    assert client.post(f"{month}/close").status_code == 403
    assert "Count the first" not in text(client, reverse("cash_day", args=[practice.pk, DAY.isoformat()]))


@pytest.mark.parametrize("month", ["2026-13", "october", "2026-1", "..", "20260-1"])
def test_a_month_that_is_none_is_not_found(client: Client, practice: Practice, sol: User, month: str) -> None:
    assert client.get(f"/money/closing/{practice.pk}/{month}").status_code == 404
    assert client.get(f"/money/days/{practice.pk}/{month}").status_code == 404


def test_the_guide_is_the_document(client: Client, sol: User) -> None:
    shown = text(client, reverse("closing_guide"))
    assert "<h2>Every day</h2>" in shown
    assert "<strong>Close the day.</strong>" in shown
    said = in_html("# A <b>\n\n- one\n- two `x`")
    assert said == "<h1>A &lt;b&gt;</h1>\n<ul><li>one</li><li>two <code>x</code></li></ul>"
