"""Receipts and unapplied cash, as pages ask for them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from arwork.lib import bulk
from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO, from_cents
from arwork.staff.access import practice_ids
from claims.billing.models import Claim
from claims.ledger.models import Posting, Receivable
from claims.ledger.selectors import net
from claims.parties.models import Account
from claims.receipts.corrections import standing_postings, where_it_is
from claims.receipts.models import CashApplication, Receipt
from claims.receipts.unapplied import sources_of
from claims.remits.entries import OVER_SHORT
from claims.remits.models import SET_ASIDE, RemitClaim, RemitException

if TYPE_CHECKING:
    from arwork.staff.models import User

_WITH = ("account__guarantor", "practice", "recorded_by", "ended_by")
#: Where nothing of a receipt is here any more.
_GONE = (Receipt.State.RETURNED, Receipt.State.VOIDED, Receipt.State.REFUNDED)


@dataclass(frozen=True)
class ReceiptFilter:
    """Which receipts: received from one day to another, their state and method, and how a number begins."""

    since: dt.date | None = None
    until: dt.date | None = None
    state: str = ""
    method: str = ""
    text: str = ""


def receipts(*, actor: "User", asked: ReceiptFilter) -> QuerySet[Receipt]:
    """Receipts of the actor's practices, the newest first."""
    rows = Receipt.objects.filter(practice__in=practice_ids(actor)).select_related(*_WITH)
    if asked.since:
        rows = rows.filter(received_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(received_on__lte=asked.until)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.method:
        rows = rows.filter(method=asked.method)
    if asked.text:
        rows = rows.filter(_numbered(asked.text))
    return rows.order_by("-received_on", "-pk")


@dataclass(frozen=True)
class ReceiptTotals:
    """What receipts come to: how many, what they were of, what of it still stands. What was moved on counts once."""

    count: int
    received: Decimal
    stands: Decimal


def receipt_totals(rows: QuerySet[Receipt]) -> ReceiptTotals:
    """One query."""
    first, left = Q(moved_from=None), Q(state__in=_GONE)
    sums = rows.order_by().aggregate(
        received=Sum("amount", filter=first),
        gone=Sum("amount", filter=first & left),
        given_back=Sum("given_back", filter=~left),
    )
    received, gone, given_back = (sums[name] or ZERO for name in ("received", "gone", "given_back"))
    return ReceiptTotals(rows.count(), received, received - gone - given_back)


def receipts_numbered(*, actor: "User", text: str, limit: int) -> list[Receipt]:
    """Receipts of this number or reference, the newest first."""
    rows = Receipt.objects.filter(_numbered(text), practice__in=practice_ids(actor)).select_related(*_WITH)
    return list(rows.order_by("-pk")[:limit])


def receipts_of(account: Account) -> list[Receipt]:
    """The receipts of an account, the newest first."""
    rows = Receipt.objects.filter(account=account).select_related("recorded_by", "ended_by", "moved_from__account")
    return list(rows.prefetch_related("moved_to__account").order_by("-received_on", "-pk")[:50])


@dataclass(frozen=True)
class ToldReceipt:
    """A receipt with what it pays now: by visit, and unapplied. `left` is what of it stands on its account."""

    receipt: Receipt
    visits: Sequence[tuple[Claim, Decimal]]
    unapplied: Decimal
    remains: Decimal
    parts: Sequence[Receipt] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        return sum((amount for _, amount in self.visits), self.unapplied)


def receipt_seen_by(actor: "User", receipt_id: int) -> ToldReceipt:
    """A receipt with what it paid; raises `NotFound` outside the actor's practices. Five queries."""
    rows = Receipt.objects.filter(practice__in=practice_ids(actor)).select_related(*_WITH, "moved_from__account")
    receipt = rows.filter(pk=receipt_id).first()
    if receipt is None:
        raise NotFound("There is no such receipt in your practices.")
    lines, unapplied = where_it_is(standing_postings([receipt]))
    of_claims: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (claim_id, _), amount in lines.items():
        of_claims[claim_id] += amount
    claims = Claim.objects.filter(pk__in=list(of_claims)).select_related("patient__person").order_by("service_from")
    owed = Receivable.objects.filter(account=receipt.account_id, bucket="PATIENT", amount__gt=0)
    return ToldReceipt(
        receipt,
        [(claim, of_claims[claim.pk]) for claim in claims],
        unapplied,
        owed.aggregate(owed=Sum("amount"))["owed"] or ZERO,
        list(receipt.moved_to.select_related("account").order_by("pk")),
    )


@dataclass(frozen=True)
class UnappliedCash:
    """Unapplied cash of an account: since when, from which receipts, what the patient owes beside it, who was last."""

    account: Account
    amount: Decimal
    owed: Decimal
    since_on: dt.date | None
    receipts: Sequence[Receipt]
    last_by: str


def unapplied_accounts(*, actor: "User", is_owing: bool = False) -> QuerySet[Account]:
    """Accounts with unapplied cash, the most first; `is_owing` narrows to those that owe beside it."""
    rows = Account.objects.filter(practice__in=practice_ids(actor)).exclude(unapplied=0)
    if is_owing:
        rows = rows.filter(Exists(Receivable.objects.filter(account=OuterRef("pk"), bucket="PATIENT", amount__gt=0)))
    return rows.select_related("guarantor", "practice").order_by("-unapplied", "pk")


def unapplied_cash(accounts: Sequence[Account]) -> list[UnappliedCash]:
    """What is known of the unapplied cash of some accounts, in their order. Five queries."""
    ids = [row.pk for row in accounts]
    sources = sources_of(accounts)
    wanted = [one.receipt_id for parts in sources.values() for one in parts if one.receipt_id]
    known = Receipt.objects.select_related("recorded_by").in_bulk(wanted)
    owed = Receivable.objects.filter(bulk.Among("account", ids), bucket="PATIENT", amount__gt=0).order_by()
    owes = dict(owed.values_list("account_id").annotate(Sum("amount")))
    applied = CashApplication.objects.filter(bulk.Among("account", ids)).select_related("applied_by").order_by("pk")
    last = {row.account_id: row.applied_by for row in applied}
    found = []
    for row in accounts:
        receipts = [known[one.receipt_id] for one in sources[row.pk] if one.receipt_id]
        by = last.get(row.pk) or next((one.recorded_by for one in reversed(receipts) if one.recorded_by), None)
        since = min((one.received_on for one in receipts), default=None)
        found.append(UnappliedCash(row, row.unapplied, owes.get(row.pk, ZERO), since, receipts, str(by or "")))
    return found


@dataclass(frozen=True)
class UnappliedOfPayer:
    """Cash of a payer that no claim has got: the payment that waits, or (`exception` of the whole deposit) what a
    deposit has more or less than it explains."""

    exception: RemitException
    amount: Decimal

    @property
    def payer(self) -> str:
        remittance = self.exception.remittance
        return str(remittance.payer or remittance.payer_name or "Payer not known")

    @property
    def last_by(self) -> str:
        return str(self.exception.resolved_by or "")


def unapplied_of_payers(*, actor: "User") -> list[UnappliedOfPayer]:
    """What payers paid and no claim has got, the oldest deposit first: each waits at its exception. Two queries."""
    waiting = RemitException.objects.filter(practice__in=practice_ids(actor))
    waiting = waiting.exclude(remittance__state__in=SET_ASIDE).select_related(
        "remittance__payer", "remittance__practice", "remit_claim__claim", "resolved_by"
    )
    states = (RemitClaim.State.EXCEPTION, RemitClaim.State.DISMISSED)
    of_claims = waiting.filter(remit_claim__state__in=states).exclude(remit_claim__paid=0).order_by("state", "pk")
    found = {row.remit_claim_id: row for row in of_claims}
    held = [UnappliedOfPayer(row, row.remit_claim.paid) for row in found.values() if row.remit_claim]
    over = {row.remittance_id: row for row in waiting.filter(remit_claim=None, provider_adjustment=None)}
    booked = Posting.objects.filter(bulk.Among("remittance_id", sorted(over)), memo=OVER_SHORT, reverses=None)
    for remittance_id, cents in booked.order_by().values_list("remittance_id").annotate(cents=net("UNAPPLIED")):
        if cents:
            held.append(UnappliedOfPayer(over[remittance_id or 0], -from_cents(cents)))
    return sorted(held, key=lambda one: (one.exception.remittance.paid_on, one.exception.pk))


class AppliedRun(NamedTuple):
    """Unapplied cash applied together: on how many accounts, dollars, when."""

    run: UUID
    accounts: int
    amount: Decimal
    at: dt.datetime


def last_runs(*, actor: "User", since: dt.datetime) -> list[AppliedRun]:
    """What `actor` applied since a moment and nobody undid, the newest first."""
    mine = CashApplication.objects.filter(
        practice__in=practice_ids(actor), applied_by=actor, applied_at__gte=since, undone_at=None
    )
    rows = mine.order_by().values_list("run").annotate(Count("pk"), Sum("amount"), at=Max("applied_at"))
    return [AppliedRun(*row) for row in rows.order_by("-at")]


def applications_of(account: Account) -> Iterable[CashApplication]:
    """Unapplied cash of an account that was applied and not undone, the newest first."""
    return CashApplication.objects.filter(account=account, undone_at=None).select_related("applied_by").order_by("-pk")


def _numbered(text: str) -> Q:
    """A receipt's number (`R12`) or its reference, whole."""
    text = text.strip().upper()
    wanted = Q(reference=text)
    digits = text.removeprefix("R")
    if digits.isdecimal() and len(digits) < 10:
        wanted |= Q(number=int(digits))
    return wanted


def total_of(rows: QuerySet[Account]) -> Decimal:
    """The unapplied cash of accounts together. Dollars."""
    total: Decimal | None = rows.order_by().aggregate(total=Sum("unapplied"))["total"]
    return total or ZERO
