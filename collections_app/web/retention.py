"""Retention on a page, for owners: the terms, what the next run would delete, what the last ones did."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from collections_app.retention import services
from collections_app.retention.kinds import ELSEWHERE, FOR_GOOD, kinds
from collections_app.retention.services import Planned

if TYPE_CHECKING:
    from arwork.staff.models import AuditEvent

_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class ShownRun:
    """One run for people: when, what it deleted in words, what failed, the hold that stopped it."""

    event: "AuditEvent"
    dropped: list[tuple[str, int]]
    failed: list[str]
    held: str


@page(Capability.CONFIGURE_SHARED)
def retention(request: StaffRequest) -> HttpResponseBase:
    """Every kind with its term and what is past it; what is kept for good; the last runs."""
    today, now = clock.today(), clock.now()
    names = {kind.code: kind.label for kind in kinds(now=now)}
    context = {
        "rows": [(one, _term(one.days), _address(one)) for one in services.plan(today=today, now=now)],
        "hold": services.legal_hold(),
        "for_good": FOR_GOOD,
        "elsewhere": ELSEWHERE,
        "runs": [_shown(event, names) for event in services.last_runs(actor=request.user)],
    }
    return TemplateResponse(request, "collections/retention.html", context)


def _term(days: int) -> str:
    """`7 days`, `10 years`."""
    years = round(days / _YEAR)
    if years > 1 and abs(days - years * _YEAR) <= 1:
        return f"{years} years"
    return f"{days:,} day{'s' * (days != 1)}"


def _address(one: Planned) -> str:
    """Where another term is entered."""
    return f"{reverse('limit_new')}?{urlencode({'name': one.kind.limit})}" if one.kind.limit else ""


def _shown(event: "AuditEvent", names: dict[str, str]) -> ShownRun:
    told: dict[str, Any] = event.after or {}
    dropped = [(names.get(code, code), count) for code, count in told.get("dropped", {}).items() if count]
    return ShownRun(event, dropped, [names.get(code, code) for code in told.get("failed", [])], told.get("held", ""))
