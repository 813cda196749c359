"""Shared beginnings of the days' stories."""

import datetime as dt

import pytest

from tests.cast import make_ana, make_claim, make_practice


@pytest.fixture
def books():
    """Two practices' worth of open business, and a collector."""
    practice = make_practice()
    make_ana(practice)
    claims = [make_claim(billed_on=dt.date(2026, 8, 1) + dt.timedelta(days=12 * n)) for n in range(8)]
    claims.append(make_claim(payers=(), lines=("90.00",)))
    return claims
