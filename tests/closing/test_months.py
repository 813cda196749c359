"""A month closes in order, with every point solved or accepted; its reports stay as they were, and say so."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from arwork.lib.errors import Conflict, DomainError, Forbidden
from arwork.staff.models import User
from claims.approvals import services as approvals
from claims.closing import reopening, reports, services
from claims.closing.checks import points_of
from claims.closing.models import FrozenReport
from claims.closing.months import end_of_month, month_of, next_end
from claims.closing.services import PointsOpen
from claims.ledger import services as ledger
from claims.ledger.models import Period, Posting
from claims.ledger.periods import closed_through
from claims.ledger.services import PeriodClosed
from claims.practices.models import Practice
from tests.cast import make_ada, make_claim, make_practice, make_sol, move
from tests.closing.books import LATER, LATER_ON, OCTOBER, counted, failures, month, owed, receive, wired

pytestmark = pytest.mark.django_db
NOVEMBER = dt.date(2026, 11, 30)


@pytest.fixture
def practice() -> Practice:
    return make_practice()


@pytest.fixture
def sol(practice: Practice) -> User:
    return make_sol(practice)


def open_points(practice: Practice) -> dict[str, int]:
    return {one.check.code: one.found.count for one in points_of(month(practice)) if one.is_open}


def accept_all(practice: Practice, sol: User, ends_on: dt.date = OCTOBER, today: dt.date = LATER_ON) -> None:
    of = month(practice, ends_on, today=today)
    for one in points_of(of):
        if one.is_open:
            services.accept_point(of, one.check.code, why="known", actor=sol, now=LATER)


def close(practice: Practice, sol: User, ends_on: dt.date = OCTOBER, today: dt.date = LATER_ON) -> Period:
    accept_all(practice, sol, ends_on, today)
    return services.close_month(month(practice, ends_on, today=today), actor=sol, now=LATER)


def test_months_of_a_calendar() -> None:
    assert end_of_month(dt.date(2028, 2, 3)) == dt.date(2028, 2, 29)
    assert next_end(dt.date(2026, 12, 31)) == dt.date(2027, 1, 31)
    assert month_of("2026-02", practice_id=1, today=OCTOBER).ends_on == dt.date(2026, 2, 28)
    for wrong in ("2026-13", "2026-2", "26-02", "1850-01", "2026-00", "²026-01"):
        with pytest.raises(DomainError):
            month_of(wrong, practice_id=1, today=OCTOBER)


def test_open_points_are_counted_and_stop_the_closing(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice, "30.00"), "40.00")
    wired(practice, "0.00", trace="NONE", method="NON")
    assert open_points(practice) == {"days": 1, "unapplied": 1}
    with pytest.raises(PointsOpen, match="Days closed, Unapplied cash seen"):
        services.close_month(month(practice), actor=sol, now=LATER)
    assert closed_through(practice.pk) is None


def test_what_was_accepted_is_open_again_when_it_changes(practice: Practice, sol: User) -> None:
    account = owed(practice, "30.00")
    receive(sol, account, "40.00")
    services.accept_point(month(practice), "unapplied", why="plan of the patient", actor=sol, now=LATER)
    assert "unapplied" not in open_points(practice)
    receive(sol, account, "5.00", number="2")
    assert "unapplied" in open_points(practice)


def test_a_point_is_accepted_with_a_reason_and_a_proof_never(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00")
    with pytest.raises(DomainError, match="Say why"):
        services.accept_point(month(practice), "days", why=" ", actor=sol, now=LATER)
    with pytest.raises(Conflict, match="proof"):
        services.accept_point(month(practice), "books", why="trust me", actor=sol, now=LATER)
    services.accept_point(month(practice), "days", why="opened in between", actor=sol, now=LATER)
    services.withdraw_acceptance(month(practice), "days", actor=sol, now=LATER)
    assert "days" in open_points(practice)


def test_a_month_that_is_not_over_or_out_of_order_does_not_close(practice: Practice, sol: User) -> None:
    make_claim(practice=practice)
    with pytest.raises(Conflict, match="not over"):
        close(practice, sol, OCTOBER, today=OCTOBER)
    close(practice, sol)
    with pytest.raises(Conflict, match="closed"):
        close(practice, sol)
    with pytest.raises(Conflict, match="November 2026 comes first"):
        close(practice, sol, dt.date(2026, 12, 31), today=dt.date(2027, 1, 4))
    close(practice, sol, NOVEMBER, today=dt.date(2026, 12, 2))


def test_a_closed_month_takes_no_posting_and_says_what_to_do(practice: Practice, sol: User) -> None:
    claim = make_claim(practice=practice)
    close(practice, sol)
    late = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="1.00", on=OCTOBER)
    with pytest.raises(PeriodClosed, match="Oct 31, 2026. Choose a later"):
        ledger.post([late], now=LATER)


def test_frozen_reports_stay_whatever_the_next_month_brings(practice: Practice, sol: User) -> None:
    account = owed(practice, "100.00")
    receive(sol, account, "40.00")
    counted(sol, practice, 1, "41.00", why="a dollar found")
    claim = make_claim(practice=practice, lines=["240.00"], posted_on=dt.date(2026, 10, 2))
    close(practice, sol)
    frozen = list(FrozenReport.objects.order_by("name"))
    assert [one.name for one in frozen] == [
        "adjustments", "aging_owed_by", "aging_payer", "cash", "ledger", "postings", "roll_forward",
    ]  # fmt: skip
    on = dt.date(2026, 11, 5)
    paid = Posting.objects.filter(kind="patient_payment").values_list("pk", flat=True)
    ledger.reverse(list(paid), posted_on=on, now=LATER)
    ledger.post(
        [move(claim.lines.get(), kind="write_off", debit="WO_SMALL", credit="PAYER1", amount="9.00", on=on)], now=LATER
    )
    later = month(practice, today=dt.date(2026, 12, 4))
    for one in frozen:
        found = reports.compare(one, later)
        assert (found.is_same, found.is_intact, list(found.lost), list(found.come)) == (True, True, [], []), one.name
    assert not failures(practice)


def test_what_differs_is_named_row_by_row(practice: Practice, sol: User) -> None:
    claim = make_claim(practice=practice, lines=["240.00"])
    close(practice, sol)
    period = Period.objects.get()
    Period.objects.filter(pk=period.pk).update(reopened_at=LATER, reopened_by=sol, reopened_why="test")
    ledger.post(
        [move(claim.lines.get(), kind="write_off", debit="WO_SMALL", credit="PAYER1", amount="9.00", on=OCTOBER)],
        now=LATER + dt.timedelta(hours=1),
    )
    found = reports.compare(FrozenReport.objects.get(name="adjustments"), month(practice))
    assert not found.is_same
    assert found.come[0] == "Write-off, small balance · 9.00 · 0.00 · 9.00"


def test_a_report_as_text_is_the_report_again(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00")
    close(practice, sol)
    for one in FrozenReport.objects.all():
        assert reports.canonical(reports.thaw(one.body)) == one.body
        assert one.csv.count("\n") >= 1


def test_what_was_frozen_is_never_changed(practice: Practice, sol: User) -> None:
    close(practice, sol)
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenReport.objects.update(sha256="0")
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenReport.objects.all()._raw_delete("default")


def test_a_month_opens_again_with_a_second_person_and_closes_with_other_reports(practice: Practice, sol: User) -> None:
    claim = make_claim(practice=practice, lines=["240.00"])
    close(practice, sol)
    asked = reopening.ask_to_reopen(month(practice), why="a remittance of October", actor=sol, now=LATER)
    decided = {"today": LATER_ON, "now": LATER}
    with pytest.raises(Conflict, match="asked about this"):
        reopening.ask_to_reopen(month(practice), why="again", actor=sol, now=LATER)
    with pytest.raises(Forbidden, match="somebody else"):
        approvals.approve(asked.pk, actor=sol, **decided)
    approvals.approve(asked.pk, actor=make_ada(practice), **decided)
    assert closed_through(practice.pk) is None
    at = LATER + dt.timedelta(hours=1)
    late = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="1.00", on=OCTOBER)
    ledger.post([late], now=at)
    accept_all(practice, sol)
    services.close_month(month(practice), actor=sol, now=at + dt.timedelta(hours=1))
    kept = FrozenReport.objects.filter(name="cash").order_by("pk")
    assert len({one.sha256 for one in kept}) == 2
    assert not failures(practice)


def test_only_the_month_closed_last_opens(practice: Practice, sol: User) -> None:
    make_claim(practice=practice)
    close(practice, sol)
    close(practice, sol, NOVEMBER, today=dt.date(2026, 12, 2))
    with pytest.raises(Conflict, match="later month"):
        reopening.ask_to_reopen(month(practice), why="x", actor=sol, now=LATER)


def test_a_refusal_leaves_the_month_closed(practice: Practice, sol: User) -> None:
    close(practice, sol)
    asked = reopening.ask_to_reopen(month(practice), why="x", actor=sol, now=LATER)
    approvals.refuse([asked.pk], note="not needed", actor=make_ada(practice), now=LATER)
    assert closed_through(practice.pk) == OCTOBER


def test_a_question_that_no_longer_fits_opens_nothing(practice: Practice, sol: User) -> None:
    make_claim(practice=practice)
    close(practice, sol)
    asked = reopening.ask_to_reopen(month(practice), why="x", actor=sol, now=LATER)
    accept_all(practice, sol, NOVEMBER, dt.date(2026, 12, 2))
    services.close_month(month(practice, NOVEMBER, today=dt.date(2026, 12, 2)), actor=sol, now=LATER)
    with pytest.raises(Conflict, match="later period"):
        approvals.approve(asked.pk, actor=make_ada(practice), today=LATER_ON, now=LATER)
    assert closed_through(practice.pk) == NOVEMBER


def test_a_waiting_question_stands_in_the_checklist(practice: Practice, sol: User) -> None:
    make_claim(practice=practice)
    close(practice, sol)
    reopening.ask_to_reopen(month(practice), why="x", actor=sol, now=LATER)
    later = {one.check.code for one in points_of(month(practice, NOVEMBER, today=dt.date(2026, 12, 2))) if one.is_open}
    assert later == {"approvals"}


def test_cash_by_method_ties_to_the_ledger(practice: Practice, sol: User) -> None:
    receive(sol, owed(practice), "40.00", number="1")
    receive(sol, owed(practice), "10.00", number="2", method="cash")
    counted(sol, practice, 2, "49.00", why="short")
    close(practice, sol)
    sheet = reports.thaw(FrozenReport.objects.get(name="cash").body)
    assert [list(row) for row in sheet.rows] == [
        ["Cash", 1, Decimal("10.00")],
        ["Check", 1, Decimal("40.00")],
        ["Over and short", 0, Decimal("-1.00")],
    ]
    assert sheet.totals[2] == Decimal("49.00")  # type: ignore[index]


def test_closing_asks_no_more_for_many_claims(practice: Practice, sol: User) -> None:
    other = make_practice(name="Cedar", npi="1003000126")
    other.staff.add(sol)
    asked = []
    for one, claims in ((practice, 2), (other, 25)):
        for _ in range(claims):
            make_claim(practice=one)
        with CaptureQueriesContext(connection) as queries:
            services.close_month(month(one), actor=sol, now=LATER)
        asked.append(len(queries))
    assert asked[1] <= asked[0]
