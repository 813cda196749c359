"""A practice that has only its remittances: what the claim says is owed is what the books say (issue of money)."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.billing.models import Claim
from collections_app.worklist.models import WorkItem
from tests.acceptance.conftest import ImportEdi
from tests.balances import balance_of
from tests.cast import make_ana
from tests.remits.era import Clp, Era, Svc


def owed(number: str) -> dict[str, str]:
    claim = Claim.objects.get(number=number)
    return {bucket: str(amount) for bucket, amount in balance_of(claim.pk).items() if amount}


def test_lines_that_charge_more_than_their_claim_owe_what_the_claim_says(import_edi: ImportEdi) -> None:
    sent = Clp(number="OB-1", charge="100.00", lines=[Svc("1000.00", "60.00", [("CO-45", "940.00")])])
    [told] = import_edi(Era([sent]).text(), onboarding=True)
    assert (told["status"], told["exceptions"]) == ("partly", 1)
    assert Claim.objects.get(number="OB-1").charge == Claim.objects.get(number="OB-1").balance
    assert owed("OB-1") == {"PAYER1": "100.00"}


def test_lines_that_charge_less_than_their_claim_leave_the_rest_on_the_claim(import_edi: ImportEdi) -> None:
    sent = Clp(number="OB-2", charge="150.00", lines=[Svc("100.00", "100.00")])
    import_edi(Era([sent]).text(), onboarding=True)
    assert owed("OB-2") == {"PAYER1": "150.00"}


def test_a_line_that_gives_a_discount_is_charged_as_one(import_edi: ImportEdi) -> None:
    lines = [Svc("100.00", "90.00", [("CO-45", "10.00")]), Svc("-20.00", "-20.00", code="99199")]
    import_edi(Era([Clp(number="OB-3", lines=lines)]).text(), onboarding=True)
    claim = Claim.objects.get(number="OB-3")
    assert str(claim.charge) == "80.00"
    assert owed("OB-3") == {}  # a discount posts like any other line


def test_a_later_payers_negative_information_invents_no_charge(import_edi: ImportEdi) -> None:
    line = Svc("100.00", "105.00", [("OA-23", "-5.00")])
    import_edi(Era([Clp(number="OB-4", status="2", lines=[line])]).text(), onboarding=True)
    claim = Claim.objects.get(number="OB-4")
    assert str(claim.charge) == "100.00"


@pytest.mark.django_db(transaction=True)
def test_what_was_unfinished_only_while_it_was_imported_is_no_work_of_the_past(
    client: Client, import_edi: ImportEdi
) -> None:
    paid = Clp(number="OB-5", lines=[Svc("100.00", "80.00", [("PR-2", "20.00")])])
    import_edi(Era([paid]).text(), onboarding=True)
    claim = Claim.objects.get(number="OB-5")
    passing = WorkItem.objects.get(claim=claim)
    assert (passing.state, passing.kind) == ("closed", "no_response")
    client.force_login(make_ana(claim.practice))
    ledger = client.get(reverse("claim", args=[claim.pk])).content.decode()
    assert '<span class="muted">opened from a remittance</span>' in ledger
    assert "claim file" not in ledger
    page = client.get(reverse("claim_work", args=[claim.pk])).content.decode()
    assert "Nobody has worked on this yet" in page
    assert "No response" not in page
    WorkItem.objects.filter(pk=passing.pk).update(touches=1)
    assert "No response" in client.get(reverse("claim_work", args=[claim.pk])).content.decode()
