"""A browser with somebody signed in."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from arwork.staff.models import User

Sit = Callable[..., Page]
#: What axe checks on every page.
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}


@pytest.fixture
def sit(browser: Browser, live_server: object) -> Iterator[Sit]:
    """A page of somebody's own browser; what its console complains of is kept in `page.problems`."""
    contexts = []

    def signed_in(user: User, **options: object) -> Page:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        url = live_server.url  # type: ignore[attr-defined]
        context = browser.new_context(base_url=url, **options)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return page

    yield signed_in
    for context in contexts:
        for page in context.pages:
            with suppress(PlaywrightError):  # what a page asks for by itself ends before the tables are emptied
                page.wait_for_load_state("networkidle", timeout=5000)
        context.close()
    time.sleep(0.2)  # and what it still tells as it is left
