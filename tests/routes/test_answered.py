"""What the books say of answers: whether a corrected claim was answered, a later payer's clock, which payer is next."""

import datetime as dt

import pytest

from claims.billing.models import Claim, Submission
from claims.denials.models import Denial
from claims.ledger.models import Receivable
from claims.remits.models import RemitClaim
from collections_app.routes import selectors
from collections_app.routes.route_rules import RouteCode
from collections_app.worklist import services as worklist
from tests.cast import NOW, TODAY, make_claim, make_payer
from tests.desk.conftest import denied_item
from tests.remits.era import PAID_ON, Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def sent_again(claim: Claim, on: dt.date, state: str) -> None:
    for frequency, day in (("1", claim.service_to), ("7", on)):
        Submission.objects.create(
            claim=claim, frequency=frequency, submitted_on=day, charge=claim.charge, state=state, state_on=day,
            source=f"{day} {frequency}", sequence="P",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "is_awaited"), [("accepted", True), ("pended", True), ("adjudicated", False), ("rejected", False)]
)
def test_what_was_sent_again_is_awaited_until_it_is_answered(state, is_awaited):
    item = denied_item()
    sent_again(item.claim, TODAY - DAY, state)
    found = selectors.routes_of_claim(item.claim_id, today=TODAY)[0]
    assert found.facts.sent_again_on == (TODAY - DAY if is_awaited else None)


def test_what_people_sent_outside_is_awaited_until_the_payer_answers(ana):
    item = denied_item()
    worklist.record_outcome(actor=ana, item_id=item.pk, disposition="corrected_claim_sent", now=NOW, today=TODAY)
    assert selectors.routes_of_claim(item.claim_id, today=TODAY)[0].facts.sent_again_on == TODAY
    later = TODAY + 20 * DAY
    answer = RemitClaim.objects.select_related("remittance").get()
    deposit = answer.remittance
    deposit.pk, deposit.key, deposit.trace, deposit.paid_on = None, "later", "LATER", later
    deposit.save()
    answer.pk, answer.remittance = None, deposit
    answer.save()
    assert selectors.routes_of_claim(item.claim_id, today=later)[0].facts.sent_again_on is None


def of_three(*, third: bool = True) -> Claim:
    payers = [make_payer(), make_payer(name="Second", payer_id="SEC")]
    payers += [make_payer(name="Third", payer_id="THI")] if third else []
    return make_claim(number="H1", lines=["100.00"], payers=payers)


def both_refuse(claim: Claim) -> Denial:
    """The first payer leaves 16.00 to the second, which refuses it a month later."""
    paid = Svc("100.00", "64.00", [("CO-45", "20.00"), ("PR-2", "16.00")])
    take(Era([Clp("H1", [paid], icn="P1")], paid_on=PAID_ON))
    refused = Svc("100.00", "0", [("OA-23", "84.00"), ("CO-22", "16.00")])
    second = Clp("H1", [refused], status="2", icn="P2")
    take(Era([second], trace="E2", paid_on=PAID_ON + 30 * DAY, payer="Second", payer_id="SEC"))
    return Denial.objects.get(state="open", bucket="PAYER2")


def test_the_clock_of_a_later_payer_runs_since_it_owes_not_since_it_refused():
    claim = of_three()
    both_refuse(claim)
    found = selectors.routes_of_claim(claim.pk, today=PAID_ON + 31 * DAY)[0]
    filing = found.facts.windows["filing_secondary"]
    assert Receivable.objects.get(claim=claim, bucket="PAYER2").since_on == PAID_ON
    assert filing.last_day == PAID_ON + 90 * DAY


@pytest.mark.parametrize("third", [True, False])
def test_the_next_payer_is_one_that_has_not_answered_and_never_an_earlier_one(third):
    claim = of_three(third=third)
    both_refuse(claim)
    found = selectors.routes_of_claim(claim.pk, today=PAID_ON + 31 * DAY)[0]
    assert found.facts.bucket == "PAYER2"
    assert found.facts.other_payers == (("Third",) if third else ())
    option = next(one for one in found.options if one.code is RouteCode.NEXT_PAYER)
    assert option.is_open is third
