"""Payments posted before crossovers were understood: a migration marks them, `follow_crossovers` sends them on."""

import importlib
import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from claims.billing.models import Claim
from claims.denials.models import Denial
from claims.ledger import services as ledger
from claims.practices.models import Practice
from claims.remits.coverage_models import CrossoverCarrier
from claims.remits.models import (
    RemitClaim,
    RemitException,
)
from tests import cast
from tests.balances import balance_of
from tests.edi_intake.conftest import TakeIn, practice, take_in  # noqa: F401
from tests.edi_intake.writing import Sent, write_837
from tests.remits.era import Clp, Era, Svc, take

pytestmark = pytest.mark.django_db
MIGRATION = importlib.import_module("claims.migrations.0018_forwarded_before")
GUS = Sent(number="X-1", charge="400.00", lines=(("99214", "400.00"),), served="20260914", member="M100")
TT = "NM1*TT*2*SECOND MUTUAL*****PI*SECM1~"


@pytest.fixture(params=["MA18", "N89 of a line", "NM1*TT"])
def posted(request: pytest.FixtureRequest, take_in: TakeIn, practice: Practice) -> Claim:  # noqa: F811
    """A claim whose payer sent it on, posted as a plain answer: the rest was asked of the patient."""
    how = request.param
    rarcs = ["N89"] if how == "N89 of a line" else []
    line = Svc("400.00", "200.00", [("CO-45", "120.00"), ("PR-2", "80.00")], rarcs=rarcs)
    text = Era([Clp("X-1", [line])], practice=practice).text()
    if how == "NM1*TT":
        text = text.replace("MI*M100~", f"MI*M100~{TT}")
    take_in(write_837([GUS]))
    with pytest.MonkeyPatch.context() as before:
        before.setattr("claims.edi.translate_835._is_forwarded", lambda claim: False)
        take_in(text.encode())
    if how == "MA18":
        RemitClaim.objects.update(rarcs="MA01 MA18")
    return Claim.objects.get()


def mark() -> None:
    with connection.schema_editor() if connection.vendor == "postgresql" else Editor() as editor:
        MIGRATION.mark_forwarded(apps, editor)


class Editor:
    connection = connection

    def __enter__(self) -> "Editor":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def follow() -> str:
    out = io.StringIO()
    call_command("follow_crossovers", stdout=out)
    call_command("verify_books", verbosity=0, stdout=io.StringIO())
    return out.getvalue()


def owed(claim: Claim) -> dict[str, str]:
    return {bucket: str(amount) for bucket, amount in balance_of(claim.pk).items() if amount}


def test_the_rest_goes_to_the_payer_that_it_was_sent_on_to(posted: Claim) -> None:
    assert owed(posted) == {"PATIENT": "80.00"}
    mark()
    follow()
    assert owed(posted) == {"PAYER2": "80.00"}
    assert RemitClaim.objects.get().is_forwarded
    assert not RemitException.objects.filter(state="open").exists()
    posted.refresh_from_db()
    carrier = CrossoverCarrier.objects.select_related("payer").first()
    assert (posted.coverage2.payer if posted.coverage2 else None) == (carrier.payer if carrier else None)


def test_a_second_run_changes_nothing(posted: Claim) -> None:
    mark()
    follow()
    before = owed(posted)
    mark()
    assert "0 payments name" in follow()
    assert owed(posted) == before


def test_what_the_patient_paid_meanwhile_is_the_patients_credit(posted: Claim) -> None:
    line = posted.lines.get()
    entry = cast.move(line, kind="patient_payment", debit="CASH", credit="PATIENT", amount="80.00", on=cast.TODAY)
    ledger.post([entry], now=cast.NOW)
    mark()
    follow()
    assert owed(posted) == {"PAYER2": "80.00", "PATIENT": "-80.00"}
    assert not Denial.objects.exists()


def test_where_a_later_payer_has_answered_it_is_marked_and_nothing_moves(
    posted: Claim,
    take_in: TakeIn,  # noqa: F811
    practice: Practice,  # noqa: F811
) -> None:
    line = Svc("400.00", "50.00", [("OA-23", "320.00"), ("PR-3", "30.00")])
    second = Era(
        [Clp("X-1", [line], status="2", icn="S1")], payer="Second", payer_id="S", trace="T2", practice=practice
    )
    take_in(second.text().replace("1512345678", "1598765432").encode())
    before = owed(posted)
    mark()
    follow()
    assert owed(posted) == before == {"PATIENT": "30.00"}
    assert RemitClaim.objects.get(status="1").is_forwarded


def test_remarks_are_marked_a_batch_at_a_time_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MIGRATION, "_BATCH", 1)
    claims = [cast.make_claim(number=f"C{nth}") for nth in range(4)]
    for nth, (claim, remark) in enumerate(zip(claims, ("MA18", "MA08", "N89", "MA07"), strict=True)):
        paid = Clp(claim.number, [Svc("240.00", "240.00")], icn=f"I{nth}")
        take(Era([paid], trace=f"T{nth}"))
        RemitClaim.objects.filter(claim=claim).update(rarcs=remark)
    RemitClaim.objects.filter(rarcs="MA07").update(status="5")
    mark()
    marked = RemitClaim.objects.filter(is_forwarded=True).order_by("pk").values_list("rarcs", flat=True)
    assert list(marked) == ["MA18", "N89"]
