"""What contracts allow of what first payers have not paid on claims: a batch in five queries, two without contracts.

Said of a claim only where its contract speaks for every line at stake; for a part it would be a guess at the whole.
Never more than what is open: a line whose reduction was posted is down to what is allowed of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from arwork.lib.bulk import Among
from arwork.lib.events import announce
from arwork.lib.money import ZERO
from claims.billing.buckets import PAYERS
from claims.billing.models import ClaimLine
from claims.denials.contract_terms import only_plans, terms_of_contracts
from claims.denials.expected_allowed import BilledService, ContractTerms, expected_allowed, terms_for
from claims.denials.models import Denial
from claims.ledger.models import Receivable
from claims.payers.fee_places import place_of_claim
from claims.payers.models import Contract


class ClaimAllowance(NamedTuple):
    """Dollars that the contract allows of all the first payer owes, and of what it denied of that. None: it does not
    say."""

    owed: Decimal | None
    denied: Decimal | None


def claim_allowances(claim_ids: Collection[int]) -> dict[int, ClaimAllowance]:
    """By claim, of those whose contract says anything."""
    if not claim_ids:
        return {}
    columns = ("claim__form", "claim__facility_code", "claim__practice_id", "claim__payer_id", "claim__plan_id")
    rows = ClaimLine.objects.filter(Among("claim", claim_ids), payer1__gt=0, claim__payer__isnull=False)
    lines = list(
        rows.order_by("claim", "number").values_list(
            "claim_id", "pk", "code", "modifiers", "units", "charge", "service_from", "payer1", *columns
        )
    )
    terms = _terms({(line[-3], line[-2]) for line in lines}, {line[2] for line in lines})
    if not terms:
        return {}
    plans = only_plans({payer for _, payer in terms})
    denied = _denied(claim_ids)
    owed_of: dict[int, list[Decimal | None]] = defaultdict(list)
    denied_of: dict[int, list[Decimal | None]] = defaultdict(list)
    for claim, pk, code, modifiers, units, charge, day, owed, form, facility, practice, payer, plan in lines:
        agreed = terms_for(terms.get((practice, payer), ()), plan_id=plan or plans.get(payer), on=day)
        service = BilledService(code, tuple(modifiers.split()), units, charge, day, place_of_claim(form, facility))
        worth = expected_allowed(service, agreed) if agreed else None
        owed_of[claim].append(None if worth is None else min(worth, owed))
        if pk in denied:
            denied_of[claim].append(None if worth is None else min(worth, owed, denied[pk]))
    found = {claim: ClaimAllowance(_total(owed_of[claim]), _total(denied_of[claim])) for claim in owed_of}
    return {claim: one for claim, one in found.items() if one != (None, None)}


@contextmanager
def announcing_contract_change(payer_id: int) -> Iterator[None]:
    """Change terms or fees with a payer in the block; the work on its open claims is worth something else on commit."""
    with transaction.atomic():
        yield
        owing = Receivable.objects.filter(payer=payer_id, bucket=PAYERS[0], amount__gt=0).order_by()
        announce("contract", claims=set(owing.values_list("claim_id", flat=True)))


def _total(parts: list[Decimal | None]) -> Decimal | None:
    said = [part for part in parts if part is not None]
    return sum(said, ZERO) if said and len(said) == len(parts) else None


def _terms(parties: set[tuple[int, int]], codes: Collection[str]) -> dict[tuple[int, int], list[ContractTerms]]:
    """By practice and payer. Two queries, one without contracts."""
    of_payers = Contract.objects.filter(
        practice__in={practice for practice, _ in parties}, payer__in={payer for _, payer in parties}
    )
    contracts = {one.pk: one for one in of_payers if (one.practice_id, one.payer_id) in parties}
    found: dict[tuple[int, int], list[ContractTerms]] = defaultdict(list)
    for terms in terms_of_contracts(list(contracts.values()), codes):
        contract = contracts[terms.contract_id]
        found[contract.practice_id, contract.payer_id].append(terms)
    return dict(found)


def _denied(claim_ids: Collection[int]) -> dict[int, Decimal]:
    """What is denied of each line by a first payer. One query."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    rows = Denial.objects.filter(Among("claim", claim_ids), state=Denial.State.OPEN, bucket=PAYERS[0])
    for line, amount in rows.values_list("line_id", "amount"):
        found[line] += amount
    return dict(found)
