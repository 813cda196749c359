"""People: who works here, in which role, for which practices."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.staff import audit, lockout, second_factor, single_sign_on
from arwork.staff import people as staff
from arwork.staff.access import Capability
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.forms import PersonForm
from arwork.web.pages import StaffRequest, page, posted
from arwork.web.proof import proved

if TYPE_CHECKING:
    from arwork.staff.models import User


@page(Capability.MANAGE_PEOPLE)
def people(request: StaffRequest) -> HttpResponseBase:
    """Everybody, with role, practices and last sign-in; `export=xlsx` or `csv` for a review of who may see what."""
    found = staff.staff_list(actor=request.user)
    if kind := asked_for(request):
        audit.record(request.user, "exported", "people", None, practice_id=None, now=clock.now())
        return table_response(kind, "people", _sheet(found))
    locked = lockout.locked_names([one.username for one in found], now=clock.now())
    return TemplateResponse(request, "staff/people.html", {"people": found, "locked": locked})


@page(Capability.MANAGE_PEOPLE)
@proved
def new(request: StaffRequest) -> HttpResponseBase:
    """Open an account; the password is shown once."""
    form = PersonForm(posted(request), **_offers(request))
    if request.method == "POST" and form.is_valid():
        try:
            user, password = staff.open_account(form.facts(), actor=request.user, now=clock.now())
        except DomainError as error:
            return _form(request, form, None, problem=error)
        return _tell(request, user, password)
    return _form(request, form, None)


@page(Capability.MANAGE_PEOPLE)
@proved
def person(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """One person: change them, close the account, set a new password."""
    user = staff.person(user_id, actor=request.user)
    initial = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role,
        "practices": [practice.pk for practice in user.practices.all()],
    }
    form = PersonForm(posted(request), initial=initial, **_offers(request))
    if request.method == "POST" and form.is_valid():
        try:
            changed = staff.change_account(user_id, form.facts(), actor=request.user, now=clock.now())
        except DomainError as error:
            return _form(request, form, user, problem=error)
        messages.success(request, f"{changed} is saved.")
        return redirect("staff:people")
    return _form(request, form, user)


@require_POST
@page(Capability.MANAGE_PEOPLE)
@proved
def set_active(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Close an account, or open it again."""
    active = request.POST.get("active") == "1"
    user = staff.set_active(user_id, active=active, actor=request.user, now=clock.now())
    messages.success(request, f"{user} can sign in again." if active else f"{user} can no longer sign in.")
    return redirect("staff:people")


@require_POST
@page(Capability.MANAGE_PEOPLE)
def unlock(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Unlock a name."""
    user = staff.unlock(user_id, actor=request.user, now=clock.now())
    messages.success(request, f"{user} can try again at once, with the present password.")
    return redirect("staff:person", user.pk)


@require_POST
@page(Capability.MANAGE_PEOPLE)
@proved
def reset_password(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Set a new password, shown once."""
    user, password = staff.reset_password(user_id, actor=request.user, now=clock.now())
    return _tell(request, user, password)


def _offers(request: StaffRequest) -> dict[str, Any]:
    """What the form may offer: practices that the reader gives access to, roles that the reader gives."""
    return {
        "practices": staff.grantable_practices(request.user),
        "roles": staff.grantable_roles(request.user),
    }


@require_POST
@page(Capability.MANAGE_PEOPLE)
@proved
def reset_second_factor(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Take a second factor away that was lost."""
    user = staff.reset_second_factor(user_id, actor=request.user, now=clock.now())
    messages.success(request, f"{user} is signed out, and signs in with the password alone until a new one is set up.")
    return redirect("staff:person", user.pk)


@require_POST
@page(Capability.MANAGE_PEOPLE)
@proved
def unlink_sign_on(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Part an account from the identity that opens it."""
    user = staff.unlink_sign_on(user_id, actor=request.user, now=clock.now())
    messages.success(request, f"{user} is signed out; the next identity with the same verified address is linked.")
    return redirect("staff:person", user.pk)


@require_POST
@page(Capability.MANAGE_PEOPLE)
def end_sessions(request: StaffRequest, user_id: int) -> HttpResponseBase:
    """Sign somebody out of one browser, or of all."""
    user = staff.end_sessions_of(user_id, handle=request.POST.get("session", ""), actor=request.user, now=clock.now())
    messages.success(request, f"{user} is signed out there.")
    return redirect("staff:person", user.pk)


def _sheet(found: "Iterable[User]") -> Sheet:
    columns = [
        Column("Name"),
        Column("User name"),
        Column("Role"),
        Column("Practices", width=60),
        Column("Last sign-in", Kind.DATE),
        Column("Account"),
    ]
    rows = (
        (
            str(one),
            one.username,
            one.get_role_display(),
            ", ".join(practice.name for practice in one.practices.all()),
            timezone.localdate(one.last_login) if one.last_login else None,
            "open" if one.is_active else "closed",
        )
        for one in found
    )
    return Sheet("People", columns, rows)


def _form(
    request: StaffRequest, form: PersonForm, user: "User | None", *, problem: DomainError | None = None
) -> HttpResponseBase:
    status = problem.status if problem else 422 if form.errors else 200
    context: dict[str, Any] = {"form": form, "person": user, "problem": problem}
    if user is not None:
        now = clock.now()
        context["is_locked"] = bool(lockout.locked_names([user.username], now=now))
        context["factors"] = second_factor.factors(user)
        context["is_linked"] = single_sign_on.is_linked(user)
        context["sessions"] = staff.sessions_of(user.pk, actor=request.user, now=now)
    return TemplateResponse(request, "staff/person.html", context, status=status)


def _tell(request: StaffRequest, user: object, password: str) -> HttpResponseBase:
    context = {"person": user, "password": password, "hours": settings.TEMPORARY_PASSWORD_HOURS}
    return TemplateResponse(request, "staff/password_once.html", context)
