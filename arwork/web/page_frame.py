"""The frame around every page: what the navigation offers to whom, the theme, and how long a session lasts.

A page that doesn't exist, or whose own `@page` capability the role lacks, isn't offered: the navigation asks
the page itself, so the two can't disagree.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, Resolver404, get_urlconf, resolve, reverse

from arwork.staff.access import Capability, emergency_of, may, practice_choice

THEMES = ("light", "dark")


@dataclass(frozen=True)
class NavEntry:
    """One entry of the navigation: the name of its URL, its word, its letter after `g`, what else is found there."""

    name: str
    label: str
    letter: str
    also: tuple[str, ...] = ()


NAV_ENTRIES = (
    NavEntry("desk", "Desk", "d"),
    NavEntry("my_day", "My day", "m"),
    NavEntry("worklist", "List", "l"),
    NavEntry("team", "Team", "t"),
    NavEntry("claims", "Claims", "c"),
    NavEntry("accounts", "Accounts", "a"),
    NavEntry("imports", "Imports", "i"),
    NavEntry("money", "Money", "y", also=("remittances", "approvals", "claim_duplicates", "same_people")),
    NavEntry("payer_desk", "Payers", "b"),
    NavEntry("patients", "Patients", "n", also=("plans",)),
    NavEntry("letters", "Letters", "k", also=("deliveries",)),
    NavEntry("reports", "Reports", "r"),
    NavEntry(
        "setup",
        "Setup",
        "s",
        also=("staff:people", "staff:practice_grants", "staff:audit", "webhooks", "staff:emergencies"),
    ),
)
MENU = (
    NavEntry("staff:people", "People", "p"),
    NavEntry("staff:practice_grants", "Access to practices", "o"),
    NavEntry("staff:audit", "Audit trail", "u"),
    NavEntry("staff:tokens", "API tokens", ""),
    NavEntry("webhooks", "Webhooks", "w"),
    NavEntry("staff:emergencies", "Emergencies", "e"),
    NavEntry("staff:emergency", "Emergency access", "x"),
)
SEARCH = NavEntry("search", "Search", "")
OPEN_PRACTICE = NavEntry("practice_new", "Open a practice", "")


def theme_cookie() -> str:
    """The name of the cookie that keeps the theme of this browser."""
    return f"{settings.COOKIE_PREFIX}theme"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what the bar and the head of every page show, and the idle limit in seconds."""
    theme = request.COOKIES.get(theme_cookie(), "")
    context: dict[str, Any] = {"theme": theme if theme in THEMES else "", "nav": [], "menu": []}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    return context | {
        "nav": offered(request, NAV_ENTRIES),
        "menu": offered(request, MENU),
        "search_url": next((entry["url"] for entry in offered(request, (SEARCH,))), None),
        "practice_choice": practice_choice(user),
        "open_practice_url": next((entry["url"] for entry in offered(request, (OPEN_PRACTICE,))), None),
        "emergency": emergency_of(user),
        "idle_seconds": settings.IDLE_LOGOFF_SECONDS,
    }


def offered(request: HttpRequest, places: tuple[NavEntry, ...]) -> list[dict[str, Any]]:
    """The places that exist and that this user's role may open, with the one we are at marked."""
    found: list[dict[str, Any]] = []
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    best, here = 0, None
    for place in places:
        url, capability = _address(place.name, urlconf)
        if url and (capability is None or may(request.user, capability)):  # type: ignore[arg-type]
            found.append({"url": url, "label": place.label, "letter": place.letter, "name": place.name})
            within = (url, *(_address(name, urlconf)[0] for name in place.also))
            fit = max(len(one) for one in ("", *within) if request.path.startswith(one))
            if fit > best:
                best, here = fit, found[-1]
    for entry in found:
        entry["current"] = entry is here
    return found


@cache
def _address(name: str, _urlconf: str) -> tuple[str, Capability | None]:
    try:
        url = reverse(name)
        return url, getattr(resolve(url).func, "capability", None)
    except (NoReverseMatch, Resolver404):
        return "", None
