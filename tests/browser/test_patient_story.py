"""A month with one patient, by keyboard: billed, they call, a plan is agreed that a bank account pays, its first debit
comes back unpaid, the plan is broken, comes first the next morning, and is agreed anew."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from arwork.lib import clock
from claims.parties.models import Account, PersonAddress
from claims.receipts.models import Receipt
from collections_app.ach.models import AchEntry, BankAuthorization
from collections_app.contacts.identity_models import IdentityCheck
from collections_app.contacts.models import Contact
from collections_app.day import services as day
from collections_app.payments.models import Payment
from collections_app.plans.models import PaymentPlan, PlanSchedule
from collections_app.statements.models import Statement
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.ach.stories import answer_file, collecting
from tests.browser.conftest import Sit
from tests.browser.steps import look, press, push, type_into
from tests.cast import make_account, make_ana, make_patient, make_practice, make_sol
from tests.statements.conftest import billed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager_tasks")]
#: A Friday the statement leaves; the Tuesday after they call; the first installment is due on another Tuesday.
BILLED, CALLED, DUE = dt.date(2026, 11, 20), dt.date(2026, 11, 24), dt.date(2026, 12, 8)
SETTLED, RETURNED, MORNING = dt.date(2026, 12, 9), dt.date(2026, 12, 10), dt.date(2026, 12, 11)


@contextmanager
def on(when: dt.date) -> Iterator[None]:
    """That day at ten in the morning in New York, the business day opened."""
    at = dt.datetime.combine(when, dt.time(15), dt.UTC)
    with time_machine.travel(at, tick=True):
        day.open_day(today=clock.today(), now=clock.now(), clock=clock.now)
        yield


def patient_of(practice: Any, last: str, first: str, share: str) -> Account:
    """Somebody of Brooklyn whose insurance left `share` of a visit of $600.00 to them."""
    account = make_account(practice=practice, last=last, first=first)
    PersonAddress.objects.filter(person=account.guarantor).update(
        line1="88 Elm Street", city="Brooklyn", state="NY", zip="11215"
    )
    make_patient(account=account, last=last, first=first)
    billed(account, lines=("600.00",), off="100.00", share=share, paid=f"{500 - float(share):.2f}")
    return account


def test_a_plan_paid_by_bank_debits_breaks_on_a_return_and_is_agreed_anew(sit: Sit) -> None:
    practice = make_practice()
    ana, sol = make_ana(practice), make_sol(practice)
    collecting(practice)
    practice.address, practice.city, practice.zip = "12 Pier Street", "Brooklyn", "11201"
    practice.save()
    with on(BILLED):
        gus = patient_of(practice, "Guarino", "Gus", "300.00")
        for last, share in (("Quist", "450.00"), ("Ruiz", "490.00")):
            patient_of(practice, last, "Mia", share)
        worklist.refresh_all(today=clock.today(), now=clock.now())
        statements_leave(sit(sol), gus)
    with on(CALLED):
        plan = agreed_on_the_phone(sit(ana), gus)
        confirmed(sit(sol))
    with on(DUE):
        entry = sent_to_the_bank(sit(sol), plan)
    with on(SETTLED):
        paid(sit(ana), plan, entry)
    with on(RETURNED):
        comes_back(sit(sol), entry, plan)
    with on(MORNING):
        agreed_anew(sit(ana), gus, plan)


def statements_leave(page: Page, gus: Account) -> None:
    page.goto(f"/statements/preview/{gus.practice_id}")
    look(page, "01-preview")
    push(page, "Make 3 statements")
    expect(page.get_by_text("Ready to release")).to_be_visible()
    look(page, "02-run")
    press(page, "r")
    push(page, "Release 3 statements")
    expect(page.get_by_text("Released: 3 statements, $1,240.00.")).to_be_visible()
    assert Statement.objects.get(account=gus).state == Statement.State.RELEASED
    assert page.problems == []  # type: ignore[attr-defined]


def agreed_on_the_phone(page: Page, gus: Account) -> PaymentPlan:
    page.goto(f"/accounts/{gus.pk}")
    look(page, "03-account")
    press(page, "i")
    expect(page.get_by_text("Nobody was verified.")).to_be_visible()
    look(page, "04-caller")
    type_into(page, "Date of birth", "4/9/1961")
    page.keyboard.press("Tab")
    page.keyboard.type("11215")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What they may hear")).to_be_visible()
    look(page, "05-verified")
    check = IdentityCheck.objects.get()
    assert (check.result, check.direction, len(check.matched)) == ("verified", "in", 2)
    press(page, "Shift+K")
    expect(page.get_by_role("heading", name="Offer a plan")).to_be_visible()
    type_into(page, "They say they can pay, a month", "100")
    look(page, "06-means")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="$300.00 in installments")).to_be_visible()
    look(page, "07-offers")
    press(page, "Control+Enter")
    expect(page.get_by_text("3 payments of $100.00 are due every month")).to_be_visible()
    look(page, "08-agree")

    press(page, "b")
    expect(page.get_by_role("heading", name="Authorize a bank debit")).to_be_visible()
    expect(page.get_by_label("How often")).to_have_value("recurring")
    expect(page.get_by_label("Amount of each debit")).to_have_value("100.00")
    for label, words in (
        ("Routing number", "011000015"), ("Account number", "123456789"), ("Account number again", "123456789"),
        ("Where the recording or paper is found", "call 881"),
    ):  # fmt: skip
        type_into(page, label, words)
    look(page, "09-authorize")
    press(page, "Control+Enter")
    expect(page.get_by_text("This is an authorization of an ACH debit")).to_be_visible()
    look(page, "10-script")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Read back and agree")).to_be_visible()
    page.get_by_label("Paid by").focus()
    page.keyboard.type("Checking")
    press(page, "Control+Enter")
    expect(page.get_by_text("Agreed. The plan is in force")).to_be_visible()
    expect(page.get_by_text("Send the copy")).to_be_visible()
    expect(page.get_by_text("What confirms it")).to_be_visible()
    look(page, "11-plan")
    plan = PaymentPlan.objects.get()
    assert (plan.state, str(plan.autopay), plan.agreement is not None) == ("current", "Checking 6789", True)
    assert BankAuthorization.objects.get().sec_code == "TEL"
    page.goto(f"/accounts/{gus.pk}/caller")
    press(page, "o")
    page.wait_for_url(f"**/accounts/{gus.pk}")
    press(page, "7")
    page.get_by_label("What", exact=True).focus()
    page.keyboard.type("Call")
    type_into(page, "Who called", "Gus Guarino")
    type_into(page, "What was said", "Three payments by bank account, read back and agreed.")
    push(page, "Log it")
    expect(page.get_by_text("Logged. It stands in the history")).to_be_visible()
    assert Contact.objects.filter(account=gus, direction="in").count() == 1
    assert page.problems == []  # type: ignore[attr-defined]
    return plan


def confirmed(page: Page) -> None:
    given = BankAuthorization.objects.get()
    page.goto(f"/ach/authorizations/{given.pk}")
    look(page, "12-authorization")
    push(page, "It went out")
    expect(page.get_by_text("Noted.")).to_be_visible()
    push(page, "It is theirs")
    expect(page.get_by_text("Confirmed: what waited for that goes on.")).to_be_visible()
    assert page.problems == []  # type: ignore[attr-defined]


def sent_to_the_bank(page: Page, plan: PaymentPlan) -> AchEntry:
    entry = AchEntry.objects.get()
    assert (entry.state, entry.effective_on, str(entry.amount)) == ("pending", SETTLED, "100.00")
    page.goto("/ach")
    look(page, "13-debits")
    page.goto("/ach/files")
    look(page, "14-files")
    press(page, "m")
    expect(page.get_by_text("Checked against the record layout")).to_be_visible()
    look(page, "15-file")
    press(page, "x")
    expect(page.get_by_role("button", name="The bank has it")).to_have_count(0)
    entry.refresh_from_db()
    assert (entry.state, entry.sent_on) == ("sent", DUE)
    assert page.problems == []  # type: ignore[attr-defined]
    return entry


def paid(page: Page, plan: PaymentPlan, entry: AchEntry) -> None:
    page.goto(f"/plans/{plan.pk}")
    expect(page.get_by_text("1 of 3 payments made, $100.00 of $300.00")).to_be_visible()
    assert Receipt.objects.get().method == "ach"
    assert page.problems == []  # type: ignore[attr-defined]


def comes_back(page: Page, entry: AchEntry, plan: PaymentPlan) -> None:
    entry.refresh_from_db()
    content = answer_file(("R01", entry.trace, "100.00"), settled_on=RETURNED)
    page.goto("/ach/returns")
    page.get_by_label("File of the bank").set_input_files(
        {"name": "returns.ach", "mimeType": "text/plain", "buffer": content}
    )
    look(page, "16-returns")
    press(page, "n")
    expect(page.get_by_text("take the money back")).to_be_visible()
    look(page, "17-return")
    press(page, "Control+Enter")
    expect(page.get_by_text("returns.ach: 1 taken in.")).to_be_visible()
    page.goto(f"/ach/entries/{entry.pk}")
    look(page, "18-entry")
    assert Receipt.objects.get().state == Receipt.State.RETURNED
    assert Payment.objects.get().state == Payment.State.RETURNED
    page.goto(f"/plans/{plan.pk}")
    why = "$100.00, Checking 6789: returned by the bank: R01 Not enough funds"
    expect(page.locator(".notice-red")).to_contain_text(why)
    look(page, "19-broken")
    plan.refresh_from_db()
    assert (plan.state, plan.settled_on) == ("broken", RETURNED)
    assert page.problems == []  # type: ignore[attr-defined]


def agreed_anew(page: Page, gus: Account, plan: PaymentPlan) -> None:
    page.goto("/desk")
    press(page, "n")
    page.wait_for_url("**/desk/*")
    expect(page.get_by_text("#1 of 3 due")).to_be_visible()
    expect(page.get_by_text("A payment plan was broken on Dec 10")).to_be_visible()
    expect(page.get_by_text("returned by the bank: R01 Not enough funds")).to_be_visible()
    look(page, "20-first")
    assert page.url.endswith(f"/desk/{WorkItem.objects.get(account=gus, state='open').pk}")
    press(page, "Shift+K")
    expect(page.get_by_role("heading", name="Renegotiate the plan")).to_be_visible()
    type_into(page, "They say they can pay, a month", "75")
    press(page, "Control+Enter")
    look(page, "21-offers")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Read back and agree")).to_be_visible()
    press(page, "Control+Enter")
    expect(page.get_by_text("Agreed. The plan is in force")).to_be_visible()
    look(page, "22-renegotiated")
    expect(page.get_by_text("Caught up")).to_have_count(0)
    plan.refresh_from_db()
    assert (plan.state, plan.autopay) == ("current", None)
    schedules = PlanSchedule.objects.filter(plan=plan).order_by("number")
    assert [(one.why, one.count, str(one.installment)) for one in schedules] == [
        ("first", 3, "100.00"), ("renegotiated", 4, "75.00"),
    ]  # fmt: skip
    assert AchEntry.objects.filter(state="cancelled", represents__isnull=False).count() == 1
    assert page.problems == []  # type: ignore[attr-defined]
