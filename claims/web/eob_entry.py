"""The page on which an EOB is entered: saved as it is typed, claims found and added, posted once it ties."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.eobs import drafts, posting, selectors
from claims.eobs.entered_facts import charges_of, claim_facts
from claims.eobs.entry_rules import EntryReading, TypedEntry, read_entry
from claims.parties.search_query import LONGEST
from claims.web.eob_forms import CheckForm, EobReasonForm, typed_entry
from claims.web.eob_grid import CELL_WORDS, grid_of
from claims.web.search_results import find
from claims.web.shown import claims_shown

if TYPE_CHECKING:
    from claims.eobs.models import Eob

#: Claims that a search for one to enter shows.
FEW = 12


@require_POST
@page(Capability.POST_MONEY)
def save(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Keep what is typed. A script that saves by itself is told in JSON how it reads; a form shows the page again."""
    found = selectors.eob_seen_by(request.user, eob_id)
    typed, form = typed_entry(request.POST.dict()), _check_form(request, found)
    is_quiet = request.headers.get("Accept", "").startswith("application/json")
    check = form.check() if form.is_valid() else None
    try:
        eob, reading = drafts.save_entry(
            eob_id, typed, version=_version(request), check=check, proposing=not is_quiet, actor=request.user,
            now=clock.now(), today=clock.today(),
        )  # fmt: skip
    except DomainError as error:
        if is_quiet:
            return JsonResponse({"problem": error.message}, status=error.status)
        return show_eob(request, found, typed=typed, form=form, problem=error, status=error.status)
    if is_quiet:
        return JsonResponse(_told(eob, reading, form))
    if form.errors:
        return show_eob(request, eob, form=form, status=422)
    messages.success(request, "Saved, not posted yet.")
    return redirect("eob", eob_id)


