"""The second factor in a browser: set up at the first sign-in, given at the next; with an app, and with a passkey."""

import datetime as dt
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from arwork.staff import second_factor
from arwork.staff.models import AuditEvent, User
from tests.browser.conftest import RULES
from tests.cast import PASSWORD, make_practice, make_user
from tests.staff.second_factors import code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Browser, live_server: Any, settings: Any) -> Any:
    """A browser in which nobody is signed in, of an installation where every role needs a second factor."""
    settings.SECOND_FACTOR_ROLES = ["all"]
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: message.type == "error" and page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


def _password(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def _sign_out(page: Page) -> None:
    page.locator(".menu.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def _is_clean(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def test_an_app_is_set_up_at_the_first_sign_in_and_asked_for_at_the_next(page: Page) -> None:
    make_user(practices=[make_practice()])
    _password(page)
    page.wait_for_url("**/security/second")
    _is_clean(page)
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="The secret for the app")).to_be_visible()
    _is_clean(page)
    secret = page.locator("[data-copy]").first.get_attribute("data-copy").replace(" ", "")
    page.keyboard.type(code_of(secret, _now()))  # the field has the focus
    page.keyboard.press("Enter")
    expect(page.get_by_text("Shown once")).to_be_visible()
    _is_clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    kept = download.value.path().read_text().splitlines()
    assert kept == page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator(".menu.me")).to_be_visible()
    _sign_out(page)
    _password(page)
    page.wait_for_url("**/login/second")
    _is_clean(page)
    page.keyboard.type(code_of(secret, _now() + dt.timedelta(seconds=30)))  # that of the set-up is spent
    page.keyboard.press("Enter")
    expect(page.locator(".menu.me")).to_be_visible()
    assert AuditEvent.objects.filter(action="signed_in").order_by("-id")[0].after == {"second_factor": "totp"}
    page.goto("/security")
    _is_clean(page)
    assert not page.problems


def test_a_passkey_is_made_and_given_by_keyboard_alone(page: Page) -> None:
    ana = make_user(practices=[make_practice()])
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"hasResidentKey": True}})
    _password(page)
    page.wait_for_url("**/security/second")
    page.goto("/security/second/passkey")
    page.get_by_label("Name").fill("Laptop at the desk")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Shown once")).to_be_visible()
    assert second_factor.factors(User.objects.get(pk=ana.pk)).main[0].name == "Laptop at the desk"
    page.get_by_role("link", name="I have kept them").click()
    _sign_out(page)
    _password(page)
    page.wait_for_url("**/login/second")
    _is_clean(page)
    page.get_by_role("button", name="Use a passkey").press("Enter")
    expect(page.locator(".menu.me")).to_be_visible()
    assert AuditEvent.objects.filter(action="signed_in").order_by("-id")[0].after == {"second_factor": "webauthn"}
    _sign_out(page)
    device.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})  # the device of somebody else
    _password(page)
    page.wait_for_url("**/login/second")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was given")).to_be_visible()
    assert not page.problems
