"""One dollar's way through the house: from the files into the books, onto the desk, back by itself, and tied out."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect

from arwork.lib import clock
from arwork.lib.dates import next_business_day
from arwork.lib.money import ZERO
from arwork.staff.models import Role, User
from claims.billing.models import Claim
from claims.practices.models import Practice
from collections_app.demo.files import DemoDeposit, claim_file, remittance_file, status_file
from collections_app.demo.places import PAYERS, PRACTICES
from collections_app.demo.story import (
    DemoAdjustment,
    DemoClaim,
    DemoClaimPayment,
    DemoLine,
    DemoPatient,
    DemoServicePayment,
)
from collections_app.worklist.models import QueueEntry, WorkItem
from tests.balances import control_total
from tests.cast import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRACTICE, PAYER = PRACTICES[0], PAYERS[0]


def told(today: dt.date) -> DemoClaim:
    """A visit of $425.00: the office visit is paid in part, the blood test denied for lack of authorization."""
    served, billed = today - dt.timedelta(days=42), today - dt.timedelta(days=40)
    patient = DemoPatient(
        last="Merriweather", first="Odette", birth_on=dt.date(1969, 7, 16), sex="F", street="5 Elm Street",
        city="Brooklyn", state="NY", zip="11215", phone="7185550119", member_id="MCH00004711", payer=PAYER,
        secondary=None, practice=PRACTICE,
    )  # fmt: skip
    paid = DemoServicePayment(
        Decimal("120.00"), (DemoAdjustment("CO", "45", Decimal("85.00")), DemoAdjustment("PR", "3", Decimal("35.00")))
    )
    denied = DemoServicePayment(ZERO, (DemoAdjustment("CO", "197", Decimal("185.00")),))
    return DemoClaim(
        number="H7700001", patient=patient, service_on=served, billed_on=billed,
        lines=(
            DemoLine("99214", "25", Decimal("240.00"), Decimal("155.00")),
            DemoLine("85025", "", Decimal("185.00"), Decimal("100.00")),
        ),
        diagnoses=("I10",), rejected=False,
        advices=(DemoClaimPayment(today - dt.timedelta(days=1), PAYER, "1", (paid, denied)),),
    )  # fmt: skip


def write_files(folder: Path, story: DemoClaim, today: dt.date) -> list[Path]:
    deposit = DemoDeposit(PAYER, on=today, trace="EFT77000001")
    deposit.claims.append((story, story.advices[0]))
    texts = {
        "claims.837": claim_file(PRACTICE, [story], on=story.billed_on, control=7701),
        "answers.277ca": status_file(PRACTICE, [story], on=story.billed_on + dt.timedelta(days=1), control=7702),
        "payment.835": remittance_file(PRACTICE, [deposit], on=today, control=7703),
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


@pytest.fixture
def people() -> list[User]:
    practice = Practice.objects.create(name=PRACTICE.name, npi=PRACTICE.npi, tin=PRACTICE.tin)
    return [
        make_user(username="sol", role=Role.SUPERVISOR, practices=[practice]),
        make_user(username="ana", role=Role.COLLECTOR, practices=[practice]),
    ]


@pytest.fixture
def sign_in(browser: Browser, live_server) -> Callable[[str], Page]:
    def open_page(username: str) -> Page:
        page = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}).new_page()
        page.goto("/login")
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    return open_page


def test_a_dollar_travels_from_the_file_to_the_tied_out_report(tmp_path, people, sign_in, eager_tasks, monkeypatch):
    today = clock.today()
    supervisor = sign_in("sol")
    supervisor.goto("/imports")
    supervisor.locator("input[type=file]").set_input_files(write_files(tmp_path, told(today), today))
    supervisor.get_by_role("button", name="Upload").click()
    for name in ("claims.837", "answers.277ca", "payment.835"):
        expect(supervisor.get_by_role("row").filter(has_text=name)).to_contain_text("taken in", timeout=20_000)

    claim = Claim.objects.get(number="H7700001")
    assert (claim.charge, claim.balance) == (Decimal("425.00"), Decimal("220.00"))
    item = WorkItem.objects.get(claim=claim, state="open")
    assert (item.kind, item.amount) == ("denied", Decimal("185.00"))
    call_command("run_day", date=today)

    collector = sign_in("ana")
    collector.goto("/my-day")
    collector.keyboard.press("n")
    collector.wait_for_url("**/desk/*")
    if "/desk/" + str(item.pk) not in collector.url:  # the patient's $35.00 may come first by its score
        collector.goto(f"/desk/{item.pk}")
    main = collector.get_by_role("main")
    expect(main).to_contain_text("H7700001")
    expect(main).to_contain_text("CO-197")
    expect(main).to_contain_text("authorization")
    collector.keyboard.press("a")
    collector.keyboard.press("Control+Enter")
    collector.wait_for_url(lambda url: f"/desk/{item.pk}" not in url)

    item.refresh_from_db()
    due = next_business_day(today + dt.timedelta(days=30))
    assert (item.next_action, item.next_on) == ("check_appeal", due)
    later = clock.now() + (due - today)
    with monkeypatch.context() as then:  # only while the days are opened: sessions would not last so long
        then.setattr(clock, "now", lambda: later)
        then.setattr(clock, "today", lambda: due)
        call_command("run_day", date=due - dt.timedelta(days=1))
        assert not QueueEntry.objects.filter(item=item).exists()
        call_command("run_day", date=due)
        assert QueueEntry.objects.filter(item=item).exists()

    supervisor.goto("/reports/aging")
    main = supervisor.get_by_role("main")
    expect(main).to_contain_text("Ties out")
    expect(main).to_contain_text("$220.00")
    assert control_total([claim.practice_id]) == Decimal("220.00")
