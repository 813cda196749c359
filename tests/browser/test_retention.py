"""The page of terms at every width, in light and dark, checked by axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from collections_app.retention import services
from tests.browser.conftest import RULES, Sit
from tests.cast import NOW, TODAY, make_oona, make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_it_reads_at_every_width_and_axe_finds_nothing(sit: Sit, settings, width: int, scheme: str) -> None:
    oona = make_oona(make_practice())
    services.enforce(today=TODAY, now=NOW)
    settings.LEGAL_HOLD = "Doe v. Harbor Clinic"
    services.enforce(today=TODAY, now=NOW)
    page = sit(oona, viewport={"width": width, "height": 1000}, color_scheme=scheme)
    page.goto("/setup/retention")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not [found["id"] for found in Axe().run(page, options=RULES).response["violations"]]
    assert not page.problems  # type: ignore[attr-defined]
