"""Deposit slips: closed batches on their way to the bank. A slip lists its checks one by one and its cash as a sum."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q, Sum

from arwork.lib import locks
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.lib.money import ZERO
from arwork.lib.sensitive import ensure_not_sensitive
from arwork.staff import audit
from arwork.staff.access import Capability, ensure_in_view, practice_ids, require
from claims.cash.models import BatchItem, CashBatch, DepositSlip
from claims.cash.takings import CASH, COUNTED

if TYPE_CHECKING:
    from arwork.staff.models import User

#: What is locked while a slip gets its number: those of a practice.
SLIPS = 14


def make_slip(
    batch_ids: Sequence[int],
    *,
    practice_id: int,
    bank_account: str,
    actor: "User",
    today: dt.date,
    now: dt.datetime,
) -> DepositSlip:
    """Put closed batches on a slip. What was counted over or short counts as cash.

    Raises `Conflict` where a batch is open or on a slip already, `DomainError` for nothing to deposit.
    """
    require(actor, Capability.POST_MONEY)
    ensure_in_view(actor, practice_id)
    ensure_not_sensitive(bank_account=bank_account)
    with transaction.atomic():
        locks.hold(SLIPS, practice_id)
        ours = CashBatch.objects.select_for_update().filter(practice=practice_id, kind__in=COUNTED)
        batches = list(ours.filter(pk__in=set(batch_ids)).order_by("pk"))
        if not batches or len(batches) != len(set(batch_ids)):
            raise DomainError("Choose the batches that go to the bank.", field="batches")
        if any(one.state != CashBatch.State.CLOSED or one.slip_id is not None for one in batches):
            raise Conflict("One of these batches is open, or on a slip already. Look at them again.")
        items = BatchItem.objects.filter(batch__in=batches)
        sums = items.aggregate(cash=Sum("amount", filter=Q(method=CASH), default=ZERO), all=Sum("amount", default=ZERO))
        cash = sums["cash"] + sum((one.over_short_amount for one in batches), ZERO)
        checks = sums["all"] - sums["cash"]
        if cash < ZERO:
            raise DomainError("More is missing than there is cash: a check is. Reverse its receipt, then count again.")
        if not cash + checks:
            raise DomainError("There is nothing to deposit in these batches.", field="batches")
        last = DepositSlip.objects.filter(practice=practice_id).aggregate(last=Max("number"))["last"] or 0
        slip = DepositSlip.objects.create(
            practice_id=practice_id, number=last + 1, made_on=today, made_at=now, made_by=actor,
            bank_account=bank_account.strip()[:40], cash_amount=cash, check_amount=checks,
        )  # fmt: skip
        CashBatch.objects.filter(pk__in=[one.pk for one in batches]).update(slip=slip)
        _note("slip_made", slip, {"cash": cash, "checks": checks}, actor=actor, now=now)
    return slip


def deposit_slip(slip_id: int, *, on: dt.date, actor: "User", today: dt.date, now: dt.datetime) -> DepositSlip:
    """Say that it went to the bank. Raises `Conflict` unless it is made and still here."""
    with transaction.atomic():
        slip = _locked(slip_id, actor)
        if slip.state != DepositSlip.State.MADE:
            raise Conflict("This slip is deposited or void already.")
        if not slip.made_on <= on <= today:
            raise DomainError("It goes to the bank on the day it was made, or later; not in the future.", field="on")
        slip.state, slip.deposited_on, slip.deposited_by = DepositSlip.State.DEPOSITED, on, actor
        slip.save(update_fields=["state", "deposited_on", "deposited_by"])
        _note("slip_deposited", slip, {"on": on.isoformat()}, actor=actor, now=now)
    return slip


def void_slip(slip_id: int, *, actor: "User", now: dt.datetime) -> DepositSlip:
    """Take its batches off again. Raises `Conflict` once the bank has it."""
    with transaction.atomic():
        slip = _locked(slip_id, actor)
        if slip.state == DepositSlip.State.VOID:
            raise Conflict("This slip is void already.")
        if hasattr(slip, "bank_match"):
            raise Conflict("The bank has this deposit. Undo the match first.")
        slip.state, slip.deposited_on, slip.deposited_by = DepositSlip.State.VOID, None, None
        slip.save(update_fields=["state", "deposited_on", "deposited_by"])
        slip.batches.update(slip=None)
        _note("slip_voided", slip, {}, actor=actor, now=now)
    return slip


def _locked(slip_id: int, actor: "User") -> DepositSlip:
    require(actor, Capability.POST_MONEY)
    ours = DepositSlip.objects.select_for_update().filter(practice__in=practice_ids(actor))
    found = ours.filter(pk=slip_id).first()
    if found is None:
        raise NotFound("There is no such slip in your practices.")
    return found


def _note(action: str, slip: DepositSlip, facts: dict[str, object], *, actor: "User", now: dt.datetime) -> None:
    audit.record(actor, action, "deposit_slip", slip.pk, practice_id=slip.practice_id, after=facts, now=now)
