"""Search: one box for people, accounts, claims, checks and phones.

What is typed is often a name, a phone or a day of birth, and patient data never stands in an address (addresses reach
logs, histories and referrers). So the box posts; the text is kept with the session, which ends with the sign-in and
lives where the names live anyway; and the results stand at an address with a meaningless number in it. Reloading,
going back and opening a hit in another tab all work, and a link sent to somebody else shows them an empty box. That
somebody searched is recorded, not for what.
"""

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from arwork.lib import clock
from arwork.staff import audit, audit_reads
from arwork.staff.access import Capability
from arwork.web.pages import StaffRequest, page
from claims.parties.search_query import LONGEST
from claims.web.search_results import FEW, GROUPS, find

KEPT = 10
FEW_AHEAD, FEWEST_SIGNS = 4, 2
_SESSION = "searches"
_KINDS = {"accounts": "account", "claims": "claim", "remittances": "remittance", "people": "person"}


@page(Capability.SEE_CLAIMS)
def search(request: StaffRequest) -> HttpResponseBase:
    """POST keeps the text and leads to its results; one exact hit for a number leads straight to it."""
    if request.method == "POST":
        text = typed(request)
        if not text:
            return redirect("search")
        found = find(text, actor=request.user)
        if found.exact:  # the page that it leads to records the read
            after = {"found": found.count}
            audit.record(request.user, audit.SEARCHED, "people", None, practice_id=None, after=after, now=clock.now())
            return redirect(found.exact[0], found.exact[1])
        return redirect(f"{request.path}?s={keep_search(request, text)}")
    text = kept_text(request)
    only = request.GET.get("only", "")
    found = find(text, actor=request.user, only=only if only in GROUPS else "")
    if text:
        audit_reads.record_listed(
            request.user, "people", found.shown(), shows=_shows, after={"found": found.count}, action=audit.SEARCHED,
            now=clock.now(),
        )  # fmt: skip
    context: dict[str, Any] = {
        "q": text,
        "found": found,
        "groups": [group for group in found.groups.values() if group.rows and only in ("", group.name)],
        "only": only,
        "few": FEW,
    }
    return TemplateResponse(request, "claims/search.html", context)


@require_POST
@page(Capability.SEE_CLAIMS)
def ahead(request: StaffRequest) -> HttpResponseBase:
    """What is found for what is typed so far: a fragment beneath the box. It posts, and names nobody in an address."""
    text = typed(request)
    found = find(text, actor=request.user, few=FEW_AHEAD) if len(text) >= FEWEST_SIGNS else None
    if found is not None:
        found.show_people_once()
    if found is not None and found.count:
        audit_reads.record_listed(
            request.user, "people", found.shown(), shows=_shows, after={"found": found.count}, action=audit.SEARCHED,
            now=clock.now(),
        )  # fmt: skip
    groups = [group for group in found.groups.values() if group.rows] if found else []
    return TemplateResponse(request, "claims/search_ahead.html", {"groups": groups, "q": text, "found": found})


def _shows(hit: tuple[str, Any]) -> list[tuple[str, int | None]]:
    group, row = hit
    if group == "payers":
        return []
    if group == "elsewhere":
        return [row.shows] if row.shows else []
    return [(_KINDS[group], row.pk), *(("account", pk) for pk, _ in getattr(row, "found_accounts", ()))]


def typed(request: StaffRequest) -> str:
    """What was typed into the box of a page, without needless blanks."""
    return " ".join(request.POST.get("q", "").split())[:LONGEST]


def kept_text(request: StaffRequest) -> str:
    """The text for which the number in the address stands; empty where it stands for none."""
    return _kept(request).get(request.GET.get("s", ""), "")


def _kept(request: StaffRequest) -> dict[str, str]:
    kept: dict[str, str] = request.session.get(_SESSION, {})
    return kept


def keep_search(request: StaffRequest, text: str) -> str:
    """Keep `text` among the last searches; its number, the same one for the same text."""
    kept = _kept(request)
    known = next((number for number, one in kept.items() if one == text), "")
    number = known or get_random_string(8)
    others = {key: one for key, one in kept.items() if key != number}
    request.session[_SESSION] = dict(list(others.items())[-(KEPT - 1) :]) | {number: text}
    return number
