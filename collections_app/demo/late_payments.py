"""Late payments of the demo: what payers paid too late in the year, a demand on its way, one that waits to be sent."""

import datetime as dt
from decimal import Decimal

from arwork.staff.access import practice_ids
from arwork.staff.models import User
from collections_app.late_payments import demands, selectors
from collections_app.late_payments.finding import find_late_payments

_YEAR = dt.timedelta(days=365)
_ASKED = 12  # payments in one demand
_LEAST = Decimal(2)  # dollars: less is worth no letter


def demand_interest(until: dt.date, *, now: dt.datetime) -> None:
    """Once, on the last day."""
    find_late_payments(since=until - _YEAR, today=until)
    supervisor = User.objects.get(username="supervisor")
    made = []
    for one in [one for one in selectors.by_payer(actor=supervisor) if one.owed >= _LEAST][:2]:
        rows = selectors.late_payments(actor=supervisor, payer_id=one.payer_id).filter(practice=one.practice_id)
        if one.practice_id not in practice_ids(supervisor):
            continue
        made.append(
            demands.draft_demand(
                one.practice_id,
                one.payer_id,
                payment_ids=list(rows.values_list("pk", flat=True)[:_ASKED]),
                actor=supervisor,
                today=until,
                now=now,
            )  # fmt: skip
        )
    if made:
        demands.send_demand(made[0].pk, method="portal", reference="REF-20417", actor=supervisor, today=until, now=now)
