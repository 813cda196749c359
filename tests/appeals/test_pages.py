"""The pages of appeals: from a claim's denial to the packet that was sent, as somebody clicks."""

from types import SimpleNamespace

import pytest
from django.test import Client

from arwork.lib import clock
from collections_app.appeals.models import AppealCase
from tests.appeals.conftest import brought
from tests.cast import PASSWORD, make_ada, make_practice

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(gus: SimpleNamespace, client: Client) -> Client:
    client.force_login(gus.ana, backend="django.contrib.auth.backends.ModelBackend")
    assert PASSWORD
    return client


def test_an_appeal_goes_from_the_claim_to_its_proof(gus: SimpleNamespace, ana: Client) -> None:
    opened = ana.post(f"/claims/{gus.claim.pk}/appeal", {"denials": [gus.denial.pk]}, follow=True)
    case = AppealCase.objects.get()
    here = f"/appeals/{case.pk}"
    assert "180 days from the notice" in opened.content.decode()
    refused = ana.post(f"{here}/ready")
    assert refused.status_code == 422
    assert "Still missing: medical records" in refused.content.decode()
    records = brought()
    records.stream.name = "records.pdf"
    ana.post(f"{here}/enclose", {"kind": "records", "file": records.stream})
    ana.post(f"{here}/leave-out", {"code": "policy", "why": "None was named"})
    ana.post(f"{here}/points", {"points": "Two other drugs had failed."})
    packet = ana.get(f"{here}/packet")
    assert packet["Content-Type"] == "application/pdf"
    ana.post(f"{here}/ready")
    today = clock.today().isoformat()
    sent = ana.post(f"{here}/send", {"way": "fax", "sent_on": today, "proof": "10:04, 7 pages"}, follow=True)
    shown = sent.content.decode()
    assert "SHA-256" in shown
    assert "Medical records from page" in shown
    for address in ("/appeals?tab=waiting", "/appeals/outcomes", "/appeals/causes", "/setup/appeal-texts"):
        assert ana.get(address).status_code == 200
    assert gus.claim.number in ana.get("/appeals?tab=waiting").content.decode()
    ana.post(f"{here}/acknowledge", {"on": today, "reference": "AP-77"})
    lost = {"outcome": "lost", "decided_on": today, "amount": "0", "words": "Criteria not met"}
    decided = ana.post(f"{here}/decide", lost, follow=True)
    assert "Second-level appeal" in decided.content.decode()
    goes_on = ana.post(f"{here}/next-level", {"received_on": ""}, follow=True)
    assert "level 2" in ana.get(here).content.decode()
    assert goes_on.status_code == 200
    exported = b"".join(ana.get("/appeals?tab=decided&export=csv"))
    assert b"Lost" in exported
    assert "1" in ana.get("/appeals/outcomes?by=category").content.decode()


def test_admins_keep_playbooks_and_appeals_show_them(gus: SimpleNamespace, client: Client) -> None:
    ada = make_ada(make_practice())
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    told = {
        "payer_id": gus.payer.pk, "practice_id": gus.claim.practice_id, "addressee": "Appeals Department",
        "fax": "518-555-0199", "valid_from": "2026-01-01", "clause": "4.2 Covered services are paid.", "way": "fax",
    }  # fmt: skip
    assert client.post("/setup/playbooks/add", told).status_code == 302
    client.post(f"/claims/{gus.claim.pk}/appeal", {})
    shown = client.get(f"/appeals/{AppealCase.objects.get().pk}").content.decode()
    assert "518-555-0199" in shown
    assert "quotes the clause" in shown
    assert client.get("/setup/playbooks").status_code == 200
