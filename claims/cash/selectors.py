"""Questions about cash: batches, slips, what the bank has and we don't, and the other way round."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Min, Q, QuerySet

from arwork.lib.errors import NotFound
from arwork.lib.money import ZERO
from arwork.staff.access import Capability, practice_ids, require
from claims.cash.bank_csv import ColumnNames
from claims.cash.batches import members
from claims.cash.deposit_matching import DepositId, OwnDeposit
from claims.cash.models import BankFile, BankLayout, BankLine, BatchItem, CardPayout, CashBatch, DebitDeposit, DepositSlip
from claims.cash.takings import CASH, Taking
from claims.remits.models import SET_ASIDE, Remittance

if TYPE_CHECKING:
    from arwork.staff.models import User

#: Payments that don't come to the bank by themselves: checks go there on a slip, the others move no money.
_NOT_WIRED = ("CHK", "NON")
#: For matching by hand: so far from the bank's day a deposit is offered, and so many.
_NEAR = dt.timedelta(days=45)
_SHOWN = 60


def batch_of(batch_id: int, *, actor: "User") -> CashBatch:
    """One batch of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    rows = CashBatch.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "owner", "slip")
    found = rows.filter(pk=batch_id).first()
    if found is None:
        raise NotFound("There is no such batch in your practices.")
    return found


def slip_of(slip_id: int, *, actor: "User") -> DepositSlip:
    """One deposit slip of the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    rows = DepositSlip.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "made_by")
    found = rows.filter(pk=slip_id).first()
    if found is None:
        raise NotFound("There is no such slip in your practices.")
    return found


def items_of(batch: CashBatch) -> list[Taking]:
    """What is in a batch: what was kept when it closed, or what the books hold for it now."""
    if batch.state != CashBatch.State.CLOSED:
        return members(batch)
    return [
        Taking(batch.kind, batch.day, one.source, one.source_id, one.method, one.reference, one.amount, batch.owner_id)
        for one in batch.items.order_by("pk")
    ]


def checks_of(slip: DepositSlip) -> list[BatchItem]:
    """The checks on a slip, one by one."""
    rows = BatchItem.objects.filter(batch__slip=slip).exclude(method=CASH)
    return list(rows.order_by("batch", "pk"))


def waiting_line_count(actor: "User") -> int:
    """How many bank lines of the actor's practices nobody has found in the books."""
    return BankLine.objects.filter(practice__in=practice_ids(actor), set_aside_why="", matches=None).count()


def slips(practice_ids_: Sequence[int]) -> QuerySet[DepositSlip]:
    """The slips of practices, the latest first."""
    return DepositSlip.objects.filter(practice__in=practice_ids_).select_related("practice").order_by("-pk")


def layout_of(practice_id: int) -> ColumnNames | None:
    """Which columns of a practice's bank files say what."""
    found = BankLayout.objects.filter(practice=practice_id).first()
    if found is None:
        return None
    return ColumnNames(found.date_column, found.amount_column, found.description_column, found.reference_column)


def bank_files(practice_id: int) -> QuerySet[BankFile]:
    """The bank files of a practice, the latest first."""
    return BankFile.objects.filter(practice=practice_id).select_related("taken_by").order_by("-pk")


def bank_line_of(line_id: int, *, actor: "User") -> BankLine:
    """One line of a bank file in the actor's practices. Raises `NotFound`."""
    require(actor, Capability.SEE_REPORTS)
    rows = BankLine.objects.filter(practice__in=practice_ids(actor)).select_related("practice", "file")
    found = rows.filter(pk=line_id).first()
    if found is None:
        raise NotFound("There is no such bank line in your practices.")
    return found


def waiting_lines(practice_id: int) -> QuerySet[BankLine]:
    """What the bank has and nobody has found in the books, the oldest first."""
    return BankLine.objects.filter(practice=practice_id, set_aside_why="", matches=None).order_by("on", "pk")


def settled_lines(practice_id: int) -> QuerySet[BankLine]:
    """What is matched or set aside, the latest first."""
    rows = BankLine.objects.filter(practice=practice_id).exclude(set_aside_why="", matches=None)
    return (
        rows.prefetch_related("matches__slip", "matches__remittance__payer", "matches__debits", "matches__payout")
        .distinct()
        .order_by("-on", "-pk")
    )


def unmatched_deposits(
    practice_id: int, *, since: dt.date | None = None, until: dt.date | None = None
) -> list[OwnDeposit]:
    """What we say went to the bank and no bank line is: deposited slips, electronic payments, bank debits that settled.
    The oldest first."""
    slips = DepositSlip.objects.filter(
        practice=practice_id,
        state=DepositSlip.State.DEPOSITED,
        bank_match=None,
        **_between("deposited_on", since, until),
    )
    paid = _wired(practice_id).filter(bank_match=None, **_between("paid_on", since, until))
    columns = ("pk", "number", "cash_amount", "check_amount", "deposited_on")
    found = [
        OwnDeposit(DepositId("slip", pk), cash + checks, on, words=f"Deposit slip {number}")
        for pk, number, cash, checks, on in slips.values_list(*columns)
        if on
    ]
    found += [
        OwnDeposit(DepositId("remittance", pk), amount, on, trace, payer or payer_name)
        for pk, amount, on, trace, payer, payer_name in paid.values_list(
            "pk", "amount", "paid_on", "trace", "payer__name", "payer_name"
        )
    ]
    payouts = CardPayout.objects.filter(
        practice=practice_id, amount__gt=ZERO, bank_match=None, **_between("arrives_on", since, until)
    )
    found += [
        OwnDeposit(DepositId("payout", one.pk), one.amount, one.arrives_on, one.reference, f"Cards, {one}")
        for one in payouts
    ]
    debits = DebitDeposit.objects.filter(practice=practice_id, bank_match=None, **_between("settled_on", since, until))
    found += [
        OwnDeposit(DepositId("debits", one.pk), one.amount, one.settled_on, words=f"Bank debits, {one.reference}")
        for one in debits
    ]
    return sorted(found, key=lambda one: (one.on, one.id))


def near_deposits(line: BankLine) -> list[OwnDeposit]:
    """What a line may be, the likeliest first: what has its amount, then what is no larger, the nearest day first."""
    left = unmatched_deposits(line.practice_id, since=line.on - _NEAR, until=line.on + _NEAR)
    able = [one for one in left if one.amount <= line.amount]
    return sorted(able, key=lambda one: (one.amount != line.amount, abs((one.on - line.on).days), one.id))[:_SHOWN]


def first_bank_day(practice_id: int) -> dt.date | None:
    """The first day of which the bank has told anything; None without a bank file."""
    found: dt.date | None = BankLine.objects.filter(practice=practice_id).aggregate(first=Min("on"))["first"]
    return found


def _wired(practice_id: int) -> QuerySet[Remittance]:
    """The remittances whose money comes to the bank by itself."""
    rows = Remittance.objects.filter(practice=practice_id, amount__gt=ZERO).exclude(state__in=SET_ASIDE)
    return rows.exclude(Q(method__in=_NOT_WIRED))


def _between(column: str, since: dt.date | None, until: dt.date | None) -> dict[str, dt.date]:
    asked = {f"{column}__gte": since, f"{column}__lte": until}
    return {name: day for name, day in asked.items() if day}
