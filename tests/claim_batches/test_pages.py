"""Pages of batches: what is ready, one click to a file, taking it, saying it was uploaded, and what came back."""

import pytest
from django.urls import reverse

from arwork.lib import clock
from arwork.staff.models import AuditEvent
from collections_app.claim_batches import answers, making
from collections_app.claim_batches.models import ClaimBatch
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.cast import NOW, TODAY, make_abe, make_ana
from tests.claim_batches.stories import LATER, Story
from tests.claim_batches.test_batches import ANN, DAY, GUS
from tests.edi_intake.writing import write_277ca, write_999

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text_of(client, name: str, *args: int, **query: str) -> str:
    told = client.get(reverse(name, args=args), query)
    assert told.status_code == 200
    return " ".join(told.content.decode().split())


def test_a_batch_from_ready_to_answered(client, story: Story) -> None:
    client.force_login(story.sol)
    assert "Nothing is ready" in text_of(client, "claim_batches")
    story.ready(GUS, ANN)
    shown = text_of(client, "claim_batches")
    assert "MERIDIAN CHOICE" in shown
    assert "$205.00" in shown or "205.00" in shown
    made = client.post(reverse("claim_batch_make", args=[story.connection.pk]))
    batch = ClaimBatch.objects.get()
    assert made.url == reverse("claim_batch", args=[batch.pk])
    assert "It waits for a worker" in text_of(client, "claim_batch", batch.pk)
    making.check_batch(batch.pk, clock=lambda: LATER)
    told = client.get(made.url, headers={"HX-Request": "true"}).content.decode()
    assert "Checked: look at it" in told
    page = text_of(client, "claim_batch", batch.pk)
    assert "HC-1" in page
    assert "I uploaded it" in page
    file = client.post(reverse("claim_batch_download", args=[batch.pk]))
    assert file.content.startswith(b"ISA*00*")
    assert AuditEvent.objects.filter(action="download", subject="outgoing_file").exists()
    client.post(reverse("claim_batch_uploaded", args=[batch.pk]))
    story.take_in(write_277ca([("HC-1", "A2", ""), ("HC-2", "A3", "")], day=DAY))
    answers.follow_answers([one.claim_id for one in OutgoingClaim.objects.all()], today=TODAY, now=LATER)
    page = text_of(client, "claim_batch", batch.pk)
    assert "drafted again" in page
    assert "277CA: rejected, sent back unprocessable" in page
    assert "Every claim answered" in page
    listed = text_of(client, "claim_batches", tab="over")
    assert batch.connection.name in listed
    csv = b"".join(client.get(reverse("claim_batch", args=[batch.pk]), {"export": "csv"}).streaming_content).decode()
    assert "HC-2" in csv
    assert "277CA: rejected, sent back unprocessable" in csv
    assert client.get(reverse("payer_desk")).status_code == 200


def test_a_refused_file_is_sent_again_anew_or_opened(client, story: Story) -> None:
    client.force_login(story.sol)
    story.ready(GUS, ANN)
    batch = story.sent()
    story.take_in(write_999([("0001", "R")], verdict="R", day=DAY))
    answers.follow_answers([one.claim_id for one in OutgoingClaim.objects.all()], today=TODAY, now=LATER)
    page = text_of(client, "claim_batch", batch.pk)
    assert "Refused as a whole" in page
    assert "same content and same numbers" in page
    client.post(reverse("claim_batch_again", args=[batch.pk]))
    made = client.post(reverse("claim_batch_anew", args=[batch.pk]))
    assert made.url == reverse("claim_batch", args=[ClaimBatch.objects.latest("pk").pk])
    assert "went out anew in" in text_of(client, "claim_batch", batch.pk)
    told = client.post(reverse("claim_batch_open", args=[batch.pk]), follow=True).content.decode()
    assert "is open again already" in told


def test_a_batch_is_canceled_with_its_reason(client, story: Story) -> None:
    client.force_login(story.sol)
    story.ready(GUS)
    batch = story.checked()
    cancel = reverse("claim_batch_cancel", args=[batch.pk])
    assert client.post(cancel, {"why": ""}).status_code == 422
    assert client.post(cancel, {"why": "Wrong month"}).status_code == 302
    assert client.post(cancel, {"why": "Again"}).status_code == 409
    for name in ("claim_batch_drop", "claim_batch_uploaded"):
        assert client.post(reverse(name, args=[batch.pk])).status_code == 302
    assert text_of(client, "claim_batch", batch.pk).count("Canceled") >= 1


def test_who_sees_and_who_sends(client, story: Story, practice) -> None:
    story.ready(GUS)
    batch = story.checked()
    for who in (make_ana(practice), make_abe(practice)):
        client.force_login(who)
        assert "I uploaded it" not in text_of(client, "claim_batch", batch.pk)
        for name in ("claim_batch_download", "claim_batch_uploaded", "claim_batch_anew"):
            assert client.post(reverse(name, args=[batch.pk])).status_code == 403
