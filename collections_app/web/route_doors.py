"""Where the work of a route goes on: a draft of the claim, an appeal, the account of the patient, a write-off."""

from functools import partial

from django.urls import reverse

from claims.billing.claim_detail import claim_seen_by
from collections_app.appeals import services as appeals
from collections_app.outgoing_claims import services as outgoing
from collections_app.outgoing_claims.drafting import Purpose
from collections_app.routes.openers import Opener, OpenRequest
from collections_app.routes.route_rules import RouteCode


def to_draft(purpose: str, request: OpenRequest) -> str:
    """A draft of the claim, as a corrected, new or voided one, or for the next payer."""
    made = outgoing.draft_claim(
        request.claim_id, purpose=purpose, denial_ids=request.denial_ids, actor=request.actor, today=request.today,
        now=request.now,
    )  # fmt: skip
    return reverse("outgoing_claim", args=[made.pk])


def to_appeal(request: OpenRequest) -> str:
    """An appeal of what was chosen, at the level that its notice opens."""
    case = appeals.open_case(
        request.claim_id, denial_ids=request.denial_ids, route=RouteCode.APPEAL, actor=request.actor,
        today=request.today, now=request.now,
    )  # fmt: skip
    return reverse("appeal", args=[case.pk])


def to_account(request: OpenRequest) -> str:
    """The page of the account: whom to call at which number, and when."""
    claim = claim_seen_by(request.actor, request.claim_id)
    return reverse("account", args=[claim.account_id])


def to_write_off(request: OpenRequest) -> str:
    """The page that proposes to write off what is denied."""
    return reverse("claim_write_off", args=[request.claim_id])


OPENERS: dict[RouteCode, Opener] = {
    RouteCode.CORRECTED: partial(to_draft, Purpose.CORRECTED),
    RouteCode.NEW: partial(to_draft, Purpose.NEW),
    RouteCode.VOID: partial(to_draft, Purpose.VOID),
    RouteCode.NEXT_PAYER: partial(to_draft, Purpose.NEXT_PAYER),
    RouteCode.APPEAL: to_appeal,
    RouteCode.PATIENT: to_account,
    RouteCode.WRITE_OFF: to_write_off,
}
