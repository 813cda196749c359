"""A figure held against one's own history: the order, the windows, and whether chances came true."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from arwork.lib.errors import Forbidden
from collections_app.worklist import backtest, facts
from collections_app.worklist import services as worklist
from collections_app.worklist.backtest import PastTouch, deciles_of, outcome_of
from collections_app.worklist.lanes import LaneFigures
from collections_app.worklist.models import WorkItem
from collections_app.worklist.scoring import ScoringFacts
from tests.cast import NOW, TODAY, make_ada, make_claim, make_practice
from tests.worklist.test_refresh import pay

DAY = dt.timedelta(days=1)
FIGURES = LaneFigures(Decimal("15.00"), Decimal("2.00"), 42, Decimal("50.00"))
LATER = TODAY + 70 * DAY


def past(amount, *, won=0.0, came=0.0, recover=0.5, minutes=10.0, **of):
    known = ScoringFacts("denied", Decimal(amount), category="authorization", next_action="work_denial", **of)
    return PastTouch(TODAY, known, recover, minutes, won, came)


def test_the_first_half_of_a_week_is_what_the_order_puts_first():
    touches = [past("1000.00", won=600.0), past("100.00", won=60.0), past("500.00", won=0.0), past("300.00", won=90.0)]
    found = outcome_of(touches, FIGURES)
    assert (found.dollars, found.hours) == (600.0, pytest.approx(20 / 60))
    assert found.an_hour == pytest.approx(1800.0)


def test_a_window_left_to_the_other_half_is_counted_as_lost():
    closing = past("80.00", won=40.0, last_day=TODAY + 5 * DAY)
    rest = [past("300.00"), past("200.00"), replace(closing, facts=replace(closing.facts, last_day=TODAY + 8 * DAY))]
    poor = outcome_of([closing, *rest], FIGURES._replace(minute_worth=Decimal("9.00")))
    assert (poor.lost_windows, poor.lost_dollars) == (1, 40.0)
    urgent = [replace(one, facts=replace(one.facts, last_day=TODAY)) for one in (past("200.00"), past("90.00"))]
    assert outcome_of([*urgent, past("250.00"), past("260.00")], FIGURES).lost_windows == 0


def test_tenths_hold_what_was_predicted_beside_what_came():
    touches = [past("100.00", recover=place / 20, came=float(place % 2)) for place in range(20)]
    tenths = deciles_of(touches)
    assert [one.touches for one in tenths] == [2] * 10
    assert (tenths[0].predicted, tenths[0].came) == (pytest.approx(2.5), 50.0)
    assert tenths[-1].predicted == pytest.approx(92.5)
    assert deciles_of([]) == []


@pytest.mark.django_db
class TestOnHistory:
    @pytest.fixture
    def worked(self, ana, look):
        """Three claims that were called about; one was paid ten days later."""
        claims = [make_claim(lines=("240.00",)) for _ in range(3)]
        look(*claims)
        for claim in claims:
            item = WorkItem.objects.get(claim=claim)
            worklist.record_outcome(
                actor=ana, item_id=item.pk, disposition="in_process", reference="R1", minutes=12, now=NOW, today=TODAY
            )
        pay(claims[0], "120.00", on=TODAY + 10 * DAY)
        pay(claims[1], "120.00", on=TODAY + 61 * DAY)  # too late to be this touch's
        return claims

    def run(self, actor, practice, **of):
        return backtest.backtest(
            actor=actor, practice_id=practice.pk, proposed=None, today=LATER, now=NOW + 70 * DAY, **of
        )

    def test_touches_are_held_against_what_came(self, worked):
        found = self.run(make_ada(make_practice()), make_practice())
        assert (found.touches, found.since, found.is_partial) == (3, TODAY, False)
        assert found.every_hour == pytest.approx(120.0 / (36 / 60))
        assert sum(one.came for one in found.deciles) / 3 == pytest.approx(100 * 120 / 132 / 3)

    def test_nothing_is_told_of_a_practice_of_others_nor_to_a_collector(self, worked, ana):
        elsewhere = make_practice(name="Elsewhere", npi="1972589806")
        assert self.run(make_ada(elsewhere), worked[0].practice).touches == 0
        with pytest.raises(Forbidden):
            self.run(ana, worked[0].practice)

    def test_the_number_of_questions_hangs_on_no_touch(self, worked, ana, look):
        context = facts.load_context(today=LATER, now=NOW + 70 * DAY)

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                backtest.past_touches(make_practice().pk, context)
            return len(queries)

        few = asked()
        item = WorkItem.objects.get(claim=worked[2])
        worklist.record_outcome(
            actor=ana, item_id=item.pk, disposition="in_process", reference="R2", now=NOW, today=TODAY
        )
        assert asked() == few

    def test_the_page_shows_both_figures_and_the_chart(self, worked, client: Client, monkeypatch):
        monkeypatch.setattr("collections_app.web.backtest.clock.today", lambda: LATER)
        client.force_login(make_ada(make_practice()))
        page = client.get(
            reverse("backtest"), {"practice": make_practice().pk, "minute_worth": "5", "small_balance": "20"}
        )
        assert page.status_code == 200
        body = page.content.decode()
        assert "3 touches from" in body
        assert "tried" in body
        assert '<figure class="chart">' in body
        assert client.get(reverse("backtest"), {"minute_worth": "much"}).status_code == 422
