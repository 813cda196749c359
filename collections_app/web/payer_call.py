"""While you are on the line: one payer call, several claims, one outcome with a reference for each."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from collections_app.web.desk import take_next
from collections_app.web.desk_forms import OutcomeForm
from collections_app.web.desk_view import Desk
from collections_app.web.drafts import draft_for
from collections_app.web.item_lease import hold_for
from collections_app.worklist import callcard, drafts, leases, selectors, services
from collections_app.worklist.answers import LoggedMeanwhile

if TYPE_CHECKING:
    from collections_app.worklist.models import WorkItem

AT_ONCE = 12
_COUNT = re.compile(r"[0-9]{1,5}")


@require_POST
@page(Capability.WORK_ITEMS)
def take(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Hold this claim and the other due ones of the same payer, so that nobody else calls about them."""
    now, today = clock.now(), clock.today()
    item = hold_for(request, item_id, now=now)
    others = selectors.same_call(actor=request.user, item=item, today=today, now=now, limit=AT_ONCE)
    services.open_together(actor=request.user, item_ids=[one.pk for one in others], now=now)
    return redirect("desk_together", item_id)


@page(Capability.WORK_ITEMS)
def together(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """The checklist of the call: claims that are held for it, ticked off with one outcome."""
    now, today = clock.now(), clock.today()
    held = leases.holding(actor=request.user, now=now).filter(pk=item_id).first()
    if held is None and request.method == "POST":
        held = hold_for(request, item_id, now=now)
    if held is None:
        return redirect("desk_item", leases.access_item(request.user, item_id).pk)
    rows = _rows(request, held, now=now)
    seen = _seen(request, rows)
    draft = draft_for(request.user, held, today=today)
    form = OutcomeForm(
        posted(request), kind=held.kind, initial={"disposition": "in_process"} | (draft.initial if draft else {})
    )
    if request.method == "POST":
        chosen = [row for row in rows if f"item-{row.pk}" in request.POST]
        if not chosen:
            form.is_valid()
            form.add_error(None, "Tick the claims that you talked about.")
        elif form.is_valid() and (failed := _log_all(request, chosen, form, seen, now=now, today=today)) is not None:
            drafts.discard_draft(actor=request.user, item_id=item_id)
            return _done(request, rows, failed)
    audit.record_read(
        request.user, "work_item", held.pk, practice_id=held.practice_id, now=now,
        seen={"claim": [row.claim_id for row in rows if row.claim_id]},
    )  # fmt: skip
    numbers = callcard.numbers_sent(row.claim for row in rows if row.claim)
    view = Desk(held, actor=request.user, today=today, now=now)
    context: dict[str, Any] = {
        "desk": view,
        "item": held,
        "rows": rows,
        "numbered": [(row, numbers.get(row.claim_id or 0, ""), seen[row.pk]) for row in rows],
        "form": form,
        "groups": view.groups(form["disposition"].value() or ""),
        "draft": None if form.is_bound else draft,
        "next_day": draft.next_day if draft and not form.is_bound else None,
        "today": today,
        "is_mine": True,
        "seconds": int((held.lease.expires_at - now).total_seconds()),
    }
    return TemplateResponse(request, "collections/together.html", context, status=422 if form.errors else 200)


def _rows(request: StaffRequest, held: "WorkItem", *, now: dt.datetime) -> "list[WorkItem]":
    """What the actor holds of this payer, the claim that was opened first at the top."""
    mine = leases.holding(actor=request.user, now=now).filter(
        payer=held.payer_id, practice=held.practice_id, claim__isnull=False
    )
    return sorted(mine, key=lambda row: (row.pk != held.pk, row.lane, -row.rank))


def _seen(request: StaffRequest, rows: "list[WorkItem]") -> dict[int, int]:
    """How often each claim had been worked when the person saw it: as the page says that they send, else now."""
    sent = {row.pk: request.POST.get(f"touches-{row.pk}", "") for row in rows}
    return {row.pk: int(sent[row.pk]) if _COUNT.fullmatch(sent[row.pk]) else row.touches for row in rows}


def _log_all(
    request: StaffRequest,
    chosen: "list[WorkItem]",
    form: OutcomeForm,
    seen: dict[int, int],
    *,
    now: dt.datetime,
    today: dt.date,
) -> dict[int, str] | None:
    """Record the outcome on every chosen claim; the errors by item, or None when nothing could be logged at all.

    What was logged on a claim since the page was opened keeps that claim alone out; then it counts as `seen`.
    """
    entered, failed, why = form.leave(today=today), dict[int, str](), dict[str, DomainError]()
    for row in chosen:
        own = request.POST.get(f"reference-{row.pk}", "").strip()[:50]
        try:
            services.record_outcome(
                actor=request.user,
                item_id=row.pk,
                disposition=form.cleaned_data["disposition"],
                note=form.cleaned_data["note"],
                next_on=form.chosen_day,
                seen_touches=seen[row.pk],
                now=now,
                today=today,
                **(entered | ({"reference": own} if own else {})),
            )
        except DomainError as error:
            failed[row.pk] = f"{row.claim}: {error.message}"
            if isinstance(error, LoggedMeanwhile):
                seen[row.pk] = row.touches
                error.message = failed[row.pk]
            why[error.message] = error
    if len(failed) == len(chosen):
        for each in why.values():
            form.show_error(each)
        return None
    return failed


def _done(request: StaffRequest, rows: "list[WorkItem]", failed: dict[int, str]) -> HttpResponseBase:
    """Give back what is left (a form sent twice takes its claims anew), say what could not be logged, go on."""
    for row in rows:
        if row.pk not in failed:
            services.release_item(actor=request.user, item_id=row.pk)
    for words in failed.values():
        messages.error(request, words)
    return take_next(request)
