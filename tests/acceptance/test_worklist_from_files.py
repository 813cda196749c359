"""From files to work: what each answer of a payer makes of the worklist when the day is opened."""

import datetime as dt
import io

import pytest
from django.core.management import call_command

from claims.billing.models import Claim
from claims.denials.models import Denial, Underpayment
from claims.payers.models import Payer
from claims.remits import exceptions as remits
from claims.remits.models import RemitClaim, RemitException
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_ana, make_claim, make_payer, make_practice, make_sol
from tests.edi_intake.writing import Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


def run_day(day: dt.date) -> str:
    out = io.StringIO()
    call_command("run_day", date=day, stdout=out)
    return out.getvalue()


def item_of(number: str) -> WorkItem:
    return WorkItem.objects.get(claim__number=number, state="open")


def sent(number: str, *, charge: str = "240.00", filing: str = "CI", payer: tuple[str, str] | None = None) -> Sent:
    return Sent(
        number=number, charge=charge, filing=filing, payer=payer or ("MERIDIAN CHOICE", "MER01"), served="20260914",
        last=f"PERSON{number[-1]}", member=f"M{number}",
    )  # fmt: skip


def answered(number: str, *lines: Svc, status: str = "1", icn: str = "ICN1") -> Clp:
    return Clp(number=number, lines=lines, status=status, icn=icn, last=f"PERSON{number[-1]}", member=f"M{number}")


@pytest.mark.parametrize(("filing", "payer", "day"), [
    ("MB", ("MEDICARE PART B", "MCR01"), dt.date(2026, 11, 25)),
    ("CI", ("MERIDIAN CHOICE", "MER01"), dt.date(2026, 12, 10)),
])  # fmt: skip
def test_an_unanswered_claim_is_checked_when_its_payer_should_have_answered(
    import_edi: ImportEdi, filing: str, payer: tuple[str, str], day: dt.date
) -> None:
    """Medicare on day 15, commercial on day 30 after sending; moved on to a business day (RULES 9.3)."""
    make_payer(name=payer[0].title(), payer_id=payer[1], payer_class="medicare" if filing == "MB" else "commercial")
    claim = sent("NR-1", filing=filing, payer=payer)
    import_edi(write_837([claim], sent_on="20261110"), write_277ca([("NR-1", "A2", "ICN5")], day="20261111"))
    run_day(TODAY)
    item = item_of("NR-1")
    assert (item.kind, item.submission_state, item.next_on) == ("no_response", "accepted", day)
    assert item.next_action
    assert item.because


@pytest.mark.parametrize(("category", "last_day"), [("A1", dt.date(2026, 12, 13)), ("A2", None)])
def test_a_receipt_leaves_the_filing_limit_running_until_the_claim_is_accepted(
    import_edi: ImportEdi, category: str, last_day: dt.date | None
) -> None:
    import_edi(write_837([sent("NR-1")], sent_on="20261110"), write_277ca([("NR-1", category, "ICN5")], day="20261111"))
    run_day(TODAY)
    assert item_of("NR-1").deadline_on == last_day


def test_a_rejected_claim_is_fixed_and_sent_and_is_no_denial(import_edi: ImportEdi) -> None:
    import_edi(write_837([sent("RJ-1")], sent_on="20261110"), write_277ca([("RJ-1", "A3", "")], day="20261112"))
    run_day(TODAY)
    item = item_of("RJ-1")
    assert (item.kind, item.next_action, item.next_on) == ("rejected", "fix_and_send", TODAY)
    assert not Denial.objects.exists()
    assert str(item.amount) == "240.00"


def test_a_missing_authorization_is_a_denial_with_the_payers_window_and_no_write_off(import_edi: ImportEdi) -> None:
    era = Era([answered("DN-1", Svc("240.00", "0.00", [("CO-197", "240.00")], code="99213"))], paid_on=TODAY)
    import_edi(write_837([sent("DN-1")], sent_on="20261001"), era.text())
    run_day(TODAY)
    item = item_of("DN-1")
    claim = Claim.objects.get(number="DN-1")
    assert (item.kind, item.category, str(item.amount)) == ("denied", "authorization", "240.00")
    assert str(claim.balance) == "240.00"
    assert item.deadline_kind in ("appeal_1", "corrected")
    assert item.deadline_on is not None
    assert item.due_on is not None
    assert TODAY < item.due_on < item.deadline_on
    assert Denial.objects.get().initial_on == TODAY


@pytest.mark.parametrize("carc", ["24", "172", "50", "29", "16"])
def test_no_denial_is_written_off_by_posting(import_edi: ImportEdi, carc: str) -> None:
    era = Era([answered("DN-2", Svc("240.00", "0.00", [(f"CO-{carc}", "240.00")], code="99213"))], paid_on=TODAY)
    import_edi(write_837([sent("DN-2")], sent_on="20261001"), era.text())
    assert str(Claim.objects.get(number="DN-2").balance) == "240.00"
    assert Denial.objects.get().carc == carc


