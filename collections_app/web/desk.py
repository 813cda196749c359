"""The desk: one item at a time, from opening it to leaving it with an outcome."""

import datetime as dt
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.money import ZERO
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from collections_app.contacts.call_script import CallMatter
from collections_app.web import working_list
from collections_app.web.account_panels import panels_of
from collections_app.web.claim_panels import claim_panels_of
from collections_app.web.desk_forms import CALL, AnswerForm, OutcomeForm, call_field_ids
from collections_app.web.desk_view import Desk
from collections_app.web.drafts import ShownDraft, draft_for
from collections_app.web.identity import caller_panel
from collections_app.web.item_lease import FROM_LIST, LIST, hold_for, list_url, not_on_desk
from collections_app.web.route_panel import routes_on_page
from collections_app.web.undo_bar import undoable
from collections_app.web.work_words import payments_of, work_status_of
from collections_app.worklist import leases, my_day, services, team, window_counts, withdrawn_calls, write_offs
from collections_app.worklist.dispositions import BY_CODE
from collections_app.worklist.leases import HeldByOther, ItemClosed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claims.parties.models import Account
    from collections_app.worklist.models import WorkAction, WorkItem

LONGEST_MINUTES = 120


@page(Capability.WORK_ITEMS)
def desk(request: StaffRequest) -> HttpResponseBase:
    """What is held already, else the button that takes the next item; when there is none, when there will be.

    Looking takes nothing: a page that is fetched ahead or gone back to must not keep an item from others.
    """
    now, today = clock.now(), clock.today()
    held = leases.holding(actor=request.user, now=now).first()
    if held is not None:
        return redirect("desk_item", held.pk)
    day = my_day.my_day(actor=request.user, today=today)
    context = {
        "is_ready": leases.is_anything_free(actor=request.user, now=now),
        "opening": my_day.next_opening(day, now=now),
        "undoable": undoable(actor=request.user, now=now),
        "day": day,
        "today": today,
        "now": now,
    }
    return TemplateResponse(request, "collections/desk_start.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def take(request: StaffRequest) -> HttpResponseBase:
    """Take the next item, from the whole queue where that is asked for; without one, the desk says why."""
    if request.POST.get("all"):
        working_list.leave(request)
    return take_next(request)


def take_next(request: StaffRequest) -> HttpResponseBase:
    """Lead to the best item that is free (of the worklist that is worked through), leased by this very request."""
    request.session.pop(FROM_LIST, None)
    if (answer := working_list.take_from_list(request)) is not None:
        return answer
    item = services.take_next(actor=request.user, now=clock.now(), today=clock.today())
    return redirect("desk") if item is None else redirect("desk_item", item.pk)


@page(Capability.WORK_ITEMS)
def item(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """One item, whoever has it; posting leaves it with an outcome.

    Looking takes nothing. A free item becomes the person's by `hold`: by its button, as soon as they begin to fill in
    the outcome, or by logging, which needs no hold when nobody else has one.
    """
    now, today = clock.now(), clock.today()
    if request.method == "POST":
        return _log(request, item_id, now=now, today=today)
    if request.GET.get("from") == "list":
        request.session[FROM_LIST] = item_id
    try:
        seen = leases.look_at_item(actor=request.user, item_id=item_id, now=now)
    except ItemClosed as error:
        return not_on_desk(request, item_id, error)
    draft = draft_for(request.user, seen.item, today=today)
    asked = {"disposition": wanted} if (wanted := request.GET.get("outcome", "")) else {}
    form = _form(seen.item, initial={**(draft.initial if draft else {}), **asked})
    return _shown(request, seen, form, now=now, today=today, draft=draft)


@require_POST
@page(Capability.WORK_ITEMS)
def propose(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """What the chosen outcome proposes as the next action and day: a fragment beside the form."""
    now, today = clock.now(), clock.today()
    held = leases.access_item(request.user, item_id)
    auto_id = call_field_ids(item_id) if CALL in request.POST else "id_%s"
    form = OutcomeForm(request.POST, kind=held.kind, auto_id=auto_id)
    form.is_valid()
    context: dict[str, Any] = {"form": form, "item": held, "today": today}
    if code := form.cleaned_data.get("disposition"):
        context |= _proposal(request, held, form, code, now=now, today=today)
    return TemplateResponse(request, "collections/partials/proposal.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def undo_outcome(request: StaffRequest, action_id: int) -> HttpResponseBase:
    """Undo the last outcome: the item is on the desk again as it was, and with it all claims of the same call."""
    now, today = clock.now(), clock.today()
    if len(call := my_day.recorded_at_once(actor=request.user, action_id=action_id)) > 1:
        return _undo_call(request, call, now=now, today=today)
    undone = services.undo_action(actor=request.user, action_id=action_id, now=now, today=today)
    messages.success(request, "The outcome is undone. The item is as it was before, and your words are in the form.")
    return _back_to(request, undone.item_id)


@require_POST
@page(Capability.WORK_ITEMS)
def withdraw_call(request: StaffRequest, action_id: int) -> HttpResponseBase:
    """I never made this call: the outcome is undone, and the call counts no more."""
    withdrawn = services.withdraw_call(actor=request.user, action_id=action_id, now=clock.now(), today=clock.today())
    messages.success(request, "Withdrawn: the call counts no more. Both entries stay in the history.")
    return _back_to(request, withdrawn.item_id)


@page(Capability.WORK_ITEMS)
def nexts(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """What each outcome would lead to: a fragment that fills the column of outcomes once the page is there."""
    now, today = clock.now(), clock.today()
    found = services.previews_of(actor=request.user, item_id=item_id, now=now, today=today)
    context = {"previews": list(found.items()), "today": today}
    return TemplateResponse(request, "collections/partials/nexts.html", context)


@require_POST
@page(Capability.ASSIGN_WORK)
def answer(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """A supervisor's answer: the item is due today again."""
    form = AnswerForm(request.POST, workers=team.workers(actor=request.user))
    if not form.is_valid():
        raise DomainError("Write an answer, then send it.", field="note")
    services.answer_escalation(
        actor=request.user,
        item_id=item_id,
        note=form.cleaned_data["note"],
        owner_id=form.cleaned_data["owner"],
        now=clock.now(),
        today=clock.today(),
    )
    messages.success(request, "Answered. The item is due today again.")
    return redirect("team")


def _back_to(request: StaffRequest, item_id: int) -> HttpResponseBase:
    """The item that was taken back: on its call while somebody is on the line, else on the desk."""
    on_the_line = request.session.get(CALL) or {"rows": []}
    if item_id in on_the_line["rows"]:
        return redirect("desk_together", on_the_line["item"])
    return redirect("desk_item", item_id)


def _undo_call(
    request: StaffRequest, call: "Sequence[WorkAction]", *, now: dt.datetime, today: dt.date
) -> HttpResponseBase:
    """Undo the outcome of each claim of a call; what cannot be undone is named and stays."""
    undone = []
    is_call = my_day.was_call(call[0])  # many are decided about from the list, where nobody holds them
    for action in call:
        try:
            services.undo_action(actor=request.user, action_id=action.pk, now=now, today=today, is_taken_up=is_call)
            undone.append(action.item_id)
        except DomainError as error:
            messages.error(request, f"{action.item.claim or action.item.account or 'An item'}: {error.message}")
    if not undone:
        return redirect("desk")
    if not is_call:
        messages.success(request, f"Undone: {len(undone)} items are as they were before.")
        return redirect(f"{reverse('worklist')}?{urlencode(request.session.get(LIST) or {})}")
    words = f"{len(undone)} claim{'s' if len(undone) != 1 else ''}"
    messages.success(request, f"Undone on {words}; your words are in their forms.")
    return redirect("desk_item", undone[0])


def _form(item: "WorkItem", data: Any = None, *, initial: dict[str, Any] | None = None) -> OutcomeForm:
    """The form of an item: the classes of write-offs that fit whose money it is, and what one would begin with."""
    offer, bucket = write_offs.offer_for(item), write_offs.bucket_of(item)
    return OutcomeForm(data, kind=item.kind, bucket=bucket, offer=offer, initial=initial or {})


def _shown(
    request: StaffRequest,
    seen: leases.ItemAvailability,
    form: OutcomeForm,
    *,
    now: dt.datetime,
    today: dt.date,
    status: int = 200,
    draft: ShownDraft | None = None,
) -> HttpResponseBase:
    item = seen.item
    routes_of = partial(routes_on_page, request)
    view = Desk(item, actor=request.user, today=today, now=now, routes_of=routes_of)
    subject, pk = view.subject
    audit.record_read(request.user, subject, pk, practice_id=item.practice_id, now=now)
    form.is_blocked = bool(view.account_sheet and view.account_sheet.verdict == "block")
    legal_form = _legal_form(form, item, view)
    if legal_form and legal_form.is_bound:
        form = _form(item)
    context: dict[str, Any] = {
        "desk": view,
        "item": item,
        "form": form,
        "outcomes": view.outcomes(form["disposition"].value() or ""),
        "payment": payments_of([item.claim_id]).get(item.claim_id or 0),
        "work": work_status_of(item),
        "undone_call": withdrawn_calls.undone_call(actor=request.user, item_id=item.pk, now=now),
        "legal_form": legal_form,
        "today": today,
        "seen": seen,
        "is_mine": seen.mine is not None,
        "seconds": seen.seconds(now),
        "undoable": undoable(actor=request.user, now=now),
        "now": now,
        "list_url": list_url(request, item.pk),
        "draft": draft,
        "next_day": draft.next_day if draft else None,
    }
    if view.is_patient and item.account:
        context |= _on_the_line(request, view, item.account)
        if context["caller"].hides_detail:
            form.offer = None  # the amount owed would stand in the form
    elif item.claim:
        context["panels"] = claim_panels_of(request, item.claim)
    if "disposition" in form.errors:  # resolved, said the person; the books disagree
        context["write_off_outcome"] = write_offs.outcome_for(item)
    closes = window_counts.closing_words(item, today) if window_counts.is_window_escalated(item, today) else ""
    context["escalated_because"] = closes
    if (item.escalated_at or closes) and may(request.user, Capability.ASSIGN_WORK):
        context["answer_form"] = AnswerForm(workers=team.workers(actor=request.user))
    if form.is_bound and (code := form.cleaned_data.get("disposition")):
        context |= _proposal(request, item, form, code, now=now, today=today)
    return TemplateResponse(request, "collections/desk.html", context, status=status)


def _on_the_line(request: StaffRequest, view: Desk, account: "Account") -> dict[str, Any]:
    """Who is on the line about an account, and its sections, unless somebody is who may not hear of them."""
    sheet = view.account_sheet
    matter = CallMatter(sheet.asked if sheet else ZERO, len(sheet.visits) if sheet else 0)
    caller = caller_panel(request, account, matter, back=reverse("desk_item", args=[view.item.pk]))
    return {"caller": caller} if caller.hides_detail else {"caller": caller, "panels": panels_of(request, account)}


def _legal_form(form: OutcomeForm, item: "WorkItem", view: Desk) -> OutcomeForm | None:
    """The form of the dialog for facts with consequences in law: filled where it was this one that was sent."""
    legal = {one.code for one in view.outcomes().legal}
    if not legal:
        return None
    is_sent = form.is_bound and form.data.get("disposition") in legal
    shown = OutcomeForm(form.data if is_sent else None, kind=item.kind, auto_id="legal_%s")
    for name, words in form.errors.items() if is_sent else ():
        if name not in shown.errors:  # what the worklist says beside what the form says
            shown.add_error(None if name == NON_FIELD_ERRORS else name, list(words))
    for name, label in (("happened_on", "Of which day"), ("spoke_to", "Who told you")):
        shown.fields[name].required, shown.fields[name].label = True, label
    return shown


def _proposal(
    request: StaffRequest, held: "WorkItem", form: OutcomeForm, code: str, *, now: dt.datetime, today: dt.date
) -> dict[str, Any]:
    chosen = form.chosen_day
    try:
        found = services.preview_outcome(
            actor=request.user, item_id=held.pk, disposition=code, now=now, today=today, **form.leave(today=today)
        )
    except DomainError as error:
        return {"chosen_day": chosen, "not_yet": error.message}
    return {"proposal": found, "chosen_day": chosen, "next_day": chosen or found.due_on}


def _log(request: StaffRequest, item_id: int, *, now: dt.datetime, today: dt.date) -> HttpResponseBase:
    """Log the outcome and go on; what cannot be logged yet is kept on the page, with the item held for it."""
    item = leases.access_item(request.user, item_id)
    form = _form(item, request.POST)
    if form.is_valid() and not form.cleaned_data["disposition"]:
        form.add_error(None, "Choose what came of it. Leaving an item needs an outcome.")
    try:
        if form.is_valid() and _recorded(request, item, form, now=now, today=today):
            return _onward(request, item_id, now=now)
        hold_for(request, item_id, now=now)
        seen = leases.look_at_item(actor=request.user, item_id=item_id, now=now)
    except (HeldByOther, ItemClosed) as error:
        return not_on_desk(request, item_id, error, note=request.POST.get("note", ""))
    return _shown(request, seen, form, now=now, today=today, status=422)


def _recorded(
    request: StaffRequest, item: "WorkItem", form: OutcomeForm, *, now: dt.datetime, today: dt.date
) -> "WorkAction | None":
    """The action; None when the form now says what is missing."""
    try:
        return services.record_outcome(
            actor=request.user,
            item_id=item.pk,
            disposition=form.cleaned_data["disposition"],
            note=form.cleaned_data["note"],
            next_on=form.chosen_day,
            seen_touches=form.cleaned_data["touches"],
            now=now,
            today=today,
            **timed(request, item, form, now=now),
            **form.leave(today=today),
        )
    except (HeldByOther, ItemClosed):
        raise
    except DomainError as error:
        form.show_error(error)
        return None


def timed(request: StaffRequest, item: "WorkItem", form: OutcomeForm, *, now: dt.datetime) -> dict[str, Any]:
    """How long the call took, from when the item was taken: the pace of a payer is learned from it."""
    if not BY_CODE[form.cleaned_data["disposition"]].is_contact:
        return {}
    mine = leases.holding(actor=request.user, now=now).filter(pk=item.pk).first()
    minutes = round((now - mine.lease.taken_at).total_seconds() / 60) if mine else 0
    return {"minutes": minutes} if 0 < minutes <= LONGEST_MINUTES else {}


def _onward(request: StaffRequest, item_id: int, *, now: dt.datetime) -> HttpResponseBase:
    """Where the button leads: the next item, the same one held again, or back to the row of the list."""
    where = request.POST.get("then")
    if where == "stay":
        with suppress(HeldByOther, ItemClosed):
            services.open_item(actor=request.user, item_id=item_id, now=now)
        return redirect("desk_item", item_id)
    if where == "list" and (url := list_url(request, item_id)):
        return redirect(url)
    return take_next(request)
