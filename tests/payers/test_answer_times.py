"""A follow-up interval is held against how soon the payer answered before it is published; a window is not."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.payers import services
from claims.payers.services import RuleDraft
from claims.remits.models import RemitClaim, Remittance
from collections_app.worklist.answer_times import IntervalOutcome, answer_times, outcome_of_interval
from tests import cast
from tests.cast import TODAY

pytestmark = pytest.mark.django_db
SENT = TODAY - dt.timedelta(days=120)


def answered(claim, *, days, bucket="PAYER1"):
    remittance = Remittance.objects.create(
        practice=claim.practice, payer=claim.payer, transaction_id=1, key=f"k{claim.pk}{bucket}", trace="T",
        method="ACH", amount=0, paid_on=SENT + dt.timedelta(days=days), received_on=SENT + dt.timedelta(days=days),
    )  # fmt: skip
    return RemitClaim.objects.create(
        remittance=remittance, position=1, segment=9, claim=claim, status="1", bucket=bucket, state="posted",
        charge=claim.charge, paid=0,
    )  # fmt: skip


@pytest.fixture
def payer():
    """Eight claims answered after 10 to 80 days, one never, one by another payer alone, one sent too lately."""
    found = cast.make_payer()
    for days in range(10, 90, 10):
        answered(cast.make_claim(payers=[found], billed_on=SENT), days=days)
    cast.make_claim(payers=[found], billed_on=SENT)
    answered(cast.make_claim(payers=[found], billed_on=SENT), days=12, bucket="PAYER2")
    cast.make_claim(payers=[found], billed_on=TODAY - dt.timedelta(days=30))
    return found


def draft(value, payer, kind="followup_electronic"):
    return RuleDraft(kind=kind, value=value, basis="submitted", valid_from=TODAY, payer_id=payer.pk)


def test_asked_after_is_what_was_open_and_needless_what_was_answered_soon_after():
    assert outcome_of_interval(30, [10, 30, 31, 44, 45], never=2) == IntervalOutcome(30, 5, 2)


def test_an_interval_is_tried_on_how_soon_this_payer_answered(oona, payer):
    change = services.plan_rule(draft(45, payer))
    times = answer_times(change, actor=oona, today=TODAY)
    assert (times.claims, times.open, times.half, times.most) == (10, 2, 50, None)
    assert times.now == IntervalOutcome(30, 7, 1)
    assert times.proposed == IntervalOutcome(45, 6, 1)


def test_it_costs_the_same_with_many_claims(oona, payer):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            answer_times(services.plan_rule(draft(45, payer)), actor=oona, today=TODAY)
        return len(queries)

    few = asked()
    for _ in range(5):
        answered(cast.make_claim(payers=[payer], billed_on=SENT), days=20)
    assert asked() <= few


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("followup_electronic", "half were answered within 50 days"),
        ("followup_paper", "No claim under it is old enough yet"),
        ("filing", "what came of the past does not tell whether it is right"),
    ],
)
def test_the_page_before_saving_shows_it_or_says_why_not(client, oona, payer, kind, words):
    basis = "dos" if kind == "filing" else "submitted"
    entered = {
        "kind": kind, "value": "45", "basis": basis, "valid_from": str(TODAY), "source": "portal", "step": "preview",
        "confidence": "high",
    }  # fmt: skip
    page = client.post(f"{reverse('rule_new')}?payer={payer.pk}", entered).content.decode()
    assert "On your own history" in page
    assert words in " ".join(page.split())
