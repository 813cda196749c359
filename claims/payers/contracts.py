"""Contracts and their fee schedules: kept per practice and payer, replaced as a whole or not at all."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from arwork.lib import bulk
from arwork.lib.errors import Conflict, DomainError, NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, practice_choice, require
from claims.payers.fee_files import FeeKey, keys_of
from claims.payers.models import Contract, FeeItem, Payer, Plan

if TYPE_CHECKING:
    from arwork.staff.models import User

_KEY = ("code", "modifier", "place")


class BadContract(DomainError):
    """Terms that contradict themselves or another contract."""

    code = "bad_contract"


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """A contract as it is entered."""

    practice_id: int
    payer_id: int
    name: str
    valid_from: dt.date
    plan_id: int | None = None
    valid_to: dt.date | None = None
    percent_of_charge: Decimal | None = None


def contracts_of(actor: "User") -> QuerySet[Contract]:
    """Contracts of the actor's practices, whichever of them is chosen in the frame."""
    mine = [practice.id for practice in practice_choice(actor).practices]
    return Contract.objects.filter(practice__in=mine)


def contract(contract_id: int, *, actor: "User") -> Contract:
    """One of them. Raises `NotFound`."""
    found = contracts_of(actor).select_related("practice", "payer", "plan").filter(pk=contract_id).first()
    if found is None:
        raise NotFound("There is no such contract among those of your practices.")
    return found


def fees_of(contract_id: int) -> dict[FeeKey, Decimal]:
    """The schedule by (code, modifier, place). One query."""
    return keys_of(FeeItem.objects.filter(contract=contract_id).values_list(*_KEY, "allowed"))


@transaction.atomic
def save_contract(contract_id: int | None, facts: ContractFacts, *, actor: "User", now: dt.datetime) -> Contract:
    """Open a contract or change its terms. Two contracts of one practice, payer and plan never overlap."""
    require(actor, Capability.CONFIGURE_PAYERS)
    if facts.practice_id not in {practice.id for practice in practice_choice(actor).practices}:
        raise NotFound("Choose one of your own practices.")
    list(Payer.objects.select_for_update().filter(pk=facts.payer_id).values_list("pk"))
    _check(contract_id, facts)
    row = contract(contract_id, actor=actor) if contract_id else Contract(payer_id=facts.payer_id)
    names = ("practice_id", "plan_id", "name", "valid_from", "valid_to", "percent_of_charge")
    before = {name: getattr(row, name) for name in names} if row.pk else None
    after = {name: getattr(facts, name) for name in names}
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    if before != after:
        action = "contract_changed" if before else "contract_opened"
        audit.record(
            actor, action, "contract", row.pk, practice_id=row.practice_id, before=before, after=after, now=now
        )
    return row


@transaction.atomic
def replace_fees(
    contract_id: int,
    fees: Mapping[FeeKey, Decimal],
    *,
    expected: Mapping[FeeKey, Decimal],
    remove_missing: bool,
    actor: "User",
    now: dt.datetime,
) -> int:
    """Take a schedule over as it was previewed; how many fees were written or removed.

    `expected` is the schedule that the preview was made against. Raises `Conflict` when it has changed since.
    """
    require(actor, Capability.CONFIGURE_PAYERS)
    found = contract(contract_id, actor=actor)
    list(Contract.objects.select_for_update().filter(pk=contract_id).values_list("pk"))
    present = fees_of(contract_id)
    if present != expected:
        raise Conflict("Somebody changed this fee schedule meanwhile. Nothing was written: upload the file again.")
    changed = {key: amount for key, amount in fees.items() if key in present and present[key] != amount}
    fresh = [
        FeeItem(contract=found, code=code, modifier=modifier, place=place, allowed=fees[code, modifier, place])
        for code, modifier, place in fees
        if (code, modifier, place) not in present
    ]
    bulk.insert(FeeItem, fresh)
    rows = FeeItem.objects.filter(contract=contract_id).values_list("pk", *_KEY)
    ids: dict[FeeKey, int] = {(code, modifier, place): pk for pk, code, modifier, place in rows}
    bulk.write(FeeItem, ["allowed"], {ids[key]: (amount,) for key, amount in changed.items()})
    gone = [ids[key] for key in present if key not in fees] if remove_missing else []
    for batch in bulk.chunks(gone):
        FeeItem.objects.filter(pk__in=batch).delete()
    after = {"new": len(fresh), "changed": len(changed), "removed": len(gone)}
    if any(after.values()):
        audit.record(
            actor, "fees_replaced", "contract", contract_id, practice_id=found.practice_id, after=after, now=now
        )
    return sum(after.values())


def _check(contract_id: int | None, facts: ContractFacts) -> None:
    if facts.valid_to is not None and facts.valid_to < facts.valid_from:
        raise BadContract("The last day lies before the first.")
    if facts.percent_of_charge is not None and not 0 < facts.percent_of_charge <= 100:
        raise BadContract("Percent of charge lies above 0 and at 100 at most.")
    if facts.plan_id and not Plan.objects.filter(pk=facts.plan_id, payer=facts.payer_id).exists():
        raise BadContract("This plan belongs to another payer.")
    rivals = Contract.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=facts.valid_from),
        practice=facts.practice_id,
        payer=facts.payer_id,
        plan=facts.plan_id,
    ).exclude(pk=contract_id or 0)
    if facts.valid_to is not None:
        rivals = rivals.filter(valid_from__lte=facts.valid_to)
    if rival := rivals.first():
        until = f"{rival.valid_to:%Y-%m-%d}" if rival.valid_to else "without end"
        raise BadContract(
            f"“{rival.name}” covers some of these days already ({rival.valid_from:%Y-%m-%d} to {until}). End it first."
        )
