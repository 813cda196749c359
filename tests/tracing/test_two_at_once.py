"""Two who ask one relative at the same moment: one of them is heard."""

from types import SimpleNamespace

import pytest

from collections_app.contacts.models import Contact
from collections_app.tracing import trying
from collections_app.tracing.models import TraceCase, TraceEvent
from collections_app.tracing.trying import LeadCall, ThirdPartyAsked
from tests.cast import TODAY
from tests.tracing.conftest import AT_CALL, RELATIVE, lead_to
from tests.worklist.test_two_at_once import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_third_party_is_asked_once_though_two_ask(gus: SimpleNamespace, case: TraceCase) -> None:
    lead = lead_to(gus, case, "relative", **RELATIVE)

    def ask() -> str:
        try:
            trying.record_call(lead.pk, LeadCall("third_party"), actor=gus.ana, today=TODAY, now=AT_CALL)
        except ThirdPartyAsked:
            return "refused"
        return "asked"

    assert sorted(at_once(ask, ask)) == ["asked", "refused"]
    assert TraceEvent.objects.filter(lead=lead, outcome="third_party").count() == 1
    assert Contact.objects.count() == 1
