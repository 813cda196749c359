"""Payers: the list, one payer with everything known of it, and changing it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff.access import Capability, may, practice_ids
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page, posted
from claims.ledger import payer_balances
from claims.payers import selectors, services
from claims.payers.hours import hours_words
from claims.payers.known_payers import suggestion_for, suggestions_for
from claims.payers.phones import shown_number
from claims.payers.rules import known_payers
from claims.payers.selectors import PAYER_CLASSES
from claims.practices.selectors import practices_in_view
from claims.web.payer_panels import payer_panels_of
from claims.web.rule_words import shown_rulings
from claims.web.setup_forms import ContactForm, IdentifierForm, PayerForm, PlanForm
from claims.web.setup_pages import Crumb, form_page, may_change, may_change_shared

PER_PAGE = 50
SHOW = {"": "In use", "unconfirmed": "Not confirmed", "no_phone": "Without a phone", "retired": "Retired"}


@page(Capability.SEE_CLAIMS)
def payers(request: StaffRequest) -> HttpResponseBase:
    """Every payer, those opened by an import first, with what it owes."""
    query = {name: request.GET.get(name, "").strip() for name in ("q", "class", "show")}
    found = selectors.payers(actor=request.user, search=query["q"], payer_class=query["class"], show=query["show"])
    mine = practice_ids(request.user)
    if kind := asked_for(request):
        return table_response(kind, "payers", _sheet(list(found), payer_balances.open_with_payers(mine)))
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    open_with = payer_balances.open_with_payers(mine, [row.pk for row in shown])
    unconfirmed = [row for row in shown if not row.is_confirmed]
    suggestions = suggestions_for(unconfirmed) if unconfirmed else {}
    rows = [(row, open_with.get(row.pk, payer_balances.OpenWithPayer()), suggestions.get(row.pk)) for row in shown]
    context: dict[str, Any] = {"page": shown, "rows": rows, "classes": PAYER_CLASSES, "show_words": SHOW, **query}
    context |= {"show": query["show"], "chosen_class": query["class"], "may_change": may_change_shared(request)}
    context["may_report"] = may(request.user, Capability.SEE_REPORTS)
    return TemplateResponse(request, "claims/payers/payers.html", context)


@page(Capability.SEE_CLAIMS)
def payer(request: StaffRequest, payer_id: int) -> HttpResponseBase:
    """One payer: names, plans, directory, rules in force, contracts."""
    found = selectors.payer(payer_id, actor=request.user)
    today = clock.today()
    practices = practices_in_view(request.user)
    rulings = shown_rulings(
        selectors.rulings(found, today=today, practices=practices),
        today=today,
        practices={one.pk: one.name for one in practices},
    )
    context = {
        "payer": found,
        "today": today,
        "open_with": payer_balances.open_with_payers(practice_ids(request.user), [payer_id]).get(
            payer_id, payer_balances.OpenWithPayer()
        ),
        "rulings": rulings,
        "may_set_rules": may_change(request),
        "has_own_rules": any(one.history for one in rulings),
        "contracts": selectors.contract_list(actor=request.user, payer_id=payer_id),
        "suggestion": None if found.is_confirmed else suggestion_for(found),
        "identifier_form": IdentifierForm(),
        "directory": [
            (
                one,
                shown_number(one.value) if one.kind in ("phone", "fax") else one.value,
                hours_words(one.opens, one.closes, weekdays=one.weekdays, zone=one.time_zone)
                if one.opens and one.closes
                else "",
            )
            for one in found.contacts.all()
        ],
        "may_change": may_change_shared(request),
        "may_contract": may(request.user, Capability.CONFIGURE_PAYERS),
        "mergers": services.mergers_into(payer_id, actor=request.user),
        "may_report": may(request.user, Capability.SEE_REPORTS),
        "panels": payer_panels_of(request, found),
    }
    return TemplateResponse(request, "claims/payers/payer.html", context)


@page(Capability.CONFIGURE_SHARED)
def new(request: StaffRequest) -> HttpResponseBase:
    """Open a payer by hand."""
    form = PayerForm(posted(request))

    def save() -> str:
        made = services.open_payer(form.facts(), actor=request.user, now=clock.now())
        return reverse("payer", args=[made.pk])

    return form_page(
        request,
        form,
        save,
        title="New payer",
        crumbs=_crumbs(),
        done=reverse("payers"),
        submit="Open the payer",
        shared=True,
    )


@page(Capability.CONFIGURE_SHARED)
def edit(request: StaffRequest, payer_id: int) -> HttpResponseBase:
    """Change a payer; saving confirms one that an import opened."""
    found = selectors.payer(payer_id, actor=request.user)
    names = ("name", "payer_class", "state", "claims_per_call", "notes", "is_active")
    form = PayerForm(posted(request), initial={name: getattr(found, name) for name in names})

    def save() -> str:
        with payer_balances.announcing_payer_change(payer_id):
            services.change_payer(payer_id, form.facts(), actor=request.user, now=clock.now())
        return ""

    submit = "Save" if found.is_confirmed else "Save and confirm"
    return form_page(
        request,
        form,
        save,
        title=f"Change {found.name}",
        crumbs=_crumbs(found),
        done=_at(payer_id),
        submit=submit,
        shared=True,
    )


@require_POST
@page(Capability.CONFIGURE_SHARED)
def add_identifier(request: StaffRequest, payer_id: int) -> HttpResponseBase:
    """Teach a payer another name."""
    found = selectors.payer(payer_id, actor=request.user)
    form = IdentifierForm(request.POST)

    def save() -> str:
        services.add_identifier(payer_id, **form.cleaned_data, actor=request.user, now=clock.now())
        return ""

    return form_page(
        request,
        form,
        save,
        title="Add an identifier",
        crumbs=_crumbs(found),
        done=_at(payer_id),
        submit="Add",
        shared=True,
    )


@require_POST
@page(Capability.CONFIGURE_SHARED)
def remove_identifier(request: StaffRequest, payer_id: int, identifier_id: int) -> HttpResponseBase:
    """Take a name away."""
    services.remove_identifier(payer_id, identifier_id, actor=request.user, now=clock.now())
    messages.success(request, "Removed. A file that uses it opens a new payer.")
    return redirect(_at(payer_id))


@page(Capability.CONFIGURE_SHARED)
def plan(request: StaffRequest, payer_id: int, plan_id: int | None = None) -> HttpResponseBase:
    """Add or change a plan."""
    found = selectors.payer(payer_id, actor=request.user)
    present = next((one for one in found.plans.all() if one.pk == plan_id), None)
    names = ("name", "product", "funding", "is_active")
    initial = {name: getattr(present, name) for name in names} if present else None
    form = PlanForm(posted(request), initial=initial)

    def save() -> str:
        services.save_plan(payer_id, plan_id, facts=form.facts(), actor=request.user, now=clock.now())
        return ""

    title = f"Change plan {present.name}" if present else "New plan"
    return form_page(request, form, save, title=title, crumbs=_crumbs(found), done=_at(payer_id), shared=True)


@page(Capability.CONFIGURE_SHARED)
def contact(request: StaffRequest, payer_id: int, contact_id: int | None = None) -> HttpResponseBase:
    """Add or change a line of the directory."""
    found = selectors.payer(payer_id, actor=request.user)
    present = next((one for one in found.contacts.all() if one.pk == contact_id), None)
    names = ("kind", "purpose", "value", "opens", "closes", "time_zone", "note")
    initial = {name: getattr(present, name) for name in names} if present else {}
    if present:
        initial["weekdays"] = list(present.weekdays)
    form = ContactForm(posted(request), initial=initial or None)

    def save() -> str:
        with payer_balances.announcing_payer_change(payer_id):
            services.save_contact(payer_id, contact_id, facts=form.facts(), actor=request.user, now=clock.now())
        return ""

    remove = reverse("payer_contact_remove", args=[payer_id, contact_id]) if contact_id else ""
    title = "Change the entry" if present else "New entry of the directory"
    return form_page(
        request, form, save, title=title, crumbs=_crumbs(found), done=_at(payer_id), remove=remove, shared=True
    )


@require_POST
@page(Capability.CONFIGURE_SHARED)
def remove_contact(request: StaffRequest, payer_id: int, contact_id: int) -> HttpResponseBase:
    """Take a line out of the directory."""
    with payer_balances.announcing_payer_change(payer_id):
        services.remove_contact(payer_id, contact_id, actor=request.user, now=clock.now())
    messages.success(request, "Removed from the directory.")
    return redirect(_at(payer_id))


@page(Capability.CONFIGURE_SHARED)
def adopt(request: StaffRequest, payer_id: int) -> HttpResponseBase:
    """Link a payer to a known one: name, class, identifiers and rules with their sources."""
    found = selectors.payer(payer_id, actor=request.user)
    if request.method == "POST":
        with payer_balances.announcing_payer_change(payer_id):
            rules = services.adopt(payer_id, request.POST.get("known", ""), actor=request.user, now=clock.now())
        messages.success(request, f"Taken over, with {rules} rule{'' if rules == 1 else 's'} and their sources.")
        return redirect(_at(payer_id))
    suggestion = suggestion_for(found)
    search = request.GET.get("q", "").strip().lower()
    classes = dict(PAYER_CLASSES)
    known = [(one, classes.get(one.payer_class, "")) for one in known_payers() if search in one.name.lower()]
    context = {"payer": found, "known": known, "suggestion": suggestion, "q": search, "crumbs": _crumbs(found)}
    return TemplateResponse(request, "claims/payers/adopt.html", context)


@page(Capability.CONFIGURE_SHARED)
def merge(request: StaffRequest, payer_id: int) -> HttpResponseBase:
    """Merge a payer into another: choose it, see what moves in every practice, confirm."""
    found = selectors.payer(payer_id, actor=request.user)
    chosen = id_of(request.POST.get("into") or request.GET.get("into") or "")
    into = selectors.payer(chosen, actor=request.user) if chosen else None
    problem = None
    if request.method == "POST" and into is not None and request.POST.get("sure") == "1":
        try:
            kept = payer_balances.merge_payers(payer_id, into=into.pk, actor=request.user, now=clock.now())
        except DomainError as error:
            problem = error
        else:
            messages.success(request, f"{found.name} is part of {kept.name} now.")
            return redirect("payer", kept.pk)
    search = request.GET.get("q", "").strip()
    others = selectors.payers(actor=request.user, search=search).exclude(pk=payer_id)[:20]
    context: dict[str, Any] = {"payer": found, "into": into, "others": others, "q": search, "crumbs": _crumbs(found)}
    context |= {"problem": problem, "moves": services.rows_to_move(payer_id) if into else []}
    context["practices"] = services.practices_naming(payer_id) if into else 0
    if request.method == "POST" and problem is None:
        context["unconfirmed"] = True
    status = problem.status if problem else 422 if request.method == "POST" else 200
    return TemplateResponse(request, "claims/payers/merge.html", context, status=status)


@page(Capability.CONFIGURE_SHARED)
def unmerge(request: StaffRequest, merge_id: int) -> HttpResponseBase:
    """Take a merger back, once the person has looked."""
    found, problem = services.merger(merge_id, actor=request.user), None
    if request.method == "POST" and request.POST.get("sure") == "1":
        try:
            back = payer_balances.unmerge_payers(merge_id, actor=request.user, now=clock.now())
        except DomainError as error:
            problem = error
        else:
            messages.success(request, f"{back.name} is a payer of its own again.")
            return redirect("payer", back.pk)
    context: dict[str, Any] = {"merger": found, "problem": problem, "crumbs": _crumbs(found.kept)}
    context["unconfirmed"] = request.method == "POST" and problem is None
    status = problem.status if problem else 422 if request.method == "POST" else 200
    return TemplateResponse(request, "claims/payers/unmerge.html", context, status=status)


def _at(payer_id: int) -> str:
    return reverse("payer", args=[payer_id])


def _crumbs(found: object = None) -> list[Crumb]:
    trail = [(reverse("setup"), "Setup"), (reverse("payers"), "Payers")]
    return [*trail, (_at(found.pk), str(found))] if found is not None else trail  # type: ignore[attr-defined]


def _sheet(found: list[Any], open_with: dict[int, payer_balances.OpenWithPayer]) -> Sheet:
    columns = [
        Column("Payer"),
        Column("Class"),
        Column("Confirmed"),
        Column("Open claims", Kind.NUMBER),
        Column("Owes", Kind.MONEY),
    ]
    nothing = payer_balances.OpenWithPayer()
    rows = [
        (one.name, one.get_payer_class_display(), "yes" if one.is_confirmed else "no",
         open_with.get(one.pk, nothing).claims, open_with.get(one.pk, nothing).amount)
        for one in found
    ]  # fmt: skip
    return Sheet("Payers", columns, rows)
