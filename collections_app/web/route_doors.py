"""Pages where the work of a route goes on: the account of the patient, the write-off of the claim."""

from django.urls import reverse

from claims.billing.claim_detail import claim_seen_by
from collections_app.routes.openers import Opener, OpenRequest
from collections_app.routes.route_rules import RouteCode


def to_account(request: OpenRequest) -> str:
    """The page of the account: whom to call at which number, and when."""
    claim = claim_seen_by(request.actor, request.claim_id)
    return reverse("account", args=[claim.account_id])


def to_write_off(request: OpenRequest) -> str:
    """The page that proposes to write off what is denied."""
    return reverse("claim_write_off", args=[request.claim_id])


OPENERS: dict[RouteCode, Opener] = {RouteCode.PATIENT: to_account, RouteCode.WRITE_OFF: to_write_off}
