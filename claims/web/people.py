"""People corrected: the people of an account with their history, and the forms that change how they are known and
reached."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import NotFound
from arwork.staff import audit
from arwork.staff.access import Capability, may
from arwork.web.pages import StaffRequest, page
from claims.amendments import contact_points, history, particulars, selectors, suggestions
from claims.amendments.history import Turn, Word
from claims.web import people_forms as forms
from claims.web.people_pages import back_of, bound, correction_page, opened, people_url, query_of


@page(Capability.SEE_CLAIMS)
def people(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Everybody of an account: how they are known, reached and insured, what files say otherwise, what was changed."""
    account, members = selectors.members_of(account_id, actor=request.user)
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    ids = [one.person.pk for one in members]
    context = {
        "account": account,
        "members": members,
        "suggestions": selectors.suggestions_of(ids),
        "changes": selectors.changes_of(account, ids, actor=request.user),
        "back": back_of(request),
        "query": query_of(request),
        "may_contact": may(request.user, Capability.WORK_ITEMS),
        "may_correct": may(request.user, Capability.CORRECT_PEOPLE),
        "today": clock.today(),
    }
    return TemplateResponse(request, "claims/people/people.html", context)


@page(Capability.CORRECT_PEOPLE)
def correct(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """Names, day of birth, sex and language."""
    account, one = opened(request, account_id, person_id)
    initial = {name: getattr(one.person, name) for name in forms.ParticularsForm.field_order}
    form = bound(request, forms.ParticularsForm, initial)
    return correction_page(
        request, account, form, lambda turn: particulars.correct_person(person_id, form.facts(), turn=turn),
        title=f"Correct {one.person}",
        odd=lambda: particulars.person_warnings(person_id, form.facts(), today=clock.today()),
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def language(request: StaffRequest, account_id: int, person_id: int) -> HttpResponseBase:
    """In which language somebody is written and spoken to."""
    account, one = opened(request, account_id, person_id)
    form = bound(request, forms.LanguageForm, {"language": one.person.language})
    return correction_page(
        request, account, form, title=f"Language of {one.person}",
        save=lambda turn: particulars.set_language(person_id, form.cleaned_data["language"], turn=turn),
    )  # fmt: skip


@page(Capability.WORK_ITEMS)
def address(request: StaffRequest, account_id: int, person_id: int, address_id: int | None = None) -> HttpResponseBase:
    """A new address, or a slip in one that is on file."""
    account, one = opened(request, account_id, person_id)
    row = _among(one.addresses, address_id)
    initial = {name: getattr(row, name) for name in forms.AddressForm.field_order} if row else {}
    form = bound(request, forms.AddressForm, initial)

    def save(turn: Turn) -> object:
        if address_id is None:
            return contact_points.add_address(person_id, form.facts(), turn=turn)
        return contact_points.correct_address(address_id, form.facts(), turn=turn)

    return correction_page(
        request, account, form, save, title=f"{'Correct the' if row else 'New'} address of {one.person}",
        odd=lambda: contact_points.address_warnings(form.facts()),
    )  # fmt: skip


@require_POST
@page(Capability.WORK_ITEMS)
def address_mark(request: StaffRequest, account_id: int, person_id: int, address_id: int) -> HttpResponseBase:
    """Mail came back (`bad`), it is good after all (`good`), or they live there (`current`)."""
    _, one = opened(request, account_id, person_id)
    _among(one.addresses, address_id)
    verb = request.POST.get("as", "")
    if verb == "current":
        contact_points.make_current(address_id, _turn(request, "call"))
    else:
        contact_points.mark_address(address_id, _turn(request, "mail"), is_bad=verb == "bad")
    messages.success(request, "Saved. The history below tells it.")
    return redirect(people_url(request, account_id))


@page(Capability.WORK_ITEMS)
def phone(request: StaffRequest, account_id: int, person_id: int, phone_id: int | None = None) -> HttpResponseBase:
    """A new phone number, or what is known of one."""
    account, one = opened(request, account_id, person_id)
    row = _among(one.phones, phone_id)
    if row is None:
        new = bound(request, forms.PhoneForm, {})

        def add(turn: Turn) -> object:
            data = new.cleaned_data
            return contact_points.add_phone(
                person_id, data["number"], turn=turn, kind=data["kind"], preferred=data["is_preferred"]
            )

        return correction_page(request, account, new, add, title=f"New phone number of {one.person}")
    initial = {name: getattr(row, name) for name in forms.PhoneStateForm.field_order}
    form = bound(request, forms.PhoneStateForm, initial)

    def save(turn: Turn) -> object:
        data = form.cleaned_data
        return contact_points.correct_phone(
            row.pk, turn, kind=data["kind"], wrong=data["is_wrong"], preferred=data["is_preferred"]
        )

    shown = next(text for number, text, *_ in one.numbers if number.pk == row.pk)
    return correction_page(request, account, form, save, title=f"{shown} of {one.person}")


@page(Capability.WORK_ITEMS)
def email(request: StaffRequest, account_id: int, person_id: int, email_id: int | None = None) -> HttpResponseBase:
    """A new e-mail address, or what is known of one."""
    account, one = opened(request, account_id, person_id)
    row = _among(one.emails, email_id)
    form = bound(request, forms.EmailForm, {"address": row.address, "is_wrong": row.is_wrong} if row else {})
    if row is None:
        del form.fields["is_wrong"]

    def save(turn: Turn) -> object:
        data = form.cleaned_data
        if row is None:
            return contact_points.add_email(person_id, data["address"], turn=turn)
        return contact_points.correct_email(row.pk, data["address"], turn=turn, wrong=data["is_wrong"])

    title = f"{'Correct the' if row else 'New'} e-mail address of {one.person}"
    return correction_page(request, account, form, save, title=title)


@require_POST
@page(Capability.WORK_ITEMS)
def suggestion(request: StaffRequest, account_id: int, suggestion_id: int) -> HttpResponseBase:
    """Take what a file says, or keep ours."""
    if request.POST.get("take"):
        suggestions.take(suggestion_id, _turn(request, "file"))
        messages.success(request, "Taken. The history below tells it.")
    else:
        suggestions.leave(suggestion_id, _turn(request, "file"))
        messages.success(request, "Ours is kept; this is not offered again.")
    return redirect(people_url(request, account_id))


@page(Capability.WORK_ITEMS)
def undo(request: StaffRequest, account_id: int, change_id: int) -> HttpResponseBase:
    """Set back what a change changed, as a new change."""
    told = selectors.change_seen_by(change_id, actor=request.user)
    account, members = selectors.members_of(account_id, actor=request.user)
    is_theirs = told.change.account_id == account.pk or told.change.person_id in {one.person.pk for one in members}
    if not is_theirs:
        raise NotFound("There is no such change among those of this account.")
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    form = bound(request, forms.WordForm, {"source": "slip"})
    return correction_page(
        request, account, form, lambda turn: history.undo(change_id, turn), title=f"Take back: {told.title}", told=told
    )


def _turn(request: StaffRequest, source: str) -> Turn:
    word = Word(source, reason=request.POST.get("reason", ""))
    return Turn(request.user, word, clock.now(), clock.today())


def _among(rows: list[Any], row_id: int | None) -> Any:
    """The one of these rows that an address names; None where it names none. Raises `NotFound`."""
    if row_id is None:
        return None
    found = next((row for row in rows if row.pk == row_id), None)
    if found is None:
        raise NotFound("There is no such entry of this person.")
    return found
