"""Who asks for records: the directory with how it goes with each, and entering or changing one."""

from dataclasses import asdict

from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.practices.selectors import practices_of
from claims.web.setup_pages import form_page
from collections_app.releases import directory, selectors
from collections_app.web.release_forms import RequesterForm

_COLUMNS = (
    Column("Name"), Column("Who"), Column("City"), Column("State"), Column("Phone"), Column("Fax"), Column("E-mail"),
    Column("Open", Kind.NUMBER), Column("Released", Kind.NUMBER), Column("Median days", Kind.NUMBER),
    Column("Defective, percent", Kind.NUMBER), Column("Lacks again and again"),
)  # fmt: skip
_CRUMBS = "Who asks for records"


@page(Capability.SEE_CLAIMS)
def requesters(request: StaffRequest) -> HttpResponseBase:
    """The directory: names of firms, and figures; no patients."""
    rows = selectors.directory(request.user, asked=request.GET.get("q", ""))
    if kind := asked_for(request):
        table = [
            [one.requester.name, one.requester.get_kind_display(), one.requester.city, one.requester.state,
             one.requester.phone, one.requester.fax, one.requester.email, one.open_count, one.released_count, one.days,
             one.defective, one.requester.always_lacks]
            for one in rows
        ]  # fmt: skip
        return table_response(kind, "who-asks-for-records", Sheet("Who asks for records", _COLUMNS, table))
    context = {"rows": rows, "q": request.GET.get("q", ""), "may_work": may(request.user, Capability.WORK_ITEMS)}
    return TemplateResponse(request, "collections/releases/directory.html", context)


@page(Capability.WORK_ITEMS)
def requester_new(request: StaffRequest) -> HttpResponseBase:
    """Enter somebody."""
    practices = [(one.pk, one.name) for one in practices_of(request.user)]
    form = RequesterForm(request.POST or None, practices=practices, initial={"kind": "law_firm"})
    account = request.GET.get("account", "")

    def save() -> str:
        practice_id = form.cleaned_data.get("practice") or practices[0][0]
        made = directory.add_requester(practice_id, form.draft(), actor=request.user, now=clock.now())
        if account.isdecimal() and len(account) < 19:
            return f"{reverse('record_request_new', args=[int(account)])}?requester={made.pk}"
        return reverse("requesters")

    return form_page(
        request, form, save, title="Enter who asks for records", crumbs=_crumbs(), done=reverse("requesters"),
        template="claims/setup/form.html",
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def requester(request: StaffRequest, requester_id: int) -> HttpResponseBase:
    """Change what is known of somebody."""
    found = directory.own_requester(requester_id, actor=request.user)
    names = asdict(directory.RequesterDraft(kind="", name=""))
    form = RequesterForm(request.POST or None, initial={name: getattr(found, name) for name in names})

    def save() -> str:
        directory.change_requester(requester_id, form.draft(), actor=request.user, now=clock.now())
        return reverse("requesters")

    return form_page(
        request, form, save, title=found.name, crumbs=_crumbs(), done=reverse("requesters"),
        template="claims/setup/form.html",
    )  # fmt: skip


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("record_requests"), "Requests for records"), (reverse("requesters"), _CRUMBS)]
