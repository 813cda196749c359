"""While you are on the line: one payer call about several claims, each with an outcome of its own, until you hang up.

What the call is about stands in the session, by ids alone: the claim that it began with, the claims that were taken for
it, and since when. So a claim that was logged stays in sight, and undoing it leads back here. The clock of hold and
talk stands in the database: reloading the page, or another page, does not stop it.
"""

import datetime as dt
from dataclasses import dataclass
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
from arwork.web.pages import StaffRequest, page
from collections_app.payer_calls import selectors as calls
from collections_app.payer_calls import services as clocks
from collections_app.payer_calls.call_clock import Stage
from collections_app.payer_calls.statistics import minutes
from collections_app.web.desk import take_next, timed
from collections_app.web.desk_forms import CALL, OutcomeForm, call_field_ids
from collections_app.web.desk_view import OutcomeColumn, column_of
from collections_app.web.drafts import ShownDraft, draft_for
from collections_app.web.item_lease import hold_for
from collections_app.web.payer_call_forms import CallEndForm
from collections_app.worklist import callcard, leases, payer_calls, selectors, services
from collections_app.worklist.callcard import CallFact
from collections_app.worklist.outcome_rules import outcome_book

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collections_app.worklist.models import WorkItem

AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class CallRow:
    """One claim of the call: what is read out, why it was denied, and its form, or what was logged."""

    item: "WorkItem"
    facts: "Sequence[CallFact]"
    denied: str
    logged: str
    is_held: bool
    form: OutcomeForm | None = None
    outcomes: OutcomeColumn | None = None
    draft: ShownDraft | None = None
    is_open: bool = False
    speaker: str = ""


