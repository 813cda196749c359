"""A signed-in browser in front of the sample page."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from arwork.staff.models import User
from tests.cast import make_practice, make_user

SignedIn = Callable[..., Page]


@pytest.fixture
def sample_site(live_server: object, settings: object) -> str:
    """The address of a server that has the sample pages beside the product's own."""
    settings.ROOT_URLCONF = "tests.web.sample"  # type: ignore[attr-defined]
    return live_server.url  # type: ignore[attr-defined]


@pytest.fixture
def signed_in(browser: Browser, sample_site: str, transactional_db: None) -> Iterator[SignedIn]:
    """`signed_in(role="admin", **browser options)` is a page of somebody with two practices."""
    contexts: list[BrowserContext] = []

    def open_page(*, role: str = "admin", **options: object) -> Page:
        practices = [make_practice(), make_practice(name="Oak Street Surgery", npi="1003000126")]
        user = User.objects.filter(username=role).first() or make_user(
            username=role, role=role, first="Ana", practices=practices
        )
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        context = browser.new_context(base_url=sample_site, **options)
        contexts.append(context)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": sample_site}])
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
