"""What the set-up pages share: a form page, and a change that may fail."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from arwork.lib.errors import DomainError
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest

if TYPE_CHECKING:
    from arwork.staff.models import User

Crumb = tuple[str, str]  # address, word


class AttentionNeeded(NamedTuple):
    """What Setup says that somebody has to see to, in a word; the page where it is done, and why."""

    tag: str
    address: str
    which: str
    why: str


AttentionSource = Callable[["User", dt.date], Iterable[AttentionNeeded]]
_sources: list[AttentionSource] = []


def register_attention_source(source: AttentionSource) -> None:
    """Ask `source` what else needs attention; the app of the work says so when it is ready."""
    if source not in _sources:
        _sources.append(source)


def attention_of(actor: "User", today: dt.date) -> list[AttentionNeeded]:
    """What needs attention beside what the books know."""
    return [one for source in _sources for one in source(actor, today)]


def form_page(
    request: StaffRequest,
    form: forms.Form,
    save: Callable[[], str],
    *,
    title: str,
    crumbs: list[Crumb],
    done: str,
    submit: str = "Save",
    said: str = "Saved.",
    before: Callable[[], dict[str, Any]] | None = None,
    template: str = "claims/setup/form.html",
    **context: Any,
) -> HttpResponseBase:
    """A form that leads to `done` when `save` succeeds; `save` may answer with another address, and say its own word.

    An error shows above the form with everything that was entered still there. Where `before` has something to say, it
    is shown and nothing saved yet.
    """
    problem, told = None, dict[str, Any]()
    if request.method == "POST" and form.is_valid():
        try:
            told = before() if before else {}
            where = "" if told else save() or done
        except DomainError as error:
            problem = error
            if (name := error.facts.get("field")) in form.fields:
                form.add_error(str(name), error.message)
        else:
            if said and where:
                messages.success(request, said)
            if where:
                return redirect(where)
    status = problem.status if problem else 422 if form.errors else 200
    shown = {"form": form, "title": title, "crumbs": crumbs, "cancel": done, "submit": submit, "problem": problem}
    return TemplateResponse(request, template, shown | context | told, status=status)


def two_steps(
    request: StaffRequest,
    form: forms.Form,
    context: dict[str, Any],
    *,
    template: str,
    preview: Callable[[], tuple[str, dict[str, Any]]],
    save: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    """A form whose change is shown before it is saved: `preview` gives the template of what would change and what it
    shows, `save` answers the second step. An error shows above the form with everything that was entered still there.
    """
    context = context | {"form": form}
    is_asked = request.method == "POST" and request.POST.get("step") != "edit"
    if not is_asked or not form.is_valid():
        return TemplateResponse(request, template, context, status=422 if is_asked else 200)
    try:
        if request.POST.get("step") == "save":
            return save()
        shown_by, shown = preview()
    except DomainError as problem:
        if (name := problem.facts.get("field")) in form.fields:
            form.add_error(str(name), problem.message)
        return TemplateResponse(request, template, context | {"problem": problem}, status=problem.status)
    entered = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "step")
        for value in values
    ]
    return TemplateResponse(request, shown_by, context | shown | {"hidden_fields": entered})


def may_change(request: StaffRequest) -> bool:
    """Whether the reader is offered what changes things of their practices; the services ask again."""
    return may(request.user, Capability.CONFIGURE_PAYERS)


def may_change_shared(request: StaffRequest) -> bool:
    """The same of what all practices share: payers, rules, adjustments."""
    return may(request.user, Capability.CONFIGURE_SHARED)