@require_POST
@page(Capability.POST_MONEY)
def find_claim(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Look for a claim by any number, name or phone; the only one that is meant is added at once. What is typed so far
    is saved with it."""
    found = selectors.eob_seen_by(request.user, eob_id)
    typed, text = typed_entry(request.POST.dict()), " ".join(request.POST.get("q", "").split())[:LONGEST]
    claim_id, hits = id_of(request.POST.get("add", "")), list[Any]()
    try:
        if not claim_id and text:
            hits = [one for one in _claims_found(request, text) if one.practice_id == found.practice_id]
            claim_id = hits[0].pk if len(hits) == 1 else None
        now, version = clock.now(), _version(request)
        if claim_id:
            eob, _ = drafts.add_claim(eob_id, typed, claim_id=claim_id, version=version, actor=request.user, now=now)
            return _show_entry(request, eob, added=True)
        eob, _ = drafts.save_entry(
            eob_id, typed, version=version, proposing=True, actor=request.user, now=now, today=clock.today()
        )
    except DomainError as error:
        return _show_entry(request, found, typed=typed, problem=error, status=error.status)
    return _show_entry(request, eob, hits=hits, q=text)


@require_POST
@page(Capability.POST_MONEY)
def post(request: StaffRequest, eob_id: int) -> HttpResponseBase:
    """Save, and post where it ties."""
    found = selectors.eob_seen_by(request.user, eob_id)
    typed, form = typed_entry(request.POST.dict()), _check_form(request, found)
    if not form.is_valid():
        return show_eob(request, found, typed=typed, form=form, status=422)
    now, today = clock.now(), clock.today()
    kept: TypedEntry | None = typed
    try:
        found, _ = drafts.save_entry(
            eob_id, typed, version=_version(request), check=form.check(), proposing=True, actor=request.user, now=now,
            today=today,
        )  # fmt: skip
        kept = None  # from here on it is shown as it is kept
        why = request.POST.get("another_because", "")
        eob = posting.post_eob(
            eob_id, version=found.version, another_because=why, actor=request.user, today=today, now=now
        )
    except DomainError as error:
        return show_eob(request, found, typed=kept, form=form, problem=error, status=error.status)
    waiting = selectors.waiting_of(eob)
    said = f"Posted. {waiting} of it waits for somebody to look: see its remittance." if waiting else "Posted."
    messages.success(request, said)
    return redirect("eob", eob_id)


def show_eob(
    request: StaffRequest,
    eob: "Eob",
    *,
    typed: TypedEntry | None = None,
    form: CheckForm | None = None,
    reason_form: EobReasonForm | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    """The whole page; with `typed`, as it was typed, where that could not be kept. That it was opened is recorded."""
    context = _context(request, eob, typed)
    seen = {"claim": [one.facts.id for one in context["grid"].claims]}
    audit.record_read(request.user, "eob", eob.pk, practice_id=eob.practice_id, seen=seen, now=clock.now())
    if form and problem and (name := problem.facts.get("field")) in form.fields:
        form.add_error(str(name), problem.message)
    context |= {
        "check_form": form or _check_form(request, eob, is_sent=False),
        "reason_form": reason_form or EobReasonForm(),
        "problem": problem,
        "twins": posting.twins_of(eob) if eob.is_draft else [],
        "today": clock.today(),
        "document": eob.document,
    }
    return TemplateResponse(request, "claims/eobs/eob.html", context, status=status)


def _show_entry(
    request: StaffRequest,
    eob: "Eob",
    *,
    typed: TypedEntry | None = None,
    problem: DomainError | None = None,
    hits: list[Any] | None = None,
    q: str = "",
    added: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    if not request.htmx:
        if problem or hits is not None:
            return show_eob(request, eob, typed=typed, problem=problem, status=status)
        return redirect("eob", eob.pk)
    context = _context(request, eob, typed) | {"problem": problem, "hits": hits, "q": q, "added": added}
    return TemplateResponse(request, "claims/eobs/entry.html", context, status=status)


def _context(request: StaffRequest, eob: "Eob", typed: TypedEntry | None) -> dict[str, Any]:
    version = eob.version if typed is None else _version(request)
    if typed is None:
        typed, facts, reading = drafts.reading_of(eob)
    else:
        facts = claim_facts(eob.practice_id, (one.claim for one in typed.claims))
        reading = read_entry(typed, check=eob.amount, charges=charges_of(facts))
    may_enter = eob.is_draft and may(request.user, Capability.POST_MONEY)
    return {
        "eob": eob,
        "grid": grid_of(typed, facts, reading, payer_id=eob.payer_id, with_empty=may_enter),
        "cells": list(CELL_WORDS.values()),
        "statuses": selectors.STATUS_CHOICES,
        "provider_codes": selectors.PROVIDER_CHOICES,
        "may_enter": may_enter,
        "may_post": may(request.user, Capability.POST_MONEY),
        "version": version,
    }


def _claims_found(request: StaffRequest, text: str) -> list[Any]:
    hits = find(text, actor=request.user, only="claims")
    rows = hits.groups["claims"].rows[:FEW]
    if hits.exact and hits.exact[0] == "claim":
        rows = [row for row in rows if row.pk == hits.exact[1]]
    audit_reads.record_listed(
        request.user, "claims", rows, shows=claims_shown, after={"found": len(rows)}, action=audit.SEARCHED,
        now=clock.now(),
    )  # fmt: skip
    return rows


def _check_form(request: StaffRequest, eob: "Eob", *, is_sent: bool = True) -> CheckForm:
    names = ("payer_id", "method", "trace", "amount", "paid_on", "received_on")
    stands = {name: getattr(eob, name) for name in names}
    sent = {name: request.POST.get(name, stands[name]) for name in names} if is_sent else None
    return CheckForm(sent, payers=selectors.payers_to_choose(), initial=stands)


def _told(eob: "Eob", reading: EntryReading, form: CheckForm) -> dict[str, Any]:
    at = timezone.localtime(eob.saved_at)
    return {
        "version": eob.version,
        "said": f"Saved at {at:%H:%M}, not posted yet.",
        "errors": {**{name: " ".join(map(str, texts)) for name, texts in form.errors.items()}, **reading.errors},
        "is_tied": reading.is_tied,
    }


def _version(request: StaffRequest) -> int:
    return id_of(request.POST.get("version", "")) or 0
