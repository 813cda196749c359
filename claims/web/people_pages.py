"""What the pages share by which people are corrected: where they lead back to, and what is said before it is saved."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from arwork.lib import clock
from arwork.staff import audit
from arwork.web.pages import StaffRequest, posted
from claims.amendments import history, selectors
from claims.amendments.coverage_effects import CoverEffect
from claims.amendments.history import ChangedByAnother, Turn
from claims.amendments.selectors import Member
from claims.web.people_forms import WordForm
from claims.web.setup_pages import form_page

FORM = "claims/people/form.html"


def back_of(request: StaffRequest) -> str:
    """The page of the desk that somebody came from, to which they return; "" where they didn't."""
    back = request.GET.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else ""


def people_url(request: StaffRequest, account_id: int) -> str:
    """The page of the account's people, which remembers where to return to."""
    return reverse("account_people", args=[account_id]) + query_of(request)


def query_of(request: StaffRequest) -> str:
    """What an address needs behind it to remember where to return to."""
    back = back_of(request)
    return f"?{urlencode({'back': back})}" if back else ""


def opened(request: StaffRequest, account_id: int, person_id: int) -> tuple[Any, Member]:
    """The account and one of its people; that they were looked at is recorded. Raises `NotFound`."""
    account, member = selectors.member_of(account_id, person_id, actor=request.user)
    audit.record_read(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
    return account, member


def bound(request: StaffRequest, form: type[WordForm], initial: dict[str, Any], **options: Any) -> Any:
    """The form, with what there was as it was opened."""
    return form(posted(request), initial={"seen": history.last_change(), **initial}, **options)


def correction_page(
    request: StaffRequest,
    account: Any,
    form: WordForm,
    save: Callable[[Turn], object],
    *,
    title: str,
    odd: Callable[[], list[str]] | None = None,
    effect: Callable[[Turn], CoverEffect | None] | None = None,
    **context: Any,
) -> HttpResponseBase:
    """A form that changes something about somebody. What is odd about it, or what it does to claims, is said first, and
    saved when it is sent again."""
    done = people_url(request, account.pk)

    def turn() -> Turn:
        return form.turn(request.user, now=clock.now(), today=clock.today())

    def before() -> dict[str, Any]:
        if form.cleaned_data["confirmed"]:
            return {}
        told = effect(turn()) if effect else None
        warnings = odd() if odd else []
        if not warnings and told is None:
            return {}
        form.keep(confirmed=1)
        return {"warnings": warnings, "effect": told, "submit": "Save it"}

    def kept() -> str:
        try:
            save(turn())
        except ChangedByAnother as error:
            form.keep(seen=error.facts["last"])
            raise
        return ""

    crumbs = [
        (reverse("accounts"), "Accounts"), (reverse("account", args=[account.pk]), account.number), (done, "People"),
    ]  # fmt: skip
    return form_page(
        request, form, kept, title=title, crumbs=crumbs, done=done, before=before, template=FORM,
        said="Saved. The history below tells it.", **context,
    )  # fmt: skip
