"""Whatever opens a patient's record leaves a read in the trail (45 CFR 164.312(b)); a search, that it was made."""

import pytest
from django.test import Client

from arwork.staff.models import AuditEvent
from claims.remits.models import RemitException, Remittance
from tests.cast import make_claim, make_sol
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db


def reads() -> list[tuple[str, int | None, int | None]]:
    return list(
        AuditEvent.objects.filter(action="read").order_by("pk").values_list("subject", "subject_id", "practice_id")
    )


@pytest.mark.parametrize("about", ["claim", "account"])
def test_the_work_on_a_claim_or_a_guarantor_account(client: Client, about: str) -> None:
    claim = make_claim()
    pk = claim.pk if about == "claim" else claim.account_id
    client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/{about}s/{pk}/work").status_code == 200
    assert reads() == [(about, pk, claim.practice_id)]


@pytest.mark.parametrize(("about", "form"), [("claim", "responsible"), ("account", "receipt")])
def test_a_record_that_stands_around_a_failed_form(client: Client, about: str, form: str) -> None:
    claim = make_claim()
    pk = claim.pk if about == "claim" else claim.account_id
    client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    refused = client.post(f"/{about}s/{pk}/{form}", {})
    assert refused.status_code == 422
    assert "Guarino" in refused.content.decode()
    assert reads() == [(about, pk, claim.practice_id)]


def test_what_a_payer_sent_about_patients(client: Client) -> None:
    claim = make_claim(number="H1")
    take(Era([Clp("X9", [Svc("240.00", "150.00")], last="ELSE", member="Z", icn="Q")]))
    remittance, exception = Remittance.objects.get(), RemitException.objects.get()
    client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    assert "ELSE" in client.get(f"/remits/{remittance.pk}").content.decode()
    assert "ELSE" in client.get(f"/remits/exceptions/{exception.pk}").content.decode()
    assert reads() == [
        ("remittance", remittance.pk, claim.practice_id),
        ("remit_exception", exception.pk, claim.practice_id),
    ]


def test_a_search_and_not_what_was_searched_for(client: Client) -> None:
    claim = make_claim()
    client.force_login(make_sol(claim.practice), backend="django.contrib.auth.backends.ModelBackend")
    client.post("/search", {"q": "Guarino"}, follow=True)
    event = AuditEvent.objects.get(action="searched")
    shown = {"account": [claim.account_id], "claim": [claim.pk], "person": [claim.account.guarantor_id]}
    assert (event.subject, event.after["found"]) == ("people", 3)  # type: ignore[index]
    assert shown.items() <= event.after["seen"].items()  # type: ignore[index]
    assert "guarino" not in str(event.__dict__).lower()
