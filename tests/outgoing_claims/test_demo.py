"""The demo's drafts: corrections of denied claims and one to the next payer, made by the ordinary doors, once."""

import pytest

from arwork.staff.models import User
from claims.billing.models import Claim
from collections_app.demo.claim_drafts import draft_some
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.edi_intake.conftest import TODAY, TakeIn
from tests.outgoing_claims.test_next_payer import both_known
from tests.remits.era import Clp, Era, Svc, take


def test_drafts_wait_once(take_in: TakeIn, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collections_app.demo.claim_drafts.collectors", lambda: [ana])
    both_known(take_in)
    lines = (
        Svc("85.00", "60.00", (("CO-45", "25.00"),), code="99213"),
        Svc("40.00", "0.00", (("CO-4", "40.00"),), code="87070"),  # its modifier is missing
    )
    take(Era([Clp("HC-1", lines, member="MBR001")]))
    Claim.objects.update(responsible="PAYER1")
    draft_some(TODAY)
    row = OutgoingClaim.objects.get()
    assert (row.purpose, row.state, row.owner) == ("corrected", "draft", ana)
    assert row.denials.count() == 1
    draft_some(TODAY)
    assert OutgoingClaim.objects.count() == 1
