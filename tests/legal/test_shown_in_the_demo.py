"""What the demo shows of courts and law firms."""

import pytest

from claims.ledger.models import Receivable
from collections_app.contacts.open_cases import cases_of
from collections_app.demo.legal import go_to_court
from collections_app.legal.limitation import limitation_dates, open_debts
from collections_app.legal.models import CourtCase, LawFirm, LegalReferral
from tests.demo.loaded import NOW, UNTIL, load_once

pytestmark = pytest.mark.django_db
_loaded = load_once(claims=300)


def test_a_bankruptcy_an_estate_an_old_visit_and_a_referral_that_waits():
    assert sorted(CourtCase.objects.values_list("kind", "state")) == [("bankruptcy", "open"), ("estate", "open")]
    assert [one.state for one in LegalReferral.objects.all()] == ["asked"]
    debts = open_debts(Receivable.objects.filter(bucket="PATIENT", amount__gt=0))
    limits = limitation_dates(debts, UNTIL)
    assert sum(one.is_barred for one in limits.values()) == 1
    firm = LawFirm.objects.get()
    assert [one.lacks for one in cases_of([firm.practice_id], UNTIL) if one.source == "legal"] == [(), (), ()]


def test_it_is_told_once():
    go_to_court(UNTIL, now=NOW)
    assert LawFirm.objects.count() == 1
