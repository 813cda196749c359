"""What was given back without an outcome: by reason, age and value, and one by one."""

import datetime as dt
from typing import TYPE_CHECKING

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from arwork.lib import clock
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from collections_app.worklist import skips as skipping

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from collections_app.worklist.models import Skip

PERIODS = (7, 30, 90)
_COLUMNS = (
    Column("When", Kind.DATE), Column("Who"), Column("Kind"), Column("Number"), Column("At stake", Kind.MONEY),
    Column("Age in days", Kind.NUMBER), Column("Reason", width=50), Column("In their words", width=50),
)  # fmt: skip


@page(Capability.SEE_TEAM)
def skips(request: StaffRequest) -> HttpResponseBase:
    """Skips of the last days, in figures and one by one."""
    days = next((one for one in PERIODS if str(one) == request.GET.get("days")), 30)
    now, actor = clock.now(), request.user
    since = now - dt.timedelta(days=days)
    rows = skipping.skips_since(actor=actor, since=since)
    if kind := asked_for(request):
        audit.record(actor, "exported", "skips", None, practice_id=None, after={"days": days}, now=now)
        return table_response(kind, f"skips-{clock.today()}", _sheet(rows, days))
    shown = list(rows[: skipping.SHOWN + 1])
    figures = skipping.skip_figures(actor=actor, since=since)
    cuts = (("Reason", figures.by_reason), ("Age", figures.by_age), ("Value", figures.by_value))
    context = {
        "cuts": cuts,
        "figures": figures,
        "rows": shown[: skipping.SHOWN],
        "is_cut": len(shown) > skipping.SHOWN,
        "days": days,
        "periods": PERIODS,
        "may_open": may(actor, Capability.WORK_ITEMS),
    }
    return TemplateResponse(request, "collections/skips.html", context)


def _sheet(rows: "QuerySet[Skip]", days: int) -> Sheet:
    told = (
        (
            timezone.localdate(one.at), str(one.by), one.get_kind_display(), one.item.number, one.amount, one.age_days,
            one.get_reason_display(), one.words,
        )
        for one in rows.iterator(chunk_size=1_000)
    )  # fmt: skip
    return Sheet("Skips", _COLUMNS, told, notes=[f"Given back without an outcome in the last {days} days"])
