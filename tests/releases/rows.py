"""Requests for records of every state, for tests that need one of every kind."""

from typing import TYPE_CHECKING

from collections_app.releases import services
from collections_app.releases.authorization import POINTS, Form, RequestBasis
from collections_app.releases.directory import RequesterDraft, add_requester
from collections_app.releases.packet import PacketChoice
from collections_app.releases.releasing import Leaving, release
from collections_app.releases.services import RequestDraft
from tests.cast import NOW, TODAY

if TYPE_CHECKING:
    from arwork.staff.models import User
    from claims.billing.models import Claim


def requests_of_every_kind(claim: "Claim", actor: "User", *, words: str) -> dict[str, int]:
    """One to screen, one that left, one that may leave: the ids that an address may name."""
    firm = add_requester(claim.practice_id, RequesterDraft("law_firm", words), actor=actor, now=NOW)
    shows = frozenset(point.code for point in POINTS[RequestBasis.COURT_ORDER])
    made = []
    for state in ("received", "released", "valid"):
        draft = RequestDraft(firm.pk, claim.patient_id, RequestBasis.COURT_ORDER, TODAY, ("itemized",), words=words)
        found = services.receive(claim.account_id, draft, actor=actor, today=TODAY, now=NOW)
        if state != "received":
            services.screen(found.pk, Form(shows=shows), actor=actor, today=TODAY, now=NOW)
        if state == "released":
            leaving = Leaving("mail", went_to=words)
            release(found.pk, PacketChoice(["itemized"]), leaving=leaving, actor=actor, today=TODAY, now=NOW)
        made.append(found.pk)
    return {"record_request_id": made[-1], "requester_id": firm.pk}
