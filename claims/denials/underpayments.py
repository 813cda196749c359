"""Underpayments follow posted claim payments: lines allowed below contract, and reductions nobody agreed to (PI).

A line has at most one open underpayment; a later payment changes its figures or recovers it. A denial does neither:
what it would have allowed is not known, and a second bill denied as a duplicate says nothing of the first.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from arwork.lib import bulk
from arwork.lib.money import ZERO
from claims.billing.models import Claim, ClaimLine
from claims.denials.contract_terms import only_plan_of, terms_of, threshold_of
from claims.denials.expected_allowed import BilledService, ContractTerms, expected_allowed, shortfall, terms_for
from claims.denials.models import Underpayment
from claims.payers.fee_places import place_of_claim
from claims.remits import undo
from claims.remits.after_posting import PostedPayment

OPEN = (Underpayment.State.OPEN, Underpayment.State.DISPUTED)
#: What a decision changes of underpayments, and the undo of the decision puts back.
UNDOABLE = undo.SnapshotTable(
    Underpayment, ("state", "closed_on", "expected", "allowed", "amount"), opened_by="remit_claim"
)


def follow_underpayments(outcomes: Sequence[PostedPayment]) -> None:
    """Compare the primary payer's lines of a batch with the contract, payer by payer; a batch is of one practice."""
    by_payer: dict[int, list[PostedPayment]] = defaultdict(list)
    for one in outcomes:
        if one.results and not one.reversed_id and one.bucket == "PAYER1":
            by_payer[one.payer_id or 0].append(one)
    for adjudicated in by_payer.values():
        _follow_payer(adjudicated)


def _follow_payer(adjudicated: Sequence[PostedPayment]) -> None:
    short = underpaid_lines(adjudicated)
    lines = {line_id for one in adjudicated for line_id, result in one.results.items() if result.is_priced}
    known = {row.line_id: row for row in Underpayment.objects.filter(bulk.Among("line", lines), state__in=OPEN)}
    fresh = [row for line_id, row in short.items() if line_id not in known]
    bulk.insert(Underpayment, fresh, ignore_conflicts=True)
    again = {
        known[line_id].pk: (row.expected, row.allowed, row.amount) for line_id, row in short.items() if line_id in known
    }
    bulk.write(Underpayment, ["expected", "allowed", "amount"], again)
    settled = [row.pk for line_id, row in known.items() if line_id not in short]
    Underpayment.objects.filter(id__in=settled).update(
        state=Underpayment.State.RECOVERED, closed_on=adjudicated[0].paid_on
    )


def underpaid_lines(outcomes: Sequence[PostedPayment]) -> dict[int, Underpayment]:
    first = outcomes[0]
    has_contract = bool(terms_of(first.practice_id, first.payer_id, ()))
    reduced = {reduction.line_id for one in outcomes for reduction in one.reductions}
    if not has_contract and not reduced:
        return {}
    wanted = {line_id for one in outcomes for line_id in one.results if has_contract or line_id in reduced}
    services, plans = _services(wanted)
    terms = terms_of(first.practice_id, first.payer_id, {service.code for service in services.values()})
    threshold = threshold_of(first.payer_id, on=first.paid_on)
    only_plan = only_plan_of(first.payer_id) if terms else None
    found: dict[int, Underpayment] = {}
    for one in outcomes:
        denied = {each.line_id for each in one.line_denials}
        denied |= {line_id for line_id, result in one.results.items() if not result.is_priced}
        for line_id, result in one.results.items():
            service = services.get(line_id)
            if service is None or line_id in denied:
                continue
            reductions = sum((each.amount for each in one.reductions if each.line_id == line_id), ZERO)
            chosen = terms_for(terms, plan_id=plans.get(one.claim_id) or only_plan, on=service.on)
            worth = expected_allowed(service, chosen) if chosen else None
            allowed = result.allowed - reductions
            short = ZERO
            if worth is not None:
                short = shortfall(worth, allowed, least=threshold.least, least_bp=threshold.least_bp)
            elif reductions > 0:
                short = reductions
            if short > 0:
                found[line_id] = _row(one, line_id, chosen, worth or ZERO, allowed, short)
    return found


def _services(line_ids: set[int]) -> tuple[dict[int, BilledService], dict[int, int | None]]:
    services: dict[int, BilledService] = {}
    claims: set[int] = set()
    columns = ("id", "claim_id", "code", "modifiers", "units", "charge", "service_from")
    of_claim = ("claim__form", "claim__facility_code")
    rows = ClaimLine.objects.filter(bulk.Among("id", line_ids)).values_list(*columns, *of_claim)
    for pk, claim_id, code, modifiers, units, charge, day, form, facility in rows:
        place = place_of_claim(form, facility)
        services[pk] = BilledService(code, tuple(modifiers.split()), units, charge, day, place)
        claims.add(claim_id)
    return services, dict(Claim.objects.filter(bulk.Among("id", claims)).values_list("id", "plan_id"))


def _row(
    one: PostedPayment, line_id: int, terms: ContractTerms | None, worth: Decimal, allowed: Decimal, short: Decimal
) -> Underpayment:
    return Underpayment(
        practice_id=one.practice_id,
        claim_id=one.claim_id,
        line_id=line_id,
        remit_claim_id=one.remit_claim_id,
        contract_id=terms.contract_id if terms else None,
        payer_id=one.payer_id,
        expected=worth,
        allowed=allowed,
        amount=short,
        opened_on=one.paid_on,
    )
