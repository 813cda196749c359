"""Claims out, page by page: chosen, drafted, edited, made ready, listed; and who may."""

import pytest
from django.test import Client
from django.urls import reverse

from arwork.staff.models import AuditEvent, User
from claims.billing.models import Claim
from claims.practices.models import Practice
from collections_app.outgoing_claims.models import OutgoingClaim
from tests.cast import make_abe, make_practice, make_user
from tests.edi_intake.conftest import TakeIn
from tests.outgoing_claims.test_drafts import GUS, written


@pytest.fixture
def claim(take_in: TakeIn) -> Claim:
    take_in(written([GUS]))
    Claim.objects.update(icn="ICN77")
    return Claim.objects.get()


@pytest.fixture
def door(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def posted(door: Client, name: str, pk: int, **values: str) -> str:
    answer = door.post(reverse(name, args=[pk]), values, follow=True)
    return answer.content.decode()


def test_a_claim_is_corrected_from_its_page_to_ready(door: Client, claim: Claim) -> None:
    assert "Send it again" in door.get(reverse("claim_work", args=[claim.pk])).content.decode()
    assert "Draft the claim" in door.get(reverse("claim_correct", args=[claim.pk])).content.decode()
    told = posted(door, "claim_correct", claim.pk, purpose="corrected")
    row = OutgoingClaim.objects.get()
    assert "ICN77" in told
    assert "What differs from what was sent" in told
    page = door.get(reverse("outgoing_claim", args=[row.pk]))
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    told = posted(door, "outgoing_change", row.pk, **values | {"lines.1.code": "99214"})
    assert "<ins>99214</ins>" in told
    assert "Was: 99213" in told
    told = posted(door, "outgoing_change", row.pk, **values)
    assert "Somebody changed this draft meanwhile" in told
    row.refresh_from_db()
    told = posted(door, "outgoing_ready", row.pk, edition=str(row.edition), reason="Coder agreed")
    assert "It leaves with the next file" in told
    told = posted(door, "outgoing_unready", row.pk)
    assert "It is a draft again" in told
    told = posted(door, "outgoing_cancel", row.pk, reason="Paid meanwhile")
    assert "Canceled" in told


def test_what_cannot_stand_in_a_claim_is_named_beside_its_field(door: Client, claim: Claim) -> None:
    posted(door, "claim_correct", claim.pk, purpose="new")
    row = OutgoingClaim.objects.get()
    page = door.get(reverse("outgoing_claim", args=[row.pk]))
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    answer = door.post(reverse("outgoing_change", args=[row.pk]), values | {"lines.2.charge": "forty"})
    assert answer.status_code == 422
    assert answer.context["form"].errors["lines.2.charge"] == ["Enter an amount in dollars."]


def test_lines_are_added_and_taken_out(door: Client, claim: Claim) -> None:
    posted(door, "claim_correct", claim.pk, purpose="corrected")
    row = OutgoingClaim.objects.get()
    page = door.get(reverse("outgoing_claim", args=[row.pk]))
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert "Take line 3 out" in posted(door, "outgoing_change", row.pk, **values | {"lines": "add"})
    told = posted(door, "outgoing_change", row.pk, edition="2", lines="remove 1")
    assert "Take line 3 out" not in told
    assert "99213, $85.00, units 1" in told


def test_the_list_exports_and_leaves_a_trace(door: Client, claim: Claim) -> None:
    assert "Open a claim and choose" in door.get(reverse("outgoing_claims")).content.decode()
    posted(door, "claim_correct", claim.pk, purpose="new")
    shown = door.get(reverse("outgoing_claims"))
    assert "HC-1" in shown.content.decode()
    table = door.get(reverse("outgoing_claims"), {"export": "csv"})
    assert b"HC-1" in b"".join(table.streaming_content) if table.streaming else table.content
    assert AuditEvent.objects.filter(action="exported", subject="outgoing_claims").exists()


def test_an_auditor_looks_and_changes_nothing(claim: Claim, practice: Practice, door: Client) -> None:
    posted(door, "claim_correct", claim.pk, purpose="new")
    row = OutgoingClaim.objects.get()
    client = Client()
    client.force_login(make_abe(practice))
    page = client.get(reverse("outgoing_claim", args=[row.pk])).content.decode()
    assert "Member id" in page
    assert "Make it ready" not in page
    assert client.post(reverse("outgoing_ready", args=[row.pk]), {"edition": "1"}).status_code == 403


def test_somebody_of_another_practice_finds_nothing(claim: Claim, door: Client) -> None:
    posted(door, "claim_correct", claim.pk, purpose="new")
    row = OutgoingClaim.objects.get()
    client = Client()
    client.force_login(make_user(username="eve", practices=[make_practice(name="Other", npi="1992999999")]))
    assert client.get(reverse("outgoing_claim", args=[row.pk])).status_code == 404
    assert client.get(reverse("claim_correct", args=[claim.pk])).status_code == 404
    assert "HC-1" not in client.get(reverse("outgoing_claims")).content.decode()
