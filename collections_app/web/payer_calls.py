"""The call sheet, one payer's calls with their figures, and the directory of portal log-ins."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may, practice_ids
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.hub import HubPlace
from arwork.web.pages import StaffRequest, page
from claims.payers import selectors as payers
from claims.practices.selectors import practices_of
from collections_app.payer_calls import portals, selectors, services
from collections_app.payer_calls.call_clock import Stage
from collections_app.web.payer_call import take_for_call
from collections_app.web.payer_call_forms import PortalLoginForm
from collections_app.worklist import call_sheet
from collections_app.worklist.selectors import items_shown

if TYPE_CHECKING:
    from claims.payers.models import Payer
    from claims.practices.models import Practice
    from collections_app.payer_calls.models import PortalLogin

SHOWN_CLAIMS, SHOWN_CALLS = 25, 15
_COLUMNS = (
    Column("Payer"), Column("Practice"), Column("Answers"), Column("Claims", Kind.NUMBER), Column("Open", Kind.MONEY),
    Column("Claims in one call", Kind.NUMBER), Column("Minutes of a call", Kind.NUMBER),
    Column("Dollars a minute", Kind.MONEY), Column("Median hold, minutes", Kind.NUMBER),
    Column("Answered calls", Kind.NUMBER), Column("Best hour"),
)  # fmt: skip
PLACE = HubPlace(
    "payer_calls",
    "Calls to payers",
    "Whom to call now, how long they let you wait, who has the log-in",
    lambda actor, today: call_sheet.payers_open(
        actor=actor, today=today, now=clock.now(), viewer_zone=clock.office_zone()
    ),
)


@page(Capability.SEE_CLAIMS)
def sheet(request: StaffRequest) -> HttpResponseBase:
    """Payer by payer what a call could settle, the best first; `export=xlsx` or `csv` gives all of it."""
    now, today = clock.now(), clock.today()
    rows = call_sheet.call_sheet(actor=request.user, today=today, now=now, viewer_zone=clock.office_zone())
    if kind := asked_for(request):
        return table_response(kind, f"call-sheet-{today}", Sheet("Call sheet", _COLUMNS, _cells(rows)))
    known = selectors.portals_of(actor=request.user, payers=[row.payer.pk for row in rows])
    by_place: dict[tuple[int, int], list[PortalLogin]] = {}
    for one in known:
        by_place.setdefault((one.practice_id, one.payer_id), []).append(one)
    context = {
        "open_rows": [(row, by_place.get((row.practice.pk, row.payer.pk), ())) for row in rows if row.is_open],
        "later_rows": [(row, by_place.get((row.practice.pk, row.payer.pk), ())) for row in rows if not row.is_open],
        "has_practices": len({row.practice.pk for row in rows}) > 1,
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "running": selectors.running_call(request.user),
    }
    return TemplateResponse(request, "collections/payer_calls/sheet.html", context)


@page(Capability.SEE_CLAIMS)
def payer_calls(request: StaffRequest, practice_id: int, payer_id: int) -> HttpResponseBase:
    """One payer of one practice: what waits, how long they let us wait, the calls, the portals."""
    now, today = clock.now(), clock.today()
    practice, payer = _place(request, practice_id, payer_id)
    rows = call_sheet.call_sheet(
        actor=request.user, today=today, now=now, viewer_zone=clock.office_zone(), practice=practice_id
    )
    waiting = call_sheet.claims_to_call(
        actor=request.user, practice_id=practice_id, payer_id=payer_id, now=now, limit=SHOWN_CLAIMS
    )
    audit_reads.record_listed(request.user, "payer_calls", waiting, shows=items_shown, now=now)
    figures = selectors.statistics_of(practices=[practice_id], payers=[payer_id], today=today)[payer_id]
    context = {
        "practice": practice,
        "payer": payer,
        "row": next((row for row in rows if row.payer.pk == payer_id), None),
        "waiting": waiting,
        "figures": figures,
        "calls": selectors.calls_of(actor=request.user, practice_id=practice_id, payer_id=payer_id)[:SHOWN_CALLS],
        "portals": selectors.portals_of(actor=request.user, payers=[payer_id], practices=[practice_id]),
        "may_work": may(request.user, Capability.WORK_ITEMS),
        "may_change": may(request.user, Capability.CONFIGURE_PAYERS),
        "today": today,
    }
    return TemplateResponse(request, "collections/payer_calls/payer.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def start(request: StaffRequest, practice_id: int, payer_id: int) -> HttpResponseBase:
    """Take the best claims of a payer and put the clock on hold: the call begins."""
    now, today = clock.now(), clock.today()
    if practice_id not in practice_ids(request.user):
        raise NotFound("There is no such practice among yours.")
    best = call_sheet.claims_to_call(actor=request.user, practice_id=practice_id, payer_id=payer_id, now=now, limit=1)
    if not best:
        messages.error(request, "Nothing waits for a call to this payer any more.")
        return redirect("payer_calls")
    take_for_call(request, best[0].pk, now=now, today=today)
    services.turn_call(practice_id, payer_id, to=Stage.HOLD, actor=request.user, now=now)
    return redirect("desk_together", best[0].pk)


@page(Capability.CONFIGURE_PAYERS)
def portal_new(request: StaffRequest, practice_id: int, payer_id: int) -> HttpResponseBase:
    """Add the log-in of a portal."""
    return _portal_form(request, practice_id, payer_id, None)


@page(Capability.CONFIGURE_PAYERS)
def portal_change(request: StaffRequest, login_id: int) -> HttpResponseBase:
    """Change a log-in, or take it out."""
    row = _login(request, login_id)
    return _portal_form(request, row.practice_id, row.payer_id, row)


@require_POST
@page(Capability.CONFIGURE_PAYERS)
def portal_remove(request: StaffRequest, login_id: int) -> HttpResponseBase:
    """Take a log-in out of the list."""
    row = _login(request, login_id)
    portals.remove_portal(row.practice_id, row.payer_id, login_id=login_id, actor=request.user, now=clock.now())
    messages.success(request, "Taken out.")
    return redirect("payer_calls_of", row.practice_id, row.payer_id)


def _portal_form(request: StaffRequest, practice_id: int, payer_id: int, row: "PortalLogin | None") -> HttpResponseBase:
    practice, payer = _place(request, practice_id, payer_id)
    initial: dict[str, Any] = {}
    if row:
        initial = {
            "name": row.name, "address": row.address, "owner": row.owner, "code_goes_to": row.code_goes_to,
            "can_do": row.can_do.split(), "note": row.note,
        }  # fmt: skip
    form = PortalLoginForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            portals.save_portal(
                practice_id, payer_id, login_id=row.pk if row else None, facts=form.facts(), actor=request.user,
                now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            field = error.facts.get("field")
            form.add_error(field if field in form.fields else None, error.message)
        else:
            messages.success(request, "Kept.")
            return redirect("payer_calls_of", practice_id, payer_id)
    context = {"practice": practice, "payer": payer, "form": form, "row": row}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "collections/payer_calls/portal.html", context, status=status)


def _place(request: StaffRequest, practice_id: int, payer_id: int) -> "tuple[Practice, Payer]":
    practice = next((one for one in practices_of(request.user) if one.pk == practice_id), None)
    if practice is None:
        raise NotFound("There is no such practice among yours.")
    return practice, payers.payer(payer_id, actor=request.user)


def _login(request: StaffRequest, login_id: int) -> "PortalLogin":
    row = selectors.portal(actor=request.user, login_id=login_id)
    if row is None:
        raise NotFound("That log-in is gone. Look at the list again.")
    return row


def _cells(rows: "list[call_sheet.PayerToCall]") -> Iterator[tuple[Any, ...]]:
    for row in rows:
        known = row.statistics
        yield (
            row.payer.name, row.practice.name, row.hours, row.claims, row.amount, row.per_call, row.minutes,
            row.per_minute, known.hold_minutes if known.answered else None, known.answered,
            known.best.words if known.best else "",
        )  # fmt: skip