@require_POST
@page(Capability.WORK_ITEMS)
def take(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Hold this claim and the other due ones of the same payer, so that nobody else calls about them."""
    take_for_call(request, item_id, now=clock.now(), today=clock.today())
    return redirect("desk_together", item_id)


def take_for_call(request: StaffRequest, item_id: int, *, now: dt.datetime, today: dt.date) -> None:
    """Hold a claim and the best others of its payer, and note in the session that they are one call."""
    item = hold_for(request, item_id, now=now)
    others = selectors.same_call(actor=request.user, item=item, today=today, now=now, limit=AT_ONCE)
    taken = services.open_together(actor=request.user, item_ids=[one.pk for one in others], now=now)
    rows = [item_id, *(one.pk for one in sorted(taken, key=lambda one: (one.lane, -one.rank)))]
    request.session[CALL] = {"item": item_id, "rows": rows, "since": now.isoformat()}


@page(Capability.WORK_ITEMS)
def together(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """The claims of the call, one open at a time: nothing is ticked, nothing chosen, nothing sent for another."""
    now, today = clock.now(), clock.today()
    item = leases.access_item(request.user, item_id)
    call = request.session.get(CALL) or {}
    if call.get("item") != item_id:
        return redirect("desk_item", item_id)
    rows = _rows(request, call, now=now, today=today)
    if not any(row.is_held or row.logged for row in rows):
        return redirect("desk_item", item_id)
    _note_reading(request, item, rows, now=now)
    held = [one for one in leases.holding(actor=request.user, now=now) if one.pk in call["rows"]]
    context: dict[str, Any] = {
        "item": rows[0].item,
        "call_item": item_id,
        "rows": rows,
        "card": callcard.call_card_of(rows[0].item, now=now, viewer_zone=clock.office_zone()),
        "left": sum(row.form is not None for row in rows),
        "today": today,
        "is_mine": bool(held),
        "held_id": held[0].pk if held else item_id,
        "seconds": int((held[0].lease.expires_at - now).total_seconds()) if held else 0,
        **_clock(request, rows[0].item, now=now, today=today),
    }
    return TemplateResponse(request, "collections/together.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def turn(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """The clock of the call: `stage` is hold, talk or ended. Whoever hangs up without this ends it as well."""
    item = leases.access_item(request.user, item_id)
    stage, now = request.POST.get("stage"), clock.now()
    if item.payer_id is None or stage not in list(Stage):
        return redirect("desk_together", item_id)
    ended = None
    if stage == Stage.ENDED:
        told = {name: request.POST.get(name, "") for name in CallEndForm.base_fields}
        ended = clocks.end_call(item.practice_id, item.payer_id, actor=request.user, now=now, **told)
    else:
        clocks.turn_call(item.practice_id, item.payer_id, to=Stage(stage), actor=request.user, now=now)
    words = ""
    if ended:
        words = f"Ended: {minutes(ended.hold_seconds)} min on hold, {minutes(ended.talk_seconds)} min of talk."
    if not request.htmx:
        if words:
            messages.success(request, words)
        return redirect("desk_together", item_id)
    context = {"call_item": item_id, "ended_words": words, **_clock(request, item, now=now, today=clock.today())}
    return TemplateResponse(request, "collections/payer_calls/_clock.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def log(request: StaffRequest, item_id: int, row_id: int) -> HttpResponseBase:
    """Log the outcome of one claim and stay on the line; what is missing is said in its row."""
    now, today = clock.now(), clock.today()
    item = leases.access_item(request.user, row_id)
    call = request.session.get(CALL) or {}
    if call.get("item") != item_id or row_id not in call["rows"]:
        return redirect("desk_item", row_id)
    form = OutcomeForm(request.POST, kind=item.kind, auto_id=call_field_ids(row_id))
    if form.is_valid() and not form.cleaned_data["disposition"]:
        form.add_error(None, "Choose what came of this claim.")
    if form.is_valid():
        try:
            services.record_outcome(
                actor=request.user,
                item_id=row_id,
                disposition=form.cleaned_data["disposition"],
                note=form.cleaned_data["note"],
                next_on=form.chosen_day,
                seen_touches=form.cleaned_data["touches"],
                now=now,
                today=today,
                **timed(request, item, form, now=now),
                **form.leave(today=today),
            )
            services.release_item(actor=request.user, item_id=row_id)
        except DomainError as error:
            form.show_error(error)
    rows = _rows(request, call, now=now, today=today, sent=(row_id, form) if form.errors else None)
    row = next(one for one in rows if one.item.pk == row_id)
    _note_reading(request, item, [row], now=now)
    if not request.htmx and not form.errors:
        return redirect("desk_together", item_id)
    context = {"row": row, "item": item, "call_item": item_id, "today": today, "is_answer": True}
    name = "collections/partials/call_row.html" if request.htmx else "collections/call_row_alone.html"
    return TemplateResponse(request, name, context, status=422 if form.errors else 200)


@require_POST
@page(Capability.WORK_ITEMS)
def hang_up(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """Give back what was not logged and go on: to the next item, or (`then=one`) to the claim the call began with."""
    now = clock.now()
    item = leases.access_item(request.user, item_id)
    if item.payer_id:
        clocks.end_call(item.practice_id, item.payer_id, actor=request.user, now=now)
    call = request.session.pop(CALL, None) or {"rows": []}
    is_back = request.POST.get("then") == "one"
    for row in leases.holding(actor=request.user, now=now).filter(pk__in=call["rows"]):
        if not (is_back and row.pk == item_id):
            services.release_item(actor=request.user, item_id=row.pk)
    if is_back:
        return redirect("desk_item", item_id)
    if call["rows"] and (
        done := payer_calls.logged_in_call(actor=request.user, item_ids=call["rows"], since=_since(call))
    ):
        messages.success(request, f"Hung up: {len(done)} claim{'s' if len(done) != 1 else ''} logged in this call.")
    return take_next(request)


def _rows(
    request: StaffRequest,
    call: dict[str, Any],
    *,
    now: dt.datetime,
    today: dt.date,
    sent: tuple[int, OutcomeForm] | None = None,
) -> list[CallRow]:
    """The claims of the call in the order in which they were taken; the first that waits is open."""
    items = payer_calls.items_of_call(actor=request.user, item_ids=call["rows"])
    logged = payer_calls.logged_in_call(actor=request.user, item_ids=call["rows"], since=_since(call))
    held = set(leases.holding(actor=request.user, now=now).values_list("pk", flat=True))
    facts, denied = callcard.facts_of(items), payer_calls.denied_words([one.claim_id or 0 for one in items])
    speaker = next((one.spoken_to for one in sorted(logged.values(), key=lambda one: -one.pk) if one.spoken_to), "")
    waiting = [one.pk for one in items if one.pk in held and one.pk not in logged]
    rows, outcomes = [], outcome_book()
    for item in items:
        form = draft = None
        if item.pk in waiting:
            draft = draft_for(request.user, item, today=today)
            initial = {"spoke_to": speaker} | (draft.initial if draft else {})
            form = OutcomeForm(kind=item.kind, auto_id=call_field_ids(item.pk), initial=initial)
        if sent and sent[0] == item.pk:
            form = sent[1]
        rows.append(
            CallRow(
                item=item,
                facts=facts[item.pk],
                denied=denied.get(item.claim_id or 0, ""),
                logged=payer_calls.logged_words(logged[item.pk]) if item.pk in logged else "",
                is_held=item.pk in held,
                speaker=logged[item.pk].spoken_to if item.pk in logged else "",
                form=form,
                outcomes=column_of(item, outcomes=outcomes, today=today, chosen=form["disposition"].value() or "")
                if form
                else None,
                draft=None if form is None or form.is_bound else draft,
                is_open=item.pk == (sent[0] if sent else waiting[0] if waiting else 0),
            )
        )
    return rows


def _clock(request: StaffRequest, item: "WorkItem", *, now: dt.datetime, today: dt.date) -> dict[str, Any]:
    """The running clock of this call, what this payer's calls took so far, and the portals that save one."""
    running = calls.running_call(request.user)
    is_this = running is not None and (running.practice_id, running.payer_id) == (item.practice_id, item.payer_id)
    payer = item.payer_id or 0
    return {
        "running": running if is_this else None,
        "elapsed": calls.clock_of(running, now=now) if running and is_this else None,
        "figures": calls.statistics_of(practices=[item.practice_id], payers=[payer], today=today)[payer],
        "portals": calls.portals_of(actor=request.user, payers=[payer], practices=[item.practice_id]),
        "end_form": CallEndForm(initial={"spoken_to": running.spoken_to} if running and is_this else None),
    }


def _since(call: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(call["since"])


def _note_reading(request: StaffRequest, item: "WorkItem", rows: list[CallRow], *, now: dt.datetime) -> None:
    audit.record_read(
        request.user, "work_item", item.pk, practice_id=item.practice_id, now=now,
        seen={"claim": [row.item.claim_id for row in rows if row.item.claim_id]},
    )  # fmt: skip