def test_a_deductible_for_everything_allowed_is_the_patients_and_no_denial(import_edi: ImportEdi) -> None:
    line = Svc("240.00", "0.00", [("CO-45", "90.00"), ("PR-1", "150.00")], code="99213")
    import_edi(write_837([sent("DD-1")]), Era([answered("DD-1", line)], paid_on=TODAY).text())
    run_day(TODAY)
    item = WorkItem.objects.get(state="open")
    assert (item.kind, item.claim, str(item.amount)) == ("patient_balance", None, "150.00")
    assert not Denial.objects.exists()


def test_money_paid_twice_is_a_credit_on_the_sixty_day_clock(
    import_edi: ImportEdi, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_payer(name="Medicare Part B", payer_id="MCR01", payer_class="medicare")
    paid = Svc("240.00", "240.00", code="99213")
    import_edi(write_837([sent("CR-1", filing="MB", payer=("MEDICARE PART B", "MCR01"))], sent_on="20260916"))
    run_day(TODAY - dt.timedelta(days=3))  # unanswered then: the clock must not run from that day
    run_day(TODAY - dt.timedelta(days=1))
    assert item_of("CR-1").overpayment_due_on is None
    for trace in ("EFT1", "EFT2"):
        era = Era([answered("CR-1", paid)], paid_on=TODAY, trace=trace, payer="Medicare Part B", payer_id="MCR01")
        [told] = import_edi(era.text())
    assert (told["status"], told["exceptions"]) == ("partly", 1)  # the second payment is a question first
    remits.accept_exception(RemitException.objects.get().pk, actor=make_sol(make_practice()), today=TODAY, now=NOW)
    run_day(TODAY)
    item = item_of("CR-1")
    assert (item.kind, str(item.amount), item.lane) == ("credit_balance", "240.00", 2)
    assert item.overpayment_due_on == dt.date(2027, 1, 19)
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY + dt.timedelta(days=3))
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW + dt.timedelta(days=3))
    run_day(TODAY + dt.timedelta(days=3))
    item.refresh_from_db()
    assert item.overpayment_due_on == dt.date(2027, 1, 19)


def test_every_open_dollar_has_an_item_with_a_next_action_and_a_second_run_does_nothing(import_edi: ImportEdi) -> None:
    make_ana(make_practice())
    import_edi(write_837([sent(f"OP-{n}") for n in range(1, 6)]))
    import_edi(
        Era(
            [
                answered("OP-1", Svc("240.00", "0.00", [("CO-197", "240.00")], code="99213")),
                answered("OP-2", Svc("240.00", "100.00", [("PR-2", "140.00")], code="99213"), icn="ICN2"),
                answered("OP-3", Svc("240.00", "240.00", code="99213"), icn="ICN3"),
                answered("XX-9", Svc("50.00", "50.00"), icn="ICN4"),
            ],
            paid_on=TODAY,
        ).text()
    )
    run_day(TODAY)
    items = WorkItem.objects.filter(state="open")
    assert sorted(items.values_list("kind", flat=True)) == [
        "denied", "no_response", "no_response", "patient_balance", "remit_exception",
    ]  # fmt: skip
    assert not items.filter(next_action="").exists()
    assert not items.filter(next_on=None).exists()
    before = list(WorkItem.objects.order_by("pk").values())
    assert "nothing to do" in run_day(TODAY)
    assert list(WorkItem.objects.order_by("pk").values()) == before


def test_a_payer_that_a_file_named_first_waits_to_be_confirmed(import_edi: ImportEdi) -> None:
    import_edi(write_837([sent("PY-1", payer=("BRIGHT MEADOW", "BRM77"))]))
    payer = Payer.objects.get(identifiers__value="BRM77")
    assert payer.is_confirmed is False


def test_a_payment_below_contract_is_disputed_from_the_day_of_its_remittance(
    import_edi: ImportEdi,
) -> None:
    """The window runs from the notice, not from the day on which somebody first looked after the claim (RULES 8.7)."""
    claim = make_claim(number="UP-1", lines=["240.00"], codes=["99214"], billed_on=dt.date(2026, 6, 1))
    run_day(TODAY - dt.timedelta(days=40))
    line = claim.lines.get()
    remit = Clp(number="UP-1", lines=[Svc("240.00", "80.00", [("CO-45", "160.00")])])
    import_edi(Era([remit], paid_on=TODAY).text())
    Underpayment.objects.create(
        practice=claim.practice, claim=claim, line=line, remit_claim=RemitClaim.objects.get(), payer=claim.payer,
        expected="120.00", allowed="80.00", amount="40.00", opened_on=TODAY,
    )  # fmt: skip
    worklist.refresh(claims=[claim.pk], today=TODAY, now=NOW)
    item = item_of("UP-1")
    assert (item.kind, str(item.amount)) == ("underpaid", "40.00")
    assert item.opened_on == TODAY - dt.timedelta(days=40)
    assert (item.deadline_kind, item.deadline_on) == ("appeal_1", dt.date(2027, 5, 19))  # 180 days
