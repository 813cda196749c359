"""Gus Guarino, who owes $240.00, whose mail came back and of whom nobody has a number."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from claims.parties.models import PersonAddress
from collections_app.tracing import daily
from collections_app.tracing.leads import LeadEntry
from collections_app.tracing.models import TraceCase, TraceLead
from collections_app.tracing.services import add_lead
from tests.cast import NOW, TODAY, make_account, make_ana, make_claim, make_patient, make_practice, make_sol

DAY = dt.timedelta(days=1)
AT_CALL = dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC)  # noon in Ohio


@pytest.fixture
def gus(db: None) -> SimpleNamespace:
    practice = make_practice()
    account = make_account(practice=practice)
    home = PersonAddress.objects.get(person=account.guarantor)
    home.is_bad = True
    home.save()
    make_claim(patient=make_patient(account=account), payers=(), lines=("240.00",))
    return SimpleNamespace(
        practice=practice, account=account, person=account.guarantor, home=home, ana=make_ana(practice),
        sol=make_sol(practice),
    )  # fmt: skip


@pytest.fixture
def case(gus: SimpleNamespace) -> TraceCase:
    """The search for Gus, as the day begins it."""
    daily.run_tracing(today=TODAY, now=NOW)
    return TraceCase.objects.get(person=gus.person)


def lead_to(gus: SimpleNamespace, case: TraceCase, kind: str = "phone", **parts: Any) -> TraceLead:
    """A lead that Ana heard of today from the person's own words."""
    given = parts or {"number": "(614) 555-0142"}
    entry = LeadEntry(kind, given, "web", TODAY)
    return add_lead(case.pk, entry, actor=gus.ana, today=TODAY, now=NOW)


RELATIVE = {"name": "Nora Guarino", "number": "614-555-0177", "relation": "sister"}
