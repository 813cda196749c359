"""From ready claims to a file that was uploaded, by keyboard; and what a rejection brings back."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from arwork.lib import clock
from claims.edi import services
from collections_app.claim_batches import answers, making
from collections_app.claim_batches.models import ClaimBatch
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.browser.conftest import RULES, Sit
from tests.cast import make_ada, make_practice, make_sol
from tests.claim_batches.stories import Story
from tests.claim_batches.test_batches import ANN, GUS
from tests.clearinghouses.stories import connected
from tests.edi_intake.writing import write_277ca

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_ready_claims_leave_by_keyboard_and_a_rejected_one_comes_back(sit: Sit, settings, tmp_path) -> None:
    settings.RAW_FILES_DIR = tmp_path / "raw"
    practice = make_practice()
    sol = make_sol(practice)
    connection = connected(practice, make_ada(practice), sender_id="HB01", receiver_id="CLR01", usage="P")

    def take_in(content: bytes) -> object:
        today, now = clock.today(), clock.now()
        return services.take_in(io.BytesIO(content), name="x.edi", via="command", today=today, now=now)

    story = Story(take_in, sol, connection)
    story.ready(GUS, ANN)
    page = sit(sol)
    page.goto("/claim-batches")
    expect(page.get_by_role("heading", name="Ready to leave")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    page.keyboard.press("m")
    expect(page.get_by_text("It waits for a worker")).to_be_visible()
    batch = ClaimBatch.objects.get()
    making.check_batch(batch.pk, clock=clock.now)
    page.get_by_role("link", name="Checked: look at it").click()
    assert Axe().run(page, options=RULES).response["violations"] == []
    with page.expect_download() as waiting:
        page.keyboard.press("d")
    assert waiting.value.suggested_filename.startswith("837-")
    page.keyboard.press("i")
    expect(page.get_by_text("Sent. Import what the clearinghouse answers")).to_be_visible()
    day = f"{clock.today():%Y%m%d}"
    take_in(write_277ca([("HC-1", "A2", ""), ("HC-2", "A3", "")], day=day))
    claims = list(OutgoingClaim.objects.values_list("claim_id", flat=True))
    answers.follow_answers(claims, today=clock.today(), now=clock.now())
    page.reload()
    expect(page.get_by_text("drafted again").first).to_be_visible()
    expect(page.get_by_text("Every claim answered")).to_be_visible()
    assert Axe().run(page, options=RULES).response["violations"] == []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/claim-batches?tab=over", f"/claim-batches/{batch.pk}", "/setup/clearinghouses"):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (address, width)
    assert page.problems == []  # type: ignore[attr-defined]
