"""The aging of files: it equals the ledger, names its credits and unapplied cash, and can be printed again."""

import datetime as dt
from decimal import Decimal

import pytest

from collections_app.aging import selectors as aging
from collections_app.aging.buckets import Basis
from collections_app.aging.table_columns import AgingBy
from tests.acceptance.conftest import ImportEdi
from tests.cast import make_practice
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc

OCTOBER = dt.date(2026, 10, 31)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch):
    """Set the day on which files are taken in."""

    def set_day(day: dt.date) -> None:
        monkeypatch.setattr("arwork.lib.clock.today", lambda: day)
        monkeypatch.setattr(
            "arwork.lib.clock.now", lambda: dt.datetime.combine(day, dt.time(15), dt.UTC)
        )  # fmt: skip

    return set_day


def report(*, as_of: dt.date, today: dt.date, basis: Basis = Basis.DOS):
    return aging.aging(
        practice_ids=[make_practice().pk], basis=basis, as_of=as_of, today=today, by=AgingBy.RESPONSIBILITY
    )


def test_last_month_is_printed_again_after_files_of_this_month(import_edi: ImportEdi, on) -> None:
    on(dt.date(2026, 10, 20))
    sent = [Sent(number=f"AG-{n}", charge="100.00", served="20260914", last=f"P{n}", member=f"M{n}") for n in (1, 2, 3)]
    import_edi(write_837(sent, sent_on="20260916"))
    before = report(as_of=OCTOBER, today=OCTOBER)
    assert {code: str(cell.amount) for code, cell in before.totals.parts.items()} == {"31-60": "300.00"}

    on(dt.date(2026, 11, 20))
    paid = Svc("100.00", "60.00", [("CO-45", "10.00"), ("PR-2", "30.00")], code="99213")
    over = Svc("100.00", "130.00", [("CO-45", "-30.00")], code="99213")
    era = Era(
        [
            Clp(number="AG-1", lines=[paid], last="P1", member="M1"),
            Clp(number="AG-2", lines=[over], last="P2", member="M2", icn="ICN2"),
            Clp(number="NOBODY", lines=[Svc("75.00", "75.00")], last="P9", member="M9", icn="ICN9"),
        ],
        paid_on=dt.date(2026, 11, 18),
    )
    [told] = import_edi(era.text())
    assert told["exceptions"] == 2  # nobody's claim, and more than was charged
    again = report(as_of=OCTOBER, today=dt.date(2026, 11, 20))
    assert (again.rows, again.totals) == (before.rows, before.totals)

    now = dt.date(2026, 11, 20)
    for basis in Basis:
        table = report(as_of=now, today=now, basis=basis)
        assert table.totals.net.amount == Decimal("230.00")  # AG-2 and AG-3 100.00 each, AG-1's patient 30.00
    tie = aging.tie_out(practice_ids=[make_practice().pk], as_of=now, today=now)
    assert (tie.unapplied, tie.of_payers, tie.is_tied) == (Decimal("205.00"), Decimal("205.00"), True)
