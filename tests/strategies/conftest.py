"""A practice whose accounts owe since their first statement, and who publishes for it."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from claims.ledger.models import Receivable
from collections_app.strategies import services
from collections_app.strategies.definition import Definition
from collections_app.strategies.grammar import Condition, Op
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import Anchor, StepKind, StrategyStep
from tests.cast import NOW, TODAY, make_account, make_ada, make_claim, make_patient, make_practice

DAY = dt.timedelta(days=1)
#: Friday.
NOV_20 = TODAY
SMALL = Segment(
    "g1",
    "Small",
    (Condition("balance", Op.UNDER, "100.00"),),
    (StrategyStep("s1", StepKind.STATEMENT, 5), StrategyStep("s2", StepKind.CALL, 12)),
)
REST = Segment(
    "g2", "Everybody else", (),
    (StrategyStep("s3", StepKind.CALL, 3), StrategyStep("s4", StepKind.HELP, 10),
     StrategyStep("s5", StepKind.STATEMENT, 20),
     StrategyStep("s6", StepKind.PLACEMENT, 130),
     StrategyStep("s7", StepKind.REVIEW, 1, Anchor.BROKEN)),
)  # fmt: skip


def noon(day):
    return dt.datetime.combine(day, dt.time(17), dt.UTC)


@pytest.fixture
def practice(db, no_statements):
    """It sends its own statements."""
    return make_practice()


@pytest.fixture
def ada(practice):
    return make_ada(practice)


def owing(practice, amount, *, first_on=NOV_20, last="Guarino"):
    """An account whose one visit was first billed to its patient on a day."""
    account = make_account(practice=practice, last=last)
    claim = make_claim(patient=make_patient(account=account), payers=(), lines=(amount,))
    Claim.objects.filter(pk=claim.pk).update(first_statement_on=first_on)
    Receivable.objects.filter(claim=claim).update(first_statement_on=first_on)
    return account


def drafted(practice, ada, *segments, name="Plain", now=NOW):
    version = services.begin(practice.pk, name=name, template="practice", actor=ada, now=now)
    wanted = Definition(segments or (SMALL, REST))
    return services.save_draft(version.pk, wanted, seen_at=version.changed_at, actor=ada, now=now)


def published(practice, ada, *segments, on=NOV_20, **how):
    """A version in force from a day on."""
    version = drafted(practice, ada, *segments, **how)
    return services.publish(version.pk, from_on=on, seen_at=version.changed_at, actor=ada, today=on - DAY, now=NOW)


def run(day):
    return services.run_strategies(today=day, now=noon(day))


def run_through(first, last):
    """Every day from one to the other."""
    day = first
    while day <= last:
        run(day)
        day += DAY
