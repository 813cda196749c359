"""Whatever people do with write-offs, receipts, refunds, transfers, EOBs, mergers and months, in any order: after each
deed the books hold, and at the end cash is what came and stayed, closed months are what was frozen, and nobody
approved what they asked."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from claims.adjustments import services as write_offs
from claims.adjustments.models import WriteOff
from claims.adjustments.standing import Target
from claims.approvals import services as approvals
from claims.approvals.models import ApprovalRequest
from claims.closing import reports
from claims.closing import services as closing
from claims.closing.checks import points_of
from claims.closing.models import FrozenReport
from claims.closing.months import DAY, Month, end_of_month
from claims.credits.sources import ACCOUNT, CLAIM, CreditSource
from claims.duplicates.claim_merge import merge_claims, take_claims_apart
from claims.duplicates.models import ClaimMerge, PersonMerge
from claims.duplicates.person_merge import merge_people, take_people_apart
from claims.eobs import drafts, posting, taking_back
from claims.eobs.drafts import CheckFacts
from claims.eobs.models import Eob
from claims.ledger.models import Posting, Receivable
from claims.ledger.selectors import account_totals
from claims.parties.models import Account
from claims.receipts import corrections, unapplied
from claims.receipts.models import CashApplication, Receipt
from claims.receipts.recording import record_receipt
from claims.refunds import requests, runs
from claims.refunds.models import Refund
from claims.refunds.states import OUT
from claims.transfers import bucket_transfers, posting_moves
from claims.transfers.models import HandTransfer, PostingMove
from tests import cast
from tests.closing.books import failures
from tests.eobs.entering import typed
from tests.refunds.stories import draft

DEEDS = (
    "write_off", "approve", "refuse", "take_back", "receive", "give_back", "move_receipt", "apply", "unapply",
    "transfer", "transfer_back", "move_payment", "payment_back", "ask_refund", "issue", "end_refund", "eob", "eob_back",
    "merge_claims", "claims_apart", "merge_people", "people_apart", "close",
)  # fmt: skip
AMOUNTS = st.sampled_from(["12.50", "60.00", "250.00", "640.00", "1400.00"]).map(Decimal)
#: What a patient paid is given back after its visit became part of another one, and then the two stand apart again.
GIVEN_BACK_BETWEEN = [
    (deed, which, Decimal("60.00"))
    for deed, which in (("receive", 0), ("merge_claims", 3), ("give_back", 0), ("claims_apart", 0))
]
STORY = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 11), AMOUNTS), min_size=6, max_size=20)


class TestBooks(TestCase):
    @settings(
        max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(story=STORY)
    @example(story=GIVEN_BACK_BETWEEN)
    def test_whatever_people_do_the_books_hold(self, story: list[tuple[str, int, Decimal]]) -> None:
        office = Office()
        for deed, which, amount in story:
            office.now += dt.timedelta(minutes=3)
            with suppress(DomainError), transaction.atomic():
                office.do(deed)(which, amount)
            assert failures(office.practice) == [], (deed, which, amount)
            office.ensure_money_is_somebodys()
        office.ensure_months_stay()


class Office:
    """A practice, four people, and everything that they may do. One bill is here under two numbers, for the payer and
    for the patient; one person may be here under two names."""

    def __init__(self) -> None:
        self.practice, self.now = cast.make_practice(), cast.NOW
        makers = (cast.make_ana, cast.make_sol, cast.make_ada, cast.make_oona)
        self.staff = [make(self.practice) for make in makers]
        self.accounts = [cast.make_account(practice=self.practice, last=last) for last in ("Hale", "Haile")]
        hale, haile = [cast.make_patient(account=one, last=one.guarantor.last) for one in self.accounts]
        billed = {"lines": ["900.00", "400.00"]}
        own = {"lines": ["600.00"], "payers": ()}
        self.claims = [cast.make_claim(patient=hale, **one) for one in (billed, billed, own, own)]
        self.claims += [cast.make_claim(patient=haile, **one) for one in (billed, own)]

    @property
    def today(self) -> dt.date:
        return self.now.date()

    def do(self, deed: str) -> Callable[[int, Decimal], object]:
        found: Callable[[int, Decimal], object] = getattr(self, deed)
        return found

    def by(self, which: int) -> dict[str, object]:
        """Who does it, and when."""
        return {"actor": self.staff[which % 4], "today": self.today, "now": self.now}

    @property
    def boss(self) -> dict[str, object]:
        return self.by(3)

    def write_off(self, which: int, amount: Decimal) -> None:
        claim = self.claims[which % 6]
        bucket = "PATIENT" if which % 6 in (2, 3, 5) else ("PAYER1", "PATIENT")[which // 6]
        books_to = "WO_ADMIN" if bucket == "PAYER1" else "WO_SMALL"
        target = Target(bucket, amount, claim_id=claim.pk)
        write_offs.propose(target, books_to=books_to, reason="because", **self.by(which // 2))

    def approve(self, which: int, amount: Decimal) -> None:
        approvals.approve(_nth(ApprovalRequest.objects.filter(state="waiting"), which // 4), **self.by(which))

    def refuse(self, which: int, amount: Decimal) -> None:
        asked = _nth(ApprovalRequest.objects.filter(state="waiting"), which // 4)
        approvals.refuse([asked], note="no", actor=self.staff[which % 4], now=self.now)

    def take_back(self, which: int, amount: Decimal) -> None:
        found = _nth(WriteOff.objects.filter(state__in=["posted", "waiting"]), which // 2)
        if which % 2:
            write_offs.undo(found, **self.by(which // 3))
        else:
            write_offs.reverse(found, reason="because", **self.boss)

    def receive(self, which: int, amount: Decimal) -> None:
        record_receipt(
            account_id=self.accounts[which % 2].pk, amount=amount, received_on=self.today, method="check",
            reference=f"{self.now:%d%H%M}", **self.by(1),
        )  # fmt: skip

    def give_back(self, which: int, amount: Decimal) -> None:
        receipt = _nth(Receipt.objects.filter(state="recorded"), which // 2)
        if which % 2:
            corrections.return_receipt(receipt, why="nsf", returned_on=self.today, **self.boss)
        else:
            corrections.void_receipt(receipt, why="twice", **self.boss)

    def move_receipt(self, which: int, amount: Decimal) -> None:
        receipt = _nth(Receipt.objects.filter(state="recorded"), which // 2)
        corrections.move_receipt(receipt, to_account=self.accounts[which % 2].number, amount=amount, **self.boss)

    def apply(self, which: int, amount: Decimal) -> None:
        unapplied.apply_unapplied(account_id=self.accounts[which % 2].pk, amount=amount, **self.boss)

    def unapply(self, which: int, amount: Decimal) -> None:
        made = list(CashApplication.objects.order_by("pk").values_list("run", flat=True)) or [UUID(int=0)]
        unapplied.undo_applications(made[which % len(made)], **self.boss)

    def transfer(self, which: int, amount: Decimal) -> None:
        origin, target, reason = (("PAYER1", "PATIENT", "patient"), ("PATIENT", "OTHER", "third_party"))[which // 6]
        bucket_transfers.transfer(
            self.claims[which % 6].pk, line_id=None, origin=origin, target=target, amount=amount, reason=reason,
            words="because", **self.boss,
        )  # fmt: skip

    def transfer_back(self, which: int, amount: Decimal) -> None:
        bucket_transfers.undo_transfer(_nth(HandTransfer.objects.all(), which), because="no", **self.boss)

    def move_payment(self, which: int, amount: Decimal) -> None:
        paid = Posting.objects.filter(kind__in=posting_moves.MOVABLE, reverses=None, reversed_by=None)
        posting_moves.move_posting(
            _nth(paid, which), claim=self.claims[which % 6].number, line_number=1, amount=amount, words="because",
            **self.boss,
        )  # fmt: skip

    def payment_back(self, which: int, amount: Decimal) -> None:
        posting_moves.undo_move(_nth(PostingMove.objects.all(), which), **self.boss)

    def ask_refund(self, which: int, amount: Decimal) -> None:
        owed_back = Receivable.objects.filter(amount__lt=0).order_by("pk")
        places = [CreditSource(CLAIM, row.claim_id, row.bucket) for row in owed_back]
        places += [CreditSource(ACCOUNT, row.pk) for row in Account.objects.filter(unapplied__gt=0).order_by("pk")]
        if places:
            asked = draft(str(amount), offset="declined", offset_on=self.today)
            requests.ask_refund(places[which // 4 % len(places)], draft=asked, **self.by(which))

    def issue(self, which: int, amount: Decimal) -> None:
        approved = _nth(Refund.objects.filter(state="approved"), which)
        number = 1 + Refund.objects.exclude(number="").count()
        runs.issue_checks([approved], first_number=number, **self.boss)

    def end_refund(self, which: int, amount: Decimal) -> None:
        end = runs.void_refund if which % 2 else requests.cancel_refund
        end(_nth(Refund.objects.filter(state="issued" if which % 2 else "approved"), which // 2), why="no", **self.boss)

    def eob(self, which: int, amount: Decimal) -> None:
        """A payer's check for one claim: the first line paid, with a share of the patient, the other one denied or
        not answered."""
        claim = self.claims[which % 6]
        check = CheckFacts(
            payer_id=cast.make_payer().pk, method="CHK", trace=f"{self.now:%d%H%M}", amount=amount, paid_on=self.today,
            received_on=self.today,
        )  # fmt: skip
        first = {"allowed": str(amount + 10), "paid": str(amount)}
        rest = [{"paid": "0", "other": "CO-50 400.00"} if which // 6 else {}] * (claim.lines.count() - 1)
        day = {"actor": self.staff[3], "now": self.now, "today": self.today}
        made = drafts.open_eob(self.practice.pk, check, **day)
        made, _ = drafts.save_entry(made.pk, typed((claim, [first, *rest])), version=1, proposing=True, **day)
        posting.post_eob(made.pk, version=made.version, **day)

    def eob_back(self, which: int, amount: Decimal) -> None:
        taking_back.take_back(_nth(Eob.objects.filter(state="posted"), which), reason="mistyped", **self.boss)

    def merge_claims(self, which: int, amount: Decimal) -> None:
        one, other = (self.claims[0:2], self.claims[2:4])[which % 2]
        gone, kept = (one, other) if which // 2 % 2 else (other, one)
        merge_claims(gone.pk, into=kept.pk, **self.boss)

    def claims_apart(self, which: int, amount: Decimal) -> None:
        take_claims_apart(_nth(ClaimMerge.objects.filter(undone_at=None), which), **self.boss)

    def merge_people(self, which: int, amount: Decimal) -> None:
        gone, kept = [one.guarantor_id for one in self.accounts][:: 1 if which % 2 else -1]
        merge_people(gone, into=kept, choices={}, **self.boss)

    def people_apart(self, which: int, amount: Decimal) -> None:
        take_people_apart(_nth(PersonMerge.objects.filter(undone_at=None), which), **self.boss)

    def close(self, which: int, amount: Decimal) -> None:
        """The month ends; it is closed a few days later, with what is open accepted."""
        month = Month(self.practice.pk, end_of_month(self.today), end_of_month(self.today) + DAY * 3)
        self.now += dt.timedelta(days=(month.today - self.today).days)
        for point in points_of(month):
            if point.is_open:
                closing.accept_point(month, point.check.code, why="known", actor=self.staff[3], now=self.now)
        closing.close_month(month, actor=self.staff[3], now=self.now)

    def ensure_money_is_somebodys(self) -> None:
        """Cash is what came less what went; an emptied account holds none; what stands written off is what was."""
        totals = account_totals([self.practice.pk])
        came = Receipt.objects.filter(moved_from=None, state__in=("recorded", "moved")).values_list("amount", flat=True)
        paid = Eob.objects.filter(state="posted").values_list("amount", flat=True)
        went = Refund.objects.filter(state__in=OUT).values_list("amount", flat=True)
        assert totals["CASH"] == sum(came, ZERO) + sum(paid, ZERO) - sum(went, ZERO)
        owed = Refund.objects.filter(state="approved").values_list("amount", flat=True)
        assert -totals["REFUND"] == sum(owed, ZERO)
        for account in Account.objects.all():
            assert account.unapplied >= 0
            assert account.merged_into_id is None or not account.unapplied
        posted = WriteOff.objects.filter(state="posted").values_list("amount", flat=True)
        taken_off = totals["WO_ADMIN"] + totals["WO_SMALL"]
        assert taken_off <= sum(posted, ZERO)
        assert taken_off == sum(posted, ZERO) or ClaimMerge.objects.exists()  # a merger lets a doubled one fall
        approved = ApprovalRequest.objects.filter(state="approved")
        assert all(one.decided_by_id != one.asked_by_id for one in approved)

    def ensure_months_stay(self) -> None:
        for report in FrozenReport.objects.select_related("period"):
            found = reports.compare(report, Month(self.practice.pk, report.period.ends_on, self.today))
            assert found.is_same, (report.name, found.lost, found.come)
            assert found.is_intact


def _nth(rows: object, which: int) -> int:
    """The id of one of the rows, or of none."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))  # type: ignore[attr-defined]
    return ids[which % len(ids)] if ids else 0
