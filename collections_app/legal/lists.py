"""Visits that are too old to sue for, or will be soon."""

import datetime as dt
from typing import TYPE_CHECKING

from arwork.lib.dates import add_years
from arwork.staff.access import Capability, practice_ids, require
from claims.ledger.models import Receivable
from collections_app.legal.limitation import OpenDebt, limitation_dates, open_debts
from collections_app.legal.suit_years import LimitationDate

if TYPE_CHECKING:
    from arwork.staff.models import User

#: So many days before the last day to sue a visit is listed.
SOON_DAYS = 90
#: So many visits are counted at once, the oldest first.
MOST = 2_000
#: No state has fewer years than this: what is younger is not looked at.
_FEWEST_YEARS = 1


def aging_debts(actor: "User", *, today: dt.date) -> list[tuple[OpenDebt, LimitationDate]]:
    """Visits of the actor's practices whose last day to sue is past or near, the earliest day first. Five queries."""
    require(actor, Capability.SEE_CLAIMS)
    before = add_years(today + dt.timedelta(days=SOON_DAYS), -_FEWEST_YEARS)
    rows = Receivable.objects.filter(
        practice__in=practice_ids(actor), bucket="PATIENT", amount__gt=0, service_on__lte=before
    )
    debts = open_debts(rows.order_by("service_on", "pk")[:MOST])
    limits = limitation_dates(debts, today)
    near = today + dt.timedelta(days=SOON_DAYS)
    found = [(one, limits[one.claim_id]) for one in debts if limits[one.claim_id].on <= near]
    return sorted(found, key=lambda row: (row[1].on, row[0].claim_id))
