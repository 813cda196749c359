"""The demo shows everything that is done with patients beyond a call, and its books hold."""

import pytest

from claims.practices.models import Practice
from claims.remits.verify import verify
from collections_app.agencies.models import Agency, AgencyFile, AgencyPlacement
from collections_app.assistance.models import AssistanceApplication
from collections_app.disputes.models import BillingDispute
from collections_app.help_offers.models import Hardship, HelpOffer, Referral
from collections_app.releases.models import RecordRequest
from collections_app.settlements.models import Settlement
from collections_app.strategies.models import StrategyTest, StrategyVersion
from collections_app.tracing.models import TraceCase, TraceFile, TraceLead
from tests.demo.loaded import load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=300)


def states(model):
    return set(model.objects.values_list("state", flat=True))


def test_settlements_and_help():
    assert states(Settlement) == {"offered", "waiting", "settled", "broken"}
    settled = Settlement.objects.get(state="settled")
    assert settled.received >= settled.offer
    assert settled.written_off == settled.owed - settled.offer
    assert (Hardship.objects.count(), Referral.objects.count()) == (1, 1)
    assert HelpOffer.objects.filter(answer="thinks").exists()


def test_assistance_disputes_and_records():
    assert {"incomplete", "ready", "waiting", "approved", "denied"} <= states(AssistanceApplication)
    assert {"open", "asked", "answered", "corrected"} <= states(BillingDispute)
    assert {"received", "defective", "valid", "released"} <= states(RecordRequest)


def test_tracing_agencies_and_strategies():
    assert TraceCase.objects.filter(state="open").exists()
    assert TraceLead.objects.exists()
    assert TraceFile.objects.exists()
    agency = Agency.objects.get()
    assert (agency.licences.count(), agency.fees.count()) == (15, 3)
    assert AgencyPlacement.objects.exists()
    assert AgencyFile.objects.filter(kind="answer").exists()
    assert {"draft", "published", "tried"} <= states(StrategyVersion)
    assert StrategyTest.objects.exists()


def test_the_books_hold():
    assert all(check.holds for check in verify(Practice.objects.values_list("pk", flat=True)))
