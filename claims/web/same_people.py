"""People who may be one: the list, the two side by side with what would move, and what a person decides."""

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
from arwork.staff import audit_reads
from arwork.staff.access import Capability, may
from arwork.web.exports import Column, Kind, Sheet, asked_for, table_response
from arwork.web.pages import StaffRequest, page
from claims.duplicates import person_pairs
from claims.duplicates.person_comparison import compared_people
from claims.parties.selectors import guarantor_account
from claims.web.claim_forms import OtherNumberForm
from claims.web.setup_pages import form_page
from claims.web.shown import people_shown

PER_PAGE = 50
STATES = (("open", "To be decided"), ("merged", "Merged"), ("apart", "Two people"))
_COLUMNS = (
    Column("One"), Column("Other"), Column("Born", Kind.DATE), Column("Born, other", Kind.DATE), Column("Practice"),
    Column("How likely"), Column("What agrees", width=40), Column("Found on", Kind.DATE), Column("State"),
)  # fmt: skip


@page(Capability.SEE_CLAIMS)
def same_people(request: StaffRequest) -> HttpResponseBase:
    """The pairs that wait, the likeliest first; or those that were decided."""
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else "open"
    rows = person_pairs.pairs(actor=request.user, state=state)
    if kind := asked_for(request):
        taken = audit_reads.record_export(
            request.user, "same_people", rows.iterator(chunk_size=2000), count=rows.count(), shows=people_shown,
            after={"state": state}, now=clock.now(),
        )  # fmt: skip
        return table_response(kind, "people-twice", Sheet("People", _COLUMNS, map(_cells, taken)))
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    audit_reads.record_listed(request.user, "same_people", shown, shows=people_shown, now=clock.now())
    context = {
        "page": shown,
        "state": state,
        "states": STATES,
        "may_merge": may(request.user, Capability.POST_MONEY),
    }
    return TemplateResponse(request, "claims/duplicates/people.html", context)


@require_POST
@page(Capability.POST_MONEY)
def look(request: StaffRequest) -> HttpResponseBase:
    """Compare everybody anew."""
    found = person_pairs.look_again(actor=request.user, today=clock.today())
    messages.success(request, f"Everybody was compared: {found or 'no'} new pair{'' if found == 1 else 's'}.")
    return redirect("same_people")


@page(Capability.RESOLVE_EXCEPTIONS)
def same_person(request: StaffRequest, pair_id: int) -> HttpResponseBase:
    """Both people side by side, with what would move."""
    return _show(request, pair_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def settle(request: StaffRequest, pair_id: int) -> HttpResponseBase:
    """Two people, or one: then the other one is merged into the one who stays."""
    try:
        if request.POST.get("choice") == "apart":
            person_pairs.keep_apart(pair_id, actor=request.user, now=clock.now())
            messages.success(request, "They are two people. Nobody is asked about these two again.")
        else:
            _settle_as_one(request, pair_id)
            messages.success(request, "Merged. Files that name either find the one person now.")
    except DomainError as error:
        return _show(request, pair_id, problem=error, status=error.status)
    return redirect("same_person", pair_id)


@require_POST
@page(Capability.RESOLVE_EXCEPTIONS)
def undo(request: StaffRequest, pair_id: int) -> HttpResponseBase:
    """Take a decision back: two people who were merged stand apart, and the pair waits again."""
    try:
        person_pairs.take_decision_back(pair_id, actor=request.user, today=clock.today(), now=clock.now())
    except DomainError as error:
        return _show(request, pair_id, problem=error, status=error.status)
    messages.success(request, "Taken back. Both people and their accounts stand as they did.")
    return redirect("same_person", pair_id)


@page(Capability.RESOLVE_EXCEPTIONS)
def name_same_person(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Name another account of the same person by hand."""
    account = guarantor_account(actor=request.user, account_id=account_id).account
    form = OtherNumberForm(request.POST or None, label="Number of the other account")

    def save() -> str:
        number = form.cleaned_data["number"]
        named = person_pairs.name_same_person(
            account_id, number=number, actor=request.user, today=clock.today(), now=clock.now()
        )
        return reverse("same_person", args=[named.pk])

    address = reverse("account", args=[account_id])
    crumbs = [(reverse("accounts"), "Accounts"), (address, f"Account {account.number}")]
    return form_page(
        request, form, save, title="The same person as on another account?", crumbs=crumbs, done=address,
        submit="Compare the two", said="",
    )  # fmt: skip


def _settle_as_one(request: StaffRequest, pair_id: int) -> None:
    """`keep` names who stays; each choice names whose value is taken, by id."""
    keep = request.POST.get("keep", "")
    taken = {name.removeprefix("take-"): value for name, value in request.POST.items() if name.startswith("take-")}
    choices = {name: "kept" if value == keep else "gone" for name, value in taken.items()}
    person_pairs.settle_as_one(
        pair_id, keep=int(keep) if keep.isdecimal() else 0, choices=choices, actor=request.user, today=clock.today(),
        now=clock.now(),
    )  # fmt: skip


def _show(
    request: StaffRequest, pair_id: int, *, problem: DomainError | None = None, status: int = 200
) -> HttpResponseBase:
    found = compared_people(person_pairs.pair_seen_by(request.user, pair_id))
    audit_reads.record_listed(request.user, "same_person", [found.pair], shows=people_shown, now=clock.now())
    context: dict[str, Any] = {
        "compared": found,
        "pair": found.pair,
        "may_merge": may(request.user, Capability.POST_MONEY),
        "problem": problem,
        "keep": request.POST.get("keep", str(found.pair.one_id)),
        "fields": [(one, request.POST.get(f"take-{one.name}", str(found.pair.one_id))) for one in found.differing],
    }
    return TemplateResponse(request, "claims/duplicates/person.html", context, status=status)


def _cells(row: Any) -> list[Any]:
    return [
        str(row.one), str(row.other), row.one.birth_on, row.other.birth_on, row.practice.name,
        row.get_strength_display(), row.reasons, row.found_on, row.get_state_display(),
    ]  # fmt: skip
