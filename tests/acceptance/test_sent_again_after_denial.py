"""A denied claim that was sent corrected waits for its payer, until that one answers or turns it away."""

import datetime as dt
from collections.abc import Sequence

import pytest

from claims.billing.models import Claim
from claims.practices.models import Practice
from collections_app.worklist import services as worklist
from collections_app.worklist.models import WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.edi_intake.writing import NPI, TIN, Sent, write_277ca, write_837
from tests.remits.era import Clp, Era, Svc

TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 15, 0, tzinfo=dt.UTC)
PAYEE = Practice(name="Harbor Clinic", npi=NPI, tin=TIN)
GUS = Sent(number="AG-1", charge="340.00", served="20260914", member="M100")
BILL = write_837([GUS], sent_on="20260916")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    monkeypatch.setattr("arwork.lib.clock.now", lambda: NOW)


def answer(day: dt.date, *, cas: Sequence[tuple[str, str]], paid: str = "0.00", icn: str = "P1") -> str:
    line = Svc("340.00", paid, cas, code="99213", rarcs=["M76"] if paid == "0.00" else [])
    return Era([Clp("AG-1", [line], icn=icn)], trace=f"T{icn}{day:%d}", paid_on=day, practice=PAYEE).text()


def corrected(*, sent_on: str = "20261102", control: int = 2, **changes: object) -> bytes:
    return write_837([GUS.but(frequency="7", icn="P1", **changes)], sent_on=sent_on, control=control)


DENIED = answer(dt.date(2026, 10, 5), cas=[("CO-16", "340.00")])


def look() -> None:
    worklist.refresh(claims=Claim.objects.values_list("pk", flat=True), today=TODAY, now=NOW)


def item() -> tuple[str, str, str]:
    look()
    found = WorkItem.objects.get(claim__number="AG-1", state="open")
    return found.kind, found.next_action, found.deadline_kind


def test_it_waits_with_a_new_clock(import_edi: ImportEdi) -> None:
    import_edi(BILL, DENIED)
    assert item()[:2] == ("denied", "work_denial")
    import_edi(corrected())
    assert item() == ("no_response", "check_status", "appeal_1")
    assert WorkItem.objects.get(state="open").next_on == dt.date(2026, 12, 2)


def test_in_any_order_of_reading(import_edi: ImportEdi) -> None:
    import_edi(corrected(), DENIED, BILL)
    assert item()[0] == "no_response"


def test_turned_away_by_the_clearinghouse_it_is_to_be_fixed_and_its_window_runs_on(import_edi: ImportEdi) -> None:
    import_edi(BILL, DENIED, corrected(), write_277ca([("AG-1", "A7", "")], day="20261104"))
    assert item() == ("rejected", "fix_and_send", "corrected")


def test_denied_again_it_is_a_denial_again(import_edi: ImportEdi) -> None:
    import_edi(BILL, DENIED, corrected(), answer(dt.date(2026, 11, 16), cas=[("CO-197", "340.00")], icn="P2"))
    assert item()[0] == "denied"
    assert Claim.objects.get().icn == "P2"


def test_its_duplicate_denied_leaves_it_waiting_under_the_number_of_the_first_answer(import_edi: ImportEdi) -> None:
    """The payer answered what was sent again: as a duplicate. That is no answer to the first, whose ICN stands."""
    import_edi(BILL, DENIED, answer(dt.date(2026, 11, 16), cas=[("CO-18", "340.00")], icn="P2"))
    assert item()[0] == "denied"
    assert Claim.objects.get().icn == "P1"


def test_paid_it_is_settled(import_edi: ImportEdi) -> None:
    paid = answer(dt.date(2026, 11, 16), cas=[("CO-45", "90.00")], paid="250.00", icn="P2")
    import_edi(BILL, DENIED, corrected(), paid)
    look()
    assert not WorkItem.objects.filter(state="open").exists()


def test_a_dropped_line_is_denied_no_more(import_edi: ImportEdi) -> None:
    two = GUS.but(lines=(("99213", "240.00"), ("36415", "100.00")))
    lines = [
        Svc("240.00", "150.00", [("CO-45", "90.00")], code="99213"),
        Svc("100.00", "0.00", [("CO-97", "100.00")], code="36415"),
    ]
    import_edi(write_837([two], sent_on="20260916"), Era([Clp("AG-1", lines, icn="P1")], practice=PAYEE).text())
    assert item()[0] == "denied"
    import_edi(corrected(charge="240.00", lines=(("99213", "240.00"),)))
    look()
    assert not WorkItem.objects.filter(state="open").exists()
