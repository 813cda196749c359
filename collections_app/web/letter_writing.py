"""Writing a letter from an account: which kinds fit, the facts it needs, a look at it, made; and sending one.

What stands on the page as a picture is the letter itself, rendered from the same data.
"""

import base64
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.lib.errors import DomainError
from arwork.lib.ids import id_of
from arwork.staff import audit_reads
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page, posted
from claims.parties.selectors import own_account
from claims.web.setup_pages import two_steps
from collections_app.deliveries import services as deliveries
from collections_app.letters import selectors, services, writing
from collections_app.letters.kinds import LetterGroup, kind_of
from collections_app.letters.services import AskedLetter
from collections_app.web import letter_pages
from collections_app.web.letter_forms import FactsForm, SendForm

if TYPE_CHECKING:
    from claims.parties.models import Account
    from collections_app.letters.models import Letter


@page(Capability.WORK_ITEMS)
def letter_choose(request: StaffRequest, account_id: int) -> HttpResponseBase:
    """Which letter: the kinds that fit this account, and why the others do not."""
    account = own_account(account_id, actor=request.user)
    _record(request, account)
    offered = writing.kinds_for(account, today=clock.today(), now=clock.now())
    groups: dict[str, list[writing.OfferedKind]] = {str(group): [] for group in LetterGroup}
    for one in offered:
        groups.setdefault(str(one.kind.group), []).append(one)
    context = {
        "account": account,
        "groups": [(title, rows) for title, rows in groups.items() if rows],
        "language": writing.language_for(account),
    }
    return TemplateResponse(request, "collections/letters/choose.html", context)


@page(Capability.WORK_ITEMS)
def letter_new(request: StaffRequest, account_id: int, kind: str) -> HttpResponseBase:
    """The facts of one letter; a look at it; made."""
    account, asked = own_account(account_id, actor=request.user), writing.written_kind(kind)
    _record(request, account)
    replaced = _replaced(request, account)
    form = _form(request, account, kind, replaced)

    def whole() -> AskedLetter:
        claim = form.cleaned_data.get("claim")
        claims = (claim,) if claim else ()
        return AskedLetter(kind, account.pk, form.given(), form.cleaned_data["language"], claims)

    def preview() -> tuple[str, dict[str, Any]]:
        writing.ensure_fits(asked, account, today=clock.today(), now=clock.now())
        pictures = writing.preview(whole(), actor=request.user, today=clock.today())
        return "collections/letters/preview.html", {"pictures": pictures_for_page(pictures)}

    def save() -> HttpResponseBase:
        writing.ensure_fits(asked, account, today=clock.today(), now=clock.now())
        turn: dict[str, Any] = {"actor": request.user, "today": clock.today(), "now": clock.now()}
        if replaced:
            made = services.replace_letter(replaced.pk, reason=form.cleaned_data["reason"], made=whole(), **turn)
        else:
            made = services.make_letter(**whole()._asdict(), **turn)
        messages.success(request, "Made, and frozen as it is. Send it, or print it.")
        return redirect("letter", made.pk)

    context = {
        "account": account,
        "kind": asked,
        "why_not": writing.why_not(asked, account, today=clock.today(), now=clock.now()),
        "replaced": replaced,
        "cancel": reverse("letter", args=[replaced.pk]) if replaced else reverse("letter_choose", args=[account.pk]),
    }
    return two_steps(request, form, context, template="collections/letters/write.html", preview=preview, save=save)


@require_POST
@page(Capability.WORK_ITEMS)
def letter_send(request: StaffRequest, letter_id: int) -> HttpResponseBase:
    """Let a letter go out: the contact gate is asked, and what it says stands on the page."""
    found, form = selectors.letter_seen_by(request.user, letter_id), SendForm(request.POST)
    if not form.is_valid():
        return letter_pages.show_letter(request, letter_id, send_form=form, status=422)
    try:
        services.ensure_stands(found)
        sent = deliveries.send(
            account_id=found.account_id, channel=form.cleaned_data["channel"], purpose=kind_of(found.kind).purpose,
            letter=found, actor=request.user, now=clock.now(), today=clock.today(),
        )  # fmt: skip
    except DomainError as error:
        return letter_pages.show_letter(request, letter_id, send_form=form, problem=error, status=error.status)
    if sent.state == sent.State.REFUSED:
        messages.warning(request, f"Not sent: {sent.problem}.")
    else:
        messages.success(request, f"{sent.get_channel_display()}: waits to leave.")
    return redirect("letter", letter_id)


def pictures_for_page(pictures: list[bytes]) -> list[str]:
    """PNGs as a page shows them without an address of their own."""
    return [f"data:image/png;base64,{base64.b64encode(one).decode()}" for one in pictures]


def _form(request: StaffRequest, account: "Account", kind: str, replaced: "Letter | None") -> FactsForm:
    asked = writing.written_kind(kind)
    language = request.GET.get("language") or (replaced.language if replaced else writing.language_for(account))
    known = writing.known_facts(asked, account, language=language, today=clock.today(), now=clock.now())
    initial = {"language": language, **known, **(selectors.facts_of(replaced) if replaced else {})}
    visits = writing.visits_of(account)
    return FactsForm(posted(request), initial=initial, kind=asked, visits=visits, is_replacing=replaced is not None)


def _replaced(request: StaffRequest, account: "Account") -> "Letter | None":
    """The letter of this account in whose place the new one stands."""
    if letter_id := id_of(request.GET.get("replaces", "")):
        found = selectors.letter_seen_by(request.user, letter_id)
        return found if found.account_id == account.pk else None
    return None


def _record(request: StaffRequest, account: "Account") -> None:
    audit_reads.record_part(request.user, "account", account.pk, practice_id=account.practice_id, now=clock.now())
