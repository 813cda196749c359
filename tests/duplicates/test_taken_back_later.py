"""What was done before a merger is taken back after it, where the merger brought it, and after the two stand apart."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from arwork.staff.models import User
from claims.adjustments import services as write_offs
from claims.adjustments.standing import Target
from claims.billing.buckets import BUCKETS
from claims.billing.models import Claim, ClaimLine
from claims.credits.sources import CLAIM, CreditSource
from claims.duplicates.claim_merge import MergeRefused, merge_claims, take_claims_apart
from claims.duplicates.person_merge import merge_people, take_people_apart
from claims.ledger import services as ledger
from claims.ledger.models import OpenedLine
from claims.ledger.opening import OpeningBalance, OpeningClaim, open_balances
from claims.parties.models import Account
from claims.receipts import corrections, unapplied
from claims.receipts.recording import record_receipt
from claims.refunds import requests
from claims.transfers import bucket_transfers
from tests.cast import NOW, TODAY, make_account, make_claim, make_oona, make_patient, make_practice, move
from tests.closing.books import failures
from tests.refunds.stories import draft

pytestmark = pytest.mark.django_db
WHEN = {"today": TODAY, "now": NOW}
TakenBack = Callable[[], object]


@pytest.fixture
def oona() -> User:
    return make_oona(make_practice())


def bills(*charges: str, payers: bool = True) -> tuple[Claim, Claim]:
    """One bill under two numbers: the one that goes, and the one that stays."""
    patient = make_patient(account=make_account(practice=make_practice()))
    given = {} if payers else {"payers": ()}
    gone, kept = (make_claim(patient=patient, lines=[one], **given) for one in charges or ("100.00", "100.00"))
    return gone, kept


def opened(claim: Claim, oona: User) -> Claim:
    """A claim without a charge as one of 100.00 that the books before left 40.00 open of."""
    Claim.objects.filter(pk=claim.pk).update(charge=Decimal("100.00"))
    claim.lines.update(charge=Decimal("100.00"))
    balance = OpeningBalance(claim.lines.get().pk, "PAYER1", Decimal("40.00"), claim.service_from)
    brought = [OpeningClaim(claim.pk, (balance,))]
    open_balances(brought, practice_id=claim.practice_id, cut_over_on=TODAY, source=claim.number, actor=oona, now=NOW)
    return claim


def owed() -> dict[str, Decimal]:
    lines = ClaimLine.objects.all()
    sums = {bucket: sum(getattr(line, bucket.lower()) for line in lines) for bucket in BUCKETS}
    return {bucket: amount for bucket, amount in sums.items() if amount}


def written_off(gone: Claim, oona: User) -> TakenBack:
    target = Target("PAYER1", Decimal("30.00"), claim_id=gone.pk)
    done = write_offs.propose(target, books_to="WO_ADMIN", reason="because", actor=oona, **WHEN)
    return lambda: write_offs.reverse(done.pk, reason="because", actor=oona, **WHEN)


def moved_to_patient(gone: Claim, oona: User) -> TakenBack:
    done = bucket_transfers.transfer(
        gone.pk, line_id=None, origin="PAYER1", target="PATIENT", amount=Decimal("30.00"), reason="patient",
        words="because", actor=oona, **WHEN,
    )  # fmt: skip
    return lambda: bucket_transfers.undo_transfer(done.pk, because="no", actor=oona, **WHEN)


def refunded(gone: Claim, oona: User) -> TakenBack:
    line = gone.lines.select_related("claim").get()
    paid = move(line, kind="payer_payment", debit="CASH", credit="PAYER1", amount="130.00", on=TODAY)
    ledger.post([paid], now=NOW)
    source = CreditSource(CLAIM, gone.pk, "PAYER1")
    done = requests.ask_refund(source, draft=draft("30.00", payer_id=gone.payer_id), actor=oona, **WHEN)
    return lambda: requests.cancel_refund(done.pk, why="no", actor=oona, **WHEN)


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize(
    ("deed", "merged", "apart"),
    [
        (written_off, {"PAYER1": "100.00"}, {"PAYER1": "200.00"}),
        (moved_to_patient, {"PAYER1": "100.00"}, {"PAYER1": "200.00"}),
        (refunded, {"PAYER1": "-30.00"}, {"PAYER1": "70.00"}),
    ],
)
def test_what_was_done_on_the_emptied_claim_is_taken_back_on_the_other_one(
    deed: Callable[[Claim, User], TakenBack],
    merged: dict[str, str],
    apart: dict[str, str],
    is_apart: bool,  # noqa: FBT001
    oona: User,
) -> None:
    gone, kept = bills()
    take_back = deed(gone, oona)
    merger = merge_claims(gone.pk, into=kept.pk, actor=oona, **WHEN)
    if is_apart:
        take_claims_apart(merger.pk, actor=oona, **WHEN)
    take_back()
    assert owed() == {bucket: Decimal(amount) for bucket, amount in (apart if is_apart else merged).items()}
    assert failures(make_practice()) == []


@pytest.mark.parametrize("is_apart", [False, True])
def test_a_check_that_paid_the_emptied_claim_comes_back(is_apart: bool, oona: User) -> None:  # noqa: FBT001
    gone, kept = bills(payers=False)
    receipt = record_receipt(
        actor=oona, account_id=gone.account_id, amount=Decimal("100.00"), received_on=TODAY, method="check",
        reference="1", **WHEN,
    )  # fmt: skip
    merger = merge_claims(gone.pk, into=kept.pk, actor=oona, **WHEN)
    assert owed() == {}
    if is_apart:
        take_claims_apart(merger.pk, actor=oona, **WHEN)
    corrections.return_receipt(receipt.pk, why="nsf", returned_on=TODAY, actor=oona, **WHEN)
    assert owed() == {"PATIENT": Decimal("200.00" if is_apart else "100.00")}
    assert failures(make_practice()) == []


@pytest.mark.parametrize("is_apart", [False, True])
def test_unapplied_cash_of_an_emptied_account_comes_back_where_it_is(is_apart: bool, oona: User) -> None:  # noqa: FBT001
    gone, kept = (make_claim(payers=(), lines=["60.00"]).account for _ in range(2))
    receipt = record_receipt(
        actor=oona, account_id=gone.pk, amount=Decimal("80.00"), received_on=TODAY, method="check", reference="1",
        chosen={}, **WHEN,
    )  # fmt: skip
    applied = unapplied.apply_unapplied(actor=oona, account_id=gone.pk, amount=Decimal("60.00"), **WHEN)
    merger = merge_people(gone.guarantor_id, into=kept.guarantor_id, choices={}, actor=oona, **WHEN)
    if is_apart:
        take_people_apart(merger.pk, actor=oona, **WHEN)
    unapplied.undo_applications(applied.run, actor=oona, **WHEN)
    here, there = (gone, kept) if is_apart else (kept, gone)
    assert _unapplied(here, there) == [Decimal("80.00"), Decimal("0.00")]
    corrections.void_receipt(receipt.pk, why="twice", actor=oona, **WHEN)
    assert _unapplied(here, there) == [Decimal("0.00"), Decimal("0.00")]
    assert failures(make_practice()) == []


def test_what_was_owed_before_the_books_began_is_not_owed_twice(oona: User) -> None:
    gone, kept = (opened(claim, oona) for claim in bills("0.00", "0.00"))
    merger = merge_claims(gone.pk, into=kept.pk, actor=oona, **WHEN)
    assert owed() == {"PAYER1": Decimal("40.00")}
    assert failures(make_practice()) == []
    take_claims_apart(merger.pk, actor=oona, **WHEN)
    assert owed() == {"PAYER1": Decimal("80.00")}
    assert OpenedLine.objects.count() == 2
    assert failures(make_practice()) == []


def test_what_came_from_the_books_before_stays_where_the_other_was_billed_here(oona: User) -> None:
    charged, other = bills("100.00", "0.00")
    came = opened(other, oona)
    with pytest.raises(MergeRefused, match="the other way round"):
        merge_claims(came.pk, into=charged.pk, actor=oona, **WHEN)
    merge_claims(charged.pk, into=came.pk, actor=oona, **WHEN)
    assert owed() == {"PAYER1": Decimal("40.00")}
    assert failures(make_practice()) == []


def _unapplied(*accounts: Account) -> list[Decimal]:
    return [Account.objects.get(pk=account.pk).unapplied for account in accounts]
