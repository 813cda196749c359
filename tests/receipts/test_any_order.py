"""Whatever people do with receipts and transfers, in any order: the books hold, and cash is what came and stayed."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.ledger.models import Posting, Receivable
from claims.ledger.receivables_as_of import owed_as_of
from claims.ledger.selectors import account_totals
from claims.receipts import corrections, unapplied
from claims.receipts.models import CashApplication, Receipt
from claims.receipts.recording import record_receipt
from claims.remits.verify import verify
from claims.transfers import bucket_transfers, posting_moves
from claims.transfers.models import HandTransfer, PostingMove
from tests.cast import NOW, TODAY, make_account, make_claim, make_patient, make_practice, make_sol

WHEN = {"today": TODAY, "now": NOW}
AMOUNTS = st.integers(1, 9_000).map(lambda cents: Decimal(cents).scaleb(-2))
DEEDS = ("record", "return", "void", "move", "apply", "undo", "transfer", "undo_transfer", "move_posting", "move_back")
STORY = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 5), AMOUNTS), max_size=14)


class TestAnyOrder(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORY)
    def test_any_order_keeps_the_books_and_the_cash(self, story):
        practice = make_practice()
        self.sol = make_sol(practice)
        self.accounts = [make_account(practice=practice, last=last) for last in ("Hale", "Guarino")]
        patients = [make_patient(account=account) for account in self.accounts]
        self.claims = [make_claim(patient=one, payers=(), lines=["40.00", "25.00"]) for one in (*patients, *patients)]
        self.claims += [make_claim(patient=patients[0], lines=["50.00"])]
        for number, (deed, which, amount) in enumerate(story):
            before = Posting.objects.count()
            try:
                getattr(self, deed)(which, amount, number)
            except DomainError:
                assert Posting.objects.count() == before, "what is refused posts nothing"
        assert [check.failures for check in verify([practice.pk]) if not check.holds] == []
        first = Receipt.objects.filter(moved_from=None, state__in=("recorded", "moved"))
        assert account_totals([practice.pk])["CASH"] == sum(first.values_list("amount", flat=True), ZERO)
        told = {(row.claim_id, row.bucket): row.since_on for row in owed_as_of(_ids(), as_of=TODAY, today=TODAY)}
        kept = {(row.claim_id, row.bucket): row.since_on for row in Receivable.objects.all()}
        assert told == kept
        for account in self.accounts:
            account.refresh_from_db()
            assert account.unapplied >= 0

    def record(self, which, amount, number):
        account = self.accounts[which % 2]
        asked = {"received_on": TODAY - dt.timedelta(days=which), "method": "check", "reference": f"N{number}"}
        record_receipt(actor=self.sol, account_id=account.pk, amount=amount, **asked, **WHEN)

    def _receipt(self, which):
        return _nth(Receipt, which)

    def move(self, which, amount, number):
        target = self.accounts[which % 2].number
        corrections.move_receipt(self._receipt(which), to_account=target, amount=amount, actor=self.sol, **WHEN)

    def void(self, which, amount, number):
        corrections.void_receipt(self._receipt(which), why="twice", actor=self.sol, **WHEN)

    def apply(self, which, amount, number):
        unapplied.apply_unapplied(actor=self.sol, account_id=self.accounts[which % 2].pk, amount=amount, **WHEN)

    def undo(self, which, amount, number):
        runs = list(CashApplication.objects.order_by("pk").values_list("run", flat=True)) or [UUID(int=0)]
        unapplied.undo_applications(runs[which % len(runs)], actor=self.sol, **WHEN)

    def transfer(self, which, amount, number):
        origin, target, reason = (("PAYER1", "PATIENT", "patient"), ("PATIENT", "OTHER", "third_party"))[which % 2]
        bucket_transfers.transfer(
            self.claims[which % 5].pk, line_id=None, origin=origin, target=target, amount=amount, reason=reason,
            words="story", actor=self.sol, **WHEN,
        )  # fmt: skip

    def undo_transfer(self, which, amount, number):
        bucket_transfers.undo_transfer(_nth(HandTransfer, which), actor=self.sol, **WHEN)

    def move_posting(self, which, amount, number):
        paid = list(Posting.objects.filter(kind="patient_payment", reverses=None, reversed_by=None).order_by("pk"))
        if paid:
            posting_moves.move_posting(
                paid[which % len(paid)].pk, claim=self.claims[(which + 2) % 5].number, line_number=1 + which % 2,
                amount=amount, words="story", actor=self.sol, **WHEN,
            )  # fmt: skip

    def move_back(self, which, amount, number):
        posting_moves.undo_move(_nth(PostingMove, which), actor=self.sol, **WHEN)


def _give_back(self, which, amount, number):
    corrections.return_receipt(self._receipt(which), why="nsf", returned_on=TODAY, actor=self.sol, **WHEN)


setattr(TestAnyOrder, "return", _give_back)


def _nth(model, which):
    rows = list(model.objects.order_by("pk").values_list("pk", flat=True))
    return rows[which % len(rows)] if rows else 0


def _ids():
    return list(Receivable.objects.values_list("claim", flat=True).distinct())
