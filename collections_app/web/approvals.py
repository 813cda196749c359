"""Approvals: what waits for a second person with the story beside it, one key to approve, many at once; the decided."""

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError, NotFound
from arwork.lib.ids import id_of
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import asked_for, table_response
from arwork.web.formats import usd
from arwork.web.pages import StaffRequest, page
from claims.approvals import selectors, services
from claims.approvals.kinds import kind_of, kind_words
from claims.web import approval_rows
from claims.web.approval_rows import shown_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from claims.approvals.models import ApprovalRequest

PER_PAGE = 50
MINE, WAITING, DECIDED = "mine", "waiting", "decided"


@page(Capability.SEE_CLAIMS)
def approvals(request: StaffRequest) -> HttpResponseBase:
    """What waits, escalated ones first; what was decided, by how it ended."""
    return _list(request)


@page(Capability.SEE_CLAIMS)
def approval(request: StaffRequest, request_id: int) -> HttpResponseBase:
    """One question with its story: beside the list, or alone."""
    found = selectors.request_seen_by(request.user, request_id)
    if found is None:
        raise NotFound("There is no such question in your practices.")
    now = clock.now()
    seen = {"claim": filter(None, [found.claim_id]), "account": filter(None, [found.account_id])}
    audit.record_read(request.user, "approval", found.pk, practice_id=found.practice_id, now=now, seen=seen)
    context = _story(request, found) | {name: request.GET.get(name, "") for name in ("next", "show", "kind")}
    name = "collections/partials/approval.html" if request.htmx else "collections/approval.html"
    return TemplateResponse(request, name, context)


@require_POST
@page(Capability.DECIDE_SECOND)
def decide(request: StaffRequest) -> HttpResponseBase:
    """Approve or refuse the questions that were sent; each that could not be says why."""
    ids = [pk for one in request.POST.getlist("request") if (pk := id_of(one))]
    note, now, today = request.POST.get("note", ""), clock.now(), clock.today()
    if not ids:
        return _list(request, problem=DomainError("Select a question first."), status=422)
    if request.POST.get("answer") == "refuse":
        try:
            refused = services.refuse(ids, note=note, actor=request.user, now=now)
        except DomainError as error:
            return _list(request, problem=error, chosen=ids, note=note, status=error.status)
        names = ", ".join(sorted({str(one.asked_by) for one in refused}))
        messages.success(request, f"Refused. {names} sees why.")
        return _onward(request, ids)
    done = services.approve_many(ids, note=note, actor=request.user, today=today, now=now)
    if done.approved:
        total = usd(sum(one.amount for one in done.approved))
        many = f"{len(done.approved):,} approved and carried out" if len(ids) > 1 else "Approved, and carried out"
        messages.success(request, f"{many}: {total}.")
    if done.passed_on:
        messages.warning(request, "More than your role approves: passed on with your yes to somebody who may.")
    if done.troubles:
        problem = DomainError(next(iter(done.troubles.values()))) if len(ids) == 1 else None
        return _list(request, problem=problem, chosen=ids, troubles=done.troubles, status=409)
    return _onward(request, ids)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def withdraw(request: StaffRequest, request_id: int) -> HttpResponseBase:
    """Take one's own question back."""
    services.withdraw(request_id, actor=request.user, now=clock.now())
    messages.success(request, "Withdrawn. Nobody needs to decide.")
    return _onward(request, [request_id])


@page(Capability.SEE_CLAIMS)
def old_address(request: StaffRequest) -> HttpResponseBase:
    """Where questions about remittances used to stand."""
    return redirect("approvals")


def _list(
    request: StaffRequest,
    *,
    problem: DomainError | None = None,
    chosen: "list[int] | None" = None,
    troubles: "Mapping[int, str] | None" = None,
    note: str = "",
    status: int = 200,
) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    asked = request.GET if request.method == "GET" else request.POST
    default = MINE if may(actor, Capability.DECIDE_SECOND) else WAITING
    show = asked.get("show", "") if asked.get("show", "") in (MINE, WAITING, DECIDED) else default
    kind = asked.get("kind", "") if asked.get("kind", "") in kind_words() else ""
    if show == DECIDED:
        found = selectors.decided(actor)
        state = asked.get("state", "")
        found = found.filter(state=state) if state in dict(selectors.ENDED) else found
    else:
        state, found = "", selectors.mine_to_decide(actor, today) if show == MINE else selectors.waiting(actor)
        found = selectors.escalated_first(found, today)
    found = found.filter(kind=kind) if kind else found
    if file := asked_for(request):
        taken = audit_reads.record_export(
            actor, "approvals", found.iterator(chunk_size=1_000), count=found.count(),
            shows=shown_requests, after={"show": show, "kind": kind}, now=clock.now(),
        )  # fmt: skip
        return table_response(file, "approvals", approval_rows.sheet(taken, today=today))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = approval_rows.rows(shown, actor=actor, today=today, chosen=chosen or (), troubles=troubles or {})
    at = id_of(asked.get("at", "")) or (chosen[0] if chosen else 0)
    beside = next((row.request for row in rows if row.request.pk == at), rows[0].request if rows else None)
    audit_reads.record_listed(actor, "approvals", shown, shows=shown_requests, now=clock.now())
    context = {
        "page": shown,
        "rows": rows,
        "show": show,
        "state": state,
        "kind": kind,
        "kinds": sorted(kind_words().items(), key=lambda one: one[1]),
        "ended": selectors.ENDED,
        "counts": {MINE: selectors.mine_to_decide(actor, today).count(), WAITING: selectors.waiting(actor).count()},
        "problem": problem,
        "typed_note": note,
        "may_decide": may(actor, Capability.DECIDE_SECOND),
        **(_story(request, beside) if beside else {}),
        "next": next((row.next_id for row in rows if row.request == beside), 0),
    }
    return TemplateResponse(request, "collections/approvals.html", context, status=status)


def _story(request: StaffRequest, found: "ApprovalRequest") -> dict[str, Any]:
    today = clock.today()
    return {
        "row": approval_rows.rows([found], actor=request.user, today=today)[0],
        "may_decide": may(request.user, Capability.DECIDE_SECOND),
        "today": today,
    }


def _onward(request: StaffRequest, ids: list[int]) -> HttpResponseBase:
    """To the question that stood below, or to what it was about where it was answered from there."""
    if request.POST.get("back") == "subject":
        found = selectors.request_seen_by(request.user, ids[0])
        if found is not None and (address := kind_of(found.kind).address):
            return redirect(address, found.subject_id)
    kept = {name: value for name in ("show", "kind") if (value := request.POST.get(name))}
    following = id_of(request.POST.get("next", ""))
    at = f"#request-{following}" if following else ""
    return redirect(f"{reverse('approvals')}?{urlencode(kept | ({'at': following} if following else {}))}{at}")


def waiting_count(actor: Any, today: dt.date) -> int | None:
    """For Money: how many of those that wait are the actor's to decide, or wait at all for who decides nothing."""
    mine = selectors.mine_to_decide(actor, today).count()
    return mine if may(actor, Capability.DECIDE_SECOND) else selectors.waiting(actor).count()
