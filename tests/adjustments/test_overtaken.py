"""A question about money that is not open any more ends by itself; one about less than was asked waits for a person."""

from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.adjustments import services
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.billing.models import Claim
from claims.duplicates.claim_merge import merge_claims
from claims.ledger import services as ledger
from tests.cast import NOW, TODAY, make_ana, make_claim, make_oona, make_practice, move

pytestmark = pytest.mark.django_db
WHEN = {"today": TODAY, "now": NOW}


@pytest.fixture
def ana() -> User:
    return make_ana(make_practice())


@pytest.fixture
def oona() -> User:
    return make_oona(make_practice())


def waiting(claim: Claim, ana: User) -> WriteOff:
    target = Target("PAYER1", Decimal("700.00"), claim_id=claim.pk)
    found = services.propose(target, books_to="WO_ADMIN", reason="because", actor=ana, **WHEN)
    assert found.state == "waiting"
    return found


def pay(claim: Claim, amount: str) -> None:
    line = claim.lines.select_related("claim").get()
    ledger.post([move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount=amount, on=TODAY)], now=NOW)


@pytest.mark.parametrize(
    ("paid", "stands"), [("900.00", ("superseded", "withdrawn")), ("500.00", ("waiting", "waiting"))]
)
def test_what_is_paid_meanwhile_is_asked_no_longer(
    paid: str,
    stands: tuple[str, str],
    ana: User,
    django_capture_on_commit_callbacks,  # noqa: ANN001
) -> None:
    claim = make_claim(lines=["900.00"])
    asked = waiting(claim, ana)
    with django_capture_on_commit_callbacks(execute=True):
        pay(claim, paid)
    asked.refresh_from_db()
    assert (ApprovalRequest.objects.get().state, asked.state) == stands


def test_what_a_merger_leaves_open_waits_on_the_other_claim(
    ana: User,
    oona: User,
    django_capture_on_commit_callbacks,  # noqa: ANN001
) -> None:
    gone = make_claim(lines=["900.00"])
    kept = make_claim(patient=gone.patient, lines=["900.00"])
    asked = waiting(gone, ana)
    with django_capture_on_commit_callbacks(execute=True):
        merge_claims(gone.pk, into=kept.pk, actor=oona, **WHEN)
    approvals.approve(ApprovalRequest.objects.get(state="waiting", claim=kept).pk, actor=oona, **WHEN)
    asked.refresh_from_db()
    kept.refresh_from_db()
    assert (asked.state, kept.balance) == ("posted", Decimal("200.00"))


def test_a_question_about_a_reversal_ends_with_the_reversal(ana: User, oona: User) -> None:
    asked = waiting(make_claim(lines=["900.00"]), ana)
    approvals.approve(ApprovalRequest.objects.get().pk, actor=oona, **WHEN)
    services.reverse(asked.pk, reason="because", actor=ana, **WHEN)
    services.reverse(asked.pk, reason="because", actor=oona, **WHEN)
    assert set(ApprovalRequest.objects.values_list("kind", "state")) == {
        ("write_off", "approved"),
        ("write_off_reversal", "superseded"),
    }
