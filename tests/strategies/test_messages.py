"""What leaves by itself: a text, an e-mail and a final notice to Gus, through the same doors as everything else."""

import datetime as dt

import pytest

from claims.billing.models import Claim
from claims.ledger.models import Receivable
from collections_app.contacts.services import place_hold
from collections_app.deliveries.models import Delivery
from collections_app.letters.models import Letter
from collections_app.strategies import selectors
from collections_app.strategies.models import StepRun
from collections_app.strategies.segments import Segment
from collections_app.strategies.steps import StepKind, StrategyStep
from tests.cast import make_ada
from tests.deliveries.conftest import gus, messages  # noqa: F401
from tests.strategies.conftest import NOV_20, published, run, run_through

pytestmark = pytest.mark.django_db
NOV_23, NOV_24 = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
STEPS = (
    StrategyStep("s1", StepKind.TEXT, 0),
    StrategyStep("s2", StepKind.EMAIL, 3),
    StrategyStep("s3", StepKind.FINAL_NOTICE, 4),
)


@pytest.fixture
def followed(gus, messages, no_statements):  # noqa: F811
    Claim.objects.filter(pk=gus.claim.pk).update(first_statement_on=NOV_20)
    Receivable.objects.filter(claim=gus.claim).update(first_statement_on=NOV_20)
    published(gus.practice, make_ada(gus.practice), Segment("g1", "All", (), STEPS))
    return gus


def test_a_text_an_email_and_a_final_notice_by_mail(followed):
    run_through(NOV_20, NOV_24)
    told = [(one.kind, one.on, one.outcome, one.words) for one in StepRun.objects.order_by("pk")]
    assert told == [
        ("text", NOV_20, "done", ""), ("email", NOV_23, "done", ""), ("final_notice", NOV_24, "done", ""),
    ]  # fmt: skip
    assert list(Delivery.objects.order_by("pk").values_list("channel", "purpose")) == [
        ("text", "collection"), ("email", "collection"), ("mail", "collection"),
    ]  # fmt: skip
    letter = Letter.objects.get()
    assert letter.kind == "final_notice"
    assert letter.facts["answer_by"] == {"day": "2026-12-24"}
    assert selectors.strategy_of(followed.account, today=NOV_24).last.delivery.letter == letter


def test_nothing_leaves_under_a_bankruptcy(followed):
    place_hold(
        actor=followed.ana, account_id=followed.account.pk, reason="bankruptcy", today=NOV_20,
        now=dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
    )  # fmt: skip
    run(NOV_20)
    assert not StepRun.objects.exists()
    assert not Delivery.objects.exists()
