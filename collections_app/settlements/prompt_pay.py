"""The prompt-pay discount of a practice: less for whoever pays soon after the first statement, by its dated policy.

It is everybody's, so nobody approves it; what a federal program covers is left out of it, for a discount that everybody
gets is a routine waiver there (42 USC 1320a-7a(i)(6)).
"""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from claims.ledger.models import Receivable
from collections_app.plans.visits import OwedForPlan
from collections_app.settlements import terms
from collections_app.settlements.drafts import SettlementDraft, SettlementGround, ground_of
from collections_app.settlements.obstacles import FEDERAL, payer_classes
from collections_app.settlements.terms import BadSettlement

if TYPE_CHECKING:
    from arwork.staff.models import User


def why_not_prompt(ground: SettlementGround) -> str:
    """Why no discount is offered on this ground, in words; "" where it is."""
    if not ground.days("prompt_pay_percent"):
        return "This practice has no prompt-pay discount."
    if ground.why_not:
        return ground.why_not
    return "" if ground.total else "No visit is within its days since the first statement."


def prompt_ground(*, actor: "User", account_id: int, today: dt.date) -> tuple[SettlementGround, dt.date]:
    """The visits that get the discount today, and until when they do. Raises `NotFound`."""
    ground = ground_of(actor=actor, account_id=account_id, today=today)
    within = dt.timedelta(days=ground.days("prompt_pay_days"))
    told = dict(
        Receivable.objects.filter(claim__in=ground.owed, bucket="PATIENT").values_list(
            "claim_id", "claim__first_statement_on"
        )
    )
    classes = payer_classes(ground.owed)
    visits, until = [], today + within
    for one in ground.visits:
        first, why = told.get(one.claim.pk), one.left_out
        if not why and not FEDERAL.keys().isdisjoint(classes.get(one.claim.pk, ())):
            why = "a federal program covers it"
        elif not why and first is not None and first + within < today:
            why = "its days are over"
        elif not why and first is not None:
            until = min(until, first + within)
        visits.append(OwedForPlan(one.claim, one.owed, why, one.at_payers))
    return replace(ground, visits=visits), until


def draft_prompt_pay(*, actor: "User", account_id: int, today: dt.date) -> SettlementDraft:
    """The discount as it would be offered now. Raises `BadSettlement` with the reason where there is none."""
    ground, until = prompt_ground(actor=actor, account_id=account_id, today=today)
    if why_not := why_not_prompt(ground):
        raise BadSettlement(why_not, field="visits")
    offer = terms.offer_of(ground.total, Decimal(ground.days("prompt_pay_percent")))
    terms.ensure_sensible(ground.total, offer, [until], today=today, most=1)
    return SettlementDraft(
        ground, offer, terms.payments(offer, [until]), "", "prompt_pay", (), terms.shares(offer, ground.owed)
    )
