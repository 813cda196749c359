"""Authorizations: given while the words are read from the page, and what follows: confirmed, noticed, revoked."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.parties.selectors import guarantor_account
from claims.web.people_pages import back_of
from claims.web.setup_pages import two_steps
from claims.web.shown import receipts_shown
from collections_app.ach import authorizations as giving
from collections_app.ach import directory, selectors, services
from collections_app.ach.banking_days import add_banking_days
from collections_app.ach.figures import ach_figures
from collections_app.ach.states import ONCE, RECURRING, AuthorizationState, EntryState
from collections_app.plans import services as plans
from collections_app.plans.selectors import plan_of
from collections_app.web.ach_forms import AuthorizeForm, DebitForm, SentForm, StopForm, first_day

if TYPE_CHECKING:
    from claims.parties.models import Person

PER_PAGE = 50


@page(Capability.SEE_CLAIMS)
def authorizations(request: StaffRequest) -> HttpResponseBase:
    """Authorizations, the latest first."""
    state = request.GET.get("state", "")
    rows = selectors.authorizations(actor=request.user, state=state)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "bank_authorizations", shown, shows=receipts_shown, now=clock.now())
    states = [(one.value, one.label) for one in AuthorizationState]
    context = {"page": shown, "state": state, "states": states}
    return TemplateResponse(request, "collections/ach/authorizations.html", context)


@page(Capability.WORK_ITEMS)
def authorize(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """An authorization: what is needed first, then the words to read, then their yes."""
    actor, today, now = request.user, clock.today(), clock.now()
    account = guarantor_account(actor=actor, account_id=account_id).account
    audit.record_read(actor, "account", account.pk, practice_id=account.practice_id, now=now)
    start = first_day(services.earliest_day(today, today=today)) | {"holder": _name(account.guarantor)}
    start |= for_plan(account.pk)
    form = AuthorizeForm(request.POST if request.method == "POST" else None, initial=start)

    def preview() -> tuple[str, dict[str, Any]]:
        draft = form.draft()
        giving.ensure_sound(draft, today=today)
        bank = directory.bank_of(draft.routing, practice_id=account.practice_id)
        lines = giving.draft_script(draft, account, today=today)
        told = {"lines": lines, "draft": draft, "bank": bank, "last_four": draft.bank_account[-4:]}
        return "collections/ach/script.html", told

    def save() -> HttpResponseBase:
        draft = form.draft()
        found = giving.authorize(account_id=account.pk, draft=draft, actor=actor, today=today, now=now)
        if draft.frequency == ONCE and draft.amount is not None:
            services.originate(
                authorization_id=found.pk, amount=draft.amount, effective_on=draft.first_on,
                key=f"authorization-{found.pk}", actor=actor, today=today, now=now,
            )  # fmt: skip
        messages.success(request, "Authorized. The words are kept as you read them.")
        return redirect(back_of(request) or reverse("ach_authorization", args=[found.pk]))

    context = {"account": account, "today": today, "back": back_of(request) or reverse("account", args=[account.pk])}
    return two_steps(request, form, context, template="collections/ach/authorize.html", preview=preview, save=save)


@page(Capability.SEE_CLAIMS)
def authorization(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """One authorization: its words, its debits, its changes, and what may be done."""
    return _show(request, authorization_id)


@page(Capability.SEE_CLAIMS)
def notice(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """The written notice, or the copy of several debits, to be printed and mailed."""
    found = selectors.authorization(authorization_id, actor=request.user)
    audit_reads.record_listed(request.user, "bank_authorization", [found], shows=receipts_shown, now=clock.now())
    context = {"authorization": found, "paragraphs": found.words.split("\n\n"), "today": clock.today()}
    return TemplateResponse(request, "collections/ach/notice.html", context)


@require_POST
@page(Capability.WORK_ITEMS)
def notice_sent(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """The notice went out."""
    form = SentForm(request.POST)
    return _with(
        request, authorization_id, form, "Noted.",
        lambda data: giving.note_sent(authorization_id, on=data["on"], actor=request.user, now=clock.now()),
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def confirm(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """A person confirmed the account."""
    return _with(
        request, authorization_id, None, "Confirmed: what waited for that goes on.",
        lambda _: giving.confirm_account(authorization_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.POST_MONEY)
def prenote(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """Ask the bank by a prenote."""
    return _with(
        request, authorization_id, None, "A prenote goes out with the next file.",
        lambda _: services.send_prenote(authorization_id, **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def revoke(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """They revoked it."""
    form = StopForm(request.POST, prefix="revoke")
    return _with(
        request, authorization_id, form, "Revoked: nothing is debited under it any more.",
        lambda data: giving.revoke(authorization_id, why=data["why"], **_when(request)),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def debit(request: StaffRequest, authorization_id: int) -> HttpResponseBase:
    """Debit under an authorization."""
    form = DebitForm(request.POST)
    return _with(
        request, authorization_id, form, "It leaves with the file of its day.",
        lambda data: services.originate(authorization_id=authorization_id, **data, **_when(request)),
    )  # fmt: skip


def for_plan(account_id: int) -> dict[str, Any]:
    """What an authorization begins with where a plan is proposed: several debits, up to its largest installment."""
    plan = plan_of(account_id)
    if plan is None or plan.proposed is None:
        return {}
    rows = plans.installments_of(plan.proposed)
    return {"frequency": RECURRING, "amount": max(row.amount for row in rows), "first_on": rows[0].due_on}


def _name(person: "Person") -> str:
    """As people say it, and as it stands on their checks."""
    return f"{person.first} {person.last}".strip()


def _when(request: StaffRequest) -> dict[str, Any]:
    return {"actor": request.user, "today": clock.today(), "now": clock.now()}


def _with(
    request: StaffRequest,
    authorization_id: int,
    form: forms.Form | None,
    said: str,
    deed: Callable[[dict[str, Any]], object],
) -> HttpResponseBase:
    if form is not None and not form.is_valid():
        return _show(request, authorization_id, form=form, status=422)
    try:
        deed(form.cleaned_data if form is not None else {})
    except DomainError as error:
        if form is not None and (name := str(error.facts.get("field", ""))) in form.fields:
            form.add_error(name, error.message)
        return _show(request, authorization_id, form=form, problem=error, status=error.status)
    messages.success(request, said)
    return redirect(reverse("ach_authorization", args=[authorization_id]))


def _show(
    request: StaffRequest,
    authorization_id: int,
    *,
    form: forms.Form | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponseBase:
    actor, today = request.user, clock.today()
    found = selectors.authorization(authorization_id, actor=actor)
    audit_reads.record_listed(actor, "bank_authorization", [found], shows=receipts_shown, now=clock.now())
    figures = ach_figures(practice_id=found.practice_id, on=today)
    rows = selectors.entries_under(found)
    is_active = found.state == AuthorizationState.ACTIVE
    used = any(one.state != EntryState.CANCELLED and not one.is_prenote for one in rows)
    start = {"amount": found.amount, "effective_on": max(today, found.first_on), "key": f"hand-{secrets.token_hex(8)}"}
    context = {
        "authorization": found,
        "paragraphs": [part for part in found.words.split("\n\n") if part],
        "entries": [(one, add_banking_days(one.effective_on, -figures.stop_days)) for one in rows],
        "changes": selectors.changes_of(found),
        "is_active": is_active,
        "needs_notice": selectors.needs_notice(found),
        "needs_confirming": selectors.needs_confirming(found),
        "waits_for": selectors.waits_for(found, today=today),
        "can_debit": is_active and may(actor, Capability.WORK_ITEMS) and not (found.frequency == ONCE and used),
        "may_work": may(actor, Capability.WORK_ITEMS),
        "may_post": may(actor, Capability.POST_MONEY),
        "sent_form": form if isinstance(form, SentForm) else SentForm(initial={"on": today}),
        "revoke_form": form if isinstance(form, StopForm) else StopForm(prefix="revoke"),
        "debit_form": form if isinstance(form, DebitForm) else DebitForm(initial=start),
        "problem": problem,
        "today": today,
    }
    return TemplateResponse(request, "collections/ach/authorization.html", context, status=status)
