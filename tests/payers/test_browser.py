"""Setting up a payer's rule with the keyboard alone, and the pages checked for accessibility in both themes."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from claims.payers.models import Contract, FeeItem, PayerContact, PayerRule
from tests import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = {
    "preload": False,
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
}


@pytest.fixture
def as_ada(browser: Browser, live_server, eager_tasks: None) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_page(**options: object) -> Page:
        client = Client()
        client.force_login(cast.make_oona(cast.make_practice()), backend="django.contrib.auth.backends.ModelBackend")
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1024)])
def test_the_pages_are_accessible_and_fit(as_ada: Callable[..., Page], theme: str, width: int) -> None:
    payer = cast.make_payer()
    cast.make_claim(payers=[payer])
    PayerContact.objects.create(payer=payer, kind="phone", value="+18005550141", opens="08:00", closes="17:00")
    contract = Contract.objects.create(
        practice=cast.make_practice(), payer=payer, name="PPO", valid_from=cast.dt.date(2026, 1, 1)
    )
    FeeItem.objects.create(contract=contract, code="99214", allowed="150.00")
    page = as_ada(color_scheme=theme, viewport={"width": width, "height": 900})
    for url in (
        reverse("setup"),
        reverse("payer", args=[payer.pk]),
        reverse("payer_contact_new", args=[payer.pk]),
        f"{reverse('rules')}?class=medicare",
        f"{reverse('rule_new')}?payer={payer.pk}",
        reverse("contract", args=[contract.pk]),
        reverse("limits"),
        f"{reverse('limit_new')}?name=refund_dormant_days",
    ):
        page.goto(url)
        found = Axe().run(page, options=RULES)
        assert not found.response["violations"], (url, found.generate_report())
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, url


def test_a_rule_is_entered_looked_at_and_saved_without_the_mouse(as_ada: Callable[..., Page]) -> None:
    payer = cast.make_payer()
    page = as_ada()
    page.goto(reverse("payer", args=[payer.pk]))
    page.keyboard.press("r")
    page.wait_for_url("**/setup/rules/new*")
    page.locator("#id_value").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("120")
    page.locator("#id_source").focus()
    page.keyboard.type("Contract 2026, clause 4.2")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Save the rule").wait_for()
    assert not PayerRule.objects.exists()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{reverse('payer', args=[payer.pk])}*")
    assert PayerRule.objects.get().value == 120
    assert "Contract 2026, clause 4.2" in page.content()
