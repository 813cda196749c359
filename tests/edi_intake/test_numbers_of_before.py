"""Numbers that payers gave claims before every one of them was kept are found again (migration 0011)."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from claims.billing.models import Acknowledgment, Claim, ClaimNumber
from claims.remits.models import RemitClaim
from tests import cast
from tests.edi_intake.test_follow_crossovers import Editor
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("claims.migrations.0011_billed_lines")


def fill() -> set[tuple[str, str]]:
    with connection.schema_editor() if connection.vendor == "postgresql" else Editor() as editor:
        MIGRATION.remember_numbers_given(apps, editor)
    return set(ClaimNumber.objects.filter(kind="icn").values_list("claim__number", "value"))


def answered(number: str, icn: str) -> Claim:
    claim = cast.make_claim(number=number)
    take(Era([Clp(number, [Svc("240.00", "240.00")], icn=icn)], trace=f"T{number}"))
    Claim.objects.filter(pk=claim.pk).update(icn="NEWEST")
    return claim


@pytest.mark.parametrize("at_once", [1, 50_000])
def test_what_acknowledgments_and_posted_payments_called_a_claim_finds_it(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(MIGRATION, "_RANGE", at_once)
    answered("C1", "PAID1")
    told, both = cast.make_claim(number="C2"), answered("C3", "SAME")
    for claim, icn in ((told, "TOLD2"), (both, "SAME"), (both, "NEWEST"), (both, "")):
        Acknowledgment.objects.create(
            claim=claim, practice=claim.practice, kind="277CA", icn=icn, effective_on=cast.TODAY, source=f"{claim}{icn}"
        )
    ClaimNumber.objects.all().delete()
    assert fill() == {("C1", "PAID1"), ("C2", "TOLD2"), ("C3", "SAME")}
    assert fill() == {("C1", "PAID1"), ("C2", "TOLD2"), ("C3", "SAME")}


def test_what_waits_gave_no_number() -> None:
    answered("C1", "PAID1")
    RemitClaim.objects.update(state="exception")
    ClaimNumber.objects.all().delete()
    assert fill() == set()
