"""What the aging page shows is what the books say, or says that it is behind."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from claims.ledger import services as ledger
from collections_app.aging import selectors, snapshots, summaries, verification
from collections_app.aging.buckets import Basis
from collections_app.aging.models import AgingSnapshot, AgingState, AgingSummary
from collections_app.aging.table_columns import AgingBy
from tests.cast import NOW, TODAY, make_claim, make_payer, make_practice, move

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)


def shown(*, by: AgingBy = AgingBy.PAYER, basis: Basis = Basis.DOS, as_of: dt.date = TODAY):
    return summaries.figures(practice_ids=[make_practice().pk], basis=basis, as_of=as_of, today=TODAY, by=by)


def test_the_summary_is_the_live_figure_on_every_basis_and_cut():
    practice = make_practice()
    make_claim(lines=["100.00"])
    make_claim(lines=["70.00"], payers=[make_payer(name="Second Mutual", payer_id="SEC01")])
    make_claim(lines=["55.00"], payers=())
    snapshots.take_snapshot(day=TODAY, now=NOW)
    for basis in Basis:
        for by in AgingBy:
            figures = shown(basis=basis, by=by)
            assert figures.computed_at == NOW
            assert figures.table == selectors.aging(
                practice_ids=[practice.pk], basis=basis, as_of=TODAY, today=TODAY, by=by
            )
    assert shown().tie_out == selectors.tie_out(practice_ids=[practice.pk], as_of=TODAY, today=TODAY)
    assert verification.verify_aging(today=TODAY).differences == []


def test_a_posting_makes_the_summary_stale(django_capture_on_commit_callbacks):
    claim = make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        paid = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="60.00", on=TODAY)
        ledger.post([paid], now=NOW)
    AgingState.objects.update(took_ms=5)
    quick = shown()  # small books: computed while one waits
    assert (quick.computed_at, quick.table.totals.net.amount) == (None, Decimal("40.00"))
    AgingState.objects.update(took_ms=5_000)
    slow = shown()  # large ones: the moment is shown, and that it is behind
    assert (slow.computed_at, slow.is_behind, slow.table.totals.net.amount) == (NOW, True, Decimal("100.00"))
    later = NOW + dt.timedelta(minutes=5)
    assert summaries.refresh_stale(today=TODAY, now=later) == 1
    fresh = shown()
    assert (fresh.computed_at, fresh.is_behind, fresh.table.totals.net.amount) == (later, False, Decimal("40.00"))
    assert summaries.refresh_stale(today=TODAY, now=later) == 0


def test_of_several_practices_the_moment_since_which_nothing_was_posted_is_shown():
    """The figures of one were computed anew after its receipt; those of the other stand since the morning."""
    ours = [make_practice(), make_practice(name="Second practice", npi="1417959925", tin="987654321")]
    snapshots.take_snapshot(day=TODAY, now=NOW)
    later = NOW + dt.timedelta(minutes=10)
    summaries.refresh_summaries(practice_ids=[ours[0].pk], day=TODAY, today=TODAY, now=later)
    asked = {"practice_ids": [one.pk for one in ours], "basis": Basis.DOS, "as_of": TODAY, "today": TODAY}
    assert summaries.figures(**asked).computed_at == later
    AgingState.objects.filter(practice=ours[1]).update(changes=5, took_ms=60_000)
    assert summaries.figures(**asked).computed_at == NOW


def test_a_change_while_figures_are_computed_is_not_forgotten(monkeypatch):
    claim = make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    measured = summaries._measured

    def with_somebody_posting_meanwhile(*args, **kwargs):
        cells = measured(*args, **kwargs)
        summaries.mark_stale(claim_ids=[claim.pk])
        return cells

    monkeypatch.setattr(summaries, "_measured", with_somebody_posting_meanwhile)
    summaries.refresh_summaries(practice_ids=[claim.practice_id], day=TODAY, today=TODAY, now=NOW)
    state = AgingState.objects.get()
    assert state.changes == state.seen_changes + 1


def test_a_day_is_taken_once_and_finished_the_next_morning():
    claim = make_claim(lines=["100.00"], service_on=TODAY - dt.timedelta(days=40))
    evening = NOW - dt.timedelta(days=1)
    assert snapshots.take_snapshot(day=YESTERDAY, now=evening) == 1
    assert snapshots.take_snapshot(day=YESTERDAY, now=evening) == 1
    assert AgingState.objects.count() == 1
    late = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="30.00", on=YESTERDAY)
    ledger.post([late], now=evening)  # after the morning's figures, still that day
    today = move(claim.lines.get(), kind="payer_payment", debit="CASH", credit="PAYER1", amount="50.00", on=TODAY)
    ledger.post([today], now=NOW)
    snapshots.take_snapshot(day=TODAY, now=NOW)
    days = snapshots.trend(practice_ids=[claim.practice_id], basis=Basis.DOS, since=YESTERDAY, until=TODAY)
    assert [(day.day, day.total) for day in days] == [(YESTERDAY, Decimal("70.00")), (TODAY, Decimal("20.00"))]
    assert list(AgingState.objects.order_by("day").values_list("is_final", flat=True)) == [True, False]
    assert set(AgingSummary.objects.values_list("state__day", flat=True)) == {TODAY}
    before = list(AgingSnapshot.objects.order_by("state__day", "basis", "bucket").values_list("d31", "credit"))
    assert snapshots.take_snapshot(day=YESTERDAY, now=NOW) == 0
    assert before == list(AgingSnapshot.objects.order_by("state__day", "basis", "bucket").values_list("d31", "credit"))


def test_a_day_that_misses_a_practice_is_left_out_of_the_trend():
    first = make_practice()
    second = make_practice(name="Lake Clinic", npi="1003000126", tin="061111111")
    make_claim(practice=first, lines=["100.00"])
    make_claim(practice=second, lines=["10.00"])
    snapshots.take_snapshot(day=YESTERDAY, practice_ids=[first.pk], now=NOW - dt.timedelta(days=1))
    snapshots.take_snapshot(day=TODAY, now=NOW)
    both = snapshots.trend(practice_ids=[first.pk, second.pk], basis=Basis.DOS, since=YESTERDAY, until=TODAY)
    assert [(day.day, day.total) for day in both] == [(TODAY, Decimal("110.00"))]


def test_reading_the_summary_takes_a_fixed_number_of_queries(django_assert_num_queries):
    practice = make_practice()
    for _ in range(2):
        make_claim(lines=["100.00"])
        snapshots.take_snapshot(day=TODAY, now=NOW)
        with django_assert_num_queries(3):  # state, sums, names
            found = summaries.figures(practice_ids=[practice.pk], basis=Basis.DOS, as_of=TODAY, today=TODAY)
            assert found.table.rows


def test_verify_aging_names_what_differs(monkeypatch):
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    out = StringIO()
    call_command("verify_aging", stdout=out)
    assert f"1 summaries of {TODAY} compared on every basis" in out.getvalue()
    AgingSummary.objects.filter(basis=Basis.DOS).update(d61=Decimal("99.99"))
    problems = StringIO()
    with pytest.raises(CommandError, match="differs from the books"):
        call_command("verify_aging", stdout=out, stderr=problems)
    assert "the summary by date of service is not the live figure" in problems.getvalue()


@pytest.mark.parametrize("was_opened", [False, True])
def test_verify_aging_does_not_pass_where_it_compared_nothing(monkeypatch, was_opened):
    monkeypatch.setattr("arwork.lib.clock.today", lambda: TODAY)
    call_command("verify_aging", stdout=StringIO())  # no practice, nothing to prove
    make_claim(lines=["100.00"])
    if was_opened:
        snapshots.take_snapshot(day=TODAY, now=NOW)
        AgingState.objects.update(changes=F("changes") + 1)
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing was compared"):
        call_command("verify_aging", stdout=out)
    assert (
        f"{int(was_opened)} behind the books and not compared, {int(not was_opened)} practices without"
        in out.getvalue()
    )


def test_verify_aging_compares_the_newest_opened_day_where_today_is_not_opened(monkeypatch):
    make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    tomorrow = TODAY + dt.timedelta(days=1)
    monkeypatch.setattr("arwork.lib.clock.today", lambda: tomorrow)
    out = StringIO()
    call_command("verify_aging", stdout=out)
    assert f"1 summaries of {TODAY} compared" in out.getvalue()
    assert f"{tomorrow} is not opened" in out.getvalue()
    AgingSummary.objects.filter(basis=Basis.DOS).update(d61=Decimal("99.99"))
    with pytest.raises(CommandError, match="differs from the books"):
        call_command("verify_aging", stdout=out, stderr=StringIO())


def test_a_day_opened_ahead_of_its_time_leaves_todays_figures_as_they_are():
    make_claim(lines=["100.00"])
    snapshots.take_snapshot(day=TODAY, now=NOW)
    snapshots.take_snapshot(day=TODAY + dt.timedelta(days=1), now=NOW)
    figures = shown()
    assert (figures.computed_at, figures.table.totals.net.amount) == (NOW, Decimal("100.00"))
    assert verification.verify_aging(today=TODAY).differences == []
    snapshots.take_snapshot(day=TODAY + dt.timedelta(days=1), now=NOW + dt.timedelta(days=1))
    assert set(AgingSummary.objects.values_list("state__day", flat=True)) == {TODAY + dt.timedelta(days=1)}
