"""A challenger on a share of the accounts: sides that stay, what came of them, and the end."""

import datetime as dt
from decimal import Decimal

import pytest

from arwork.lib.errors import Conflict
from claims.ledger import services as ledger
from collections_app.strategies import entering, services, testing
from collections_app.strategies.experiments import arm_of
from collections_app.strategies.models import StrategyAssignment
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import StepKind, StrategyStep
from tests.cast import NOW, move
from tests.strategies.conftest import DAY, NOV_20, drafted, noon, owing, published, run, run_through

pytestmark = pytest.mark.django_db
OTHER = Segment("g2", "Everybody else", (), (StrategyStep("s90", StepKind.REVIEW, 1),))
NOV_23 = dt.date(2026, 11, 23)


def begun(practice, ada, percent=50):
    champion = published(practice, ada)
    challenger = drafted(practice, ada, OTHER, name="Other")
    test = testing.start_test(challenger.pk, percent=percent, actor=ada, today=NOV_20, now=NOW)
    return champion, challenger, test


def test_each_account_takes_its_side_and_keeps_it(practice, ada):
    champion, challenger, test = begun(practice, ada)
    accounts = [owing(practice, "300.00", last=f"A{number}", first_on=NOV_23) for number in range(8)]
    run_through(NOV_23, NOV_23 + 3 * DAY)
    for account in accounts:
        arm = arm_of(account.pk, key=test.key, challenger_percent=50)
        one = StrategyAssignment.objects.get(account=account)
        assert (one.arm, one.version_id) == (arm, champion.pk if arm == "champion" else challenger.pk)
    assert {one.arm for one in StrategyAssignment.objects.all()} == {"champion", "challenger"}


def test_what_came_of_both_sides(practice, ada):
    _, _, test = begun(practice, ada)
    accounts = [owing(practice, "200.00", last=f"A{number}", first_on=NOV_23) for number in range(6)]
    run(NOV_23)
    payer = accounts[0]
    arm = arm_of(payer.pk, key=test.key, challenger_percent=50).value
    line = payer.claims.get().lines.get()
    ledger.post([move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="50.00", on=NOV_23 + DAY)],
                now=noon(NOV_23 + DAY))  # fmt: skip
    results = testing.results_of(test, today=NOV_23 + 2 * DAY)
    mine = getattr(results, arm)
    assert mine.collected == Decimal("50.00")
    assert mine.total == 0.25
    assert mine.owed == 200 * mine.accounts
    assert results.champion.accounts + results.challenger.accounts == 6
    assert results.verdict.is_early


def test_the_challenger_becomes_the_champion(practice, ada):
    champion, challenger, test = begun(practice, ada, percent=10)
    account = owing(practice, "300.00", first_on=NOV_23)
    run(NOV_23)
    testing.end_test(test.pk, has_won=True, actor=ada, today=NOV_23, now=noon(NOV_23))
    champion.refresh_from_db()
    assert champion.to_on == NOV_23
    assert entering.in_force(practice.pk, on=NOV_23 + DAY).champion == challenger
    run(NOV_23 + DAY)
    assert StrategyAssignment.objects.filter(account=account).order_by("pk").last().version == challenger


def test_the_champion_goes_on_where_the_challenger_lost(practice, ada):
    champion, _, test = begun(practice, ada)
    testing.end_test(test.pk, has_won=False, actor=ada, today=NOV_23, now=noon(NOV_23))
    force = entering.in_force(practice.pk, on=NOV_23 + DAY)
    assert (force.champion, force.test) == (champion, None)
    with pytest.raises(Conflict):
        testing.end_test(test.pk, has_won=False, actor=ada, today=NOV_23, now=noon(NOV_23))


def test_nothing_is_published_while_a_test_runs(practice, ada):
    begun(practice, ada)
    draft = drafted(practice, ada, OTHER, name="Third")
    with pytest.raises(Conflict, match="A test is running"):
        services.publish(draft.pk, from_on=NOV_23, seen_at=draft.changed_at, actor=ada, today=NOV_20, now=NOW)
    with pytest.raises(Conflict, match="running already"):
        testing.start_test(draft.pk, percent=20, actor=ada, today=NOV_20, now=NOW)
